"""What the operator's pages have in common: the head and the tabs below it."""

from collections.abc import Sequence

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.shell import page_head
from photogen.web.text import t

TABS: Sequence[tuple[str, str]] = (
    (routes.ADMIN, t("Overview")),
    (routes.ADMIN_FIGURES, t("Figures")),
    (routes.ADMIN_PLANS, t("Plans and models")),
    (routes.ADMIN_ACCOUNTS, t("Accounts")),
)
"""Addresses below /admin, each with its name. A further page of the operator's adds itself here."""


def admin_frame(active: str, *content: rx.Component) -> rx.Component:
    """A page of the operator's at the address `active`."""
    tabs = rx.el.nav(
        *(
            ui.nav_link(
                text,
                href=href,
                class_name="tab",
                custom_attrs={"aria-current": "page"} if href == active else {},
            )
            for href, text in TABS
        ),
        class_name="tabs mb-8",
        custom_attrs={"aria-label": t("Administration")},
    )
    return rx.fragment(page_head(t("Administration")), tabs, *content)
