"""The choice of a model: a select, what was chosen in a line, and all of them side by side in a dialog."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.generate.picker import ModelPicker
from photogen.web.pages.generate.shown import ModelCard
from photogen.web.pages.generate.state import Generate
from photogen.web.text import t
from photogen.web.typed import Shown, length


def _preview(card: Shown[ModelCard], size: str) -> rx.Component:
    return rx.cond(
        card.preview != "",
        rx.el.img(src=card.preview, alt="", class_name=f"{size} rounded-md object-cover shrink-0 bg-sunken"),
        rx.el.span(
            rx.cond(card.mine, ui.icon("user_round", size=18), ui.icon("box", size=18)),
            class_name=f"{size} rounded-md grid place-content-center shrink-0 bg-sunken text-muted border border-line",
        ),
    )


def _facts(card: Shown[ModelCard]) -> rx.Component:
    return rx.el.span(
        rx.el.span(card.cost, class_name="num"),
        rx.el.span(card.tier, class_name="pill plain"),
        rx.cond(card.beta, rx.el.span(t("Beta"), class_name="pill plain")),
        class_name="flex flex-wrap items-center gap-2 text-xs text-muted",
    )


def model_field(error: Shown[str]) -> rx.Component:
    """The select, with what the chosen one is and takes below it."""
    chosen = Generate.controls.card
    return rx.el.div(
        ui.select_field(
            t("Model"), Generate.models, id="model", value=Generate.model, on_change=Generate.set_model, error=error
        ),
        rx.cond(
            chosen.value != "",
            rx.el.div(
                _preview(chosen, "w-12 h-12"),
                rx.el.div(
                    rx.el.p(chosen.note, class_name="text-sm text-muted line-clamp-2"),
                    rx.el.div(_facts(chosen), class_name="mt-1"),
                    class_name="min-w-0 flex-1",
                ),
                ui.button(t("See all"), kind="ghost", size="sm", on_click=ModelPicker.show),
                class_name="flex items-center gap-3 mt-2.5",
            ),
        ),
    )


def _choice(card: Shown[ModelCard]) -> rx.Component:
    button = rx.el.button(
        _preview(card, "w-16 h-16"),
        rx.el.span(
            rx.el.span(card.name, class_name="block text-sm font-medium truncate"),
            rx.el.span(card.note, class_name="block text-sm text-muted line-clamp-2"),
            rx.el.span(_facts(card), class_name="block mt-1.5"),
            class_name="min-w-0 flex-1",
        ),
        rx.cond(
            card.value == Generate.model,
            rx.el.span(
                ui.icon("check", size=16, class_name="text-accent-text"), rx.el.span(t("chosen"), class_name="sr-only")
            ),
        ),
        type="button",
        disabled=card.disabled,
        class_name="row-main flex items-start gap-3",
        on_click=ModelPicker.use(card.value),
    )
    lock = rx.cond(
        card.lock != "",
        rx.el.p(
            ui.icon("lock", size=14),
            card.lock,
            rx.cond(~card.disabled, ui.text_link(t("See plans"), href=routes.PRICING)),
            class_name="flex items-center gap-1.5 text-sm text-muted pl-[88px] pb-2",
        ),
    )
    return rx.el.li(rx.el.div(button, class_name="row-item"), lock, key=card.value)


def models_dialog() -> rx.Component:
    """All of them, one's own first; a search where there are many."""
    return ui.dialog(
        t("Models"),
        rx.cond(
            ModelPicker.many,
            rx.el.div(
                ui.text_field(
                    t("Search"),
                    id="model_search",
                    value=ModelPicker.search,
                    on_change=ModelPicker.find,
                    auto_complete="off",
                    max_length=100,
                ),
                class_name="mb-3",
            ),
        ),
        rx.el.ul(
            rx.foreach(ModelPicker.items, _choice),
            class_name="flex flex-col gap-1 -mx-3 max-h-[60dvh] overflow-y-auto",
            tab_index=0,
        ),
        rx.cond(
            (length(ModelPicker.items) == 0) & (ModelPicker.search != ""),
            rx.el.p(t("No model has all of these words."), class_name="text-sm text-muted py-6 text-center"),
        ),
        open=ModelPicker.open,
        on_close=ModelPicker.close,
    )
