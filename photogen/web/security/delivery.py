"""What a handler read for one log-in is delivered to that log-in's socket, or not at all.

Reflex 0.10.1 addresses updates by the tab's token, and links a token to whichever socket presented it last, before
any event of that socket has passed the guard. Whoever knows a token and keeps silent would be sent what a live push, or
a handler that is still running, reads for the tab's former owner.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from photogen.kit import log
from photogen.web import session
from photogen.web.live import hub

if TYPE_CHECKING:
    import reflex as rx
    from reflex.state import StateUpdate

_log = log.get("delivery")


def _session_of(app: rx.App, token: str) -> str | None:
    """Digest of the session cookie that the tab's present socket came with; None where no socket is there."""
    namespace = app.event_namespace
    sid = namespace.token_to_sid.get(token) if namespace is not None else None
    if app.sio is None or namespace is None or sid is None:
        return None
    environ = app.sio.get_environ(sid, namespace.namespace) or {}
    cookie = session.token_in(environ.get("HTTP_COOKIE"))
    return hashlib.sha256(cookie.encode()).hexdigest() if cookie else ""


def hold(app: rx.App) -> None:
    """Puts the check before the application's socket. What is read for nobody is for everybody: the guard has emptied
    the tree before."""
    namespace = app.event_namespace
    if namespace is None:
        raise RuntimeError("the application has no socket")
    deliver = namespace.emit_update

    async def emit_update(update: StateUpdate, token: str) -> None:
        reader = session.maybe()
        if reader is not None and _session_of(app, token) not in {reader.session_id, None}:
            hub.forget(token)
            _log.warning("not delivered: the tab is in other hands", account=reader.account_id)
            return
        await deliver(update, token)

    namespace.emit_update = emit_update  # type: ignore[method-assign]
