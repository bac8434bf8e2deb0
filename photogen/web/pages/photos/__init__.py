"""The creator's photo sets."""
