"""The frame around pages: `@screen(route, title)` registers a page with its guard and its layout.

    @screen("/gallery", t("Gallery"), on_load=[Gallery.load], wide=True)
    def gallery() -> rx.Component:
        return rx.fragment(page_head(t("Gallery")), ...)

How to write a whole page in 20 lines stands in `components/__init__.py`. `login=True` (the default) puts the side
bar around it, loads
`Me` first and sends who isn't logged in to the log-in, on the server already. `wide=True` is for pictures. The page
function
runs once, when the pages are built. A module `pages/<feature>/page.py` is found by itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import reflex as rx

from photogen.web import routes
from photogen.web.components.brand import brand
from photogen.web.components.buttons import icon, link_button, nav_link
from photogen.web.components.islands import Menu, Offline, SkipLink, ThemeSwitch, Toasts
from photogen.web.components.surfaces import meter
from photogen.web.me import Me, Visitor
from photogen.web.notices import Notices
from photogen.web.text import t
from photogen.web.walls import dialogs

NAVIGATION: tuple[tuple[str, str, str], ...] = (
    (routes.GENERATE, t("Generate"), "sparkles"),
    (routes.GALLERY, t("Gallery"), "images"),
    (routes.MODELS, t("Models"), "box"),
    (routes.TRAININGS, t("Trainings"), "activity"),
)
_WITHIN = {routes.PHOTOS: routes.MODELS, routes.SHARED: routes.GALLERY}
"""Pages that are found by way of another's entry."""


@dataclasses.dataclass(frozen=True)
class Screen:
    """A page as it was declared; `app.py` hands it to Reflex."""

    route: str
    title: str
    description: str
    component: Callable[[], rx.Component]
    on_load: tuple[Any, ...]
    login: bool
    in_sitemap: bool


SCREENS: list[Screen] = []


def screen(
    route: str,
    title: str,
    *,
    description: str = "",
    login: bool = True,
    on_load: Sequence[Any] = (),
    wide: bool = False,
    bare: bool = False,
    listed: bool = True,
) -> Callable[[Callable[[], rx.Component]], Callable[[], rx.Component]]:
    """Registers a page. `bare` leaves out the layout (log-in and register draw their own); toasts are always there.
    `listed=False` keeps a public page out of the sitemap."""

    def register(content: Callable[[], rx.Component]) -> Callable[[], rx.Component]:
        def page() -> rx.Component:
            inside = content()
            if bare:
                return inside
            return studio(inside, route=route, wide=wide) if login else public(inside)

        page.__name__ = content.__name__
        page.__module__ = content.__module__
        first: tuple[Any, ...] = (Me.load,) if login else () if bare else (Visitor.load,)
        SCREENS.append(
            Screen(route, title, description, page, (*first, *on_load), login, listed and not login and not bare)
        )
        return content

    return register


def page_head(
    title: Any,
    help: Any = "",
    action: rx.Component | None = None,
    back: tuple[str, str] | None = None,
    mark: rx.Component | None = None,
) -> rx.Component:
    """The head of a page: its one h1, a sentence, and its one primary action. `back` is (address, text) of the page
    above; `mark` (a pill) stands beside the h1."""
    way_back = (
        nav_link(
            icon("arrow_left", size=14),
            back[1],
            href=back[0],
            class_name="inline-flex items-center gap-1.5 text-sm text-muted hover:text-text py-2 -mt-2",
        )
        if back
        else rx.fragment()
    )
    sentence = rx.el.p(help, class_name="mt-0.5") if isinstance(help, rx.Var) or help else rx.fragment()
    return rx.el.header(
        rx.el.div(
            way_back,
            rx.el.div(rx.el.h1(title), mark, class_name="flex flex-wrap items-center gap-x-3")
            if mark
            else rx.el.h1(title),
            sentence,
            class_name="min-w-0",
        ),
        action or rx.fragment(),
        class_name="page-head",
    )


def _nav(active: str) -> list[rx.Component]:
    active = next((entry for page, entry in _WITHIN.items() if active.startswith(page)), active)
    return [
        nav_link(
            icon(name),
            rx.el.span(text),
            href=href,
            class_name="nav-item",
            custom_attrs={"aria-current": "page"} if active.startswith(href) else {},
        )
        for href, text, name in NAVIGATION
    ]


