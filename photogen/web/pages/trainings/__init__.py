"""The list of trainings."""
