"""The gallery for its page: cards in compact JSON, recipes, the trash.

A card is `{id, p: prompt, w, h: pixels, th: ThumbHash, t: made at, d: trashed at}`, times in ms since 1970; the
pictures lie at `/media/images/<id>/512` and `/1024`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from photogen.domain.gallery import GalleryPage, GalleryQuery, ImageCard, ImageIds
from photogen.web import deps
from photogen.web.api.answers import answer, body, endpoint


def _millis(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _card(card: ImageCard) -> dict[str, Any]:
    made = {
        "id": card.id,
        "p": card.prompt,
        "w": card.width,
        "h": card.height,
        "th": card.thumbhash,
        "t": _millis(card.created_at),
    }
    return made if card.deleted_at is None else {**made, "d": _millis(card.deleted_at)}


def page_answer(page: GalleryPage) -> Response:
    """A page of cards, and the cursor of the next one."""
    return answer({"items": [_card(card) for card in page.items], "next": page.next_cursor})


@endpoint
async def _page(request: Request, account_id: str) -> Response:
    asked = request.query_params
    query = GalleryQuery.of(
        search=asked.get("search", ""),
        before=asked.get("before") or None,
        limit=asked.get("limit", 100),
        trash=asked.get("view") == "trash",
    )
    return page_answer(await deps.call(deps.services().gallery.page, account_id, query))


@endpoint
async def _recipe(request: Request, account_id: str) -> Response:
    recipe = await deps.call(deps.services().gallery.recipe, account_id, request.path_params["image_id"])
    moments = {"created_at": recipe.created_at.isoformat()}
    if recipe.deleted_at is not None:
        moments["deleted_at"] = recipe.deleted_at.isoformat()
    # Seeds of some models are beyond what a JavaScript number holds.
    return answer(dataclasses.asdict(recipe) | {"deleted_at": None} | moments | {"seed": str(recipe.seed)})


@endpoint
async def _trash(request: Request, account_id: str) -> Response:
    return await _move(request, account_id, deps.services().gallery.trash)


@endpoint
async def _restore(request: Request, account_id: str) -> Response:
    return await _move(request, account_id, deps.services().gallery.restore)


async def _move(request: Request, account_id: str, move: Callable[[str, tuple[str, ...]], int]) -> Response:
    wanted = ImageIds.of(**await body(request))
    return answer({"moved": await deps.call(move, account_id, wanted.ids)})


ROUTES = [
    Route("/api/gallery", _page),
    Route("/api/images/trash", _trash, methods=["POST"]),
    Route("/api/images/restore", _restore, methods=["POST"]),
    Route("/api/images/{image_id}", _recipe),
]
