"""The lower part of a training's page: what explains it. Loss, log, times, money, every attempt."""

import reflex as rx

from photogen.web import components as ui
from photogen.web.components.training_views import loss_curve, training_log
from photogen.web.pages.training.shown import Attempt, Round, Timing
from photogen.web.pages.training.state import TrainingPage
from photogen.web.text import t
from photogen.web.typed import Shown, length

_view = TrainingPage.view
_figures = TrainingPage.figures


def _head(title: str, *more: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.h2(title, class_name="text-base"),
        *more,
        class_name="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 mb-3",
    )


def loss() -> rx.Component:
    """The loss curve, and the same in words."""
    return rx.cond(
        _view.loss_version != "",
        ui.card(
            _head(t("Loss")),
            loss_curve(_view.id, version=_view.loss_version, steps=_view.steps, summary=_view.loss_words),
            rx.el.p(_view.loss_words, class_name="text-sm text-muted num mt-2"),
            class_name="mb-6",
        ),
    )


def log() -> rx.Component:
    """The whole log, live."""
    return ui.card(
        _head(t("Log")),
        training_log(_view.id, version=_view.log_end, running=_view.running),
        class_name="mb-6",
    )


def _timing(line: Shown[Timing]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            line.name,
            rx.cond(line.tries != "", rx.el.span(" · ", line.tries, class_name="text-muted font-normal")),
            scope="row",
            class_name=rx.cond(
                line.inside, "py-2 pr-4 pl-5 text-left font-normal text-muted", "py-2 pr-4 text-left font-medium"
            ),
        ),
        rx.el.td(
            line.took,
            rx.cond(
                line.late,
                rx.el.span(ui.pill(t("Slow"), tone="warn"), class_name="ml-2 inline-block align-middle"),
            ),
            class_name="py-2 pr-4 text-right whitespace-nowrap",
        ),
        rx.cond(
            _figures.compared,
            rx.fragment(
                rx.el.td(line.usual, class_name="py-2 pr-4 text-right text-muted"),
                rx.el.td(line.slow, class_name="py-2 text-right text-muted"),
            ),
        ),
        key=line.name,
    )


def _column(text: str, extra: str) -> rx.Component:
    return rx.el.th(text, scope="col", class_name=f"pb-2 font-medium text-muted {extra}")


def timings() -> rx.Component:
    """How long each part took, against this installation's own history."""
    return ui.card(
        _head(t("Times")),
        rx.el.div(
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(
                        _column(t("Part"), "text-left pr-4"),
                        _column(t("This one"), "text-right pr-4"),
                        rx.cond(
                            _figures.compared,
                            rx.fragment(
                                _column(t("Usual"), "text-right pr-4"), _column(t("Nine of ten"), "text-right")
                            ),
                        ),
                    )
                ),
                rx.el.tbody(rx.foreach(_figures.timings, _timing), class_name="divide-y divide-line"),
                class_name="w-full text-sm num",
            ),
            class_name="overflow-x-auto",
            tab_index=0,
            role="region",
            custom_attrs={"aria-label": t("Times")},
        ),
        rx.el.p(_figures.sample, class_name="text-xs text-muted mt-3"),
    )


def _round(line: Shown[Round]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(line.name, class_name="font-medium"),
            rx.el.span(ui.ago(line.at), class_name="text-muted"),
            class_name="flex justify-between gap-4",
        ),
        rx.el.p(line.words, class_name="text-soft mt-0.5"),
        rx.cond(line.vendor != "", rx.el.p(line.vendor, class_name="text-muted mt-0.5 break-all")),
        class_name="py-2.5 first:pt-0 last:pb-0 text-sm num",
        key=line.name,
    )


def cost() -> rx.Component:
    """What was set aside, spent and given back, round by round."""
    return ui.card(
        _head(t("Cost")),
        rx.el.ul(rx.foreach(_figures.rounds, _round), class_name="divide-y divide-line"),
        rx.cond(_figures.spent != "", rx.el.p(_figures.spent, class_name="text-sm num mt-3")),
    )


def _fact(fact: Shown[tuple[str, str]]) -> rx.Component:
    return rx.el.div(
        rx.el.dt(fact[0], class_name="text-muted"),
        rx.el.dd(fact[1], class_name="num break-all"),
        class_name="grid grid-cols-[minmax(7rem,1fr)_2fr] gap-4 py-1",
        key=fact[0],
    )


def _attempt(row: Shown[Attempt]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(row.stage, class_name="font-medium"),
            ui.pill(row.outcome, tone=row.tone),
            rx.el.span(ui.ago(row.started_at), " · ", row.time, class_name="text-sm text-muted num ml-auto"),
            class_name="flex flex-wrap items-center gap-3",
        ),
        rx.cond(row.message != "", rx.el.p(row.message, class_name="text-sm text-soft mt-1")),
        rx.cond(row.action != "", rx.el.p(row.action, class_name="text-sm text-muted mt-0.5")),
        rx.cond(row.advice != "", rx.el.p(row.advice, class_name="text-sm text-muted mt-0.5")),
        rx.el.details(
            rx.el.summary(t("Details"), class_name="summary"),
            rx.el.dl(rx.foreach(row.facts, _fact), class_name="text-sm mt-2"),
            rx.cond(
                row.words != "",
                rx.fragment(
                    rx.el.p(t("What the service said"), class_name="text-sm text-muted mt-2"),
                    rx.el.pre(row.words, class_name="log mt-1"),
                ),
            ),
            class_name="mt-2",
        ),
        class_name="py-4 first:pt-1 last:pb-0",
        key=row.id,
    )


def history() -> rx.Component:
    """Every attempt of every stage, the newest first, a page at a time."""
    return ui.card(
        _head(t("History"), rx.el.span(TrainingPage.count, class_name="text-sm text-muted num")),
        rx.cond(
            length(TrainingPage.attempts) > 0,
            rx.el.ol(rx.foreach(TrainingPage.attempts, _attempt), class_name="divide-y divide-line"),
            rx.el.p(
                t("Nothing has been attempted yet; a worker takes it up in a moment."), class_name="text-sm text-muted"
            ),
        ),
        ui.pager(TrainingPage),
        rx.cond(
            _view.left_over != "",
            rx.el.p(_view.left_over, class_name="text-sm text-muted mt-4 pt-4 border-t border-line"),
        ),
    )
