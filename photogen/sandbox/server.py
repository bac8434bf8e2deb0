"""An ASGI server on h11, small enough to let a fault cut a connection without an answer, which others don't offer."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import unquote

import h11
from starlette.types import ASGIApp, Message, Scope

_log = logging.getLogger("photogen.sandbox")
_CHUNK = 256 * 1024
_MAX_HEAD = 64 * 1024

CUT = "photogen.sandbox.cut"
"""Name of the scope extension whose `abort` drops the connection as it stands."""


class Server:
    """Serves `app` on loopback until `stop()`; requests under way get `grace` seconds to end."""

    def __init__(self, app: ASGIApp, *, port: int, host: str = "127.0.0.1", grace: float = 2.0) -> None:
        self._app = app
        self._host = host
        self._port = port
        self._grace = grace
        self._stopping = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """Ends `serve` soon. Safe to call from a signal handler of the loop."""
        self._stopping.set()

    async def serve(self, ready: Callable[[], None]) -> None:
        """Listens, calls `ready`, and returns after `stop`. Raises OSError when the port is taken."""
        async with _lifespan(self._app):
            listener = await asyncio.start_server(self._accept, self._host, self._port, limit=_CHUNK)
            ready()
            await self._stopping.wait()
            listener.close()
            if self._connections:
                await asyncio.wait(self._connections, timeout=self._grace)
            for task in list(self._connections):
                task.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(_Connection(self._app, reader, writer, self._stopping).run())
        self._connections.add(task)
        try:
            await task
        except (ConnectionError, TimeoutError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._connections.discard(task)
            writer.close()


class _Connection:
    """One client's connection: request after request."""

    def __init__(
        self, app: ASGIApp, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, stopping: asyncio.Event
    ) -> None:
        self._app = app
        self._reader = reader
        self._writer = writer
        self._stopping = stopping
        self._wire = h11.Connection(h11.SERVER, max_incomplete_event_size=_MAX_HEAD)

    async def run(self) -> None:
        while True:
            try:
                request = await self._next_event(idle=True)
            except h11.RemoteProtocolError as error:
                await self._refuse(error)
                return
            if not isinstance(request, h11.Request):
                return
            await self._exchange(request)
            if self._wire.our_state is not h11.DONE or self._wire.their_state is not h11.DONE:
                return
            if self._stopping.is_set():
                return
            self._wire.start_next_cycle()

    async def _exchange(self, request: h11.Request) -> None:
        answer = _Answer(self, request.method == b"HEAD")
        try:
            await self._app(self._scope(request), self._receive, answer.send)
        except ConnectionError:
            raise
        except Exception:  # noqa: BLE001 - the server must outlive whatever the application does
            _log.exception("the sandbox failed at %s %s", request.method.decode(), request.target.decode())
            if answer.started:
                self._writer.transport.abort()
                return
            await self.send(h11.Response(status_code=500, headers=[(b"content-length", b"0")]))
            await self.send(h11.EndOfMessage())
        await self._drain_request()

    async def _receive(self) -> Message:
        if self._wire.their_state is not h11.SEND_BODY:
            await asyncio.Event().wait()  # nothing more comes; the exchange ends when the answer is sent
        event = await self._next_event()
        if isinstance(event, h11.Data):
            return {"type": "http.request", "body": bytes(event.data), "more_body": True}
        if isinstance(event, h11.EndOfMessage):
            return {"type": "http.request", "body": b"", "more_body": False}
        return {"type": "http.disconnect"}

    async def _drain_request(self) -> None:
        """Reads what the application left of the request, so that the connection can be used again."""
        while self._wire.their_state is h11.SEND_BODY:
            if isinstance(await self._next_event(), h11.ConnectionClosed):
                return

    async def _next_event(self, idle: bool = False) -> Any:
        while True:
            event = self._wire.next_event()
            if event is not h11.NEED_DATA:
                return event
            if self._wire.they_are_waiting_for_100_continue:
                await self.send(h11.InformationalResponse(status_code=100, headers=[]))
            self._wire.receive_data(await self._read(idle))

    async def _read(self, idle: bool) -> bytes:
        if not idle:
            return await self._reader.read(_CHUNK)
        read = asyncio.ensure_future(self._reader.read(_CHUNK))
        stop = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({read, stop}, return_when=asyncio.FIRST_COMPLETED)
            return read.result() if read.done() else b""
        finally:
            stop.cancel()
            read.cancel()

    async def send(self, event: Any) -> None:
        """Writes one event of the answer."""
        data = self._wire.send(event)
        if data:
            self._writer.write(data)
            await self._writer.drain()

    async def _refuse(self, error: h11.RemoteProtocolError) -> None:
        if self._wire.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            status = error.error_status_hint
            await self.send(h11.Response(status_code=status, headers=[(b"connection", b"close")]))
            await self.send(h11.EndOfMessage())

    def _scope(self, request: h11.Request) -> Scope:
        path, _, query = request.target.partition(b"?")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": request.http_version.decode(),
            "method": request.method.decode(),
            "scheme": "http",
            "path": unquote(path.decode("ascii")),
            "raw_path": path,
            "query_string": query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers],
            "client": self._writer.get_extra_info("peername"),
            "server": self._writer.get_extra_info("sockname"),
            "extensions": {CUT: {"abort": self._writer.transport.abort}},
        }


class _Answer:
    """What the application sends, put on the wire; a HEAD has no body."""

    def __init__(self, connection: _Connection, headers_only: bool) -> None:
        self._connection = connection
        self._headers_only = headers_only
        self.started = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = list(message.get("headers", []))
            await self._connection.send(h11.Response(status_code=message["status"], headers=headers))
            return
        body = message.get("body", b"")
        if body and not self._headers_only:
            await self._connection.send(h11.Data(data=body))
        if not message.get("more_body", False):
            await self._connection.send(h11.EndOfMessage())


@contextlib.asynccontextmanager
async def _lifespan(app: ASGIApp) -> AsyncIterator[None]:
    """Runs the application's start-up before and its shutdown after the body."""
    inbox: asyncio.Queue[Message] = asyncio.Queue()
    outbox: asyncio.Queue[Message] = asyncio.Queue()
    task = asyncio.ensure_future(app({"type": "lifespan", "asgi": {"version": "3.0"}}, inbox.get, outbox.put))
    await inbox.put({"type": "lifespan.startup"})
    answer = await outbox.get()
    if answer["type"] != "lifespan.startup.complete":
        raise RuntimeError(f"the sandbox could not start: {answer.get('message', '')}")
    try:
        yield
    finally:
        await inbox.put({"type": "lifespan.shutdown"})
        await outbox.get()
        await task
