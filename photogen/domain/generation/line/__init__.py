"""Who is next: the line in which pictures wait to be drawn, fair between creators."""
