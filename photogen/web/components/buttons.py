"""Buttons and links. A button is a verb; one primary action per page."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from photogen.web.components.islands import CopyButton
from photogen.web.text import t

Kind = Literal["primary", "secondary", "ghost", "danger", "danger-solid"]
Size = Literal["sm", "md", "lg"]


def _classes(kind: Kind, size: Size, extra: str, icon_only: bool = False) -> str:
    sized = "" if size == "md" else f" btn-{size}"
    return f"btn btn-{kind}{sized}{' btn-icon' if icon_only else ''} {extra}".strip()


def icon(name: str, *, size: int = 18, class_name: str = "") -> rx.Component:
    """A lucide icon, decoration only. `name` must be a literal, so that nothing but the icons used is loaded."""
    return rx.icon(name, size=size, class_name=class_name, custom_attrs={"aria-hidden": "true"})


def button(
    *children: Any,
    kind: Kind = "secondary",
    size: Size = "md",
    icon_name: str | None = None,
    busy: Any = None,
    disabled: Any = None,
    class_name: str = "",
    type: str = "button",
    **props: Any,
) -> rx.Component:
    """A button. `busy` (bool or Var) shows a spinner, keeps the width's place and blocks a second click.

    `icon_name` stands before the text. `type="submit"` inside forms. Further props reach the element (on_click, id,
    name ...).
    """
    lead: list[Any] = [icon(icon_name, size=16)] if icon_name else []
    attrs: dict[str, Any] = dict(props.pop("custom_attrs", {}))
    if busy is not None:
        spinner = rx.el.span(class_name="spinner", custom_attrs={"aria-hidden": "true"})
        lead = [rx.cond(busy, spinner, lead[0] if lead else rx.fragment())]
        attrs["aria-busy"] = rx.cond(busy, "true", "false")
        disabled = busy if disabled is None else (busy | disabled if isinstance(disabled, rx.Var) else disabled or busy)
    if disabled is not None:
        props["disabled"] = disabled
    return rx.el.button(
        *lead, *children, type=type, class_name=_classes(kind, size, class_name), custom_attrs=attrs, **props
    )


def icon_button(
    name: str, label: str, *, kind: Kind = "ghost", size: Size = "md", class_name: str = "", **props: Any
) -> rx.Component:
    """A button that is only an icon; `label` is its accessible name and its tooltip."""
    return rx.el.button(
        icon(name, size=16),
        type="button",
        title=label,
        class_name=_classes(kind, size, class_name, icon_only=True),
        custom_attrs={"aria-label": label},
        **props,
    )


def link_button(
    *children: Any,
    href: Any,
    kind: Kind = "secondary",
    size: Size = "md",
    icon_name: str | None = None,
    class_name: str = "",
    reload: bool = False,
    **props: Any,
) -> rx.Component:
    """A link that looks like a button. `reload=True` loads the page anew (needed where the session changes)."""
    lead = [icon(icon_name, size=16)] if icon_name else []
    if reload:
        props["reload_document"] = True
    element = rx.el.a if "download" in props else nav_link
    return element(*lead, *children, href=href, class_name=_classes(kind, size, class_name), **props)


class _RouterLink(rx.Component):
    """react-router's Link: navigation without a page load."""

    library = "react-router"
    tag = "Link"
    alias = "RouterLink"
    to: rx.Var[str]
    reload_document: rx.Var[bool]


def nav_link(*children: Any, href: Any, **props: Any) -> rx.Component:
    """A plain link within photogen that keeps the page's connection."""
    return _RouterLink.create(*children, to=href, **props)


def copy_button(text: Any) -> rx.Component:
    """A word in monospace that a click copies."""
    return CopyButton.create(text=text, label=t("Copy"), done_label=t("Copied"), class_name="btn btn-secondary btn-sm")


def text_link(*children: Any, href: Any, **props: Any) -> rx.Component:
    """A link inside running text."""
    return nav_link(*children, href=href, class_name=f"link {props.pop('class_name', '')}".strip(), **props)
