"""Small parts without domain and without framework: clock, ids, log, guard."""
