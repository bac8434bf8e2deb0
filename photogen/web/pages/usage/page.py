"""Usage: the balance, and every movement in words."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.usage.state import Movement, Usage
from photogen.web.shell import page_head, screen
from photogen.web.text import t


def _movement(item: rx.Var[Movement]) -> rx.Component:
    words = rx.cond(item.href != "", ui.text_link(item.words, href=item.href), rx.el.span(item.words))
    return rx.el.tr(
        rx.el.td(ui.ago(item.at), class_name="py-2.5 pr-4 text-muted whitespace-nowrap"),
        rx.el.td(words, class_name="py-2.5 pr-4 w-full"),
        rx.el.td(item.amount, class_name=f"py-2.5 pr-4 text-right {item.tone}"),
        rx.el.td(item.balance, class_name="py-2.5 text-right text-muted"),
        key=item.id.to(str),
    )


def _head(text: str, extra: str = "") -> rx.Component:
    return rx.el.th(text, class_name=f"py-2 pr-4 last:pr-0 font-medium text-muted {extra}", scope="col")


def _table() -> rx.Component:
    return ui.card(
        rx.el.div(
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(
                        _head(t("When"), "text-left"),
                        _head(t("What"), "text-left"),
                        _head(t("Credits"), "text-right"),
                        _head(t("Balance"), "text-right"),
                    )
                ),
                rx.el.tbody(rx.foreach(Usage.movements, _movement), class_name="divide-y divide-line"),
                class_name="w-full text-sm",
            ),
            class_name="overflow-x-auto",
        ),
        rx.cond(
            Usage.older | Usage.newer,
            rx.el.div(
                ui.button(t("Newer"), on_click=Usage.show_newer, disabled=~Usage.newer, size="sm"),
                ui.button(t("Older"), on_click=Usage.show_older, disabled=~Usage.older, size="sm"),
                class_name="flex justify-center gap-2 mt-4",
            ),
        ),
    )


@screen(routes.USAGE, t("Usage"), on_load=[Usage.load])
def usage() -> rx.Component:
    """Where the credits went."""
    balance = ui.card(
        rx.el.p(t("Credits"), class_name="text-sm text-muted"),
        rx.el.p(
            Usage.available,
            class_name="text-2xl font-semibold num mt-1",
            role="status",
            custom_attrs={"aria-label": t("Credit balance")},
        ),
        rx.cond(Usage.held != "", rx.el.p(Usage.held, class_name="text-sm text-muted num mt-1")),
        class_name="mb-6",
    )
    return rx.fragment(
        page_head(t("Usage"), t("A credit is taken for each picture delivered. What fails is returned at once.")),
        ui.states(
            loading=~Usage.ready,
            error=Usage.problem != "",
            empty=Usage.movements.length() == 0,
            skeleton=ui.skeleton("h-96 w-full"),
            failed=ui.error_state(
                Usage.problem, code=Usage.code, action=ui.button(t("Try again"), on_click=Usage.load)
            ),
            nothing=rx.fragment(balance, ui.empty_state(t("Nothing has moved yet"), icon_name="coins")),
            full=rx.fragment(balance, _table()),
        ),
    )
