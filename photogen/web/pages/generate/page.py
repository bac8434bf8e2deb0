"""Generate: the set-up on the left, pictures on the right as they arrive."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.generate.batch_parts import batch
from photogen.web.pages.generate.history_parts import history_dialog
from photogen.web.pages.generate.input_parts import input_dialog
from photogen.web.pages.generate.model_parts import models_dialog
from photogen.web.pages.generate.parts import form
from photogen.web.pages.generate.presets_parts import presets_button, presets_dialog
from photogen.web.pages.generate.state import Generate
from photogen.web.shell import page_head, screen
from photogen.web.text import t
from photogen.web.typed import length

_COLUMNS = "grid grid-cols-[minmax(0,1fr)] lg:grid-cols-[360px_minmax(0,1fr)] gap-8 lg:gap-10 items-start"


def _loading() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            ui.skeleton("h-36 w-full"),
            ui.skeleton("h-10 w-full"),
            ui.skeleton("h-15 w-full"),
            ui.skeleton("h-10 w-full"),
            ui.skeleton("h-11 w-full"),
            class_name="flex flex-col gap-8 pt-7",
        ),
        ui.skeleton_grid(4),
        class_name=_COLUMNS,
    )


def _results() -> rx.Component:
    return ui.revealed(
        rx.cond(
            length(Generate.batches) == 0,
            ui.empty_state(
                t("Your pictures will appear here"),
                icon_name="sparkles",
                help=t("Write what you want to see, and press the button. Each picture is kept in the gallery."),
            ),
            rx.el.div(
                rx.foreach(Generate.batches, batch),
                rx.el.p(
                    ui.text_link(t("Everything else is in the gallery"), href=routes.GALLERY), class_name="text-sm"
                ),
                class_name="flex flex-col gap-10",
            ),
        ),
        at=Generate.started,
        label=t("Results"),
        class_name="min-w-0",
    )


@screen(routes.GENERATE, t("Generate"), on_load=[Generate.load], wide=True)
def generate() -> rx.Component:
    """The form with the price on its button; several batches may run at once."""
    return rx.fragment(
        page_head(t("Generate"), action=presets_button()),
        rx.cond(
            Generate.ready,
            rx.cond(
                Generate.problem != "",
                ui.error_state(
                    Generate.problem, code=Generate.code, action=ui.button(t("Try again"), on_click=Generate.load)
                ),
                rx.el.div(
                    form(),
                    _results(),
                    class_name=_COLUMNS,
                ),
            ),
            _loading(),
        ),
        history_dialog(),
        models_dialog(),
        input_dialog(),
        presets_dialog(),
    )
