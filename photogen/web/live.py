"""Pages that change by themselves: rows announce themselves by NOTIFY, one listener per web process tells the tabs
concerned.

    live.subscribe(self, "training", Training.refresh)      # in an on_load handler; again after each reconnect, by
    itself

`Training.refresh` is an ordinary `@allow("user")` handler that reads what it shows. It passes through the guard like
any event, so a session that has ended is never served. Announcements that come while a refresh waits are answered by
that one refresh, those that come while it reads by one more. The subscriptions of a tab end when it leaves the page
(its next on_load begins anew) or disconnects.
Kinds: training, generation, credits, quota, billing, notices, photoset, gallery.

    view = await live.read("training", services().training.get, account_id, self._id)

reads once for all tabs of the account that the same announcement made read.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import psycopg
import reflex as rx
from reflex_base.event import Event

from photogen.kit import log
from photogen.web import deps
from photogen.web.session import current

CHANNEL = "photogen_changes"
SAFETY_SECONDS = 20.0
"""How often every subscribed page reads again in case an announcement was lost."""
_LATELY = SAFETY_SECONDS / 2
"""What a page read so lately is not read again for safety: a crowd's pages all read for what they caused themselves,
and a third of what they asked for was safety."""
_SLICES = 20
"""The pages take turns at it: all at once, 50 tabs would hold up everybody's announcements for a second."""
_KEPT_SECONDS = 1.0
"""How long a reading serves further tabs if nothing is announced: for the change that nobody announces."""

R = TypeVar("R")
_log = log.get("live")


