"""The operator's overview: incidents, what is left behind, vendors in trouble, models that are held back."""

from collections.abc import Callable
from typing import TypeVar

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.admin.frame import admin_frame
from photogen.web.pages.admin.state import Admin, HeldShown, IncidentShown, LeftoverShown, TroubleShown
from photogen.web.shell import screen
from photogen.web.text import t
from photogen.web.typed import Shown, digits, length

T = TypeVar("T")

_ROW = "flex flex-wrap items-start justify-between gap-x-6 gap-y-2 px-5 py-4"


def _row(
    head: rx.Component, words: Shown[str], foot: rx.Component, action: rx.Component | None, key: Shown[str]
) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            head,
            rx.el.p(words, class_name="text-sm text-soft mt-0.5 break-words"),
            foot,
            class_name="min-w-0 flex-1 basis-72",
        ),
        action or rx.fragment(),
        key=key,
        class_name=_ROW,
    )


def _foot(*parts: rx.Component | Shown[str]) -> rx.Component:
    return rx.el.p(*parts, class_name="text-sm text-muted num mt-1 wrap-anywhere")


def _incident(item: Shown[IncidentShown]) -> rx.Component:
    return _row(
        rx.el.p(item.kind, class_name="text-sm font-medium first-letter:uppercase"),
        item.message,
        _foot(item.subject, " · ", item.seen, ", ", ui.ago(item.last_at)),
        ui.button(t("Mark as resolved"), size="sm", on_click=Admin.resolve(item.id)),
        item.id,
    )


def _leftover(item: Shown[LeftoverShown]) -> rx.Component:
    return _row(
        rx.el.p(item.what, class_name="text-sm font-medium"),
        item.words,
        _foot(item.where, " · ", t("since"), " ", ui.ago(item.since), " · ", item.tries),
        ui.button(t("Try now"), size="sm", on_click=Admin.try_now(item.id)),
        item.id,
    )


def _trouble(item: Shown[TroubleShown]) -> rx.Component:
    return _row(
        rx.el.p(item.name, " · ", item.operation, class_name="text-sm font-medium"),
        item.words,
        _foot(t("paused"), " ", ui.ago(item.since)),
        None,
        item.name + item.operation,
    )


def _held(item: Shown[HeldShown]) -> rx.Component:
    return _row(
        rx.el.p(item.name, class_name="text-sm font-medium"),
        t("Stood open at the hub. Its owner sees that it is held back, and why."),
        _foot(item.repository),
        ui.button(t("Release"), size="sm", on_click=Admin.release(item.id)),
        item.id,
    )


def _part(
    title: str, count: Shown[int], items: Shown[list[T]], draw: Callable[[T], rx.Component], calm: str
) -> rx.Component:
    return ui.section(
        title,
        rx.cond(
            count > 0,
            ui.card(
                rx.el.ul(
                    rx.foreach(items, draw), class_name="divide-y divide-line", custom_attrs={"aria-label": title}
                ),
                pad=False,
            ),
            rx.el.p(ui.icon("circle_check", size=16), calm, class_name="flex items-center gap-2 text-sm text-muted"),
        ),
        action=rx.cond(count > 0, ui.pill(digits(count), plain=True)),
    )


@screen(routes.ADMIN, t("Administration"), on_load=[Admin.load])
def admin() -> rx.Component:
    """Not there for anybody else."""
    return admin_frame(
        routes.ADMIN,
        rx.cond(
            ~Admin.ready,
            ui.skeleton("h-96 w-full"),
            rx.cond(
                Admin.problem != "",
                ui.error_state(Admin.problem, code=Admin.code, action=ui.button(t("Try again"), on_click=Admin.load)),
                rx.fragment(
                    _part(t("Incidents"), Admin.incident_count, Admin.incidents, _incident, t("No incidents.")),
                    _part(t("Models held back"), length(Admin.held), Admin.held, _held, t("No model is held back.")),
                    _part(
                        t("Vendors in trouble"),
                        length(Admin.troubles),
                        Admin.troubles,
                        _trouble,
                        t("All vendors answer."),
                    ),
                    _part(
                        t("Left behind"),
                        Admin.leftover_count,
                        Admin.leftovers,
                        _leftover,
                        t("Everything that was deleted is gone, at the vendors too."),
                    ),
                ),
            ),
        ),
    )
