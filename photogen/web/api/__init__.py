"""Plain ASGI routes beside the pages: health, log-in and log-out, media, uploads, webhooks. `routes()` lists them
all."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from starlette.routing import BaseRoute


def routes() -> list[BaseRoute]:
    """The `ROUTES` of every module of this package."""
    found: list[BaseRoute] = []
    for module in sorted(iter_modules(__path__), key=lambda m: m.name):
        found.extend(getattr(import_module(f"{__name__}.{module.name}"), "ROUTES", []))
    return found
