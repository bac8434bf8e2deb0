"""The link at the end of a mail."""
