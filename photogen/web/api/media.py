"""Pictures and files out of the storage: for their owner, or for who holds a signed address (vendors).

`/media/photos/{id}/{256|512|normal}` as uploaded, `/media/photos/{id}/{revision}/{...}` as edited,
`/media/images/{id}/{512|1024|original}` (`?download=1` saves it),
`/media/signed/{key}`.
Ranges, ETags and HEAD work. What lies under an id never changes, so browsers keep it for a year. Pictures may lie
elsewhere for browsers too, at a CDN or in the bucket: whose they are is asked here all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from photogen.errors import NotFound, PhotogenError, Unavailable
from photogen.gateways.base import GatewayError, Missing
from photogen.gateways.base_delivery import CDN
from photogen.kit import log
from photogen.web import deps
from photogen.web.api.answers import endpoint, refused
from photogen.web.text import t

_log = log.get("media")

_SHOWN = frozenset({"image/jpeg", "image/png", "image/webp"})
"""What a browser may show; anything else is only saved."""
_KEPT = "private, max-age=31536000, immutable"
_AT_ONCE = 1024 * 1024  # up to this size, bytes are read in the same step: one thread hop for a thumbnail
_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


@dataclass(frozen=True, slots=True)
class _File:
    """What to send: `filename` is the name for saving, "" when the browser is to show it."""

    key: str
    filename: str
    cache: str
    content_type: str = ""
    anywhere: bool = False
    """Pages of another origin may show it: they get it from the CDN."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: dict[str, str]
    body: bytes | Iterator[bytes] = b""


def _gone() -> NotFound:
    return NotFound(t("This file does not exist, or is no longer here."))


def _wanted(header: str, size: int) -> tuple[int, int] | None:
    """Start and end (without) of the one range that is asked for; None for the whole. Raises ValueError for a range
    outside of the file (416). Several ranges at once are answered with the whole (RFC 9110, 14.2)."""
    found = _RANGE.match(header.strip())
    if not found or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        if int(last) == 0 or size == 0:
            raise ValueError(header)
        return max(0, size - int(last)), size
    start, end = int(first), min(int(last) + 1 if last else size, size)
    if start >= size or (last and int(last) < start):
        raise ValueError(header)
    return start, end


def _open(file: _File, head: bool, asked: dict[str, str]) -> _Answer:
    """Everything that may block, in one thread. Raises NotFound, Unavailable."""
    storage = deps.services().storage
    try:
        stored = storage.stat(file.key)
        tag = '"' + stored.etag.strip('"') + '"'
        content_type = file.content_type or stored.content_type
        headers = {
            "etag": tag,
            "cache-control": file.cache,
            "accept-ranges": "bytes",
            "content-type": content_type if content_type in _SHOWN or file.filename else "application/octet-stream",
            "content-security-policy": "default-src 'none'; sandbox",
            "x-content-type-options": "nosniff",
        }
        if file.anywhere:
            headers["cross-origin-resource-policy"] = "cross-origin"
        if file.filename or content_type not in _SHOWN:
            name = file.filename or file.key.rsplit("/", 1)[-1]
            plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
            exact = quote(name, safe="")
            headers["content-disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}"
        known = [known.strip().removeprefix("W/") for known in asked.get("if-none-match", "").split(",")]
        if tag in known or "*" in known:
            return _Answer(304, {k: v for k, v in headers.items() if k in {"etag", "cache-control"}})
        whole = asked.get("if-range", tag) != tag
        try:
            part = None if whole else _wanted(asked.get("range", ""), stored.size)
        except ValueError:
            return _Answer(416, {**headers, "content-range": f"bytes */{stored.size}", "content-length": "0"})
        start, end = part or (0, stored.size)
        headers["content-length"] = str(end - start)
        if part:
            headers["content-range"] = f"bytes {start}-{end - 1}/{stored.size}"
        status = 206 if part else 200
        if head or start == end:
            return _Answer(status, headers)
        chunks = storage.stream(file.key, start, end)
        return _Answer(status, headers, b"".join(chunks) if end - start <= _AT_ONCE else chunks)
    except Missing:
        raise _gone() from None
    except GatewayError as error:
        _log.warning("storage does not answer", key=file.key, code=error.code)
        raise Unavailable(t("The file can't be read just now. Try again in a minute."), code=error.code) from error


async def _send(request: Request, file: _File) -> Response:
    asked = {name: request.headers[name] for name in ("range", "if-range", "if-none-match") if name in request.headers}
    opened = await deps.call(_open, file, request.method == "HEAD", asked)
    if isinstance(opened.body, bytes):
        response = Response(opened.body, opened.status)
    else:
        response = StreamingResponse(opened.body, opened.status)
    for name, value in opened.headers.items():  # a HEAD and a 304 have lengths and types of what they don't carry
        response.headers[name] = value
    if opened.status == 304:
        del response.headers["content-length"]
    return response


@endpoint
async def _photo(request: Request, account_id: str) -> Response:
    asked: dict[str, Any] = request.path_params
    key = await deps.call(
        deps.services().photosets.photo_file, account_id, asked["photo_id"], asked["size"], asked.get("revision", 0)
    )
    return await _send(request, _File(key, "", _KEPT))


@endpoint
async def _image(request: Request, account_id: str) -> Response:
    asked = request.path_params
    services, original = deps.services(), asked["variant"] == "original"
    found = await deps.call(services.gallery.image_file, account_id, asked["image_id"], asked["variant"])
    save = request.query_params.get("download") not in {None, "", "0"}
    if found.content_type in _SHOWN:
        away = await deps.call(
            services.delivery.elsewhere, found.key, filename=found.filename if save else "", large=original
        )
        if away is not None:
            return RedirectResponse(away.address, 302, {"cache-control": f"private, max-age={away.seconds}"})
    return await _send(request, _File(found.key, found.filename if save else "", _KEPT, found.content_type))


async def _signed(request: Request) -> Response:
    """For vendors and a CDN: no cookie; the signature opens one object for a while. A bucket has signed addresses of
    its own, and ours are for what it has not taken yet."""
    try:
        opened = deps.services().storage.verify_signature(request.path_params["key"], request.query_params)
        if opened is None:
            raise _gone()
        cdn = opened.reference == CDN
        kept = f"public, max-age={opened.seconds}, immutable" if cdn else "private, no-store"
        return await _send(request, _File(opened.key, opened.filename, kept, anywhere=cdn))
    except PhotogenError as error:
        return refused(error)


ROUTES = [
    Route("/media/photos/{photo_id}/{size}", _photo),
    Route("/media/photos/{photo_id}/{revision:int}/{size}", _photo),
    Route("/media/images/{image_id}/{variant}", _image),
    Route("/media/signed/{key:path}", _signed),
]
