"""What makes the balance up, and the last thirty days."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.usage.shown import Bar, Lot, ModelRow
from photogen.web.pages.usage.state import Usage, UsageByModel
from photogen.web.text import t
from photogen.web.typed import Shown, digits, length


def _lot(item: Shown[Lot]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(item.words),
            rx.el.span(item.left, class_name="num"),
            class_name="flex justify-between gap-4 text-sm",
        ),
        rx.el.div(
            rx.el.span(style={"width": digits(item.part) + "%"}),
            class_name="bar mt-2",
            custom_attrs={"aria-hidden": "true"},
        ),
        rx.el.p(item.lapses, class_name="text-xs text-muted num mt-1.5"),
    )


def lots() -> rx.Component:
    """The grants that are left, in the order in which they are spent."""
    return ui.card(
        rx.el.h2(t("What makes it up"), class_name="text-base"),
        rx.el.p(t("What lapses first is spent first."), class_name="text-sm text-muted mb-5"),
        rx.cond(
            length(Usage.lots) > 0,
            rx.el.ul(rx.foreach(Usage.lots, _lot), class_name="flex flex-col gap-5"),
            rx.el.p(
                t("No credits are left."),
                " ",
                ui.text_link(t("Buy credits"), href=routes.PACKS),
                class_name="text-sm text-soft",
            ),
        ),
    )


def _bar(item: Shown[Bar]) -> rx.Component:
    return rx.el.div(
        rx.el.span(class_name="trend-trainings", style={"height": digits(item.trainings) + "%"}),
        rx.el.span(class_name="trend-pictures", style={"height": digits(item.pictures) + "%"}),
        title=item.words,
        key=item.day,
        class_name="trend-day",
    )


def _key(swatch: str, text: str) -> rx.Component:
    return rx.el.span(rx.el.span(class_name=f"trend-key {swatch}"), text, class_name="flex items-center gap-1.5")


def trend() -> rx.Component:
    """Credits by day and kind."""
    shown = Usage.trend
    return ui.card(
        rx.el.h2(t("The last 30 days"), class_name="text-base"),
        rx.el.p(shown.words, class_name="text-sm text-muted num mb-5"),
        rx.el.div(
            rx.cond(~shown.empty, rx.el.span(shown.most, class_name="trend-most num")),
            rx.foreach(shown.bars, _bar),
            role="img",
            class_name="trend",
            custom_attrs={"aria-label": shown.words},
        ),
        rx.el.div(
            rx.el.span(shown.first),
            rx.el.span(shown.last),
            class_name="flex justify-between text-xs text-muted num mt-2",
        ),
        rx.el.div(
            _key("trend-pictures", t("Pictures")),
            _key("trend-trainings", t("Trainings")),
            class_name="flex gap-4 text-xs text-muted mt-3",
        ),
    )


def _model(item: Shown[ModelRow]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(item.name, class_name="min-w-0 break-words"),
            rx.el.span(item.words, class_name="num text-muted"),
            class_name="flex flex-wrap justify-between gap-x-4 text-sm",
        ),
        rx.el.div(
            rx.el.span(style={"width": digits(item.part) + "%"}),
            class_name="bar mt-2",
            custom_attrs={"aria-hidden": "true"},
        ),
    )


def models() -> rx.Component:
    """Pictures by model, where there are any."""
    return rx.cond(
        length(UsageByModel.rows) > 0,
        ui.section(
            t("By model, in 30 days"),
            ui.card(
                rx.el.ul(
                    rx.foreach(UsageByModel.rows, _model),
                    class_name="grid gap-x-10 gap-y-5 md:grid-cols-2",
                    custom_attrs={"aria-label": t("By model, in 30 days")},
                )
            ),
        ),
    )
