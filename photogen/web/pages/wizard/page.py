"""The wizard at /models/new: subject, photos, settings, review."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.components.islands import Part
from photogen.web.pages.wizard.parts import photos_step, review_step, settings_step, subject_step
from photogen.web.pages.wizard.state import LAST, Wizard
from photogen.web.shell import page_head, screen
from photogen.web.text import t
from photogen.web.typed import Shown

STEPS = (t("Subject"), t("Photos"), t("Settings"), t("Review"))


def _state(number: int) -> Shown[str]:
    return rx.cond(Wizard.step == number, "current", rx.cond(Wizard.step > number, "done", "todo"))


def _buttons() -> rx.Component:
    first = rx.cond(Wizard.further != "", 2, 1)
    return rx.el.div(
        rx.cond(
            Wizard.step > first, ui.button(t("Back"), on_click=Wizard.back, disabled=Wizard.starting), rx.el.span()
        ),
        rx.cond(
            Wizard.step < LAST,
            ui.button(t("Next"), kind="primary", type="submit"),
            ui.button(
                Wizard.price.button,
                kind="primary",
                type="submit",
                busy=Wizard.starting,
                class_name="max-sm:flex-1 whitespace-normal! h-auto! py-2",
            ),
        ),
        class_name="card-foot flex items-center justify-between gap-3",
    )


def _form() -> rx.Component:
    step = rx.match(Wizard.step, (1, subject_step()), (2, photos_step()), (3, settings_step()), review_step())
    return ui.card(
        rx.el.form(
            Part.create(step, at=Wizard.step, label=rx.Var.create(STEPS)[Wizard.step - 1]),
            _buttons(),
            on_submit=Wizard.submit,
            custom_attrs={"noValidate": True},
        ),
        class_name="p-5! sm:p-8!",
    )


@screen(routes.NEW_MODEL, t("New model"), on_load=[Wizard.load])
def wizard() -> rx.Component:
    """Four steps from a name to a running training; the draft survives a refresh."""
    return rx.el.div(
        rx.cond(
            Wizard.further != "",
            page_head(
                t("New version of {name}", name=Wizard.further),
                t("The same photos and settings to begin with. Change what you like; the trigger word stays."),
                back=(routes.MODELS, t("Models")),
            ),
            page_head(
                t("New model"), t("Four short steps. Everything is kept as you go."), back=(routes.MODELS, t("Models"))
            ),
        ),
        rx.cond(
            Wizard.ready,
            rx.cond(
                Wizard.problem != "",
                ui.error_state(
                    Wizard.problem, code=Wizard.problem_code, action=ui.button(t("Try again"), on_click=Wizard.load)
                ),
                rx.fragment(
                    rx.el.div(
                        ui.stepper(
                            [(text, _state(n)) for n, text in enumerate(STEPS, 1)], label=t("Steps of the wizard")
                        ),
                        class_name="mb-6",
                    ),
                    _form(),
                ),
            ),
            rx.el.div(ui.skeleton("h-6 w-80 mb-6"), ui.skeleton("h-[480px] w-full rounded-lg!")),
        ),
        class_name="max-w-3xl mx-auto",
    )
