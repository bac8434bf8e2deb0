"""The sign and the name."""

from __future__ import annotations

import reflex as rx

from photogen.web.components.buttons import nav_link


def mark() -> rx.Component:
    """The sign of photogen: two brackets of a view-finder around a point."""
    return rx.el.svg(
        rx.el.svg.rect(x="1", y="1", width="22", height="22", rx="7", fill="var(--accent)"),
        rx.el.svg.path(
            d="M7 16.5V10a3 3 0 0 1 3-3h6.5M17 7.5V14a3 3 0 0 1-3 3H7.5",
            fill="none",
            stroke="var(--on-accent)",
            stroke_width="2.1",
            stroke_linecap="round",
        ),
        rx.el.svg.circle(cx="12", cy="12", r="2.1", fill="var(--on-accent)"),
        view_box="0 0 24 24",
        custom_attrs={"aria-hidden": "true"},
    )


def brand(href: str = "/") -> rx.Component:
    """The mark and the name, leading home."""
    return nav_link(mark(), rx.el.span("photogen"), href=href, class_name="brand")
