"""The web without a browser: fake services, the settings of a local installation, and Reflex's event pipeline in
process."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
import reflex as rx
from reflex.app_mixins.middleware import MiddlewareMixin
from reflex.istate.manager.memory import StateManagerMemory
from reflex_base.event import Event
from reflex_base.event.processor import BaseStateEventProcessor

from photogen.db.engine import make_engine
from photogen.db.uow import UnitOfWork
from photogen.gateways.queue.memory import MemoryQueue
from photogen.web import deps
from photogen.web.security.guard import Guard
from tests.fakes.servers import EmbeddedPostgres, EmbeddedValkey
from tests.fakes.web_server import WebServer
from tests.fakes.web_services import web_services

ORIGIN = "http://localhost:3000"


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A local installation whose Redis doesn't answer."""
    for name, value in {
        "SECRET_KEY": "s" * 40,
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "PHOTOGEN_SANDBOX_URL": "http://127.0.0.1:1",
        "PORT": "3000",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PUBLIC_URL", raising=False)
    deps.settings.cache_clear()
    yield
    deps.settings.cache_clear()


@pytest.fixture
def services() -> Iterator[SimpleNamespace]:
    """Fake services in the place of the real ones."""
    fake = web_services()
    deps.use(fake)  # type: ignore[arg-type]
    yield fake
    deps.use(None)


@pytest.fixture
def nowhere() -> Iterator[Callable[[], UnitOfWork]]:
    """Makes units of work on a database that does not answer."""
    engine = make_engine("postgresql://nobody@127.0.0.1:1/none")
    yield lambda: UnitOfWork(engine, MemoryQueue())
    engine.dispose()


@pytest.fixture(scope="session")
def application() -> rx.App:
    """The true application with every page. A process can have only one."""
    from photogen.photogen import app

    return app


@dataclass
class Tab:
    """A browser tab's end of the pipeline: sends events raw, collects what came back."""

    processor: BaseStateEventProcessor
    token: str = "tab"
    deltas: list[dict[str, Any]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    async def send(
        self, name: str, payload: dict[str, Any] | None = None, *, cookie: str = "", path: str = "/x"
    ) -> None:
        """One event, as a socket would send it, until it and all that follows from it is done."""
        router = {
            "pathname": path,
            "asPath": path,
            "headers": {"cookie": cookie},
            "ip": "203.0.113.9",
            "token": self.token,
        }
        future = await self.processor.enqueue(self.token, Event(name=name, payload=payload or {}, router_data=router))
        await future.wait_all()

    def value(self, state: type, name: str) -> Any:
        """The last value of a variable that this tab was sent; None when it never was."""
        key, found = f"{name}_rx_state_", None
        for delta in self.deltas:
            found = delta.get(state.get_full_name(), {}).get(key, found)  # type: ignore[attr-defined]
        return found

    def went_to(self) -> list[str]:
        """Where the tab was redirected."""
        return [event.payload["path"] for event in self.events if event.name == "_redirect"]


@pytest.fixture
def pipeline(application: rx.App) -> Callable[..., Any]:
    """`async with pipeline() as tab`: a fresh pipeline behind the guard; `tab("name")` is a tab on it."""

    @asynccontextmanager
    async def opened(guard: Guard | None = None) -> AsyncIterator[Callable[[str], Tab]]:
        door = MiddlewareMixin()
        door.add_middleware(guard or Guard())
        tabs: dict[str, Tab] = {}

        class Namespace:
            async def emit_update(self, update: Any, token: str) -> None:
                if update.delta:
                    tabs[token].deltas.append(update.delta)
                tabs[token].events.extend(update.events or [])

        failures: list[Exception] = []

        def note(exception: Exception) -> None:
            failures.append(exception)

        processor = BaseStateEventProcessor(middleware=door, backend_exception_handler=note)  # type: ignore[arg-type]

        def tab(token: str = "tab") -> Tab:
            return tabs.setdefault(token, Tab(processor, token))

        async with processor.configure(state_manager=StateManagerMemory(), event_namespace=Namespace()):  # type: ignore[arg-type]
            yield tab
        assert not failures, failures

    return opened


@pytest.fixture(scope="session")
def web(
    postgres: EmbeddedPostgres,
    template_database: str,
    valkey: EmbeddedValkey,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[WebServer]:
    """The real web server, one for all tests that attack it: each has people of its own."""
    database = postgres.create("attacked", template=template_database)
    # A password takes a tenth of a second to check.
    rates = {"LOGIN_RATE": "6/minute", "REGISTRATION_RATE": "5/hour", "SHARE_RATE": "12/minute"}
    with WebServer(tmp_path_factory.mktemp("web"), database, valkey.url, environment=rates) as server:
        yield server
    postgres.drop("attacked")
