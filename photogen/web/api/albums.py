"""Albums for the gallery's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from photogen.domain.gallery.albums.commands import AlbumCover, AlbumId, NewAlbum, RenameAlbum
from photogen.kit.commands import Command
from photogen.web import deps
from photogen.web.api.answers import answer, body, endpoint


@endpoint
async def _albums(_: Request, account_id: str) -> Response:
    found = await deps.call(deps.services().albums.mine, account_id)
    return answer({"albums": [{"id": a.id, "name": a.name, "count": a.count, "cover": a.cover} for a in found]})


@endpoint
async def _create(request: Request, account_id: str) -> Response:
    made = await deps.call(deps.services().albums.create, account_id, NewAlbum.of(**await body(request)))
    return answer({"id": made})


def _doing(kind: type[Command], method: str) -> Callable[[Request], Any]:
    @endpoint
    async def _do(request: Request, account_id: str) -> Response:
        command = kind.of(**await body(request))
        await deps.call(getattr(deps.services().albums, method), account_id, command)
        return answer({})

    return _do


ROUTES = [
    Route("/api/albums", _albums, methods=["GET"]),
    Route("/api/albums", _create, methods=["POST"]),
    Route("/api/albums/rename", _doing(RenameAlbum, "rename"), methods=["POST"]),
    Route("/api/albums/delete", _doing(AlbumId, "delete"), methods=["POST"]),
    Route("/api/albums/cover", _doing(AlbumCover, "cover"), methods=["POST"]),
]
"""What creators put together."""
