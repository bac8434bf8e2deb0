"""The outside world. `base` holds what the domain may know of it; a vendor is one file."""
