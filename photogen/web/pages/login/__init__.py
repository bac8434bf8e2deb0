"""Login page."""
