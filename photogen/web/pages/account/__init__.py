"""One account, explained to the operator."""
