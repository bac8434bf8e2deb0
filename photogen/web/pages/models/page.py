"""The creator's models."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.models.state import Card, Models
from photogen.web.pages.trainings.state import Line
from photogen.web.shell import page_head, screen
from photogen.web.text import t
from photogen.web.typed import Shown, length


def _blank(text: Shown[str]) -> rx.Component:
    return rx.el.div(
        ui.icon("box", size=26, class_name="text-muted"),
        rx.el.span(text, class_name="code text-sm text-muted"),
        class_name="aspect-[4/3] flex flex-col items-center justify-center gap-2 bg-sunken",
    )


def _card(card: Shown[Card]) -> rx.Component:
    return rx.el.li(
        ui.nav_link(
            rx.cond(
                card.preview != "",
                ui.picture(card.preview, "", ratio="4/3", preview=card.blurred, class_name="rounded-none!"),
                _blank(card.trigger_word),
            ),
            rx.el.div(
                rx.el.div(
                    rx.el.span(card.name, class_name="font-medium truncate"),
                    rx.el.span(
                        rx.cond(card.held != "", ui.pill(t("Held back"), tone="bad")),
                        rx.cond(card.version != "", ui.pill(card.version, plain=True)),
                        rx.cond(card.public, ui.pill(t("Public"), plain=True)),
                        class_name="flex gap-1.5 shrink-0",
                    ),
                    class_name="flex items-center justify-between gap-3",
                ),
                rx.el.p(
                    card.subject,
                    " · ",
                    card.uses,
                    " · ",
                    ui.ago(card.created_at),
                    class_name="text-sm text-muted num mt-0.5",
                ),
                rx.cond(card.held != "", rx.el.p(card.held, class_name="text-sm text-bad mt-2")),
                rx.cond(
                    card.coming >= 0,
                    rx.el.div(
                        rx.el.p(t("New version: {n} % trained", n=card.coming), class_name="text-sm num mb-2"),
                        ui.progress(card.coming, label=t("Progress of the new version")),
                        class_name="mt-3",
                    ),
                ),
                class_name="p-4",
            ),
            href=routes.model(card.id),
            class_name="card block overflow-hidden hover:border-strong transition-colors",
        ),
        key=card.id,
    )


def _coming(line: Shown[Line]) -> rx.Component:
    return rx.el.li(
        ui.nav_link(
            rx.el.div(
                rx.el.span(line.name, class_name="font-medium truncate"),
                ui.pill(line.status_word, tone=line.tone),
                class_name="flex items-center justify-between gap-3 mb-3",
            ),
            ui.progress(line.percent, label=t("Progress of {name}", name=line.name)),
            rx.el.p(line.remark, class_name="text-sm text-muted num mt-2 min-h-5"),
            href=routes.training(line.id),
            class_name="card card-pad block hover:border-strong transition-colors",
        ),
        key=line.id,
    )


def _finder() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            ui.text_field(t("Search"), id="search", value=Models.search, on_change=Models.set_search, max_length=100),
            class_name="flex-1 min-w-48 max-w-sm",
        ),
        ui.select_field(
            t("Order"),
            [("new", t("Newest first")), ("name", t("By name")), ("uses", t("Most used first"))],
            id="order",
            value=Models.order,
            on_change=Models.set_order,
        ),
        class_name="flex flex-wrap items-end gap-4 mb-6",
    )


_GRID = "grid sm:grid-cols-2 lg:grid-cols-3 gap-4 items-start"


@screen(routes.MODELS, t("Models"), on_load=[Models.load])
def models() -> rx.Component:
    """Every model, with those under way first."""
    return rx.fragment(
        page_head(
            t("Models"),
            Models.slots,
            action=ui.link_button(t("New model"), href=routes.NEW_MODEL, kind="primary", icon_name="plus"),
        ),
        ui.tab_links(t("Models and photos"), [(routes.MODELS, t("Models")), (routes.PHOTOS, t("Photo sets"))], 0),
        ui.states(
            loading=~Models.ready,
            error=Models.problem != "",
            empty=(length(Models.cards) == 0) & (length(Models.coming) == 0) & (Models.search == ""),
            skeleton=ui.skeleton_grid(3, ratio="4/3.4", class_name=_GRID),
            failed=ui.error_state(
                Models.problem, code=Models.code, action=ui.button(t("Try again"), on_click=Models.load)
            ),
            nothing=ui.empty_state(
                t("You have no models yet"),
                icon_name="box",
                help=t(
                    "A model knows one subject: a person, a pet, a product, a style. Five photos are enough to begin."
                ),
                action=ui.link_button(t("Train your first model"), href=routes.NEW_MODEL),
            ),
            full=rx.fragment(
                rx.cond(
                    length(Models.coming) > 0,
                    rx.el.ul(
                        rx.foreach(Models.coming, _coming),
                        class_name=f"{_GRID} mb-6",
                        custom_attrs={"aria-label": t("Under way")},
                    ),
                ),
                rx.cond(Models.full != "", rx.el.div(ui.notice(Models.full), class_name="mb-6")),
                rx.cond(Models.many, _finder()),
                rx.cond(
                    (length(Models.cards) == 0) & (Models.search != ""),
                    ui.empty_state(t("No model is called that"), icon_name="search_x"),
                    rx.el.ul(
                        rx.foreach(Models.cards, _card), class_name=_GRID, custom_attrs={"aria-label": t("Models")}
                    ),
                ),
            ),
        ),
    )
