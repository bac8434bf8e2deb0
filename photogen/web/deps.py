"""The services, for pages and routes: `services()` is built once per process, `call` runs a service function in a
thread.

The core is synchronous (architecture.md, rule 10): a handler never calls a service on the event loop, it says
`view = await call(services().gallery.page, command)`.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from photogen.settings import Settings

if TYPE_CHECKING:
    from photogen.bootstrap import Services

P = ParamSpec("P")
R = TypeVar("R")

_lock = threading.Lock()


class _Process:
    """What one process has one of."""

    services: Services | None = None
    threads: ThreadPoolExecutor | None = None


@functools.lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, from the environment."""
    return Settings()


def services() -> Services:
    """The services of this process, built at the first use: never at import, since the server forks after it."""
    if _Process.services is None:
        with _lock:
            if _Process.services is None:
                from photogen.bootstrap import build

                _Process.services = build(settings())
    return _Process.services


def use(replacement: Services | None) -> None:
    """Puts `replacement` in the place of the built services, for tests; None goes back to building them."""
    _Process.services = replacement


def _threads() -> ThreadPoolExecutor:
    if _Process.threads is None:
        with _lock:
            if _Process.threads is None:
                size = settings().database_pool
                _Process.threads = ThreadPoolExecutor(max_workers=size, thread_name_prefix="service")
    return _Process.threads


async def call(fn: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Runs `fn` in one of as many threads as the database pool has connections; raises what it raises."""
    context = contextvars.copy_context()
    work = functools.partial(context.run, fn, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_threads(), work)
