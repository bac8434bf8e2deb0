"""A sandbox inside the test's process whose every request and answer is kept."""

import asyncio
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from photogen.sandbox.app import create_app
from photogen.sandbox.server import Server
from tests.fakes.sandbox import SandboxServer


@dataclass
class Exchange:
    """One request and its answer."""

    method: str
    path: str
    query: bytes
    headers: dict[str, str]
    request_body: bytes = b""
    status: int = 0
    response_type: str = ""
    response_body: bytes = b""

    @property
    def request_type(self) -> str:
        """The media type of the request, without its parameters."""
        return self.headers.get("content-type", "").split(";")[0]

    def __str__(self) -> str:
        return f"{self.method} {self.path} -> {self.status}"


@dataclass
class Recorder:
    """ASGI middleware that keeps exchanges."""

    app: ASGIApp
    exchanges: list[Exchange] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        exchange = Exchange(scope["method"], scope["path"], scope["query_string"], headers)
        self.exchanges.append(exchange)

        async def heard() -> Message:
            message = await receive()
            exchange.request_body += message.get("body", b"")
            return message

        async def said(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                exchange.response_type = _type(message.get("headers", []))
            else:
                exchange.response_body += message.get("body", b"")
            await send(message)

        await self.app(scope, heard, said)


def _type(headers: Any) -> str:
    return next((value.decode() for name, value in headers if name.lower() == b"content-type"), "").split(";")[0]


class RecordedSandbox(SandboxServer):
    """Like SandboxServer, but in a thread of this process; `exchanges` holds what was said, but for `/control`."""

    def __init__(self, data: Path) -> None:
        super().__init__(data)
        self._recorder: Recorder | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: Server | None = None

    @property
    def exchanges(self) -> list[Exchange]:
        assert self._recorder is not None
        return [
            exchange for exchange in self._recorder.exchanges if not exchange.path.startswith(("/control", "/healthz"))
        ]

    def reset(self) -> None:
        """As new, its exchanges forgotten too."""
        super().reset()
        assert self._recorder is not None
        self._recorder.exchanges.clear()

    def start(self) -> None:
        ready: Future[None] = Future()
        self._recorder = Recorder(create_app(self.data, self.url))

        async def run() -> None:
            self._loop = asyncio.get_running_loop()
            self._server = Server(self._recorder, port=self.port, grace=0.2)
            await self._server.serve(lambda: ready.set_result(None))

        def work() -> None:
            try:
                asyncio.run(run())
            except BaseException as error:
                if not ready.done():
                    ready.set_exception(error)
                raise

        self._thread = threading.Thread(target=work, name="sandbox", daemon=True)
        self._thread.start()
        ready.result(timeout=20)

    def stop(self, *, kill: bool = False) -> int:
        if self._thread is not None:
            assert self._loop is not None
            assert self._server is not None
            self._loop.call_soon_threadsafe(self._server.stop)
            self._thread.join(timeout=20)
            self._thread = None
        return 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, value, trace)
