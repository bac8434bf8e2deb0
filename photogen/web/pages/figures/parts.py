"""Charts and tables of the figures."""

from collections.abc import Sequence

import reflex as rx

from photogen.web import components as ui
from photogen.web.pages.figures.shown import Bar, Chart, Figure, Row
from photogen.web.typed import Shown, digits


def figure(item: Shown[Figure]) -> rx.Component:
    """One number."""
    return ui.card(
        rx.el.p(item.label, class_name="text-sm text-muted"),
        rx.el.p(item.value, class_name="text-xl font-semibold num mt-1"),
        rx.el.p(item.foot, class_name="text-sm text-muted num mt-1 min-h-5"),
    )


def _bar(item: Shown[Bar]) -> rx.Component:
    return rx.el.div(
        rx.el.span(class_name="trend-pictures", style={"height": digits(item.first) + "%"}),
        rx.el.span(class_name="trend-trainings", style={"height": digits(item.second) + "%"}),
        title=item.words,
        key=item.day,
        class_name="trend-day trend-pair",
    )


def _key(swatch: str, text: str) -> rx.Component:
    return rx.el.span(rx.el.span(class_name=f"trend-key {swatch}"), text, class_name="flex items-center gap-1.5")


def chart(title: str, shown: Shown[Chart], first: str, second: str) -> rx.Component:
    """Two bars a day."""
    return ui.card(
        rx.el.h2(title, class_name="text-base"),
        rx.el.p(shown.words, class_name="text-sm text-muted num mb-5"),
        rx.el.div(
            rx.cond(shown.most != "", rx.el.span(shown.most, class_name="trend-most num")),
            rx.foreach(shown.bars, _bar),
            role="img",
            class_name="trend trend-topped",
            custom_attrs={"aria-label": shown.words},
        ),
        rx.el.div(
            rx.el.span(shown.begins),
            rx.el.span(shown.ends),
            class_name="flex justify-between text-xs text-muted num mt-2",
        ),
        rx.el.div(
            _key("trend-pictures", first),
            _key("trend-trainings", second),
            class_name="flex gap-4 text-xs text-muted mt-3",
        ),
    )


def _row(item: Shown[Row]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            item.head,
            scope="row",
            class_name=rx.cond(
                item.strong,
                "py-2.5 pl-5 pr-6 text-left font-medium whitespace-nowrap",
                "py-2.5 pl-5 pr-6 text-left font-normal whitespace-nowrap",
            ),
        ),
        rx.foreach(item.cells, lambda cell: rx.el.td(cell, class_name="py-2.5 pr-5 text-right num whitespace-nowrap")),
        class_name=rx.cond(item.strong, "font-medium", "font-normal"),
        key=item.head,
    )


def table(heads: Sequence[str], rows: Shown[list[Row]], label: str) -> rx.Component:
    """Numbers in columns; a narrow screen scrolls it sideways."""
    first, *rest = heads
    return ui.card(
        rx.el.table(
            rx.el.thead(
                rx.el.tr(
                    rx.el.th(first, scope="col", class_name="py-2.5 pl-5 pr-6 text-left font-medium text-muted"),
                    *(
                        rx.el.th(
                            text,
                            scope="col",
                            class_name="py-2.5 pr-5 text-right font-medium text-muted whitespace-nowrap",
                        )
                        for text in rest
                    ),
                    class_name="border-b border-line",
                )
            ),
            rx.el.tbody(rx.foreach(rows, _row), class_name="divide-y divide-line"),
            class_name="w-full text-sm",
            custom_attrs={"aria-label": label},
        ),
        pad=False,
        class_name="overflow-x-auto",
        tab_index=0,
        role="region",
        custom_attrs={"aria-label": label},
    )
