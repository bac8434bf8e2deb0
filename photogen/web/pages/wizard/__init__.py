"""The wizard: from a name and photos to a training."""
