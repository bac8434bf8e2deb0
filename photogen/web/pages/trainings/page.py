"""The list of trainings."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.trainings.state import Line, Trainings
from photogen.web.shell import page_head, screen
from photogen.web.text import t


def _line(line: rx.Var[Line]) -> rx.Component:
    moving = rx.cond(
        line.running,
        rx.el.div(
            ui.progress(line.percent, label=t("Progress of {name}", name=line.name)), class_name="w-full sm:w-40"
        ),
        rx.el.span(line.paid, class_name="text-sm text-muted num w-40 text-right max-sm:hidden"),
    )
    return rx.el.li(
        ui.nav_link(
            rx.el.div(
                rx.el.div(
                    rx.el.span(line.name, class_name="font-medium truncate"),
                    ui.pill(line.status_word, tone=line.tone),
                    class_name="flex items-center gap-3 min-w-0",
                ),
                rx.el.p(
                    ui.ago(line.created_at),
                    rx.cond(line.remark != "", rx.fragment(" · ", line.remark)),
                    rx.cond(~line.running, rx.el.span(" · ", line.paid, class_name="sm:hidden")),
                    class_name="text-sm text-muted mt-1 num line-clamp-2",
                ),
                class_name="min-w-0 flex-1",
            ),
            moving,
            ui.icon("chevron_right", size=16, class_name="text-muted max-sm:hidden shrink-0"),
            href=routes.training(line.id),
            class_name="flex flex-col sm:flex-row sm:items-center gap-3 "
            "sm:gap-6 px-5 py-4 hover:bg-raised transition-colors",
        ),
        key=line.id,
    )


def _loading() -> rx.Component:
    return rx.el.div(*(ui.skeleton("h-[76px] w-full") for _ in range(5)), class_name="flex flex-col gap-2")


def _full() -> rx.Component:
    return rx.fragment(
        ui.card(
            rx.el.ul(
                rx.foreach(Trainings.lines, _line),
                class_name="divide-y divide-line",
                custom_attrs={"aria-label": t("Trainings")},
            ),
            pad=False,
            class_name="overflow-hidden",
        ),
        ui.pager(Trainings),
    )


@screen(routes.TRAININGS, t("Trainings"), on_load=[Trainings.load])
def trainings() -> rx.Component:
    """Every training of the creator with where it stands."""
    new = ui.link_button(t("New model"), href=routes.NEW_MODEL, kind="primary", icon_name="plus")
    return rx.fragment(
        page_head(t("Trainings"), t("Each training turns a set of photos into a model of your own."), action=new),
        ui.states(
            loading=~Trainings.ready,
            error=Trainings.problem != "",
            empty=Trainings.lines.length() == 0,
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
            full=_full(),
        ),
    )
