"""What the list of trainings is put together from."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.components.islands import TextInput
from photogen.web.pages.trainings.state import Figure, Line, Trainings
from photogen.web.text import t
from photogen.web.typed import Shown

_STANDINGS = (
    ("", t("Any status")),
    ("running", t("Under way")),
    ("completed", t("Completed")),
    ("failed", t("Failed")),
    ("cancelled", t("Cancelled")),
)
_SUBJECTS = (
    ("", t("Any subject")),
    ("person", t("Person")),
    ("pet", t("Pet")),
    ("product", t("Product")),
    ("style", t("Style")),
)
_SORTS = (
    ("", t("Newest first")),
    ("oldest", t("Oldest first")),
    ("longest", t("Longest first")),
    ("name", t("By name")),
)


def _choice(name: str, label: str, options: tuple[tuple[str, str], ...]) -> rx.Component:
    return rx.el.select(
        *(rx.el.option(text, value=value) for value, text in options),
        value=Trainings.wanted[name],
        on_change=lambda value: Trainings.look_for(name, value),
        class_name="input",
        custom_attrs={"aria-label": label},
    )


def _day(name: str, label: str) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name="text-sm text-muted"),
        rx.el.input(
            type="date",
            value=Trainings.wanted[name],
            on_change=lambda value: Trainings.look_for(name, value),
            class_name="input min-w-0",
        ),
        class_name="flex max-sm:flex-col sm:items-center gap-x-2 gap-y-1 min-w-0",
    )


def _search() -> rx.Component:
    return TextInput.create(
        id="look-for",
        name="look-for",
        type="search",
        value=Trainings.wanted["q"],
        on_change=lambda value: Trainings.look_for("q", value),
        placeholder=t("Name or word"),
        max_length=80,
        class_name="input",
        custom_attrs={"aria-label": t("Search")},
    )


def filters() -> rx.Component:
    """What to look for. All of it stands in the address."""
    return rx.el.div(
        rx.el.div(
            _search(),
            _choice("status", t("Status"), _STANDINGS),
            _choice("subject", t("Subject"), _SUBJECTS),
            _choice("sort", t("Order"), _SORTS),
            class_name="grid grid-cols-2 lg:grid-cols-4 gap-3",
        ),
        rx.el.div(
            _day("from", t("From")),
            _day("to", t("To")),
            rx.cond(
                Trainings.filtered,
                ui.button(t("Clear the filter"), kind="ghost", on_click=Trainings.clear),
            ),
            class_name="grid grid-cols-2 items-end gap-3 mt-3 sm:flex",
        ),
        ui.error_line("filter-error", Trainings.refused),
        role="search",
        class_name="mb-6",
        custom_attrs={"aria-label": t("Filter the trainings")},
    )


def _figure(figure: Shown[Figure]) -> rx.Component:
    return rx.el.div(
        rx.el.dt(figure.name, class_name="text-sm text-muted"),
        rx.el.dd(figure.value, class_name="text-lg font-semibold num mt-0.5"),
        rx.el.dd(figure.foot, class_name="text-xs text-muted num mt-0.5 min-h-4"),
        class_name="card card-pad",
        key=figure.name,
    )


def figures() -> rx.Component:
    """What all that fit the filter came to."""
    return rx.el.dl(
        rx.foreach(Trainings.figures, _figure),
        class_name="grid grid-cols-2 lg:grid-cols-4 gap-4 mb-6",
        custom_attrs={"aria-label": t("Totals")},
    )


def _line(line: Shown[Line]) -> rx.Component:
    moving = rx.cond(
        line.running,
        rx.el.div(
            ui.progress(line.percent, label=t("Progress of {name}", name=line.name)), class_name="w-full sm:w-40"
        ),
        rx.el.span(line.paid, class_name="text-sm text-muted num w-40 text-right max-sm:hidden"),
    )
    return rx.el.li(
        ui.nav_link(
            rx.el.div(
                rx.el.div(
                    rx.el.span(line.name, class_name="font-medium truncate"),
                    ui.pill(line.status_word, tone=line.tone),
                    class_name="flex items-center gap-3 min-w-0",
                ),
                rx.el.p(
                    ui.ago(line.created_at),
                    rx.cond(line.remark != "", rx.fragment(" · ", line.remark)),
                    rx.cond(~line.running, rx.el.span(" · ", line.paid, class_name="sm:hidden")),
                    class_name="text-sm text-muted mt-1 num line-clamp-2",
                ),
                class_name="min-w-0 flex-1",
            ),
            moving,
            ui.icon("chevron_right", size=16, class_name="text-muted max-sm:hidden shrink-0"),
            href=routes.training(line.id),
            class_name="flex flex-col sm:flex-row sm:items-center gap-3 "
            "sm:gap-6 px-5 py-4 hover:bg-raised transition-colors",
        ),
        key=line.id,
    )


def listed() -> rx.Component:
    """A page of trainings."""
    return rx.fragment(
        ui.card(
            rx.el.ul(
                rx.foreach(Trainings.lines, _line),
                class_name="divide-y divide-line",
                custom_attrs={"aria-label": t("Trainings")},
            ),
            pad=False,
            class_name="overflow-hidden",
        ),
        ui.pager(Trainings),
    )
