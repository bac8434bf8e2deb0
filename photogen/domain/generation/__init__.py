"""Prompts to pictures: batches and their shots."""
