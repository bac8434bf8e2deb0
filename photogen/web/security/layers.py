"""ASGI layers around the whole application, each doing one thing. Order in app.py; facts in reflex.md, 3."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from photogen.web import session

CLOSED = ("/_upload", "/_health", "/_all_routes", "/auth-codespace")
"""Reflex's own endpoints that photogen doesn't use: the upload parses whole bodies for anybody, health opens the
database."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def header(scope: Scope, name: bytes) -> str:
    """A request header, or "" where it is missing."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


async def answer(send: Send, status: int, body: bytes = b"", *headers: tuple[bytes, bytes]) -> None:
    """Sends a whole response."""
    content = (
        [] if any(key == b"content-type" for key, _ in headers) else [(b"content-type", b"text/plain; charset=utf-8")]
    )
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*content, length, *headers]})
    await send({"type": "http.response.body", "body": body})


class Closed:
    """Paths that answer 404 whatever comes."""

    def __init__(self, app: ASGIApp, paths: tuple[str, ...] = CLOSED) -> None:
        self.app, self._paths = app, paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and any(
            scope["path"] == p or scope["path"].startswith(p + "/") for p in self._paths
        ):
            await answer(send, 404, b"Not found")
            return
        await self.app(scope, receive, send)


class SameOrigin:
    """A request that changes something must come from a page of ours: its Origin, or else its Referer, is one of
    `origins`.

    `open_paths` are for machines that sign what they send (webhooks), carry a key (the API) or a token of ours (mail
    programs).
    """

    def __init__(
        self, app: ASGIApp, origins: Iterable[str], open_paths: tuple[str, ...] = ("/webhooks/", "/api/v1/", "/mail/")
    ) -> None:
        self.app, self._origins, self._open = app, frozenset(origins), open_paths

    def _allowed(self, scope: Scope) -> bool:
        if scope["path"].startswith(self._open):
            return True
        origin = header(scope, b"origin")
        if origin:
            return origin in self._origins
        referer = header(scope, b"referer")
        return any(referer == o or referer.startswith(o + "/") for o in self._origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in _SAFE and not self._allowed(scope):
            await answer(send, 403, b"This request did not come from a page of photogen. (foreign_origin)")
            return
        await self.app(scope, receive, send)


class NoSlashRedirect:
    """Serves /gallery from gallery/index.html: Starlette would answer with an absolute http:// redirect, wrong
    behind TLS."""

    def __init__(self, app: ASGIApp, client: Path) -> None:
        self.app = app
        self._pages = {
            "/" + p.parent.relative_to(client).as_posix() for p in client.rglob("index.html") if p.parent != client
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in self._pages:
            scope = {**scope, "path": scope["path"] + "/", "raw_path": scope["path"].encode() + b"/"}
        await self.app(scope, receive, send)


class PrivatePages:
    """Who has no session is sent to the log-in before any page is drawn; /admin does not exist for who is no admin.

    `private` are the routes behind the log-in. What a page shows is decided by the event guard; this is for the
    first answer.
    """

    def __init__(self, app: ASGIApp, private: Iterable[str], client: Path) -> None:
        self.app = app
        self._private = tuple(sorted({"/" + r.strip("/").split("/")[0] for r in private}))
        self._missing = client / "404.html"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        path: str = scope["path"]
        cookie = header(scope, b"cookie")
        if path == "/admin" or path.startswith("/admin/"):
            identity = await session.identify(cookie)
            if identity is None or str(identity.role) != "admin":
                page = self._missing.read_bytes() if self._missing.exists() else b"Not found"
                await answer(send, 404, page, (b"content-type", b"text/html; charset=utf-8"))
                return
        elif (
            path.startswith(self._private)
            and ("/" + path.split("/")[1]) in self._private
            and not session.token_in(cookie)
        ):
            query = scope.get("query_string", b"").decode("latin-1")
            wanted = quote(path + (f"?{query}" if query else ""), safe="/")
            await answer(
                send, 303, b"", (b"location", f"/login?next={wanted}".encode()), (b"cache-control", b"no-store")
            )
            return
        await self.app(scope, receive, send)


class SocketLimits:
    """Frames per socket (a token bucket) and sockets per address. A flood is cut, not queued."""

    def __init__(
        self, app: ASGIApp, *, rate: float = 30, burst: float = 120, per_address: int = 60, hops: int = 0
    ) -> None:
        self.app, self._rate, self._burst, self._per_address, self._hops = app, rate, burst, per_address, hops
        self._open: dict[str, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        address = client_address(scope, self._hops)
        if self._open.get(address, 0) >= self._per_address:
            await receive()
            await send({"type": "websocket.close", "code": 1013})
            return
        self._open[address] = self._open.get(address, 0) + 1
        tokens, last, cut = self._burst, time.monotonic(), False

        async def limited() -> Message:
            nonlocal tokens, last, cut
            message = await receive()
            if message["type"] == "websocket.receive" and not cut:
                now = time.monotonic()
                tokens = min(self._burst, tokens + (now - last) * self._rate) - 1
                last = now
                if tokens < 0:
                    cut = True
                    await send({"type": "websocket.close", "code": 1008})
                    return {"type": "websocket.disconnect", "code": 1008}
            return message

        try:
            await self.app(scope, limited, send)
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]


def client_address(scope: Scope, hops: int) -> str:
    """The address of the browser: of the connection, or, behind `hops` trusted proxies, the one that the outermost
    of them saw."""
    peer = (scope.get("client") or ("",))[0]
    if hops:
        # A proxy may add a line of its own below the sender's: all lines are one list (RFC 9110, 5.3).
        lines = [value.decode("latin-1") for key, value in scope["headers"] if key == b"x-forwarded-for"]
        forwarded = [part.strip() for part in ",".join(lines).split(",") if part.strip()]
        if len(forwarded) >= hops:
            return forwarded[-hops]
    return str(peer)


def script_hashes(client: Path) -> list[str]:
    """The CSP source of each inline script in the built pages."""
    found: set[str] = set()
    for page in client.rglob("*.html"):
        for script in re.finditer(
            r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", page.read_text(encoding="utf-8"), re.DOTALL
        ):
            digest = hashlib.sha256(script.group(1).encode()).digest()
            found.add(f"'sha256-{base64.b64encode(digest).decode()}'")
    return sorted(found)


class Headers:
    """Security and cache headers on every response; a strict CSP: no inline script but those that were built, no eval.

    What is no page is allowed nothing at all, in a few bytes: the hashes weigh 2 kB, and a page loads thirty files.
    `pictures` gives the origins from which pictures may come besides our own."""

    _NOTHING = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")

    def __init__(
        self, app: ASGIApp, *, client: Path, https: bool, pictures: Callable[[], Sequence[str]] = tuple
    ) -> None:
        self.app = app
        self._pictures = pictures
        sources = " ".join(["'self'", *script_hashes(client)])
        self._written = (
            f"default-src 'self'; script-src {sources}; style-src 'self' 'unsafe-inline'; "
            "img-src 'self' data: blob:{}; "
            "connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
            "frame-ancestors 'none'"
        )
        self._always = [
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
            (b"x-frame-options", b"DENY"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
        ]
        if https:
            self._always.append((b"strict-transport-security", b"max-age=31536000"))

    @functools.cached_property
    def _policy(self) -> tuple[bytes, bytes]:
        """Asked for at the first page: what is known of other places for pictures is built after the server's fork."""
        others = "".join(f" {origin}" for origin in self._pictures())
        return b"content-security-policy", self._written.format(others).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        immutable = scope["path"].startswith("/assets/")

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = [(k, v) for k, v in message.get("headers", []) if k.lower() != b"server"]
                names = {k.lower() for k, _ in sent}
                page = dict(message.get("headers", [])).get(b"content-type", b"").startswith(b"text/html")
                policy = self._policy if page else self._NOTHING
                # A 304 has no content type, and its headers replace what the browser kept: the page's policy must stay.
                added = self._always if message["status"] == 304 else (policy, *self._always)
                sent += [pair for pair in added if pair[0] not in names]
                if immutable and message["status"] == 200:
                    sent.append((b"cache-control", b"public, max-age=31536000, immutable"))
                elif b"cache-control" not in names:
                    sent.append((b"cache-control", b"no-cache"))
                message = {**message, "headers": sent}
            await send(message)

        await self.app(scope, receive, with_headers)
