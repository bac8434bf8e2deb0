"""The application: pages, guard, layers, listener, put together."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import reflex as rx
from reflex.utils import prerequisites
from reflex_base.config import get_config
from reflex_base.event import EventSpec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount
from starlette.types import ASGIApp

from photogen.errors import PhotogenError, Unauthenticated
from photogen.kit import log
from photogen.kit.ids import new_id
from photogen.web import api, deps, pages, routes, text
from photogen.web.live import hub
from photogen.web.notices import toast
from photogen.web.security import delivery, layers, logs
from photogen.web.security.guard import Guard
from photogen.web.shell import SCREENS, Screen, everywhere
from photogen.web.text import t

_log = log.get("web")


def client_folder() -> Path:
    """Where the built pages are (REFLEX_WEB_WORKDIR says so to Reflex)."""
    return prerequisites.get_web_dir() / "build" / "client"


def explain(exception: Exception) -> EventSpec:
    """What a page says when a handler raised: our own errors in their words, anything else with a code that the log
    has too."""
    if isinstance(exception, Unauthenticated):
        return rx.redirect(routes.LOGIN)
    if isinstance(exception, PhotogenError):
        return toast.error(exception)
    reference = new_id()[-8:]
    _log.error("handler failed", reference=reference, exc_info=exception)
    return toast.bad(t("Something went wrong on our side. Try again; if it stays, quote the code."), reference)


async def broken(request: Request, exception: Exception) -> Response:
    """The answer to a request that raised what nobody foresaw: a code that the log has too, and nothing else."""
    reference = new_id()[-8:]
    _log.error("request failed", reference=reference, path=logs.path_of(request.url.path), exc_info=exception)
    sentence = t("Something went wrong on our side. Try again; if it stays, quote the code.")
    headers = {"x-reference": reference, "cache-control": "no-store"}
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": {"code": reference, "message": sentence}}, 500, headers)
    return PlainTextResponse(f"{sentence} ({reference})", 500, headers)


def _browser_error(exception: Exception) -> None:
    _log.warning("error in a browser", error=str(exception)[:2000])


def _layers(https: bool, hops: int, origins: tuple[str, ...]) -> list[Callable[[ASGIApp], ASGIApp]]:
    """From the inside out."""
    client = client_folder()
    private = [s.route for s in SCREENS if s.login]
    return [
        lambda app: Starlette(routes=[*api.routes(), Mount("", app)], exception_handlers={Exception: broken}),
        lambda app: layers.NoSlashRedirect(app, client),
        lambda app: layers.PrivatePages(app, private, client),
        lambda app: layers.SocketLimits(app, hops=hops),
        lambda app: layers.SameOrigin(app, origins),
        layers.Closed,
        lambda app: layers.Headers(app, client=client, https=https, pictures=lambda: deps.services().delivery.origins),
    ]


def _add(app: rx.App, page: Screen) -> None:
    title = page.title if page.route == routes.LANDING else f"{page.title} · photogen"
    meta = [{"name": "robots", "content": "noindex"}] if page.login else []
    app.add_page(
        page.component,
        route=page.route,
        title=title,
        description=page.description or None,
        image="/og.jpg",
        on_load=list(page.on_load),
        meta=meta,
        context={} if page.in_sitemap else {"sitemap": None},
    )


def head() -> list[rx.Component]:
    """What every page has in its head: icons, the colour of the browser's own bars, the theme that outlives a
    log-out."""
    remember = (
        "try{var c=document.cookie.match(/(?:^|; )theme=(dark|light|system)/),d=document.documentElement;"
        'if(c&&!localStorage.getItem("theme")){localStorage.setItem("theme",c[1]);'
        'var m=c[1]==="system"?(matchMedia("(prefers-color-scheme: dark)").matches?"dark":"light"):c[1];'
        'd.classList.remove("light","dark");d.classList.add(m);d.style.colorScheme=m}}catch(e){}'
    )
    font: rx.Var[str] = rx.Var(
        "geistLatin",
        _var_data=rx.vars.VarData(
            imports={
                "@fontsource-variable/geist/files/geist-latin-wght-normal.woff2?url": [
                    rx.ImportVar(tag="geistLatin", is_default=True)
                ]
            }
        ),
    )
    return [
        rx.el.script(remember),
        rx.el.link(
            rel="preload", href=font, custom_attrs={"as": "font", "type": "font/woff2", "crossOrigin": "anonymous"}
        ),
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.link(rel="icon", href="/favicon.ico", custom_attrs={"sizes": "32x32"}),
        rx.el.link(rel="apple-touch-icon", href="/apple-touch-icon.png"),
    ]


def create_app() -> rx.App:
    """The Reflex application with every page, ready to be served."""
    pages.load()
    config = get_config()
    origins = tuple(config.cors_allowed_origins)
    app = rx.App(
        html_lang=text.language(),
        head_components=head(),
        reset_style=False,
        toaster=None,
        app_wraps={(5, "Everywhere"): lambda stateful: everywhere() if stateful else None},
        api_transformer=_layers(str(config.deploy_url).startswith("https://"), config.trusted_proxy_hops, origins),
        backend_exception_handler=explain,
        frontend_exception_handler=_browser_error,
    )
    app.add_middleware(Guard())
    delivery.hold(app)
    for page in SCREENS:
        _add(app, page)

    @asynccontextmanager
    async def listening() -> AsyncIterator[None]:
        settings = deps.settings()
        log.configure(json=settings.log_json, level=settings.log_level)
        logs.install()
        # What was imported is no garbage: looking through it took 8 % of this process's time under load, and everybody
        # waited for up to 0.7 s each time.
        gc.collect()
        gc.freeze()
        gc.set_threshold(10_000, 10, 10)
        async with hub.running(app):
            yield

    app.register_lifespan_task(listening)
    return app
