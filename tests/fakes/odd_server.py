"""A vendor that answers whatever a test wants, byte for byte: true clients talk to it over a true connection."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Answer:
    """`owed`: bytes that are announced and never come; then the connection ends."""

    status: int = 200
    body: bytes = field(default=b"", repr=False)
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    owed: int = 0


def as_json(value: Any, status: int = 200) -> Answer:
    """A well-formed answer."""
    return Answer(status, json.dumps(value).encode())


class OddServer:
    """`with OddServer() as server:`. `server.usual` are answers by "METHOD /path" (a pattern, the first that fits);
    those in `server.odd` come before them. What nobody knows is answered 404."""

    def __init__(self) -> None:
        self.usual: dict[str, Answer] = {}
        self.odd: dict[str, Answer] = {}
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

    def _find(self, line: str) -> Answer:
        for answers in (self.odd, self.usual):
            for pattern, answer in answers.items():
                if re.fullmatch(pattern, line):
                    return answer
        return as_json({"detail": f"nobody knows {line}"}, 404)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self) -> None:
                self.rfile.read(int(self.headers.get("content-length") or 0))
                answer = server._find(f"{self.command} {self.path.partition('?')[0]}")
                bodiless = answer.status in (204, 304) or self.command == "HEAD"
                self.send_response(answer.status)
                self.send_header("content-type", answer.content_type)
                for name, value in answer.headers:
                    self.send_header(name, value)
                if not bodiless:
                    self.send_header("content-length", str(len(answer.body) + answer.owed))
                self.end_headers()
                if not bodiless:
                    self.wfile.write(answer.body)
                self.close_connection = self.close_connection or answer.owed > 0

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _any  # noqa: N815 (the library's names)

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

        return Handler
