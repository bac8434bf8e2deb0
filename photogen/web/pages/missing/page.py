"""404, also for what belongs to somebody else: the two look the same."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.components.brand import brand
from photogen.web.shell import screen
from photogen.web.text import t


@screen("/404", t("Not found"), description=t("There is nothing at this address."), login=False, bare=True)
def missing() -> rx.Component:
    return rx.el.div(
        rx.el.header(brand(), class_name="p-6"),
        rx.el.main(
            rx.el.p("404", class_name="num text-sm text-muted"),
            rx.el.h1(t("There is nothing here"), class_name="mt-2 text-2xl"),
            rx.el.p(
                t("The address may be mistyped, or what was here has been deleted."),
                class_name="mt-2 text-muted max-w-sm",
            ),
            rx.el.div(
                ui.link_button(t("Open the studio"), href=routes.DASHBOARD, kind="primary"),
                ui.link_button(t("Go to the front page"), href=routes.LANDING, kind="ghost"),
                class_name="mt-8 flex gap-2 justify-center flex-wrap",
            ),
            class_name="flex-1 flex flex-col items-center justify-center text-center px-6 pb-32",
        ),
        class_name="min-h-dvh flex flex-col",
    )
