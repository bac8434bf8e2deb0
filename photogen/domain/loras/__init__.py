"""Trained models and their versions: shown, renamed, switched, deleted everywhere."""
