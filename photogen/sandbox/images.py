"""What Together and Nebius share: drawing at once and answering in base 64 or with an address."""

import asyncio
import base64
import time

from starlette.responses import FileResponse, PlainTextResponse, Response

from photogen.sandbox.calls import Call
from photogen.sandbox.context import age, stamp
from photogen.sandbox.drawing import Recipe
from photogen.sandbox.replicate.identity import new_vendor_id


async def render(call: Call, recipes: list[Recipe], suffix: str, quality: int = 90) -> list[bytes]:
    """Draws, and takes as long as the pace says, drawing included."""
    began = time.monotonic()
    pictures = [await call.sandbox.draw(recipe, suffix, quality) for recipe in recipes]
    await asyncio.sleep(max(0.0, began + call.sandbox.pace.image_seconds - time.monotonic()))
    return pictures


def as_base64(data: bytes) -> str:
    """Base 64 as text."""
    return base64.b64encode(data).decode()


def as_address(call: Call, data: bytes, suffix: str) -> str:
    """An address under which the picture can be fetched until the retention time is over."""
    key = new_vendor_id()
    blob = call.sandbox.store.put_blob(data, f".{suffix}")
    call.sandbox.store.put(f"{call.vendor} image", key, {"blob": blob, "created_at": stamp()})
    return f"{call.sandbox.base_url}/{call.vendor}/imgproxy/{key}.{suffix}"


async def fetch(call: Call) -> Response:
    """A picture under its address; like the CDN, it refuses who does not say what he is."""
    if not call.request.headers.get("user-agent"):
        return PlainTextResponse("Forbidden", 403)
    key, _, suffix = call.path("name").rpartition(".")
    record = call.sandbox.store.get(f"{call.vendor} image", key)
    if record is None or age(record["created_at"]) >= call.sandbox.pace.retention_seconds:
        return PlainTextResponse("Not Found", 404)
    kind = {"png": "image/png", "webp": "image/webp"}.get(suffix, "image/jpeg")
    return FileResponse(call.sandbox.store.blob_path(record["blob"]), media_type=kind)
