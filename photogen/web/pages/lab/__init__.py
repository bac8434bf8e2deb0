"""The likeness lab of a model."""
