"""Passwords as Argon2id hashes, and session tokens of which only a digest is kept."""

import hashlib
import secrets
from functools import cached_property
from threading import BoundedSemaphore

from passlib.context import CryptContext  # type: ignore[import-untyped]
from pydantic import SecretStr

_AT_ONCE = 4
"""Argon2 takes 64 MiB and four lanes for each hash (RFC 9106, second choice): a rush of log-ins queues up here instead
of taking the machine's memory."""

TOKEN_BYTES = 32


class Passwords:
    """Hashes and verifies. Verifying costs the same whether or not there is a hash to compare with."""

    def __init__(self, context: CryptContext | None = None) -> None:
        self._context = context or CryptContext(schemes=["argon2"])
        self._turn = BoundedSemaphore(_AT_ONCE)

    def hash(self, password: SecretStr) -> str:
        """The hash to store."""
        with self._turn:
            return str(self._context.hash(password.get_secret_value()))

    def verify(self, password: SecretStr, hashed: str | None) -> bool:
        """Whether the password belongs to the hash; for None it works as long, and says no."""
        dummy = self._dummy
        with self._turn:
            right = bool(self._context.verify(password.get_secret_value(), hashed or dummy))
        return right and hashed is not None

    def outdated(self, hashed: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return bool(self._context.needs_update(hashed))

    @cached_property
    def _dummy(self) -> str:
        return self.hash(SecretStr(secrets.token_urlsafe(16)))


def new_token() -> str:
    """256 random bits for a cookie, 43 characters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> str:
    """SHA-256 in hex: what is stored of a token. Fast is right here: there is nothing to guess in 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
