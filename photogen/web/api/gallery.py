"""The gallery for its page: cards in compact JSON, counts, months, recipes, and what is done to pictures.

A card is `{id, p: prompt, w, h: pixels, th: ThumbHash, t: made at, d: trashed at, f: 1 if a favourite, r: rating}`,
times in ms since 1970; the pictures lie at `/media/images/<id>/512` and `/1024`. What chooses pictures stands in the
query with the names of `GalleryFilter`; `view=trash` is the trash.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from photogen.domain.gallery import (
    Change,
    Changed,
    GalleryFilter,
    GalleryPage,
    GalleryQuery,
    ImageCard,
    ImageIds,
    Undo,
)
from photogen.domain.generation.styles import STYLES
from photogen.domain.vendors.routing import CUSTOM
from photogen.errors import Invalid
from photogen.web import deps
from photogen.web.api.answers import answer, body, endpoint
from photogen.web.text import t

_CHOOSING = ("search", "model", "style", "aspect", "seed", "month", "until", "favourite", "rating", "album", "parent")
_Q = TypeVar("_Q", bound=GalleryFilter)


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
    if card.deleted_at is not None:
        made["d"] = _millis(card.deleted_at)
    if card.favourite:
        made["f"] = 1
    if card.rating:
        made["r"] = card.rating
    return made


def page_answer(page: GalleryPage) -> Response:
    """A page of cards, and the cursors of the next one and the one before."""
    said = {"items": [_card(card) for card in page.items], "next": page.next_cursor}
    return answer(said if page.previous_cursor is None else {**said, "prev": page.previous_cursor})


def _chosen(kind: type[_Q], asked: Mapping[str, str], **more: object) -> _Q:
    """What the query of an address chooses. Raises Invalid."""
    fields = {name: asked[name] for name in _CHOOSING if asked.get(name)}
    return kind.of(**fields, trash=asked.get("view") == "trash", **more)


def chosen_by(query: str, **more: object) -> GalleryQuery:
    """All that match `query`, which is written as in an address. Raises Invalid."""
    asked = dict(parse_qsl(query))
    if not asked.keys() <= {*_CHOOSING, "view"}:  # a filter that is not understood must not mean all there is
        raise Invalid(t("This filter does not exist."), field="query", code="unknown_field")
    return _chosen(GalleryQuery, asked, **more)


@endpoint
async def _page(request: Request, account_id: str) -> Response:
    asked = request.query_params
    paging = {name: asked[name] for name in ("before", "after", "start", "sort", "limit") if asked.get(name)}
    query = _chosen(GalleryQuery, asked, **paging)
    return page_answer(await deps.call(deps.services().gallery.page, account_id, query))


@endpoint
async def _count(request: Request, account_id: str) -> Response:
    query = _chosen(GalleryFilter, request.query_params)
    counted = await deps.call(deps.services().gallery.counted, account_id, query)
    return answer({"count": counted.number, "more": counted.at_least})


@endpoint
async def _months(_: Request, account_id: str) -> Response:
    found = await deps.call(deps.services().gallery.months, account_id)
    return answer({"months": [[month.month, month.count] for month in found]})


@endpoint
async def _choices(_: Request, account_id: str) -> Response:
    """What the filters offer: `[value, name]` each."""
    options = await deps.call(deps.services().generation.options, account_id)
    return answer(
        {
            "models": [[model.choice, model.name] for model in (*options.my_models, *options.base_models)],
            "styles": [[style.key, t(style.name)] for style in options.styles],
            "aspects": [
                *([aspect.key, f"{aspect.key} {t(aspect.name)}"] for aspect in options.aspects),
                [CUSTOM, t("A size of its own")],
            ],
        }
    )


@endpoint
async def _recipe(request: Request, account_id: str) -> Response:
    recipe = await deps.call(deps.services().gallery.recipe, account_id, request.path_params["image_id"])
    moments = {"created_at": recipe.created_at.isoformat()}
    style = next((t(one.name) for one in STYLES if one.key == recipe.style), recipe.style)
    if recipe.deleted_at is not None:
        moments["deleted_at"] = recipe.deleted_at.isoformat()
    # Seeds of some models are beyond what a JavaScript number holds.
    shown = {"deleted_at": None, "style": style, "seed": str(recipe.seed)}
    return answer(dataclasses.asdict(recipe) | shown | moments)


@endpoint
async def _change(request: Request, account_id: str) -> Response:
    """`{"do": {action...}, "ids": [...]}`, or for all that match `{"do": ..., "query": "<as in an address>",
    "before": <cursor>}`: that changes the next 1,000, and is asked again with `next` until there is none."""
    wanted = await body(request)
    do, services = wanted.pop("do", None), deps.services()
    if not isinstance(do, dict):
        raise Invalid(t("Say what to do with the pictures."), field="do", code="missing")
    change = Change.of(**do)
    if "query" not in wanted:
        return _changed(await deps.call(services.gallery.change, account_id, change, ImageIds.of(**wanted).ids))
    if not isinstance(wanted["query"], str):
        raise Invalid(t("Say which pictures are meant."), field="query", code="not_text")
    query = chosen_by(wanted["query"], before=wanted.get("before"))
    return _changed(await deps.call(services.gallery.change_all, account_id, change, query))


def _changed(changed: Changed) -> Response:
    said = {"changed": changed.changed, "at": changed.at.isoformat()}
    return answer(said | ({"seen": changed.seen, "next": changed.next_cursor} if changed.seen else {}))


@endpoint
async def _trash(request: Request, account_id: str) -> Response:
    return await _move(request, account_id, deps.services().gallery.trash)


@endpoint
async def _restore(request: Request, account_id: str) -> Response:
    return await _move(request, account_id, deps.services().gallery.restore)


async def _move(request: Request, account_id: str, move: Callable[[str, tuple[str, ...]], int]) -> Response:
    wanted = ImageIds.of(**await body(request))
    return answer({"moved": await deps.call(move, account_id, wanted.ids)})


@endpoint
async def _undo(request: Request, account_id: str) -> Response:
    undo = Undo.of(**await body(request))
    return answer({"undone": await deps.call(deps.services().gallery.undo, account_id, undo)})


ROUTES = [
    Route("/api/gallery", _page),
    Route("/api/gallery/count", _count),
    Route("/api/gallery/months", _months),
    Route("/api/gallery/choices", _choices),
    Route("/api/images/trash", _trash, methods=["POST"]),
    Route("/api/images/restore", _restore, methods=["POST"]),
    Route("/api/images/change", _change, methods=["POST"]),
    Route("/api/images/undo", _undo, methods=["POST"]),
    Route("/api/images/{image_id}", _recipe),
]
"""Every picture that was made."""
