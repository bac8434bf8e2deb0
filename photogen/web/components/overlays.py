"""Dialogs, menus, tabs. Dialogs are <dialog>: the browser traps the focus and gives it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx

from photogen.web.components.buttons import button, icon, icon_button, nav_link
from photogen.web.components.islands import Dialog, Menu
from photogen.web.text import t


def dialog(
    title: str,
    *children: Any,
    open: Any,
    on_close: Any,
    footer: Sequence[rx.Component] = (),
    wide: bool = False,
    bare: bool = False,
    locked: Any = None,
) -> rx.Component:
    """A modal dialog named `title`, shown while `open` (Var). Esc, the backdrop and the cross send `on_close`,
    unless `locked`.

    `bare=True` draws no head (a picture viewer); the name stays for screen readers.
    """
    head = rx.el.div(
        rx.el.h2(title, class_name="text-lg"),
        icon_button("x", t("Close"), size="sm", on_click=on_close),
        class_name="flex items-center justify-between gap-4 px-5 pt-4",
    )
    foot = (
        rx.el.div(*footer, class_name="dialog-foot flex flex-wrap justify-end gap-2 px-5 pb-5")
        if footer
        else rx.fragment()
    )
    inside = children if bare else (head, rx.el.div(*children, class_name="px-5 py-4"), foot)
    return Dialog.create(
        *inside, open=open, on_close=on_close, locked=locked, label=title, class_name="dialog-wide" if wide else ""
    )


def confirm(
    title: str,
    sentence: Any,
    *,
    open: Any,
    on_close: Any,
    action: str,
    on_confirm: Any,
    busy: Any = None,
    danger: bool = True,
) -> rx.Component:
    """Asks before what can't be undone. `action` is the verb on the button ("Delete model")."""
    return dialog(
        title,
        rx.el.p(sentence, class_name="text-sm text-soft"),
        open=open,
        on_close=on_close,
        footer=[
            button(t("Cancel"), kind="ghost", on_click=on_close),
            button(action, kind="danger-solid" if danger else "primary", on_click=on_confirm, busy=busy),
        ],
    )


def menu(
    trigger: rx.Component,
    *items: rx.Component,
    label: str,
    trigger_class: str = "btn btn-ghost btn-icon",
    place: str = "right-0 top-full mt-1",
) -> rx.Component:
    """A button with actions; `items` from `menu_item`, `menu_link` or any element with role menuitem."""
    return Menu.create(trigger, *items, label=label, trigger_class=trigger_class, list_class=place)


def menu_item(text: Any, *, icon_name: str | None = None, danger: bool = False, **props: Any) -> rx.Component:
    """An action in a menu."""
    lead = [icon(icon_name, size=16)] if icon_name else []
    return rx.el.button(
        *lead,
        text,
        type="button",
        role="menuitem",
        class_name="menu-item",
        custom_attrs={"data-tone": "bad" if danger else ""},
        **props,
    )


def menu_link(text: Any, *, href: Any, icon_name: str | None = None, **props: Any) -> rx.Component:
    """A link in a menu."""
    lead = [icon(icon_name, size=16)] if icon_name else []
    return nav_link(*lead, text, href=href, role="menuitem", class_name="menu-item", **props)


def tabs(label: str, options: Sequence[tuple[str, Any]], *, value: Any, on_change: Any) -> rx.Component:
    """Tabs over panels: `options` are (value, text); `on_change` gets the value."""
    return rx.el.div(
        *(
            rx.el.button(
                text,
                type="button",
                role="tab",
                class_name="tab",
                custom_attrs={"aria-selected": rx.cond(value == option, "true", "false")},
                on_click=on_change(option),
            )
            for option, text in options
        ),
        role="tablist",
        class_name="tabs",
        custom_attrs={"aria-label": label},
    )


def tab_links(label: str, pages: Sequence[tuple[str, Any]], at: int) -> rx.Component:
    """Pages side by side: `pages` are (address, text), the one numbered `at` (from 0) is shown."""
    return rx.el.nav(
        *(
            nav_link(text, href=href, class_name="tab", custom_attrs={"aria-current": "page"} if number == at else {})
            for number, (href, text) in enumerate(pages)
        ),
        class_name="tabs mb-6",
        custom_attrs={"aria-label": label},
    )
