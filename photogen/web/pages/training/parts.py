"""What the page of a training is put together from."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.training.shown import Stage
from photogen.web.pages.training.state import TrainingPage
from photogen.web.text import t
from photogen.web.typed import Shown, digits

_view = TrainingPage.view


def actions() -> rx.Component:
    """The one thing that can be done about it now."""
    return rx.el.div(
        rx.cond(
            _view.can_cancel,
            ui.button(t("Cancel training"), kind="danger", on_click=TrainingPage.ask_cancel),
        ),
        rx.cond(
            _view.can_retry,
            ui.button(
                _view.retry_button,
                kind="primary",
                icon_name="rotate_cw",
                on_click=TrainingPage.retry,
                busy=TrainingPage.busy,
            ),
        ),
        class_name="flex items-center gap-3",
    )


def success() -> rx.Component:
    """What to do with the model that came of it."""
    return rx.cond(
        _view.model_id != "",
        ui.card(
            rx.el.div(
                ui.icon("circle_check", size=20, class_name="text-good shrink-0 mt-0.5"),
                rx.el.div(
                    rx.el.p(t("Your model is ready"), class_name="font-medium"),
                    rx.el.p(_view.money, class_name="text-sm text-muted"),
                ),
                class_name="flex gap-3 flex-1 basis-64 min-w-0",
            ),
            rx.el.div(
                ui.link_button(t("See the model"), href=routes.model(_view.model_id)),
                ui.link_button(
                    t("Generate with it"),
                    href=routes.generate_with(_view.model_id),
                    kind="primary",
                    icon_name="sparkles",
                ),
                class_name="flex flex-wrap gap-2",
            ),
            class_name="flex flex-wrap items-center gap-4 mb-6",
        ),
    )


def failure() -> rx.Component:
    """What happened, what can be done, what became of the money."""
    return rx.cond(
        _view.status == "failed",
        rx.el.div(
            ui.notice(
                rx.el.p(_view.error, class_name="font-medium"),
                rx.cond(_view.advice != "", rx.el.p(_view.advice, class_name="mt-1 text-text")),
                rx.el.p(
                    _view.money,
                    rx.cond(_view.can_retry, rx.fragment(" ", _view.retry_text)),
                    class_name="mt-1 text-soft",
                ),
                rx.el.p(
                    t("Cause:"),
                    " ",
                    _view.category,
                    " · ",
                    t("Code to quote:"),
                    " ",
                    rx.el.span(_view.code, class_name="code"),
                    class_name="mt-2 text-muted",
                ),
                tone="bad",
            ),
            role="alert",
            class_name="mb-6",
        ),
    )


def waiting() -> rx.Component:
    """A vendor is paused: what that means for this training."""
    return rx.cond(
        _view.waiting != "",
        rx.el.div(ui.notice(_view.waiting, tone="warn"), role="status", class_name="mb-6"),
    )


def _stage(stage: Shown[Stage], number: Shown[int]) -> rx.Component:
    dot = rx.match(
        stage.state,
        ("done", ui.icon("check", size=12)),
        ("failed", ui.icon("x", size=12)),
        rx.el.span(digits(number + 1)),
    )
    return rx.el.li(
        rx.el.span(dot, class_name="step-dot", custom_attrs={"aria-hidden": "true"}),
        rx.el.span(stage.name, rx.el.span(stage.time, class_name="block text-xs text-muted num font-normal min-h-4")),
        class_name="step",
        custom_attrs={"data-state": stage.state, "aria-current": rx.cond(stage.state == "current", "step", "false")},
        key=stage.name,
    )


def live_part() -> rx.Component:
    """Stages with their times, the bar, the step, what is left."""
    return ui.card(
        rx.el.ol(rx.foreach(TrainingPage.stages, _stage), class_name="steps", custom_attrs={"aria-label": t("Stages")}),
        rx.cond(
            (_view.status != "failed") & (_view.status != "cancelled"),
            rx.el.div(
                ui.progress(_view.percent, label=t("Training progress"), tone=_view.tone),
                rx.el.div(
                    rx.el.span(_view.percent, " %", class_name="text-text font-medium"),
                    rx.cond(_view.step_text != "", rx.el.span(_view.step_text)),
                    rx.cond(_view.running & (_view.loss != ""), rx.el.span(t("Loss"), " ", _view.loss)),
                    rx.el.span(t("Time"), " ", ui.elapsed(_view.counts_from, _view.finished_at)),
                    rx.cond(_view.running & (_view.left != ""), rx.el.span(_view.left)),
                    rx.cond(_view.running, rx.el.span(_view.money, class_name="sm:ml-auto")),
                    class_name="flex flex-wrap gap-x-5 gap-y-1 text-sm text-muted num mt-3",
                ),
                class_name="mt-6",
            ),
            rx.cond(
                _view.status == "cancelled",
                rx.el.p(_view.money, " ", _view.retry_text, class_name="mt-5 text-sm text-muted"),
            ),
        ),
        class_name="mb-6",
    )


def settings() -> rx.Component:
    """What it was trained with."""
    return ui.card(
        rx.el.h2(t("Settings"), class_name="text-base mb-4"),
        rx.el.dl(
            rx.foreach(
                _view.facts,
                lambda fact: rx.el.div(
                    rx.el.dt(fact[0], class_name="text-muted"),
                    rx.el.dd(fact[1], class_name="num text-right break-all"),
                    class_name="flex justify-between gap-4 py-1.5",
                    key=fact[0],
                ),
            ),
            class_name="text-sm",
        ),
        rx.cond(
            _view.hub_url != "",
            rx.el.a(
                ui.icon("external_link", size=14),
                t("Open on the hub"),
                href=_view.hub_url,
                target="_blank",
                rel="noreferrer",
                class_name="link inline-flex items-center gap-1.5 text-sm mt-3",
            ),
        ),
    )