class Hub:
    """Which tabs want to hear of what. Belongs to one event loop; holds no data of anybody's."""

    _app: rx.App

    def __init__(self) -> None:
        self._subscriptions: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(
            dict
        )  # (account, kind): token: handlers
        self._pages: dict[str, str] = {}  # token: path, to drop the subscriptions of the page before
        self._asked: dict[str, dict[str, float]] = {}  # token: handler: when it was last asked to run
        self._held: dict[str, set[str]] = {}  # token: handlers that are to run once the tab's own one has ended
        self._waiting: dict[tuple[str, str], bool] = {}  # (token, handler): announced since it began to read
        self._tasks: set[asyncio.Task[None]] = set()
        self._readings: dict[tuple[str, str], dict[Hashable, asyncio.Task[Any]]] = {}

    def subscribe(self, token: str, page: str, account_id: str, kind: str, handler: str) -> None:
        """`handler` (a full event name) is to run in the tab `token` when a row of `kind` of the account changes."""
        if self._pages.get(token) != page:
            self.forget(token)
            self._pages[token] = page
        self._subscriptions[account_id, kind].setdefault(token, set()).add(handler)

    def forget(self, token: str) -> None:
        """Drops everything about a tab."""
        self._pages.pop(token, None)
        self._asked.pop(token, None)
        for key in [key for key, tabs in self._subscriptions.items() if token in tabs]:
            del self._subscriptions[key][token]
            if not self._subscriptions[key]:
                del self._subscriptions[key]

    def prune(self, connected: set[str]) -> None:
        """Drops the tabs that are no longer connected."""
        for token in set(self._pages) - connected:
            self.forget(token)

    def announce(self, account_id: str, kind: str) -> None:
        """A row changed: the tabs concerned read again."""
        self._readings.pop((account_id, kind), None)  # whatever was begun before may have missed it
        for token, handlers in self._subscriptions.get((account_id, kind), {}).items():
            for handler in handlers:
                self._push(token, handler)

    @contextmanager
    def hold(self, token: str) -> Iterator[set[str]]:
        """What the tab is to run meanwhile is kept until the end; a handler that reads for itself takes out of the set
        what that reading answers."""
        held = self._held.setdefault(token, set())
        try:
            yield held
        finally:
            self._held.pop(token, None)
            for handler in held:
                self._push(token, handler)

    def begins(self, token: str, handler: str) -> None:
        """`handler` is about to read in that tab: what was announced until now is answered by it."""
        if (token, handler) in self._waiting:
            self._waiting[token, handler] = False

    def announce_all(self) -> None:
        """Every subscribed tab reads again: after the listener was away, and as the safety net."""
        for account_id, kind in list(self._subscriptions):
            self.announce(account_id, kind)

    async def read(self, account_id: str, kind: str, fn: Callable[..., R], *args: Hashable) -> R:
        """What `fn(*args)` gives, read after the last announcement of `kind` for the account, by whichever of its tabs
        came first. `fn` is a service's method that gives what nobody changes; all get what it raises."""
        known = self._readings.setdefault((account_id, kind), {})
        key = (fn, *args)
        if key not in known:
            known[key] = asyncio.create_task(deps.call(fn, *args))
            asyncio.get_running_loop().call_later(_KEPT_SECONDS, self._drop, (account_id, kind), key, known[key])
        return await asyncio.shield(known[key])  # a tab that goes away takes nothing from the others

    def _drop(self, whose: tuple[str, str], key: Hashable, reading: asyncio.Task[Any]) -> None:
        known = self._readings.get(whose, {})
        if known.get(key) is reading:
            del known[key]
            if not known:
                del self._readings[whose]

    def _push(self, token: str, handler: str) -> None:
        if (held := self._held.get(token)) is not None:
            held.add(handler)
            return
        key = (token, handler)
        if key in self._waiting:
            self._waiting[key] = True
            return
        self._waiting[key] = False
        self._asked.setdefault(token, {})[handler] = time.monotonic()
        task = asyncio.get_running_loop().create_task(self._run(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, key: tuple[str, str]) -> None:
        token, handler = key
        try:
            while True:
                if token not in self._pages:
                    return
                with self._app.set_contexts():
                    done = await self._app.event_processor.enqueue(token, Event(name=handler, payload={}))
                await asyncio.wait([done])
                if not self._waiting[key]:
                    return
                self._waiting[key] = False
        finally:
            del self._waiting[key]

    def tidy(self, part: int = 0, parts: int = 1) -> None:
        """Forgets tabs that went away, then lets part `part` (from 0) of the rest read again what they have not read
        lately."""
        namespace = self._app.event_namespace
        if namespace is not None:
            self.prune(set(namespace.token_to_sid))
        lately = time.monotonic() - _LATELY
        for tabs in self._subscriptions.values():
            for token, handlers in tabs.items():
                if hash(token) % parts == part:
                    for handler in handlers:
                        if self._asked.get(token, {}).get(handler, float("-inf")) < lately:
                            self._push(token, handler)

    @asynccontextmanager
    async def running(self, app: rx.App) -> AsyncIterator[None]:
        """Listens while the web process runs."""
        self._app = app
        work = [
            asyncio.create_task(self._listen(), name="live-listen"),
            asyncio.create_task(self._safety(), name="live-safety"),
        ]
        try:
            yield
        finally:
            for task in [*work, *self._tasks]:
                task.cancel()
            await asyncio.gather(*work, *self._tasks, return_exceptions=True)

    async def _safety(self) -> None:
        for part in itertools.cycle(range(_SLICES)):
            await asyncio.sleep(SAFETY_SECONDS / _SLICES)
            self.tidy(part, _SLICES)

    async def _listen(self) -> None:
        pause = 0.2
        while True:
            try:
                url = deps.settings().database_url.get_secret_value()
                async with await psycopg.AsyncConnection.connect(
                    url, autocommit=True, application_name="photogen-live"
                ) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    pause = 0.2
                    self.announce_all()
                    async for message in connection.notifies():
                        self._hear(message.payload)
            except (psycopg.Error, OSError) as error:
                _log.warning("listener lost, trying again", error=type(error).__name__, seconds=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 10.0)

    def _hear(self, payload: str) -> None:
        try:
            change: dict[str, Any] = json.loads(payload)
            self.announce(str(change["account"]), str(change["kind"]))
        except (ValueError, KeyError, TypeError):
            _log.warning("announcement not understood")


hub = Hub()
"""The one hub of this web process."""


def _name(handler: Any) -> str:
    return Event.from_event_type(handler() if callable(handler) else handler)[0].name


def subscribe(state: rx.State, kind: str, handler: Any) -> None:
    """Lets `handler` (an event handler without arguments) run in this tab when a row of `kind` of the logged-in
    account changes."""
    hub.subscribe(state.router.session.client_token, state.router.url.path, current().account_id, kind, _name(handler))


@contextmanager
def own_change(state: rx.State) -> Iterator[Callable[..., None]]:
    """Around a handler that changes rows and then reads them itself. It calls what this gives with the handlers of its
    tab whose work it does, right before it reads: what has been announced for them until then is answered by that
    reading. All else that is announced runs when the block ends."""
    with hub.hold(state.router.session.client_token) as held:
        yield lambda *answered: held.difference_update(map(_name, answered))


async def read(kind: str, fn: Callable[..., R], *args: Hashable) -> R:
    """`fn(*args)` for the logged-in account, once for all of its tabs that read after the same announcement. For
    refreshes only: a handler that has just written something reads for itself."""
    return await hub.read(current().account_id, kind, fn, *args)
