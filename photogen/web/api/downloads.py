"""Pictures as files: one by its address, or many as a ZIP that is made while it is sent."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from photogen.domain.gallery.downloads.commands import ArchiveIds, SaveAs
from photogen.errors import Invalid
from photogen.web import deps
from photogen.web.api.answers import answer, endpoint
from photogen.web.api.gallery import chosen_by
from photogen.web.text import t

FORM_MOST = 256 * 1024
_ARCHIVE = "photogen.zip"


def _saved(filename: str) -> dict[str, str]:
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", filename)
    return {
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}",
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
    }


def _as(asked: dict[str, str]) -> SaveAs:
    wanted = {"format": asked["format"]} if asked.get("format") else {}
    return SaveAs.of(**wanted, recipe=asked.get("recipe", "1") != "0")


@endpoint
async def _one(request: Request, account_id: str) -> Response:
    asked = _as(dict(request.query_params))
    made = await deps.call(deps.services().downloads.one, account_id, request.path_params["image_id"], asked)
    return Response(made.data, media_type=made.content_type, headers=_saved(made.filename))


@endpoint
async def _archive(request: Request, account_id: str) -> Response:
    """A form with `format`, `recipe` (0 or 1), and `ids` (with commas) or `query`, as in the gallery's address. With
    `check=1` only what would be refused is said: a browser that saves a file shows no error."""
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > FORM_MOST:
            raise Invalid(t("That was more than this address takes."), code="too_large")
    form = dict(parse_qsl(received.decode("latin-1"), keep_blank_values=True))
    asked, downloads = _as(form), deps.services().downloads
    if "ids" in form:
        ids = ArchiveIds.of(ids=tuple(form["ids"].split(",")))
        packed = await deps.call(downloads.some, account_id, ids.ids, asked)
    elif "query" in form:
        packed = await deps.call(downloads.all, account_id, chosen_by(form["query"]), asked)
    else:
        raise Invalid(t("Say which pictures are meant."), field="ids", code="missing")
    if form.get("check"):
        return answer({})
    return StreamingResponse(packed, media_type="application/zip", headers=_saved(_ARCHIVE))


ROUTES = [
    Route("/api/images/{image_id}/download", _one),
    Route("/api/gallery/zip", _archive, methods=["POST"]),
]
"""What is taken away."""
