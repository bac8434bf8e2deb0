"""What the photo coach says of a set, and what can be done about it.

`GET /api/photosets/{id}/coach?subject=person&trigger_word=...` gives `{photos, report}`: the photos with their remarks,
and how ready the set is. Each change answers the same, as it is afterwards, so that a page is never a step behind.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from photogen.domain.photosets import EditPhoto, PhotoSetsService
from photogen.errors import Invalid
from photogen.web import deps
from photogen.web.api.answers import answer, body, endpoint
from photogen.web.text import t


def _photosets() -> PhotoSetsService:
    return deps.services().photosets


async def _changed(request: Request, account_id: str, change: Callable[[], object] | None = None) -> Response:
    set_id, asked = request.path_params["set_id"], request.query_params
    subject, word = asked.get("subject", "person"), asked.get("trigger_word", "")[:200]

    def work() -> dict[str, Any]:
        if change is not None:
            change()
        photos = _photosets().photos(account_id, set_id, subject, word)
        report = _photosets().report(account_id, set_id, subject, word)
        return {"photos": [dataclasses.asdict(photo) for photo in photos], "report": dataclasses.asdict(report)}

    return answer(await deps.call(work))


@endpoint
async def _coach(request: Request, account_id: str) -> Response:
    return await _changed(request, account_id)


def _flag(name: str, **values: bool) -> Route:
    """One photo is dropped, put back, kept as it is, or judged again."""

    @endpoint
    async def route(request: Request, account_id: str) -> Response:
        ids = request.path_params
        change = getattr(_photosets(), "keep" if name == "check" else name)
        return await _changed(
            request, account_id, partial(change, account_id, ids["set_id"], ids["photo_id"], **values)
        )

    return Route(f"/api/photosets/{{set_id}}/photos/{{photo_id}}/{name}", route, methods=["POST"])


@endpoint
async def _edit(request: Request, account_id: str) -> Response:
    ids, command = request.path_params, EditPhoto.of(**await body(request))
    change = partial(_photosets().edit, account_id, ids["set_id"], ids["photo_id"], command)
    return await _changed(request, account_id, change)


@endpoint
async def _caption(request: Request, account_id: str) -> Response:
    ids, text = request.path_params, (await body(request)).get("text")
    if not isinstance(text, str):
        raise Invalid(t("The caption was not understood. Reload the page and try again."), field="text")
    change = partial(_photosets().caption, account_id, ids["set_id"], ids["photo_id"], text)
    return await _changed(request, account_id, change)


@endpoint
async def _captions(request: Request, account_id: str) -> Response:
    set_id, word = request.path_params["set_id"], request.query_params.get("trigger_word", "")
    return await _changed(request, account_id, partial(_photosets().caption_all, account_id, set_id, word))


@endpoint
async def _fixes(request: Request, account_id: str) -> Response:
    set_id, subject = request.path_params["set_id"], request.query_params.get("subject", "person")
    return await _changed(request, account_id, partial(_photosets().apply_fixes, account_id, set_id, subject))


ROUTES = [
    Route("/api/photosets/{set_id}/coach", _coach),
    Route("/api/photosets/{set_id}/fixes", _fixes, methods=["POST"]),
    Route("/api/photosets/{set_id}/captions", _captions, methods=["POST"]),
    Route("/api/photosets/{set_id}/photos/{photo_id}/edit", _edit, methods=["PUT"]),
    Route("/api/photosets/{set_id}/photos/{photo_id}/caption", _caption, methods=["PUT"]),
    _flag("drop"),
    _flag("restore"),
    _flag("keep"),
    _flag("check", kept=False),
]
