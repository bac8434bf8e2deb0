"""A small HTTP server that serves given files and keeps what is posted to it."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Posted:
    """One POST; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """`with Receiver({"/a.zip": data}) as receiver:`; `url` is its address, `posted` what came.

    `statuses` are the answers to the next posts; 200 when they are used up.
    """

    def __init__(self, files: Mapping[str, bytes], statuses: list[int] | None = None) -> None:
        self.files = dict(files)
        self.posted: list[Posted] = []
        self.statuses = statuses or []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait(self, count: int, seconds: float = 10) -> list[Posted]:
        """The posts, once there are `count`; fails after `seconds`."""
        deadline = time.monotonic() + seconds
        while len(self.posted) < count:
            assert time.monotonic() < deadline, f"{len(self.posted)} of {count} posts came"
            time.sleep(0.01)
        return list(self.posted)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                data = receiver.files.get(self.path.partition("?")[0])
                self._answer(404 if data is None else 200, data or b"")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.posted.append(Posted(self.path, headers, body))
                self._answer(receiver.statuses.pop(0) if receiver.statuses else 200, b"")

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

        return Handler
