"""The landing page."""

import reflex as rx

from photogen.web.shell import screen
from photogen.web.text import t


@screen("/", t("photogen: a photo studio of your own"))
def landing() -> rx.Component:
    return rx.el.h1("photogen")
