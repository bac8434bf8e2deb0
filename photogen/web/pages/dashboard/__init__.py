"""Where one lands after the log-in."""
