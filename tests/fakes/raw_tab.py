"""A browser's tab without a browser: the socket that pages use, in the hands of somebody who sends what he likes."""

from __future__ import annotations

import asyncio
import json
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import aiohttp
import socketio

NAMESPACE = "/_event"
ROOT = "reflex___state____state"
HYDRATE = f"{ROOT}.hydrate_and_load"
_MARK = "mark of a test "
SHOW = f"{ROOT}.photogen___web___notices____notices.show"


class RawTab:
    """`async with RawTab(web.url, token) as tab: await tab.send(name, payload)`; what came back is in `deltas`,
    `redirects` and `toasts`, as it came in `words`.

    `tab` is the tab's own token (not the session's), `address` the loopback address that it comes from."""

    def __init__(
        self,
        url: str,
        session: str = "",
        *,
        tab: str = "",
        path: str = "/",
        address: str = "127.0.0.1",
        origin: str | None = None,
        boot: bool = True,
        cookie: str | None = None,
    ) -> None:
        self.url, self.tab, self.path = url, tab or str(uuid4()), path
        self._address, self._boot = address, boot
        self.headers = {"Origin": url if origin is None else origin}
        if session or cookie is not None:
            self.headers["Cookie"] = f"photogen_session={session}" if cookie is None else cookie
        self.deltas: list[dict[str, Any]] = []
        self.redirects: list[str] = []
        self.toasts: list[tuple[str, str]] = []
        self._notices_seen: set[str] = set()
        self._marks: set[str] = set()
        self._read = (0, 0)
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(local_addr=(self._address, 0))
        self._http = aiohttp.ClientSession(connector=connector)
        self.socket = socketio.AsyncClient(reconnection=False, http_session=self._http)
        self.socket.on("event", self._heard, namespace=NAMESPACE)
        self.socket.on("new_token", self._renamed, namespace=NAMESPACE)
        event = self._event(HYDRATE, {})
        try:
            await self.socket.connect(
                f"{self.url}?token={self.tab}", namespaces=[NAMESPACE], socketio_path="/_event",
                transports=["websocket"], headers=self.headers, auth={"event": event} if self._boot else None,
                wait_timeout=20,
            )  # fmt: skip
        except BaseException:
            await self._http.close()
            raise
        if self._boot:
            await self.loaded()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.socket.disconnect()
        await self._http.close()

    def _event(self, name: str, payload: object) -> dict[str, Any]:
        return {"name": name, "payload": payload, "router_data": {"pathname": self.path, "asPath": self.path}}

    async def _renamed(self, token: str) -> None:
        self.tab = token

    async def _heard(self, update: dict[str, Any]) -> None:
        if update.get("delta"):
            self.deltas.append(update["delta"])
            for notice in self._notices(update["delta"]):
                seen = (notice["text"], notice["code"])
                if notice["text"].startswith(_MARK):
                    self._marks.add(notice["text"])
                elif notice["id"] not in self._notices_seen:
                    self._notices_seen.add(notice["id"])
                    self.toasts.append(seen)
        for event in update.get("events") or ():
            if event["name"] == "_redirect":
                self.redirects.append(event["payload"]["path"])
        self._news.set()

    @staticmethod
    def _notices(delta: dict[str, Any]) -> list[dict[str, Any]]:
        return next((d.get("items_rx_state_", []) for name, d in delta.items() if name.endswith("____notices")), [])

    @property
    def words(self) -> str:
        """All that the server has sent to this tab."""
        return json.dumps([self.deltas, self.redirects], ensure_ascii=False)

    def news(self) -> str:
        """What the server has sent since this was asked last."""
        seen, self._read = self._read, (len(self.deltas), len(self.redirects))
        return json.dumps([self.deltas[seen[0] :], self.redirects[seen[1] :]], ensure_ascii=False)

    def value(self, name: str) -> Any:
        """The last value of `State.variable` that came, such as "generate.prompt"."""
        state, _, variable = name.partition(".")
        found = None
        for delta in self.deltas:
            for full, values in delta.items():
                if full.endswith(f"____{state}"):
                    found = values.get(f"{variable}_rx_state_", found)
        return found

    async def send(self, name: str, payload: object = None, *, settle: bool = True) -> None:
        """One event; waits until it and what follows from it has been answered, unless told not to."""
        if name == HYDRATE:
            self.deltas.clear()
        await self.socket.emit("event", self._event(name, payload if payload is not None else {}), namespace=NAMESPACE)
        if name == HYDRATE:
            await self.loaded()
        elif settle:
            await self.settle()

    async def loaded(self) -> None:
        """Until what the page does when it is opened has been done: Reflex then says that it is hydrated."""
        await self.until(lambda: self.value("state.is_hydrated"))
        await self.settle()

    async def settle(self, patience: float = 15.0) -> None:
        """Until a toast of our own has come back twice: events of a tab are handled one after the other, and the
        second round waits for what the first one's handlers called."""
        for _ in range(2):
            mark = f"{_MARK}{uuid4()}"
            await self.socket.emit("event", self._event(SHOW, {"tone": "info", "text": mark}), namespace=NAMESPACE)
            async with asyncio.timeout(patience):
                while mark not in self._marks:
                    self._news.clear()
                    await self._news.wait()

    async def until(self, condition: Any, patience: float = 10.0) -> None:
        """Waits for what arrives by itself."""
        async with asyncio.timeout(patience):
            while not condition():
                self._news.clear()
                await self._news.wait()
