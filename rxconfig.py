"""Reflex's configuration. Everything that differs per installation comes from the environment (see README.md)."""

import os

import reflex as rx

from photogen.web.portable import PLACEHOLDER, PortableClient
from photogen.web.theme import ThemePlugin

_port = int(os.environ.get("PORT") or 3000)
_address = (os.environ.get("PUBLIC_URL") or f"http://localhost:{_port}").rstrip("/")
_local = _address.startswith(("http://localhost", "http://127.0.0.1"))

config = rx.Config(
    app_name="photogen",
    backend_host="127.0.0.1",
    backend_port=_port,
    frontend_port=_port,
    api_url=PLACEHOLDER,
    deploy_url=_address,
    cors_allowed_origins=[_address, f"http://localhost:{_port}", f"http://127.0.0.1:{_port}"] if _local else [_address],
    trusted_proxy_hops=int(os.environ.get("TRUSTED_PROXY_HOPS") or 0),
    state_manager_mode=rx.constants.StateManagerMode.MEMORY,
    redis_url=None,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    default_color_mode="system",
    plugins=[
        rx.plugins.TailwindV4Plugin(config={"plugins": [], "content": ThemePlugin.content}),
        ThemePlugin(),
        PortableClient(),
    ],
    disable_plugins=[rx.plugins.SitemapPlugin],  # ours knows the address it is served from: web/api/crawlers.py
)
