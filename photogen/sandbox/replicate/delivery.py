"""Delivered files: outputs under addresses that anybody can fetch until they expire."""

import mimetypes
from datetime import timedelta

from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from photogen.sandbox.calls import Call, operation
from photogen.sandbox.context import Sandbox, age, now, stamp
from photogen.sandbox.replicate.identity import new_version_id


def deliver(sandbox: Sandbox, name: str, data: bytes, *, kept: bool = False, expired: bool = False) -> str:
    """Keeps an output and returns its path on this server; `kept` ones (weights) outlive the retention time."""
    key = new_version_id()
    moment = now() - timedelta(days=365) if expired else now()
    record = {
        "blob": sandbox.store.put_blob(data),
        "name": name,
        "created_at": stamp(moment),
        "kept": kept and not expired,
    }
    sandbox.store.put("delivery", key, record)
    return f"/replicate/delivery/xezq/{key}/{name}"


@operation("replicate", "delivery", public=True)
async def fetch(call: Call) -> Response:
    record = call.sandbox.store.get("delivery", call.path("key"))
    if record is None or record["name"] != call.path("name"):
        return PlainTextResponse("Not Found", 404)
    retention = call.sandbox.pace.retention_seconds
    if not record["kept"] and age(record["created_at"]) >= retention:
        return PlainTextResponse("Not Found", 404)
    kind = mimetypes.guess_type(record["name"])[0] or "application/octet-stream"
    return FileResponse(call.sandbox.store.blob_path(record["blob"]), media_type=kind)


routes = [Route("/delivery/xezq/{key}/{name}", fetch, methods=["GET", "HEAD"])]
