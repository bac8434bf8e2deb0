"""Pricing page."""
