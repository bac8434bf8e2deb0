"""`POST /webhooks/replicate?training=<id>` (or `?shot=<id>`) and `POST /webhooks/stripe`: verified, kept, answered at
once, handled in the worker.

The query is not signed, and the body is believed in nothing: an event only says which row to look at; what happened is
then asked of the vendor, under the id that the row has for it. So of the body no more is kept than helps an operator.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from photogen.errors import PhotogenError
from photogen.gateways.base import GatewayError
from photogen.gateways.webhooks import Forged
from photogen.kit import log
from photogen.kit.ids import is_id
from photogen.web import deps

BODY_MOST = 4 * 1024 * 1024  # a training's whole log travels in it

_AGAIN = "30"
"""Seconds. Both vendors come again at a pace of their own; what stands between us and them may heed it."""
_KINDS = ("training", "shot")
_KEPT = frozenset({"id", "status", "model", "version", "created_at", "started_at", "completed_at", "metrics"})
"""Of a payload; the rest is long (the log) or private (input, output)."""
_log = log.get("webhooks")


async def replicate(request: Request) -> Response:
    """200 once it is kept (also when it came before, or is about nothing of ours and not kept at all), 401 when it is
    not from Replicate, 413 when it is too long, 503 when it can't be checked or kept now: then Replicate sends it
    again."""
    body = await _body(request)
    if body is None:
        return _refused(413, "too_large")
    services = deps.services()
    try:
        event = await deps.call(services.webhooks.verify, request.headers, body)
    except Forged as error:
        _log.warning("webhook refused", reason=str(error))
        return _refused(401, "bad_signature")
    except (GatewayError, PhotogenError) as error:
        _log.warning("webhook not checked", error=error.code)
        return _refused(503, "not_checked")
    kind, subject = _about(request)
    try:
        if not await deps.call(services.inbox.is_about_us, kind, subject):
            _log.info("webhook about nothing of ours", kind=kind, subject=subject)
            return JSONResponse({"status": "ignored"})
        kept = {name: value for name, value in event.payload.items() if name in _KEPT}
        new = await deps.call(services.inbox.receive, event.source, event.id, kind, subject, kept)
    except PhotogenError as error:
        _log.warning("webhook not kept", error=error.code)
        return _refused(503, "not_kept")
    return JSONResponse({"status": "received" if new else "known"})


async def _body(request: Request) -> bytes | None:
    """The raw body, as it was signed; None when it is too long."""
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > BODY_MOST:
            return None
    return bytes(received)


def _about(request: Request) -> tuple[str, str]:
    """Kind and id of our row, as we wrote them into the address; empty when they are not there."""
    for kind in _KINDS:
        subject = request.query_params.get(kind, "")
        if is_id(subject):
            return kind, subject
    return "", ""


def _refused(status: int, code: str) -> Response:
    headers = {"retry-after": _AGAIN} if status == 503 else None
    return JSONResponse({"error": {"code": code}}, status, headers)


async def stripe(request: Request) -> Response:
    """200 once it is kept (also when it came before), 401 when it is not from Stripe, 413 when it is too long, 503 when
    it can't be checked or kept now: then Stripe sends it again, for three days."""
    body = await _body(request)
    if body is None:
        return _refused(413, "too_large")
    services = deps.services()
    try:
        event = await deps.call(services.payment_webhooks.verify, request.headers, body)
    except Forged as error:
        _log.warning("webhook refused", reason=str(error))
        return _refused(401, "bad_signature")
    except PhotogenError as error:  # the secret that `stripe sync` kept can't be read
        _log.warning("webhook not checked", error=error.code)
        return _refused(503, "not_checked")
    kind, about = str(event.payload.get("type") or ""), event.payload.get("object") or {}
    try:
        new = await deps.call(
            services.inbox.receive, event.source, event.id, kind[:80], str(about.get("id") or "")[:80], event.payload
        )
    except PhotogenError as error:
        _log.warning("webhook not kept", error=error.code)
        return _refused(503, "not_kept")
    return JSONResponse({"status": "received" if new else "known"})


ROUTES = [
    Route("/webhooks/replicate", replicate, methods=["POST"]),
    Route("/webhooks/stripe", stripe, methods=["POST"]),
]
