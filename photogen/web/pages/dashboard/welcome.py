"""The three steps of who has no picture yet: photos, a model, pictures."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.dashboard.state import Dashboard
from photogen.web.text import t
from photogen.web.typed import length


def _step(number: int, title: str, help: str, action: rx.Component) -> rx.Component:
    here = Dashboard.first_step == number
    state = rx.cond(here, "current", rx.cond(Dashboard.first_step > number, "done", "todo"))
    dot = rx.cond(Dashboard.first_step > number, ui.icon("check", size=12), rx.el.span(str(number)))
    return rx.el.li(
        rx.el.div(
            rx.el.span(dot, class_name="step-dot", custom_attrs={"aria-hidden": "true"}),
            rx.el.h3(title, class_name="text-base"),
            class_name="step items-center! text-text!",
            custom_attrs={"data-state": state},
        ),
        rx.el.p(help, class_name="text-sm text-muted mt-2 flex-1"),
        rx.cond(here, rx.el.div(action, class_name="mt-5")),
        class_name="flex flex-col p-6 max-md:border-b md:border-r border-line last:border-0",
        custom_attrs={"aria-current": rx.cond(here, "step", "false")},
    )


def welcome() -> rx.Component:
    """Where a newcomer stands, with the one next thing to do."""
    go_on = ui.link_button(t("Continue"), href=routes.NEW_MODEL, kind="primary", icon_name="arrow_right")
    under_way = rx.cond(
        length(Dashboard.running) > 0,
        ui.link_button(t("See how it goes"), href=routes.training(Dashboard.running[0].id)),
        go_on,
    )
    return rx.el.section(
        rx.el.div(
            rx.el.h2(t("Three steps to a picture of your own subject"), class_name="text-lg"),
            ui.text_link(t("Or generate without a model"), href=routes.GENERATE, class_name="text-sm"),
            class_name="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1 mb-4",
        ),
        ui.card(
            rx.el.ol(
                _step(
                    1,
                    t("Add photos"),
                    t("A handful of one person, pet, product or style. Five are enough, ten are better."),
                    ui.link_button(t("Add photos"), href=routes.NEW_MODEL, kind="primary", icon_name="image_plus"),
                ),
                _step(
                    2,
                    t("Train a model"),
                    t("It learns your subject from them. You can close the page meanwhile."),
                    under_way,
                ),
                _step(
                    3,
                    t("Generate pictures"),
                    t("Write what you want to see, and put your subject anywhere."),
                    ui.link_button(
                        t("Generate a picture"),
                        href=routes.generate_with(Dashboard.newest_model),
                        kind="primary",
                        icon_name="sparkles",
                    ),
                ),
                class_name="grid md:grid-cols-3",
            ),
            pad=False,
            class_name="overflow-hidden",
        ),
        class_name="mb-12",
    )
