"""Billing: the plan, the balance, the card, plans and packs to choose from, what was paid."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.billing.parts import card_box, credits_box, dialogs, payments, plan_alert, plan_box
from photogen.web.pages.billing.shop import Shop
from photogen.web.pages.billing.state import Billing
from photogen.web.pages.pricing.packs import pack_cards
from photogen.web.pages.pricing.parts import plan_cards
from photogen.web.pages.pricing.state import PriceList
from photogen.web.paying import Paying, way_box
from photogen.web.shell import page_head, screen
from photogen.web.text import t


def _skeleton() -> rx.Component:
    boxes = [ui.skeleton("h-48 lg:col-span-2"), ui.skeleton("h-48")]
    return rx.fragment(
        rx.el.div(*boxes, class_name="grid lg:grid-cols-3 gap-4 mb-12"),
        ui.skeleton("h-96 w-full"),
    )


@screen(routes.BILLING, t("Billing"), on_load=[Shop.load, PriceList.load, Billing.load, Paying.load])
def billing() -> rx.Component:
    """What is paid for, and how."""
    full = rx.fragment(
        plan_alert(),
        rx.el.div(
            rx.el.div(plan_box(), way_box(), class_name="grid gap-4 content-start"),
            rx.el.div(credits_box(), card_box(), class_name="grid gap-4 content-start sm:grid-cols-2 lg:grid-cols-1"),
            class_name="grid lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)] gap-4 mb-12",
        ),
        ui.anchored(
            "packs",
            ui.section(
                t("Credits"),
                rx.el.p(
                    t("Bought once, they never lapse. They pay for pictures and further trainings."),
                    class_name="text-sm text-muted -mt-3 mb-4",
                ),
                pack_cards(Billing.packs),
            ),
        ),
        ui.anchored(
            "plans",
            ui.section(
                t("Plans"),
                plan_cards(),
                action=ui.link_button(t("Compare in full"), href=routes.PRICING, kind="ghost", size="sm"),
            ),
        ),
        payments(),
        dialogs(),
    )
    return rx.fragment(
        page_head(
            t("Billing"),
            t("Your plan, your credits and what you have paid."),
            action=ui.link_button(t("Usage"), href=routes.USAGE),
        ),
        ui.states(
            loading=~Billing.ready,
            error=Billing.problem != "",
            empty=False,
            skeleton=_skeleton(),
            failed=ui.error_state(
                Billing.problem, code=Billing.code, action=ui.button(t("Try again"), on_click=Billing.load)
            ),
            nothing=rx.fragment(),
            full=full,
        ),
    )
