"""The part of `base` that is about mail: a letter to one person, and who carries it.

Errors are those of `base`: Retry (nothing was taken), Fix (this address or this letter is refused for good), Stop (us:
the log-in, the sender's address, a server without encryption), Unknown (the letter was handed over, and the answer got
lost: it may have been taken).
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Letter:
    """One mail. `id` is our own name for it: sent again it has the same Message-ID, and is known for a repeat.
    `unsubscribe` is an address that ends mails of this kind by one POST (RFC 8058); "" where they can't be ended, as
    they are about the reader's own money."""

    id: str
    to: str
    subject: str
    text: str
    html: str
    unsubscribe: str = ""


class Mail(Protocol):
    """Carries letters. `delivers` is False where they only appear in the log."""

    delivers: bool

    def send(self, letter: Letter) -> None:
        """Hands the letter to the mail server. Raises Retry, Fix, Stop, Unknown."""


def masked(address: str) -> str:
    """An address as logs may show it: "a***@example.com"."""
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}***{at}{domain}"
