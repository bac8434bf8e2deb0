"""Where weights are published."""
