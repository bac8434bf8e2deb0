"""Create an account."""

import reflex as rx

from photogen.web import routes
from photogen.web.components import native_field, native_form, text_link
from photogen.web.components.entrance import entrance
from photogen.web.me import Visitor
from photogen.web.shell import screen
from photogen.web.text import t


@screen(
    routes.REGISTER,
    t("Create an account"),
    description=t("Create an account and train your first model with the credits that come with it."),
    login=False,
    bare=True,
    on_load=[Visitor.enter],
)
def register() -> rx.Component:
    return entrance(
        t("Create your studio"),
        rx.fragment(t("Already have an account?"), " ", text_link(t("Log in instead"), href=routes.LOGIN)),
        native_form(
            "register",
            routes.AUTH_REGISTER,
            native_field(t("Name"), name="name", auto_complete="name", required=True, max_length=80, auto_focus=True),
            native_field(
                t("Email"), name="email", type="email", auto_complete="username", required=True, max_length=254
            ),
            native_field(
                t("Password"),
                name="password",
                type="password",
                auto_complete="new-password",
                required=True,
                min_length=8,
                max_length=256,
                help=t("At least 8 characters. A few words in a row are easy to remember and hard to guess."),
            ),
            submit=t("Create account"),
            class_name="btn-lg",
        ),
    )
