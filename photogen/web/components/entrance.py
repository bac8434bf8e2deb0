"""The layout of the log-in and register pages: the form on one side, pictures on the other."""

from __future__ import annotations

from typing import Any

import reflex as rx

from photogen.web.components.brand import brand
from photogen.web.components.wall import wall


def entrance(title: str, other_way: Any, form: rx.Component) -> rx.Component:
    """A page with one form. `other_way` is the sentence that leads to the other of the two."""
    side = rx.el.div(
        wall(),
        rx.el.div(class_name="absolute inset-0 wall-shade"),
        class_name="auth-art",
        custom_attrs={"aria-hidden": "true"},
    )
    return rx.el.div(
        rx.el.div(
            rx.el.header(brand()),
            rx.el.main(
                rx.el.h1(title, class_name="text-2xl"),
                rx.el.p(other_way, class_name="mt-1.5 mb-8 text-sm text-muted"),
                form,
                class_name="w-full max-w-[380px] m-auto py-10",
            ),
            class_name="auth-form",
        ),
        side,
        class_name="auth",
    )
