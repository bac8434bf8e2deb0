"""One training, live."""