def log_out_button(class_name: str) -> rx.Component:
    """A native POST: the session ends on the server and the browser's storage is cleared."""
    return rx.el.form(
        rx.el.button(
            icon("log_out", size=16),
            type="submit",
            title=t("Log out"),
            class_name=class_name,
            custom_attrs={"aria-label": t("Log out")},
        ),
        method="post",
        action=routes.AUTH_LOGOUT,
        on_submit=None,
    )


def theme_switch() -> rx.Component:
    """Dark, light, or as the system does."""
    return ThemeSwitch.create(label=t("Theme"), labels={"system": t("System"), "light": t("Light"), "dark": t("Dark")})


def _account(place: str) -> rx.Component:
    avatar = rx.el.span(Me.initial, class_name="avatar", custom_attrs={"aria-hidden": "true"})
    who = rx.el.span(
        rx.el.span(Me.name, class_name="block truncate font-medium"),
        rx.el.span(Me.email, class_name="block truncate text-xs text-muted"),
        class_name="min-w-0 flex-1 max-md:hidden",
    )
    return Menu.create(
        rx.el.span(avatar, who, class_name="flex items-center gap-2.5 min-w-0"),
        nav_link(icon("bell", size=16), t("Notices"), href=routes.NOTICES, class_name="menu-item"),
        nav_link(icon("settings", size=16), t("Settings"), href=routes.SETTINGS, class_name="menu-item"),
        nav_link(icon("credit_card", size=16), t("Billing"), href=routes.BILLING, class_name="menu-item"),
        nav_link(icon("tag", size=16), t("Plans and prices"), href=routes.PRICING, class_name="menu-item"),
        rx.cond(
            Me.role == "admin",
            nav_link(icon("shield", size=16), t("Administration"), href=routes.ADMIN, class_name="menu-item"),
        ),
        rx.el.div(theme_switch(), class_name="px-1.5 pt-1.5 pb-1 mt-1 border-t border-line"),
        label=t("Account"),
        plain=True,
        trigger_class="account-button",
        list_class=place,
    )


def _credits() -> rx.Component:
    return rx.cond(
        Me.ready,
        nav_link(
            icon("coins", size=16),
            rx.el.span(
                rx.el.span(Me.credits, class_name="num text-text font-medium"),
                " ",
                rx.el.span(rx.cond(Me.credits == 1, t("credit"), t("credits")), class_name="noun"),
            ),
            href=routes.USAGE,
            title=t("See every movement"),
            class_name="credits",
        ),
        rx.el.div(rx.el.div(class_name="skeleton h-4 w-20"), class_name="credits"),
    )


def _quota() -> rx.Component:
    return rx.cond(
        Me.quota.limit > 0,
        nav_link(
            meter(t("Today's quota"), Me.quota.text, percent=Me.quota.percent, tone=Me.quota.tone),
            href=routes.USAGE,
            title=Me.quota.warning,
            class_name="quota",
        ),
    )


def _quota_short() -> rx.Component:
    return rx.cond(
        Me.quota.limit > 0,
        nav_link(
            icon("gauge", size=16),
            rx.el.span(Me.quota.text, class_name="num text-text font-medium"),
            href=routes.USAGE,
            class_name="credits",
            custom_attrs={"aria-label": t("Today's quota: {n}", n=Me.quota.text), "data-tone": Me.quota.tone},
        ),
    )


def _bell() -> rx.Component:
    """To the notices, with the number of those that are new."""
    return nav_link(
        icon("bell", size=16),
        rx.cond(Me.news.unread > 0, rx.el.span(Me.news.count, class_name="bell-count")),
        href=routes.NOTICES,
        title=t("Notices"),
        class_name="btn btn-ghost btn-icon btn-sm bell",
        custom_attrs={
            "aria-label": rx.cond(Me.news.unread > 0, t("Notices, {n} new", n=Me.news.count), t("Notices")),
        },
    )


