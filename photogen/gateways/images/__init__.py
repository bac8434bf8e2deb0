"""Text (and picture) to picture: one vendor per file, found by its `SPEC` (see spec.py)."""
