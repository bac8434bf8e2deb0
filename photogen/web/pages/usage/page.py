"""Usage: the balance, and every movement in words."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.movements import Movement
from photogen.web.pages.usage.parts import lots, models, trend
from photogen.web.pages.usage.state import Usage, UsageByModel
from photogen.web.paying import Paying, today_box, way_box
from photogen.web.shell import page_head, screen
from photogen.web.text import t
from photogen.web.typed import Shown, digits, length


def _movement(item: Shown[Movement]) -> rx.Component:
    words = rx.cond(item.href != "", ui.text_link(item.words, href=item.href), rx.el.span(item.words))
    return rx.el.tr(
        rx.el.td(
            words,
            rx.cond(
                item.state != "",
                rx.el.span(ui.pill(item.state, tone=item.state_tone), class_name="ml-3 inline-block align-middle"),
            ),
            class_name="py-3 pl-5 pr-4 w-full",
        ),
        rx.el.td(ui.ago(item.at), class_name="py-3 pr-8 max-sm:pr-4 text-muted whitespace-nowrap"),
        rx.el.td(item.amount, class_name=f"py-3 pr-8 max-sm:pr-4 text-right whitespace-nowrap {item.tone}"),
        rx.el.td(item.balance, class_name="py-3 pr-5 text-right text-muted"),
        key=digits(item.id),
    )


def _head(text: str, extra: str) -> rx.Component:
    return rx.el.th(text, class_name=f"py-2.5 font-medium text-muted {extra}", scope="col")


def _table() -> rx.Component:
    return rx.fragment(
        ui.card(
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(
                        _head(t("What"), "text-left pl-5 pr-4"),
                        _head(t("When"), "text-left pr-4"),
                        _head(t("Credits"), "text-right pr-8 max-sm:pr-4"),
                        _head(t("Balance"), "text-right pr-5"),
                        class_name="border-b border-line",
                    )
                ),
                rx.el.tbody(rx.foreach(Usage.movements, _movement), class_name="divide-y divide-line"),
                class_name="w-full text-sm",
            ),
            pad=False,
            class_name="overflow-x-auto",
        ),
        ui.pager(Usage),
    )


def _figure(label: str, value: rx.Component, foot: Shown[str] | rx.Component) -> rx.Component:
    return ui.card(
        rx.el.p(label, class_name="text-sm text-muted"),
        rx.el.p(value, class_name="text-2xl font-semibold num mt-1"),
        rx.el.p(foot, class_name="text-sm text-muted num mt-1 min-h-5"),
    )


def _history() -> rx.Component:
    groups = [
        ("all", t("Everything")),
        ("pictures", t("Pictures")),
        ("trainings", t("Trainings")),
        ("received", t("Received")),
        ("lost", t("Lapsed or taken")),
    ]
    file = "/api/usage.csv?group=" + Usage.group + "&month=" + Usage.month
    filters = rx.el.div(
        ui.segmented(
            t("Kind"),
            groups,
            name="group",
            value=Usage.group,
            on_change=Usage.show_group,
        ),
        rx.el.select(
            rx.foreach(Usage.months, lambda o: rx.el.option(o.text, value=o.value, key=o.value)),
            id="month",
            value=Usage.month,
            on_change=Usage.show_month,
            class_name="input w-auto!",
            custom_attrs={"aria-label": t("Month")},
        ),
        class_name="flex flex-wrap items-center justify-between gap-3 mb-4",
    )
    nothing = rx.cond(
        (Usage.group == "all") & (Usage.month == ""),
        ui.empty_state(t("Nothing has moved yet"), icon_name="coins"),
        ui.empty_state(t("Nothing moved that way"), icon_name="coins", help=t("Choose another kind or month.")),
    )
    return ui.section(
        t("Every movement"),
        filters,
        rx.cond(length(Usage.movements) > 0, _table(), nothing),
        action=ui.link_button("CSV", href=file, icon_name="download", size="sm", reload=True),
    )


@screen(routes.USAGE, t("Usage"), on_load=[Usage.load, UsageByModel.load, Paying.load])
def usage() -> rx.Component:
    """Where the credits went."""
    figures = rx.el.div(
        _figure(
            t("Credits"),
            rx.el.span(Usage.available, role="status", custom_attrs={"aria-label": t("Credit balance")}),
            rx.cond(Usage.held != "", Usage.held, t("Nothing is set aside.")),
        ),
        _figure(t("Plan"), rx.el.span(Usage.plan), Usage.included),
        class_name="grid sm:grid-cols-2 gap-4 mb-4",
    )
    return rx.fragment(
        page_head(
            t("Usage"),
            t("Credits are set aside when work starts and spent when it is delivered. What fails is returned at once."),
            action=ui.link_button(t("Billing"), href=routes.BILLING),
        ),
        ui.states(
            loading=~Usage.ready,
            error=Usage.problem != "",
            empty=False,
            skeleton=rx.fragment(
                rx.el.div(*(ui.skeleton("h-[118px]") for _ in range(2)), class_name="grid sm:grid-cols-2 gap-4 mb-8"),
                ui.skeleton("h-96 w-full"),
            ),
            failed=ui.error_state(
                Usage.problem, code=Usage.code, action=ui.button(t("Try again"), on_click=Usage.load)
            ),
            nothing=rx.fragment(),
            full=rx.fragment(
                figures,
                rx.el.div(
                    today_box(), way_box(), class_name="grid lg:grid-cols-2 gap-4 mb-4 [&>:only-child]:lg:col-span-2"
                ),
                rx.el.div(lots(), trend(), class_name="grid lg:grid-cols-2 gap-4 mb-12"),
                models(),
                _history(),
            ),
        ),
    )
