"""One training, live."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.training.debug import cost, history, log, loss, timings
from photogen.web.pages.training.parts import actions, failure, live_part, settings, success, waiting
from photogen.web.pages.training.state import TrainingPage
from photogen.web.shell import page_head, screen
from photogen.web.text import t


def _loading() -> rx.Component:
    return rx.el.div(
        ui.skeleton("h-9 w-64 mt-7 mb-1"),
        ui.skeleton("h-40 w-full rounded-lg!"),
        rx.el.div(
            ui.skeleton("h-80 w-full rounded-lg!"),
            ui.skeleton("h-40 w-full rounded-lg!"),
            class_name="grid lg:grid-cols-[320px_minmax(0,1fr)] gap-6",
        ),
        class_name="flex flex-col gap-6",
    )


def _gone() -> rx.Component:
    return ui.empty_state(
        t("There is no such training"),
        icon_name="search_x",
        help=t("The address may be mistyped, or the training belongs to another account."),
        action=ui.link_button(t("See your trainings"), href=routes.TRAININGS),
    )


def _full() -> rx.Component:
    view = TrainingPage.view
    return rx.fragment(
        page_head(
            rx.el.span(view.name, class_name="break-words"),
            mark=ui.status_pill(view.status_word, label=t("Training status"), tone=view.tone),
            action=actions(),
            back=(routes.TRAININGS, t("Trainings")),
        ),
        success(),
        failure(),
        waiting(),
        live_part(),
        loss(),
        log(),
        rx.el.div(
            rx.el.div(settings(), cost(), class_name="flex flex-col gap-6 min-w-0"),
            rx.el.div(timings(), history(), class_name="flex flex-col gap-6 min-w-0"),
            class_name="grid lg:grid-cols-[320px_minmax(0,1fr)] gap-6 items-start",
        ),
        ui.confirm(
            t("Cancel this training?"),
            t("It stops at the trainer, and what was set aside for it comes back to you. The progress so far is lost."),
            open=TrainingPage.asking,
            on_close=TrainingPage.keep,
            action=t("Yes, stop it"),
            on_confirm=TrainingPage.cancel,
            busy=TrainingPage.busy,
        ),
    )


@screen(routes.TRAINING, t("Training"), on_load=[TrainingPage.load])
def training() -> rx.Component:
    """One training: its stages and progress, its failure in words, its model; and what explains it."""
    return rx.cond(
        TrainingPage.ready,
        rx.cond(
            TrainingPage.missing,
            _gone(),
            rx.cond(
                TrainingPage.problem != "",
                ui.error_state(
                    TrainingPage.problem,
                    code=TrainingPage.code,
                    action=ui.button(t("Try again"), on_click=TrainingPage.load),
                ),
                _full(),
            ),
        ),
        _loading(),
    )
