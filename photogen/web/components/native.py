"""Forms that post to a route of ours, with a full page load: log-in, registration, password.

    native_form("login", routes.AUTH_LOGIN, native_field("Email", name="email", type="email"), submit=t("Log in"))

What went wrong comes back to the same fields (api/session.py, the flash). They work before any script has loaded.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from photogen.web.components.buttons import Kind
from photogen.web.components.islands import FormFlash
from photogen.web.text import t


def native_field(
    label: str, *, name: str, type: str = "text", help: str = "", action: rx.Component | None = None, **props: Any
) -> rx.Component:
    """A field of a native form. Its id is its name; an error of the server appears below it."""
    return rx.el.div(
        rx.el.div(
            rx.el.label(label, html_for=name, class_name="field-label"),
            action or rx.fragment(),
            class_name="flex justify-between gap-4",
        ),
        rx.el.input(
            id=name,
            name=name,
            type=type,
            class_name="input",
            custom_attrs={"aria-describedby": f"{name}-error {name}-help"},
            **props,
        ),
        rx.el.p(
            id=f"{name}-error", class_name="field-error", hidden=True, role="alert", custom_attrs={"data-error": name}
        ),
        rx.el.p(help, id=f"{name}-help", class_name="field-help") if help else rx.fragment(),
        class_name="field",
    )


def native_form(
    form: str, action: str, *fields: rx.Component, submit: str, kind: Kind = "primary", class_name: str = ""
) -> rx.Component:
    """A form that posts to `action`; `form` is its name in the flash."""
    return rx.el.form(
        FormFlash.create(form=form, code_label=t("Code:")),
        *fields,
        rx.el.input(type="hidden", name="next"),
        rx.el.button(
            rx.el.span(class_name="spinner when-busy", custom_attrs={"aria-hidden": "true"}),
            submit,
            type="submit",
            class_name=f"btn btn-{kind} {class_name}".strip(),
        ),
        method="post",
        action=action,
        on_submit=None,
        class_name="flex flex-col gap-5",
    )
