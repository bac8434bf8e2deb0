"""How long links live, what their addresses are made of, and how they stand. No database here."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

LASTS: Mapping[str, timedelta | None] = {
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
    "ever": None,
}
MOST = 500
"""Links of an account that work."""

KEPT = timedelta(days=30)
"""How long a link that has ended stays in its owner's list."""

State = Literal["active", "expired", "revoked", "withdrawn"]

_TOKEN_BYTES = 24
"""192 bits."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)


def token_of(key: bytes, link_id: str) -> str:
    """What stands in a link's address. Made of the installation's secret, so that nothing that opens a link has to be
    stored, and its owner can still copy it later."""
    return base64.urlsafe_b64encode(hmac.digest(key, link_id.encode(), "sha256")[:_TOKEN_BYTES]).decode()


def digest(token: str) -> str | None:
    """What is stored of a token; None for what can't be one."""
    return hashlib.sha256(token.encode()).hexdigest() if _TOKEN.fullmatch(token) else None


def token_in(address: str) -> str:
    """The token in a link's address, or in an address below it; `address` itself when it is none."""
    found = re.search(r"/s/([A-Za-z0-9_-]{32})(?![A-Za-z0-9_-])", address, re.ASCII)
    return found[1] if found else address.strip()


def state_of(revoked_at: datetime | None, withdrawn: bool, expires_at: datetime | None, now: datetime) -> State:
    """How a link stands at `now`."""
    if revoked_at is not None:
        return "withdrawn" if withdrawn else "revoked"
    return "expired" if expires_at is not None and expires_at <= now else "active"


def saved_as(link_id: str, image_id: str) -> str:
    """Under which name a picture of a link is saved, without the suffix: nothing of its day, seed or id."""
    return f"picture-{hashlib.sha256(f'{link_id}/{image_id}'.encode()).hexdigest()[:8]}"
