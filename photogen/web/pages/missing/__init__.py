"""What is shown at an address that does not exist."""
