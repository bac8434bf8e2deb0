"""The plans as cards, on the pricing page and on the landing page."""

from __future__ import annotations

from typing import Any

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.billing.shop import Shop
from photogen.web.pages.pricing.state import PriceList
from photogen.web.text import t


def _amount(plan: Any) -> rx.Component:
    """Both prices are there; the switch above shows one of them by style alone, before and without any script."""
    per_month = rx.el.span(t("a month"), class_name="text-sm text-muted")
    return rx.el.div(
        rx.el.p(rx.el.span(plan.month, class_name="price"), per_month, class_name="by-month"),
        rx.el.p(rx.el.span(plan.year_month, class_name="price"), per_month, class_name="by-year"),
        rx.el.p(
            rx.cond(plan.paid, rx.fragment(t("Billed yearly:"), " ", plan.year), t("No card needed")),
            class_name="by-year price-note",
        ),
        rx.el.p(rx.cond(plan.paid, t("Billed monthly"), t("No card needed")), class_name="by-month price-note"),
        class_name="num",
    )


def _line(text: Any) -> rx.Component:
    tick = ui.icon("check", size=16, class_name="text-accent-text mt-0.5 flex-none")
    return rx.el.li(tick, text, class_name="flex gap-2.5")


def _buy(plan: Any, interval: str) -> rx.Component:
    def press(kind: ui.Kind) -> rx.Component:
        return ui.button(
            t("Choose {plan}", plan=plan.name),
            kind=kind,
            on_click=Shop.choose(plan.key, interval),
            busy=Shop.busy == f"{plan.key}-{interval}",
            class_name="w-full",
        )

    return rx.cond(
        (PriceList.mine == plan.key) & (PriceList.mine_interval == interval),
        _yours(),
        rx.cond(_stands_out(plan), press("primary"), press("secondary")),
    )


def _yours() -> rx.Component:
    return rx.el.p(
        ui.icon("check", size=16, class_name="text-good"),
        t("Your plan"),
        class_name="flex items-center justify-center gap-2 h-9 text-sm font-medium",
    )


def _choose(plan: Any) -> rx.Component:
    """What can be done with a plan: begin with it, buy it, change to it, or nothing, for it is one's own."""
    begin = rx.cond(
        _stands_out(plan),
        ui.link_button(t("Get started"), href=routes.REGISTER, kind="primary", class_name="w-full"),
        ui.link_button(t("Get started"), href=routes.REGISTER, class_name="w-full"),
    )
    buy = rx.fragment(
        rx.el.div(_buy(plan, "month"), class_name="by-month"), rx.el.div(_buy(plan, "year"), class_name="by-year")
    )
    free = rx.cond(
        PriceList.mine == plan.key,
        _yours(),
        rx.el.p(t("What remains when a plan ends"), class_name="h-9 leading-9 text-center text-sm text-muted"),
    )
    return rx.cond(PriceList.mine != "", rx.cond(plan.paid, buy, free), begin)


def _change_dialog() -> rx.Component:
    asked = Shop.change
    return ui.dialog(
        t("Change your plan"),
        rx.el.p(asked.title, class_name="font-medium"),
        rx.el.p(asked.now, class_name="mt-2 text-sm text-soft num"),
        rx.el.p(asked.then, class_name="mt-2 text-sm text-muted num"),
        open=asked.key != "",
        on_close=Shop.leave,
        locked=Shop.changing,
        footer=[
            ui.button(t("Keep my plan"), kind="ghost", on_click=Shop.leave, disabled=Shop.changing),
            ui.button(asked.action, kind="primary", on_click=Shop.confirm, busy=Shop.changing, class_name="num"),
        ],
    )


def _stands_out(plan: Any) -> Any:
    """The plan that somebody was sent here for; without one, the one that most choose."""
    return (PriceList.wanted == plan.key) | ((PriceList.wanted == "") & plan.popular)


def _card(plan: Any) -> rx.Component:
    name = rx.el.div(
        rx.el.h3(plan.name, class_name="text-lg"),
        rx.cond(
            PriceList.wanted == plan.key,
            ui.pill(t("Opens what you chose"), tone="accent", plain=True),
            rx.cond(plan.popular, ui.pill(t("Most chosen"), tone="accent", plain=True)),
        ),
        class_name="flex items-center justify-between min-h-7",
    )
    return rx.el.article(
        name,
        _amount(plan),
        rx.el.div(_choose(plan), class_name="min-h-9"),
        rx.el.ul(rx.foreach(plan.lines, _line), class_name="flex flex-col gap-2.5 text-sm text-soft"),
        class_name="card plan",
        custom_attrs={"data-popular": rx.cond(_stands_out(plan), "true", "false")},
        key=plan.key,
    )


def plan_cards() -> rx.Component:
    """The switch between monthly and yearly, and a card per plan. The page loads `PriceList` and `Shop`."""
    switch = rx.el.fieldset(
        rx.el.legend(t("Billing period"), class_name="sr-only"),
        rx.el.label(
            rx.el.input(type="radio", name="period", id="monthly", class_name="sr-only", default_checked=True),
            t("Monthly"),
        ),
        rx.el.label(
            rx.el.input(type="radio", name="period", id="yearly", class_name="sr-only"),
            t("Yearly"),
            rx.el.span("\u221220 %", class_name="text-xs text-good font-medium"),
        ),
        class_name="segmented mx-auto",
    )
    return rx.el.div(
        rx.el.div(switch, class_name="flex justify-center mb-8"),
        rx.el.div(rx.foreach(PriceList.plans, _card), class_name="grid gap-4 sm:grid-cols-2 xl:grid-cols-4"),
        _change_dialog(),
        class_name="plans",
    )
