"""What an installation is, for mails."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class NoticesConfig:
    """`address` is this installation's own, without a slash at its end; `key` signs the links that end mails."""

    address: str = "http://localhost:3000"
    key: bytes = field(default=b"", repr=False)
    at_once: int = 4
    """Mails that wait for a worker at the same time: pictures and trainings are not held up by a thousand of them."""
