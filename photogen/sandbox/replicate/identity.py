"""Identifiers of Replicate's look."""

import base64
import secrets


def new_vendor_id() -> str:
    """26 characters of base 32 in lower case, like `cneqzikepnug6xezperrr4z55o`."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


def new_version_id() -> str:
    """64 hexadecimal digits, like the digest of an image."""
    return secrets.token_hex(32)
