"""Text (and picture) to picture: one vendor per file."""
