"""My share links."""
