"""Identifiers: ULIDs in lower case. They sort by time, fit an address, and can't be guessed (80 random bits)."""

import secrets
import time
from datetime import UTC, datetime

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32
ID_LENGTH = 26


def new_id() -> str:
    """A new ULID of 26 characters: 48 bits of milliseconds, then 80 random bits. https://github.com/ulid/spec"""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    return "".join(ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))


def is_id(text: object) -> bool:
    """Whether `text` has the form of an id; says nothing about whether such a row exists."""
    return isinstance(text, str) and len(text) == ID_LENGTH and all(c in ALPHABET for c in text)


def moment_of(ulid: str) -> datetime:
    """When `ulid` was made, to the millisecond, in UTC."""
    milliseconds = 0
    for character in ulid[:10]:
        milliseconds = milliseconds << 5 | ALPHABET.index(character)
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
