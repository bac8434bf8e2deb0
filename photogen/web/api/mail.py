"""`/mail/unsubscribe?token=...`: what mail programs call. A POST ends mails of the token's topic, from anywhere and
without a session (RFC 8058); a GET, which programs try out by themselves, only leads to the page that asks."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from photogen.errors import PhotogenError
from photogen.web import deps, routes
from photogen.web.text import t

_LONGEST = 200


async def unsubscribe(request: Request) -> Response:
    """200 once it is so, also when it was so before; 404 for what we have not signed."""
    token = request.query_params.get("token", "")[:_LONGEST]
    if request.method != "POST":
        return RedirectResponse(f"{routes.UNSUBSCRIBE}?token={quote(token)}", 303)
    headers = {"cache-control": "no-store"}
    try:
        await deps.call(deps.services().notices.choose_by, token, wanted=False)
    except PhotogenError as error:
        return PlainTextResponse(f"{error.public} ({error.code})", error.status, headers)
    return PlainTextResponse(t("You get no more mails of this kind."), headers=headers)


ROUTES = [Route(routes.MAIL_UNSUBSCRIBE, unsubscribe, methods=["GET", "POST"])]
