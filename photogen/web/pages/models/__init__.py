"""The creator's models."""
