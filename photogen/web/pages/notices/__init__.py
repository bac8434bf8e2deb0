"""What the creator is told of."""
