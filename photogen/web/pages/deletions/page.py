"""Receipts of deletions: a number in, what is gone and what is still pending out."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.deletions.state import Deletions, Line
from photogen.web.shell import screen
from photogen.web.text import t
from photogen.web.typed import Shown


def _line(line: Shown[Line]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(line.what, class_name="text-sm font-medium"),
            rx.el.p(line.place, class_name="text-sm text-muted"),
            class_name="min-w-0 flex-1",
        ),
        rx.cond(
            line.gone_at != "",
            rx.el.span(t("gone"), " ", ui.ago(line.gone_at), class_name="text-sm text-good num"),
            ui.pill(t("Pending"), tone="warn"),
        ),
        class_name="flex items-center justify-between gap-4 py-3",
    )


def _receipt() -> rx.Component:
    shown = Deletions.shown
    return ui.card(
        rx.el.div(
            rx.el.h2(shown.name, class_name="text-lg"),
            rx.cond(
                shown.finished_at != "",
                ui.pill(t("Deleted"), tone="good"),
                ui.pill(t("Under way"), tone="accent"),
            ),
            class_name="flex items-center justify-between gap-4",
        ),
        rx.el.p(
            rx.el.span(shown.number, class_name="code"),
            " · ",
            t("asked for"),
            " ",
            ui.ago(shown.requested_at),
            class_name="text-sm text-muted num mt-1",
        ),
        rx.el.ul(
            rx.foreach(shown.lines, _line),
            class_name="divide-y divide-line mt-4",
            custom_attrs={"aria-label": t("What was deleted")},
        ),
        rx.cond(
            shown.finished_at == "",
            rx.el.p(
                t(
                    "Services that made or keep something for this studio delete in their own time, within minutes as "
                    "a rule. What is pending is tried again by itself."
                ),
                class_name="text-sm text-muted mt-4",
            ),
        ),
        class_name="mt-8",
        role="status",
        custom_attrs={"aria-label": t("Receipt")},
    )


@screen(
    routes.DELETIONS,
    t("Deletion receipts"),
    description=t("Look up what was deleted, where and when."),
    login=False,
    on_load=[Deletions.load],
)
def deletions() -> rx.Component:
    """Open to everybody with a number."""
    return rx.el.div(
        rx.el.h1(t("Deletion receipts"), class_name="text-2xl"),
        rx.el.p(
            t("Whoever deletes an account or a model gets a number. Keep it: it shows here what is gone, and when."),
            class_name="text-soft mt-2",
        ),
        rx.el.form(
            ui.text_field(
                t("Receipt number"),
                id="receipt_number",
                value=Deletions.number,
                on_change=Deletions.set_number,
                placeholder="XXXXX-XXXXX-XXXXX-XXXXX",
                max_length=80,
                auto_complete="off",
                error=Deletions.problem,
            ),
            rx.el.div(ui.button(t("Look up"), type="submit", kind="primary")),
            on_submit=Deletions.look,
            class_name="flex flex-col gap-4 mt-10 max-w-md",
        ),
        rx.cond(Deletions.shown.number != "", _receipt()),
        class_name="max-w-[720px] mx-auto px-6 py-16",
    )
