"""Log in."""

import reflex as rx

from photogen.web import routes
from photogen.web.components import native_field, native_form, text_link
from photogen.web.components.entrance import entrance
from photogen.web.me import Visitor
from photogen.web.shell import screen
from photogen.web.text import t


@screen(
    routes.LOGIN,
    t("Log in"),
    description=t("Log in to your photogen studio."),
    login=False,
    bare=True,
    on_load=[Visitor.enter],
)
def login() -> rx.Component:
    return entrance(
        t("Welcome back"),
        rx.fragment(t("New here?"), " ", text_link(t("Create an account"), href=routes.REGISTER)),
        native_form(
            "login",
            routes.AUTH_LOGIN,
            native_field(
                t("Email"), name="email", type="email", auto_complete="username", required=True, auto_focus=True
            ),
            native_field(
                t("Password"), name="password", type="password", auto_complete="current-password", required=True
            ),
            submit=t("Log in"),
            class_name="btn-lg",
        ),
    )
