"""Where the payment page sends people back to: waits for the payment and says so."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.checkout_return.state import Returned
from photogen.web.shell import screen
from photogen.web.text import t


def _mark() -> rx.Component:
    return rx.match(
        Returned.state,
        ("paid", ui.icon("circle_check", size=36, class_name="text-good")),
        ("paying", rx.el.span(class_name="spinner size-8!", custom_attrs={"aria-hidden": "true"})),
        ("waiting", ui.icon("clock", size=36, class_name="text-accent-text")),
        ("failed", ui.icon("circle_alert", size=36, class_name="text-bad")),
        ui.icon("undo_2", size=36, class_name="text-muted"),
    )


@screen(routes.CHECKOUT_RETURN, t("Payment"), on_load=[Returned.load])
def checkout_return() -> rx.Component:
    """Paid, waiting, cancelled or refused, with the next step."""
    full = rx.el.div(
        _mark(),
        rx.el.div(
            rx.el.h1(Returned.title, class_name="text-2xl font-semibold"),
            rx.el.p(Returned.words, class_name="text-muted mt-2 max-w-md"),
            role="status",
        ),
        rx.el.div(
            rx.cond(
                Returned.state == "paying",
                ui.link_button(Returned.action, href=Returned.href),
                ui.link_button(Returned.action, href=Returned.href, kind="primary"),
            ),
            rx.cond(Returned.state == "paid", ui.link_button(t("Go to billing"), href=routes.BILLING, kind="ghost")),
            class_name="flex flex-wrap justify-center gap-2 mt-2",
        ),
        class_name="flex flex-col items-center text-center gap-5 py-24",
    )
    return ui.states(
        loading=~Returned.ready,
        error=Returned.problem != "",
        empty=False,
        skeleton=rx.el.div(
            rx.el.h1(t("Payment"), class_name="sr-only"),
            ui.skeleton("h-64 w-full max-w-md"),
            class_name="grid justify-items-center py-16",
        ),
        failed=rx.fragment(
            rx.el.h1(t("Payment"), class_name="sr-only"),
            ui.error_state(
                Returned.problem,
                code=Returned.code,
                action=ui.link_button(t("Go to billing"), href=routes.BILLING),
            ),
        ),
        nothing=rx.fragment(),
        full=full,
    )
