"""Photogen: a self-hosted AI photo studio."""
