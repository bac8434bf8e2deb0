"""`GET /media/signed/<key>`: one object of the local storage for who has a signed address of it: vendors, mostly."""

from __future__ import annotations

import re
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from photogen.gateways.base import GatewayError, Missing
from photogen.gateways.storage.local import LocalStorage
from photogen.gateways.storage.signing import ROUTE
from photogen.web import deps

_PRIVATE = {"cache-control": "private, no-store", "x-robots-tag": "noindex", "x-content-type-options": "nosniff"}
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


async def signed(request: Request) -> Response:
    """The bytes, or the one range that was asked for. A bad signature, an old one and a missing object are all 404."""
    storage = deps.services().storage
    opened = None
    if isinstance(storage, LocalStorage):
        opened = storage.verify_signature(request.path_params["key"], request.query_params)
    if opened is None:
        return Response(status_code=404)
    try:
        stored = await deps.call(storage.stat, opened.key)
        span = _span(request.headers.get("range", ""), stored.size)
        if span is not None and span[0] >= span[1]:
            return Response(status_code=416, headers={"content-range": f"bytes */{stored.size}"})
        start, end = span or (0, stored.size)
        chunks = await deps.call(storage.stream, opened.key, start, end)
    except Missing:
        return Response(status_code=404)
    except GatewayError:
        return Response(status_code=503)
    headers = {**_PRIVATE, "content-length": str(end - start), "etag": f'"{stored.etag}"', "accept-ranges": "bytes"}
    if opened.filename:
        headers["content-disposition"] = f"attachment; filename*=UTF-8''{quote(opened.filename, safe='')}"
    if span is not None:
        headers["content-range"] = f"bytes {start}-{end - 1}/{stored.size}"
    return StreamingResponse(chunks, 206 if span else 200, headers, media_type=stored.content_type)


def _span(header: str, size: int) -> tuple[int, int] | None:
    """First and last-but-one byte of a range `bytes=a-` or `bytes=a-b`; None for no range, or one of another form."""
    found = _RANGE.fullmatch(header)
    if found is None:
        return None
    start = int(found.group(1))
    return start, min(int(found.group(2)) + 1, size) if found.group(2) else size


ROUTES = [Route(f"{ROUTE}{{key:path}}", signed, methods=["GET"])]
