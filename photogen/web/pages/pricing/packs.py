"""Credits to buy once, on the pricing page and on the billing page."""

import dataclasses
from typing import Any

import reflex as rx

from photogen.domain.billing.views import PackView
from photogen.web import components as ui
from photogen.web.pages.billing.shop import Shop
from photogen.web.text import number, t
from photogen.web.typed import Shown
from photogen.web.words import dollars


@dataclasses.dataclass(frozen=True)
class Pack:
    """Credits to buy once."""

    key: str
    button: str
    credits: str
    price: str
    each: str


def pack(view: PackView) -> Pack:
    """A pack with its price for each credit."""
    each = t("{cents} cents a credit", cents=number(view.cents / view.credits, 1 if view.cents % view.credits else 0))
    return Pack(view.key, t("Buy {n} credits", n=number(view.credits)), number(view.credits), dollars(view.cents), each)


def _pack(item: Shown[Pack]) -> rx.Component:
    return ui.card(
        rx.el.div(
            rx.el.p(rx.el.span(item.credits, class_name="text-xl font-semibold num"), " ", t("credits")),
            rx.el.p(item.price, " \N{MIDDLE DOT} ", item.each, class_name="text-sm text-muted num"),
            class_name="min-w-0 flex-1",
        ),
        ui.button(item.button, on_click=Shop.buy(item.key), busy=Shop.busy == item.key, class_name="num"),
        class_name="flex flex-wrap items-center gap-x-4 gap-y-3",
        key=item.key,
    )


def pack_cards(packs: Any) -> rx.Component:
    """A card per pack; `packs` is a Var of Packs."""
    return rx.el.div(rx.foreach(packs, _pack), class_name="grid md:grid-cols-2 xl:grid-cols-3 gap-4")