def _banner() -> rx.Component:
    """What stands on every page until it is over, with its way out."""
    news = Me.news
    return rx.cond(
        news.banner != "",
        rx.el.div(
            icon("circle_alert", size=16),
            rx.el.div(
                rx.el.div(
                    rx.el.p(news.banner, class_name="font-semibold"),
                    rx.el.p(news.line, class_name="num"),
                    class_name="min-w-0 flex-1 basis-64",
                ),
                link_button(news.action, href=news.path, kind="primary", size="sm"),
                class_name="min-w-0 flex-1 flex flex-wrap items-center gap-x-6 gap-y-3",
            ),
            role="status",
            class_name="notice mb-6",
            custom_attrs={"data-tone": "bad"},
        ),
    )


def everywhere() -> rx.Component:
    """Toasts and the word about a lost connection; app.py puts it around every page."""
    return rx.fragment(
        Toasts.create(items=Notices.items, close_label=t("Close"), code_label=t("Code:")),
        Offline.create(text=t("Reconnecting…")),
    )


def _skip() -> rx.Component:
    return SkipLink.create(
        t("Skip to content"), to="content", class_name="sr-only-focusable btn btn-primary fixed! z-50 top-3 left-3"
    )


def studio(content: rx.Component, *, route: str, wide: bool = False) -> rx.Component:
    """The layout of pages behind the log-in: side bar, or top and bottom bars on a phone."""
    side = rx.el.aside(
        brand(routes.DASHBOARD),
        rx.el.nav(*_nav(route), class_name="flex flex-col gap-0.5", custom_attrs={"aria-label": t("Main")}),
        rx.el.div(
            _quota(),
            _credits(),
            rx.el.div(
                rx.el.div(_account("left-0 bottom-full mb-2"), class_name="min-w-0 flex-1"),
                _bell(),
                log_out_button("btn btn-ghost btn-icon btn-sm"),
                class_name="flex items-center gap-1 border-t border-line pt-2",
            ),
            class_name="side-foot",
        ),
        class_name="side",
    )
    top = rx.el.header(
        brand(routes.DASHBOARD),
        rx.el.div(
            _quota_short(),
            _credits(),
            _bell(),
            _account("right-0 top-full mt-1"),
            log_out_button("btn btn-ghost btn-icon btn-sm"),
            class_name="flex items-center gap-1",
        ),
        class_name="top",
    )
    # Billing itself says it, with more buttons.
    banner = rx.fragment() if route == routes.BILLING else _banner()
    main = rx.el.main(
        rx.fragment(banner, content) if wide else rx.el.div(banner, content, class_name="narrow"),
        id="content",
        tab_index=-1,
        class_name="main",
    )
    bottom = rx.el.nav(*_nav(route), class_name="bottom", custom_attrs={"aria-label": t("Main")})
    return rx.el.div(_skip(), rx.el.div(side, top, main, bottom, class_name="frame"), dialogs())


def public(content: rx.Component) -> rx.Component:
    """The layout of public pages: a bar with "Log in" and "Get started", and a foot."""
    into = rx.cond(
        Visitor.known,
        link_button(t("Open the studio"), href=routes.DASHBOARD, kind="primary"),
        rx.fragment(
            link_button(t("Log in"), href=routes.LOGIN, kind="ghost"),
            link_button(t("Get started"), href=routes.REGISTER, kind="primary"),
        ),
    )
    bar = rx.el.header(
        rx.el.div(
            brand(),
            rx.el.nav(
                link_button(t("Pricing"), href=routes.PRICING, kind="ghost"),
                into,
                class_name="ml-auto flex items-center gap-1",
                custom_attrs={"aria-label": t("Main")},
            ),
            class_name="public-bar",
        ),
        class_name="public-top",
    )
    foot = rx.el.footer(
        rx.el.div(
            rx.el.div(
                rx.el.span("photogen", class_name="text-soft font-medium"),
                rx.el.span(t("A photo studio that its owner hosts.")),
                class_name="flex flex-col gap-0.5",
            ),
            theme_switch(),
            class_name="max-w-[1200px] mx-auto px-6 py-10 flex flex-wrap items-center justify-between gap-6",
        ),
        class_name="public-foot",
    )
    return rx.el.div(
        _skip(), bar, rx.el.main(content, id="content", tab_index=-1, class_name="focus:outline-none"), foot
    )
