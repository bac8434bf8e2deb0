"""What the JSON routes of the pages have in common: who asks, what they sent, and errors in words with a code.

    @endpoint
    async def recipe(request: Request, account_id: str) -> Response:
        return answer(await call(services().gallery.recipe, account_id, request.path_params["id"]))

Errors are `{"error": {"code", "message", "field"?}}` with the status of the error; a refusal (402, 403, 429) adds what
it needs, has, or when it ends.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from photogen.errors import Invalid, NotFound, PhotogenError, Rejected, Unauthenticated
from photogen.web import session
from photogen.web.security.policy import permits
from photogen.web.text import t

BODY_MOST = 64 * 1024

_PRIVATE = {"cache-control": "private, no-store", "vary": "cookie"}

Endpoint = Callable[[Request, str], Awaitable[Response]]


def answer(content: Any, status: int = 200) -> Response:
    """`content` as compact JSON that nobody keeps."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Response(body, status, _PRIVATE, media_type="application/json")


def refused(error: PhotogenError) -> Response:
    """The answer that explains `error`."""
    said: dict[str, object] = {"code": error.code, "message": error.public}
    if isinstance(error, Rejected):
        said |= error.details
    field = error.details.get("field")
    response = answer({"error": {**said, "field": field} if field else said}, error.status)
    if "retry_after" in error.details:
        response.headers["retry-after"] = str(error.details["retry_after"])
    return response


async def body(request: Request) -> dict[str, Any]:
    """The JSON object that was sent. Raises Invalid when it isn't one, or is over 64 KiB."""
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > BODY_MOST:
            raise Invalid(t("That was more than this address takes."), code="too_large")
    try:
        content = json.loads(received)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise Invalid(t("A JSON object was expected."), code="not_json")
    return content


def endpoint(handler: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """A route for who is logged in: `handler` gets the account's id, and what it raises becomes an answer."""
    return _guarded(handler, admin=False)


def admin_endpoint(handler: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """The same for administrators; for anybody else who is logged in there is nothing at that address."""
    return _guarded(handler, admin=True)


def _guarded(handler: Endpoint, *, admin: bool) -> Callable[[Request], Awaitable[Response]]:
    @functools.wraps(handler)
    async def route(request: Request) -> Response:
        try:
            identity = await session.identify(request.headers.get("cookie"))
            if identity is None:
                raise Unauthenticated
            if admin and not permits("admin", str(identity.role)):
                raise NotFound(t("There is nothing at this address."))
            return await handler(request, identity.account_id)
        except PhotogenError as error:
            return refused(error)

    return route
