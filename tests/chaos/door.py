"""What vendors reach of the web server, without its pages: the true routes for signed media and webhooks.

The whole server takes seconds to start; this one is killed all the time.
"""

from __future__ import annotations

from starlette.applications import Starlette

from photogen.web.api import health, media, webhooks


def app() -> Starlette:
    """For granian."""
    return Starlette(routes=[*health.ROUTES, *media.ROUTES, *webhooks.ROUTES])
