"""A creator's share links: made, listed, revoked."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from photogen.domain.shares import LinkId, LinkView, Share
from photogen.kit.ids import is_id
from photogen.web import deps
from photogen.web.api.answers import answer, body, endpoint
from photogen.web.words import iso


def shown(link: LinkView) -> dict[str, Any]:
    """A link for a page; moments in ISO 8601, "" for none."""
    return {
        "id": link.id,
        "address": link.address,
        "state": link.state,
        "album": link.album,
        "pictures": link.pictures,
        "recipe": link.recipe,
        "downloads": link.downloads,
        "visits": link.visits,
        "expires": iso(link.expires_at),
    }


@endpoint
async def _links(request: Request, account_id: str) -> Response:
    """All, or those of one picture (`image`) or album (`album`)."""
    wanted = {
        f"{kind}_id": request.query_params[kind] for kind in ("image", "album") if is_id(request.query_params.get(kind))
    }
    found = await deps.call(deps.services().shares.mine, account_id, **wanted)
    return answer({"links": [shown(link) for link in found]})


@endpoint
async def _create(request: Request, account_id: str) -> Response:
    made = await deps.call(deps.services().shares.create, account_id, Share.of(**await body(request)))
    return answer({"link": shown(made)})


@endpoint
async def _revoke(request: Request, account_id: str) -> Response:
    await deps.call(deps.services().shares.revoke, account_id, LinkId.of(**await body(request)))
    return answer({})


ROUTES = [
    Route("/api/shares", _links, methods=["GET"]),
    Route("/api/shares", _create, methods=["POST"]),
    Route("/api/shares/revoke", _revoke, methods=["POST"]),
]
