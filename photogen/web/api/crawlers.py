"""What crawlers ask for, with this installation's own address in it: robots.txt and sitemap.xml, public pages only."""

from __future__ import annotations

from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from photogen.web import deps
from photogen.web.shell import SCREENS


async def robots(_: Request) -> Response:
    """Everything behind the log-in is left out, and so are the routes for machines."""
    private = sorted({"/" + s.route.strip("/").split("/")[0] for s in SCREENS if s.login})
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in [*private, "/admin", "/api/", "/auth/", "/media/"])]
    return PlainTextResponse("\n".join([*lines, f"Sitemap: {deps.settings().address}/sitemap.xml", ""]))


async def sitemap(_: Request) -> Response:
    """The public pages."""
    address = deps.settings().address
    entries = "".join(f"<url><loc>{escape(address + s.route)}</loc></url>" for s in SCREENS if s.in_sitemap)
    body = f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
    return Response(body, media_type="application/xml")


ROUTES = [Route("/robots.txt", robots), Route("/sitemap.xml", sitemap)]
