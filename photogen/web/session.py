"""Who is it. The identity comes from the HttpOnly session cookie, on every event and every request, never from an
argument.

In a handler (whose `@allow("user")` has already been held by the guard): `account_id = current().account_id`.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

from starlette.requests import cookie_parser

from photogen.errors import Unauthenticated
from photogen.web import deps

if TYPE_CHECKING:
    from photogen.domain.accounts import Identity

_identity: ContextVar[Identity | None] = ContextVar("identity", default=None)

LANDING = "/dashboard"
"""Where a log-in leads when nothing else was asked for."""


def cookie_name(https: bool) -> str:
    """`__Host-` binds the cookie to this host and to TLS; browsers refuse the prefix over plain http."""
    return "__Host-photogen" if https else "photogen_session"


def token_in(cookie_header: str | None) -> str | None:
    """The session token in a Cookie header, or None; an oversized header counts as empty.

    Cookies of other programs on this host stand in the same header. Python's SimpleCookie gives up at the first one
    that it doesn't like (a bare quotation mark is enough), so this is read as browsers write it."""
    if not cookie_header or len(cookie_header) > 8192:
        return None
    token = cookie_parser(cookie_header).get(cookie_name(deps.settings().https), "")
    return token if 0 < len(token) <= 200 else None


async def identify(cookie_header: str | None) -> Identity | None:
    """The identity behind a Cookie header; None when nobody is logged in or the session has ended."""
    token = token_in(cookie_header)
    return await deps.call(deps.services().accounts.identify, token) if token else None


def remember(identity: Identity | None) -> None:
    """Sets the identity for the event or request that is being handled in this task."""
    _identity.set(identity)


def maybe() -> Identity | None:
    """The identity of who sent this event, or None."""
    return _identity.get()


def current() -> Identity:
    """The identity of who sent this event. Raises Unauthenticated, which sends the page to the log-in."""
    identity = _identity.get()
    if identity is None:
        raise Unauthenticated
    return identity


def safe_next(path: object) -> str:
    """`path` when it is an address of ours to go to after a log-in, else the dashboard: no open redirects."""
    if not isinstance(path, str) or not path.startswith("/") or len(path) > 500:
        return LANDING
    if path.startswith(("//", "/\\", "/auth/", "/login", "/register", "/api/")) or any(ord(c) < 33 for c in path):
        return LANDING
    return path
