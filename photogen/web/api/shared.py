"""What a share link opens, for anybody who has its address: no account, no cookie, no script needed.

`/s/{token}` the pictures, `/s/{token}/{image}` one of them, `/s/{token}/{image}/{512|1024}` its thumbnails,
`/s/{token}/{image}/download` the original where that is shared, `/s/{token}/pictures.zip` all of them,
`/s/{token}/preview.jpg` for programs that show where
an address leads. Each request asks whether the link still works, and browsers keep nothing of it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from photogen.domain.shares import SharedFile
from photogen.errors import NotFound, PhotogenError, RateLimited
from photogen.web import deps, session
from photogen.web.security.layers import client_address
from photogen.web.security.throttle import throttle
from photogen.web.shared import page
from photogen.web.text import t

_ALWAYS = {
    "cache-control": "private, no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow, noarchive",
}
_KEPT = {"cache-control": "public, max-age=31536000, immutable"}
_NOTHING = "default-src 'none'; sandbox; frame-ancestors 'none'"
_THUMBNAILS = frozenset({"512", "1024"})
_MACHINES = re.compile(
    r"bot\b|crawl|spider|preview|facebookexternalhit|whatsapp|telegram|slack|discord|embed|curl|python|fetch",
    re.IGNORECASE,
)
"""Programs that look where an address leads are no visitors, as far as they say what they are."""

_Handler = Callable[[Request], Awaitable[Response]]


def _at(request: Request) -> str:
    return f"/s/{request.path_params['token']}"


def _scheme(request: Request) -> str:
    """The theme that was chosen in the studio, if somebody who has been there looks at this."""
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in {"dark", "light"} else ""


def _who(request: Request) -> str:
    return client_address(request.scope, deps.settings().trusted_proxies)


def _html(made: page.Page, status: int = 200) -> Response:
    return HTMLResponse(made.html, status, {**_ALWAYS, "content-security-policy": made.policy})


def _refusal(request: Request, error: PhotogenError) -> Response:
    """Unknown, ended and revoked look the same; what is wrong with us or comes too fast says so."""
    sentence = t(error.public)
    if isinstance(error, NotFound):
        title, advice = t("This link does not work"), t("Ask for a new one if you need it.")
        sentence = t("It may have ended, or have been taken back by whoever shared it.")
    elif isinstance(error, RateLimited):
        title, advice = t("Too many at once"), t("This protects the pictures from being searched for.")
    else:
        title, advice = t("That did not work just now"), t("If it stays, quote the code.")
    made = page.none_page(
        sentence,
        error.code,
        title=title,
        advice=advice,
        address=deps.settings().address,
        scheme=_scheme(request),
    )
    return _html(made, error.status)


def _said(error: PhotogenError) -> Response:
    headers = {**_ALWAYS, "content-security-policy": _NOTHING}
    return PlainTextResponse(f"{t(error.public)} ({error.code})", error.status, headers)


def _guarded(handler: _Handler, refused: Callable[[Request, PhotogenError], Response]) -> _Handler:
    async def route(request: Request) -> Response:
        try:
            return await handler(request)
        except PhotogenError as error:
            answer = refused(request, error)
            if "retry_after" in error.details:
                answer.headers["retry-after"] = str(error.details["retry_after"])
            return answer

    return route


async def _pictures(request: Request) -> Response:
    await throttle.share(_who(request))
    token, after = request.path_params["token"], request.query_params.get("after", "")
    machine = _MACHINES.search(request.headers.get("user-agent", "")) is not None
    counts = request.method == "GET" and not after and not machine
    visitor = await session.identify(request.headers.get("cookie")) if counts else None
    services, at = deps.services(), _at(request)
    found = await deps.call(
        services.shares.look, token, after, visitor=visitor.account_id if visitor else None, counts=counts
    )
    say = {"at": at, "address": deps.settings().address, "scheme": _scheme(request)}
    if found.total == 1 and not found.title and found.items:
        one = await deps.call(services.shares.look_at, token, found.items[0].id)
        return _html(await deps.call(page.one_page, one, alone=True, **say))
    number = request.query_params.get("from", "")
    first = int(number) if after and re.fullmatch(r"[1-9]\d{0,6}", number, re.ASCII) else 1
    # A hundred pictures are five milliseconds of template.
    return _html(await deps.call(page.list_page, found, first=first, **say))


async def _picture(request: Request) -> Response:
    await throttle.share(_who(request))
    asked = request.path_params
    found = await deps.call(deps.services().shares.look_at, asked["token"], asked["image_id"])
    alone = found.total == 1 and not found.title
    say = {"at": _at(request), "address": deps.settings().address, "scheme": _scheme(request)}
    return _html(await deps.call(page.one_page, found, alone=alone, **say))


def _file(made: SharedFile) -> Response:
    headers = {**_ALWAYS, "content-security-policy": _NOTHING}
    if made.filename:
        headers["content-disposition"] = f'attachment; filename="{quote(made.filename, safe="-.")}"'
    return Response(made.data, 200, headers, media_type=made.content_type)


async def _thumbnail(request: Request) -> Response:
    await throttle.share_picture(_who(request))
    asked = request.path_params
    if asked["size"] not in _THUMBNAILS:
        raise NotFound(t("There is nothing at this address."))
    shares = deps.services().shares
    return _file(await deps.call(shares.thumbnail, asked["token"], asked["image_id"], asked["size"]))


async def _pasted(request: Request) -> Response:
    await throttle.share(_who(request))
    return _file(await deps.call(deps.services().shares.pasted, request.path_params["token"]))


async def _download(request: Request) -> Response:
    await throttle.share_download(_who(request))
    asked = request.path_params
    return _file(await deps.call(deps.services().shares.download, asked["token"], asked["image_id"]))


async def _archive(request: Request) -> Response:
    await throttle.share_archive(_who(request))
    packed = await deps.call(deps.services().shares.archive, request.path_params["token"])
    headers = {
        **_ALWAYS,
        "content-security-policy": _NOTHING,
        "content-disposition": 'attachment; filename="pictures.zip"',
    }
    return StreamingResponse(packed, 200, headers, media_type="application/zip")


async def _style(_: Request) -> Response:
    return Response(page.stylesheet(), 200, _KEPT, media_type="text/css")


async def _keys(_: Request) -> Response:
    return Response(page.SCRIPT, 200, _KEPT, media_type="text/javascript")


def _plainly(_: Request, error: PhotogenError) -> Response:
    return _said(error)


ROUTES = [
    Route("/s/style.css", _style),
    Route("/s/keys.js", _keys),
    Route("/s/{token}", _guarded(_pictures, _refusal)),
    Route("/s/{token}/preview.jpg", _guarded(_pasted, _plainly)),
    Route("/s/{token}/pictures.zip", _guarded(_archive, _plainly)),
    Route("/s/{token}/{image_id}", _guarded(_picture, _refusal)),
    Route("/s/{token}/{image_id}/download", _guarded(_download, _plainly)),
    Route("/s/{token}/{image_id}/{size}", _guarded(_thumbnail, _plainly)),
]
