"""The list of trainings."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.trainings.parts import figures, filters, listed
from photogen.web.pages.trainings.state import Trainings
from photogen.web.shell import page_head, screen
from photogen.web.text import t
from photogen.web.typed import length


def _loading() -> rx.Component:
    return rx.el.div(
        ui.skeleton("h-[62px] w-full"),
        rx.el.div(*(ui.skeleton("h-[104px]") for _ in range(4)), class_name="grid grid-cols-2 lg:grid-cols-4 gap-4"),
        *(ui.skeleton("h-[76px] w-full") for _ in range(4)),
        class_name="flex flex-col gap-4",
    )


def _no_match() -> rx.Component:
    return ui.empty_state(
        t("No training fits this filter"),
        icon_name="search_x",
        help=t("Take something out of it, or look at all of them."),
        action=ui.button(t("Show all trainings"), on_click=Trainings.clear),
    )


@screen(routes.TRAININGS, t("Trainings"), on_load=[Trainings.load])
def trainings() -> rx.Component:
    """Every training of the creator with where it stands, and what they came to together."""
    new = ui.link_button(t("New model"), href=routes.NEW_MODEL, kind="primary", icon_name="plus")
    nothing = length(Trainings.lines) == 0
    return rx.fragment(
        page_head(t("Trainings"), t("Each training turns a set of photos into a model of your own."), action=new),
        ui.states(
            loading=~Trainings.ready,
            error=Trainings.problem != "",
            empty=nothing & ~Trainings.filtered & (Trainings.refused == ""),
            skeleton=_loading(),
            failed=ui.error_state(
                Trainings.problem, code=Trainings.code, action=ui.button(t("Try again"), on_click=Trainings.load)
            ),
            nothing=ui.empty_state(
                t("Nothing has been trained yet"),
                icon_name="activity",
                help=t("Upload a handful of photos and train a model that knows their subject."),
                action=ui.link_button(t("Train your first model"), href=routes.NEW_MODEL),
            ),
            full=rx.fragment(filters(), rx.cond(nothing, _no_match(), rx.fragment(figures(), listed()))),
        ),
    )
