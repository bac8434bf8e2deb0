"""What every part of the sandbox shares: store, pace, faults, record of requests, work under way."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from photogen.sandbox.drawing import Recipe, draw_bytes
from photogen.sandbox.faults import Faults
from photogen.sandbox.pace import Pace
from photogen.sandbox.store import Store

_log = logging.getLogger("photogen.sandbox")


@dataclass(frozen=True)
class Charge:
    """A call that costs money and was accepted. `reference` is the caller's own id, found wherever the call carried it;
    `job` the training or prediction that it began, "" for a picture that was in the answer."""

    vendor: str
    operation: str
    reference: str
    job: str


class RequestLog:
    """The last requests, for tests that ask what was asked of a vendor."""

    def __init__(self, limit: int = 10_000) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=limit)
        self._count = 0

    def add(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Keeps one; the caller fills in the outcome later."""
        self._count += 1
        entry = {"number": self._count, **entry}
        self._entries.append(entry)
        return entry

    def all(self) -> list[dict[str, Any]]:
        """Oldest first."""
        return list(self._entries)

    def clear(self) -> None:
        """Forgets all."""
        self._entries.clear()


class Sandbox:
    """State of one running sandbox. Everything happens on one event loop, except drawing and packing in threads."""

    def __init__(self, data: Path, base_url: str, starters: "tuple[Callable[[Sandbox], None], ...]" = ()) -> None:
        """`starters` take up what a stopped sandbox left behind, at the start and after a reset."""
        self.store = Store(data)
        self._starters = starters
        self.base_url = base_url
        self.pace = Pace.from_environment()
        self.faults = Faults()
        self.log = RequestLog()
        self.charges: list[Charge] = []
        self.http = httpx.AsyncClient(timeout=httpx.Timeout(30.0), trust_env=False)
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="sandbox")
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._latest: tuple[tuple[Recipe, str, int], bytes] | None = None

    def retire(self, vendor: str, model: str, *, retired: bool) -> None:
        """Takes a model out of what a vendor serves, or puts it back."""
        key = f"{vendor} {model}"
        if retired:
            self.store.put("retired", key, {"vendor": vendor, "model": model})
        else:
            self.store.delete("retired", key)

    def serves(self, vendor: str, model: str) -> bool:
        """Whether a model has not been retired."""
        return self.store.get("retired", f"{vendor} {model}") is None

    def spawn(self, key: str, work: Coroutine[Any, Any, None]) -> None:
        """Does `work` beside the requests; `key` names it for `stop`."""
        task = asyncio.get_running_loop().create_task(work, name=key)
        self._tasks[key] = task
        task.add_done_callback(lambda done: self._ended(key, done))

    def _ended(self, key: str, task: "asyncio.Task[None]") -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("the sandbox failed at %s", key, exc_info=error)

    def stop(self, key: str) -> None:
        """Ends the work of that name; none is fine."""
        if task := self._tasks.get(key):
            task.cancel()

    async def in_thread(self, function: Any, *args: Any) -> Any:
        """The result of `function(*args)`, computed beside the loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *args)

    def start(self) -> None:
        """Takes up the work under way."""
        for starter in self._starters:
            starter(self)

    async def draw(self, recipe: Recipe, suffix: str, quality: int) -> bytes:
        """The picture of `recipe` as a file, no larger than the pace allows. Who asks for the latest one again gets it
        at once: a crowd can be tried out without waiting for our own brush."""
        side = max(recipe.width, recipe.height)
        if 0 < self.pace.largest_side < side:
            share = self.pace.largest_side / side
            recipe = replace(
                recipe, width=max(8, round(recipe.width * share)), height=max(8, round(recipe.height * share))
            )
        wanted = (recipe, suffix, quality)
        if self._latest is not None and recipe.lora is None and self._latest[0] == wanted:
            return self._latest[1]
        picture = bytes(await self.in_thread(draw_bytes, recipe, suffix, quality))
        if recipe.lora is None:
            self._latest = (wanted, picture)
        return picture

    async def reset(self) -> None:
        """As new: nothing stored, no faults, no work under way, the pace of the environment."""
        await self._cancel_all()
        self.store.reset()
        self.faults.clear()
        self.log.clear()
        self.charges.clear()
        self.pace = Pace.from_environment()
        self.start()

    async def close(self) -> None:
        """Ends the work under way and closes what is open."""
        await self._cancel_all()
        await self.http.aclose()
        self._threads.shutdown(wait=True, cancel_futures=True)
        self.store.close()

    async def _cancel_all(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def now() -> datetime:
    """The present, aware."""
    return datetime.now(UTC)


def stamp(moment: datetime | None = None) -> str:
    """RFC 3339 with milliseconds and Z, as the vendors write it."""
    return (moment or now()).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def age(moment: str) -> float:
    """Seconds since a moment written by `stamp`."""
    return (now() - datetime.fromisoformat(moment)).total_seconds()
