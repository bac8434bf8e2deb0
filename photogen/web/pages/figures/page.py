"""The owner's figures: what comes in, what it costs, who stays, and a statement of all credits that adds up."""

import reflex as rx

from photogen.domain.analytics.commands import DAYS
from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.admin.frame import admin_frame
from photogen.web.pages.figures.parts import chart, figure, table
from photogen.web.pages.figures.state import FiguresPage
from photogen.web.shell import screen
from photogen.web.text import t
from photogen.web.typed import length

_BOARD = FiguresPage.board


def _file(part: str, name: str = "CSV") -> rx.Component:
    return ui.link_button(
        name,
        href=f"/api/admin/figures/{part}.csv?span=" + FiguresPage.span,
        icon_name="download",
        size="sm",
        reload=True,
        custom_attrs={"aria-label": t("{part} as a CSV file", part=part)},
    )


def _picker() -> rx.Component:
    return rx.el.div(
        ui.segmented(
            t("Period"),
            [(days, t("{n} days", n=days)) for days in DAYS],
            name="span",
            value=FiguresPage.span,
            on_change=FiguresPage.show,
        ),
        rx.el.select(
            rx.foreach(FiguresPage.months, lambda o: rx.el.option(o.text, value=o.value, key=o.value)),
            id="figures_month",
            value=rx.cond(length(FiguresPage.span) > 2, FiguresPage.span, ""),
            on_change=FiguresPage.show,
            class_name="input w-auto!",
            custom_attrs={"aria-label": t("Month")},
        ),
        rx.cond(
            FiguresPage.busy, rx.el.span(class_name="spinner", role="status", custom_attrs={"aria-label": t("Loading")})
        ),
        class_name="flex flex-wrap items-center gap-3 mb-6",
    )


def _statement() -> rx.Component:
    return ui.section(
        t("All credits"),
        rx.cond(_BOARD.wrong != "", rx.el.div(ui.notice(_BOARD.wrong, tone="bad"), class_name="mb-4", role="alert")),
        table([t("Statement"), t("Credits")], _BOARD.statement, t("Statement of credits")),
        rx.el.p(
            t("Credits that are set aside count as outstanding until the work is delivered."),
            class_name="text-sm text-muted mt-3",
        ),
        action=rx.el.div(_file("statement", t("Statement")), _file("ledger", t("Ledger")), class_name="flex gap-2"),
    )


def _full() -> rx.Component:
    return rx.fragment(
        rx.el.div(rx.foreach(_BOARD.figures, figure), class_name="grid grid-cols-2 lg:grid-cols-4 gap-4 mb-4"),
        rx.el.div(
            chart(t("Money"), _BOARD.money, t("Income, refunds taken off"), t("Vendors' costs")),
            chart(t("Credits"), _BOARD.credits, t("Granted"), t("Burnt")),
            class_name="grid lg:grid-cols-2 gap-4 mb-12",
        ),
        rx.el.div(
            _statement(),
            rx.el.div(
                ui.section(
                    t("Plans, now"),
                    table(
                        [t("Plan"), t("Paying"), t("Leaving"), t("On trial"), t("Per month")],
                        _BOARD.plans,
                        t("Plans"),
                    ),
                    action=_file("plans"),
                ),
                ui.section(
                    t("Active accounts"),
                    table([t("Tier"), t("Accounts")], _BOARD.actives, t("Active accounts by tier")),
                ),
                class_name="min-w-0",
            ),
            class_name="grid lg:grid-cols-2 gap-x-6 [&>*]:min-w-0",
        ),
        ui.section(
            t("Work and its costs"),
            table(
                [
                    t("Model"),
                    t("Delivered"),
                    t("By plan"),
                    t("Credits"),
                    t("Worth"),
                    t("Vendors' costs"),
                    t("Each"),
                ],
                _BOARD.work,
                t("Work by model"),
            ),
            rx.cond(_BOARD.note != "", rx.el.p(_BOARD.note, class_name="text-sm text-muted mt-3")),
            rx.el.p(
                t("A credit is counted as ten cents. Work of accounts that were deleted is not in it."),
                class_name="text-sm text-muted mt-3",
            ),
            action=_file("work"),
        ),
        ui.section(
            t("Day by day"),
            table(
                [
                    t("Day"),
                    t("Income"),
                    t("Given back"),
                    t("Costs"),
                    t("Pictures"),
                    t("Trainings"),
                    t("Granted"),
                    t("Burnt"),
                    t("New accounts"),
                ],
                _BOARD.days,
                t("Figures by day"),
            ),
            action=_file("days"),
        ),
    )


@screen(routes.ADMIN_FIGURES, t("Figures"), on_load=[FiguresPage.load])
def figures() -> rx.Component:
    """Not there for anybody but administrators."""
    return admin_frame(
        routes.ADMIN_FIGURES,
        rx.cond(
            ~FiguresPage.ready,
            ui.skeleton("h-96 w-full"),
            rx.cond(
                FiguresPage.problem != "",
                ui.error_state(
                    FiguresPage.problem,
                    code=FiguresPage.code,
                    action=ui.button(t("Try again"), on_click=FiguresPage.load),
                ),
                rx.fragment(_picker(), _full()),
            ),
        ),
    )
