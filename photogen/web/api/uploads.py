"""Photos into a set, one streamed request each, and what the uploader needs besides.

`POST /api/photosets/{id}/photos`: the file is the body, `X-Upload-Id` names the request (repeating it repeats the
answer), `X-File-Name` is the file's name, percent-encoded. The body goes to a file in the data folder as it comes; a
tab that is closed leaves nothing. The verdict is in the answer: 200 whether the photo can be used or not.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import dataclasses
import functools
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import unquote

import anyio
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from photogen.domain.photosets import AddPhoto, PhotoView
from photogen.domain.photosets.verdict import MAX_BYTES, too_big
from photogen.errors import Invalid
from photogen.kit import log
from photogen.kit.ids import new_id
from photogen.web import deps
from photogen.web.api.answers import answer, body, endpoint
from photogen.web.security.throttle import throttle
from photogen.web.text import t

WORKERS = 2
"""Photos that one web process decodes at a time; the rest wait on the disk, and pages stay quick."""
PATIENCE = 30.0
"""Seconds that a sender may stay silent."""

_PIECE = 1024 * 1024
_DISCARDED = 100 * 1024 * 1024
_STALE = 3600.0
_log = log.get("uploads")


class TooLarge(Invalid):
    """413. More bytes than a photo may have."""

    status = 413


@functools.cache
def pool() -> ThreadPoolExecutor:
    """The threads that decode."""
    return ThreadPoolExecutor(WORKERS, thread_name_prefix="photo")


@functools.cache
def _folder() -> Path:
    """Where bodies lie until they are judged. What a killed process left there goes at the first use."""
    folder = deps.settings().data_folder / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.iterdir():
        if time.time() - left.stat().st_mtime > _STALE:
            left.unlink(missing_ok=True)
    return folder


@asynccontextmanager
async def received(request: Request) -> AsyncIterator[Path]:
    """The body as a file, for as long as the block runs. Raises TooLarge as soon as it is, Invalid when it stops."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > MAX_BYTES:
        await _discard(request)
        raise TooLarge(too_big(int(declared)).sentence, code="too_big")
    path = await asyncio.to_thread(_folder) / new_id()
    try:
        await _write(request, path)
        yield path
    finally:
        await asyncio.shield(asyncio.to_thread(path.unlink, missing_ok=True))


async def _discard(request: Request) -> None:
    """Takes the rest of a body that nobody wants: a sender who is cut off in the middle never hears why."""
    with contextlib.suppress(TimeoutError, ClientDisconnect):
        async with asyncio.timeout(PATIENCE):
            left = _DISCARDED
            async for piece in request.stream():
                left -= len(piece)
                if left < 0:
                    return


async def _write(request: Request, path: Path) -> None:
    size, pieces, waiting = 0, bytearray(), request.stream()
    async with await anyio.open_file(path, "wb") as file:
        while True:
            try:
                async with asyncio.timeout(PATIENCE):
                    piece = await anext(waiting, None)
            except (TimeoutError, ClientDisconnect) as error:
                raise Invalid(t("The upload stopped before its end. Try again."), code="incomplete") from error
            if piece is None:
                break
            size += len(piece)
            if size > MAX_BYTES:
                raise TooLarge(too_big(size).sentence, code="too_big")
            pieces += piece
            if len(pieces) >= _PIECE:
                await file.write(pieces)
                pieces.clear()
        await file.write(pieces)


def _shown(photo: PhotoView) -> dict[str, object]:
    return dataclasses.asdict(photo)


@endpoint
async def _add(request: Request, account_id: str) -> Response:
    command = AddPhoto.of(
        upload_id=request.headers.get("x-upload-id", ""),
        file_name=unquote(request.headers.get("x-file-name", ""), errors="replace"),
    )
    await throttle.upload(account_id)
    async with received(request) as path:
        add = functools.partial(
            contextvars.copy_context().run,
            deps.services().photosets.add,
            account_id,
            request.path_params["set_id"],
            command,
            path,
        )
        photo = await asyncio.get_running_loop().run_in_executor(pool(), add)
    return answer({"photo": _shown(photo)})


@endpoint
async def _list(request: Request, account_id: str) -> Response:
    photos = await deps.call(deps.services().photosets.photos, account_id, request.path_params["set_id"])
    return answer({"photos": [_shown(photo) for photo in photos]})


@endpoint
async def _remove(request: Request, account_id: str) -> Response:
    ids = request.path_params
    await deps.call(deps.services().photosets.remove, account_id, ids["set_id"], ids["photo_id"])
    return answer({"removed": ids["photo_id"]})


@endpoint
async def _order(request: Request, account_id: str) -> Response:
    ids = (await body(request)).get("ids")
    if not isinstance(ids, list):
        raise Invalid(t("The order was not understood. Reload the page and try again."), field="ids")
    await deps.call(deps.services().photosets.reorder, account_id, request.path_params["set_id"], ids)
    return answer({"ordered": True})


ROUTES = [
    Route("/api/photosets/{set_id}/photos", _add, methods=["POST"]),
    Route("/api/photosets/{set_id}/photos", _list),
    Route("/api/photosets/{set_id}/photos/{photo_id}", _remove, methods=["DELETE"]),
    Route("/api/photosets/{set_id}/order", _order, methods=["PUT"]),
]
