"""Every picture that was made."""
