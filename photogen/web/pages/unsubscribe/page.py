"""The link at the end of a mail: one button to have no more of its kind, and one to take that back."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.unsubscribe.state import Unsubscribe
from photogen.web.shell import screen
from photogen.web.text import t


def _choice() -> rx.Component:
    on = rx.fragment(
        rx.el.p(
            t("They come to your address now. Without them, you are still told in the app."),
            class_name="text-soft mt-3",
        ),
        rx.el.div(
            ui.button(t("Switch them off"), kind="primary", size="lg", on_click=Unsubscribe.stop), class_name="mt-8"
        ),
    )
    off = rx.fragment(
        rx.el.p(
            t("They are switched off. You are still told in the app; mails about payments always come."),
            class_name="text-soft mt-3",
        ),
        rx.el.div(ui.button(t("Switch them on again"), size="lg", on_click=Unsubscribe.again), class_name="mt-8"),
    )
    return rx.fragment(
        rx.el.h1(Unsubscribe.topic, class_name="text-2xl"),
        rx.el.div(rx.cond(Unsubscribe.wanted, on, off), role="status"),
    )


@screen(routes.UNSUBSCRIBE, t("Mails"), login=False, listed=False, on_load=[Unsubscribe.load])
def unsubscribe() -> rx.Component:
    """Open to everybody with a link."""
    return rx.el.div(
        rx.cond(
            Unsubscribe.ready,
            rx.cond(
                Unsubscribe.problem != "",
                ui.error_state(
                    Unsubscribe.problem,
                    code=Unsubscribe.code,
                    action=ui.link_button(t("Log in"), href=f"{routes.LOGIN}?next={routes.SETTINGS}"),
                ),
                _choice(),
            ),
            ui.skeleton("h-40 w-full"),
        ),
        class_name="max-w-[640px] mx-auto px-6 py-20",
    )
