"""Landing page."""
