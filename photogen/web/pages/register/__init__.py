"""Register page."""
