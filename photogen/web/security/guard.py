"""The event guard: runs before every event, from a socket, chained or in the background, and refuses what isn't
allowed.

In this order: the rate of this session or address; the state tree belongs to the log-in that fills it, else it is
emptied;
the level of the handler; its arguments. The identity is then at hand through `session.current()`.
"""

from __future__ import annotations

import hashlib

import reflex as rx
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext

from photogen.errors import NotFound, PhotogenError, RateLimited
from photogen.kit import log
from photogen.web import session
from photogen.web.live import hub
from photogen.web.notices import toast
from photogen.web.security.arguments import validated
from photogen.web.security.limits import TokenBuckets
from photogen.web.security.policy import level_of, permits
from photogen.web.text import t

_log = log.get("guard")

_FRAMEWORK = frozenset(
    {
        "State.hydrate",
        "State.hydrate_and_load",
        "State.set_is_hydrated",
        "OnLoadInternalState.on_load_internal",
        "OnLoadInternalState.set_is_hydrated",
        "UpdateVarsInternalState.update_vars_internal",
        "FrontendEventExceptionState.handle_frontend_exception",
    }
)
"""Reflex's own handlers that a page needs. `setvar` is not among them."""


class Owner(rx.State):
    """Which log-in this tab's state tree belongs to; never leaves the server."""

    _owner: str = ""


def _is_framework(fn: object) -> bool:
    module = getattr(fn, "__module__", "") or ""
    return module.split(".")[0] in {"reflex", "reflex_base"} and getattr(fn, "__qualname__", "") in _FRAMEWORK


def _redirect(path: str) -> Event:
    return Event(name="_redirect", payload={"path": path, "external": False, "popup": False, "replace": True})


def _too_fast() -> RateLimited:
    return RateLimited(t("That was too fast. Wait a moment and try again."), retry_after=2)


def refusal(error: PhotogenError) -> StateUpdate:
    """What the page gets in the place of the handler: a toast with the sentence and the code."""
    return StateUpdate(events=Event.from_event_type(toast.error(error)))


class Guard(Middleware):
    """`rate` events a second with a `burst`, per log-in, or per address where nobody is logged in."""

    def __init__(self, *, rate: float = 20, burst: float = 100) -> None:
        self._buckets = TokenBuckets(rate=rate, burst=burst)

    async def preprocess(
        self,
        app: rx.App,
        state: BaseState,
        event: Event,
    ) -> StateUpdate | None:
        token = session.token_in(state.router.headers.cookie)
        address = f"ip:{state.router.session.client_ip}"
        sender = hashlib.sha256(token.encode()).hexdigest() if token else address
        # What our own handlers chain costs nothing (only a socket's events carry router data): the toast that tells of
        # a refusal, refused in its turn, would call for another one for ever.
        counted = bool(event.router_data)
        if counted and not self._buckets.take(sender):
            return refusal(_too_fast())
        identity = await session.identify(state.router.headers.cookie)
        session.remember(identity)
        if counted and identity is None and token and not self._buckets.take(address):
            return refusal(_too_fast())  # an invented cookie is no log-in of its own
        await self._bind(state, identity.session_id if identity else "")
        registered = RegistrationContext.get().event_handlers.get(event.name)
        fn = registered.handler.fn if registered else None
        if fn is None:
            return refusal(NotFound(t("This action does not exist. Reload the page and try again.")))
        if _is_framework(fn):
            return None
        level = level_of(fn)
        if not permits(level, str(identity.role) if identity else None):
            _log.info(
                "event refused", handler=event.name, level=level, account=identity.account_id if identity else None
            )
            if identity is None and level is not None:
                return StateUpdate(events=[_redirect(f"/login?next={state.router.url.path}")])
            return refusal(NotFound(t("This action does not exist. Reload the page and try again.")))
        try:
            arguments = validated(fn, event.payload)
        except PhotogenError as error:
            _log.info("arguments refused", handler=event.name, field=error.details.get("field"))
            return refusal(error)
        event.payload.clear()
        event.payload.update(arguments)
        hub.begins(state.router.session.client_token, event.name)
        return None

    @staticmethod
    async def _bind(state: BaseState, owner: str) -> None:
        # The tab's token is no secret (reflex.md, 3.4): a tree that another log-in filled is emptied before anything
        # is read from it.
        root = state._get_root_state()
        bound = await root.get_state(Owner)
        if bound._owner != owner:
            hub.forget(state.router.session.client_token)
            root.reset()
            bound._owner = owner
