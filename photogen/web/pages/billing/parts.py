"""The boxes, the history and the questions of the billing page."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.billing.shown import Line
from photogen.web.pages.billing.state import Billing
from photogen.web.text import t
from photogen.web.typed import Shown, length


def _portal(text: str, size: ui.Size = "md", kind: ui.Kind = "secondary") -> rx.Component:
    return ui.button(text, on_click=Billing.portal, busy=Billing.busy == "portal", size=size, kind=kind)


def plan_alert() -> rx.Component:
    """What wants doing about the plan, with the buttons that do it."""
    plan = Billing.plan
    pay = rx.cond(
        plan.pay_url != "",
        ui.link_button(t("Pay the invoice"), href=plan.pay_url, kind="primary", size="sm", reload=True),
    )
    buttons = rx.match(
        plan.alert_tone,
        ("bad", rx.fragment(pay, _portal(t("Change the card"), "sm"))),
        (
            "warn",
            ui.button(t("Keep the plan"), on_click=Billing.resume, busy=Billing.busy == "resume", size="sm"),
        ),
        ui.button(t("Take it back"), on_click=Billing.take_back, busy=Billing.busy == "take_back", size="sm"),
    )
    return rx.cond(
        plan.alert != "",
        rx.el.div(
            rx.match(plan.alert_tone, ("bad", ui.icon("circle_alert", size=16)), ui.icon("info", size=16)),
            rx.el.div(
                rx.el.p(plan.alert, class_name="num min-w-0 flex-1 basis-64"),
                rx.el.div(buttons, class_name="flex flex-wrap gap-2"),
                class_name="min-w-0 flex-1 flex flex-wrap items-center gap-x-6 gap-y-3",
            ),
            role="status",
            class_name="notice mb-6",
            custom_attrs={"data-tone": plan.alert_tone},
        ),
    )


def plan_box() -> rx.Component:
    """The plan in words, and the way out of it."""
    plan = Billing.plan
    paid = rx.fragment(
        ui.link_button(t("Change plan"), href=routes.PLANS),
        rx.cond(plan.cancel, ui.button(t("Cancel plan"), kind="ghost", on_click=Billing.ask_end)),
    )
    return ui.card(
        rx.el.div(
            rx.el.p(t("Plan"), class_name="text-sm text-muted"),
            ui.status_pill(plan.status, label=t("Plan status"), tone=plan.tone),
            class_name="flex items-center justify-between gap-4 min-h-7",
        ),
        rx.el.h2(plan.name, class_name="text-2xl font-semibold mt-1"),
        rx.el.p(plan.price, class_name="mt-3 num"),
        rx.el.p(plan.next, class_name="text-sm text-muted mt-1 num"),
        rx.el.div(
            rx.cond(plan.interval != "", paid, ui.link_button(t("Choose a plan"), href=routes.PLANS, kind="primary")),
            class_name="flex flex-wrap gap-2 mt-auto pt-6",
        ),
        class_name="flex flex-col",
    )


def credits_box() -> rx.Component:
    """The balance."""
    return ui.card(
        rx.el.p(t("Credits"), class_name="text-sm text-muted"),
        rx.el.p(
            rx.el.span(Billing.credits, role="status", custom_attrs={"aria-label": t("Credit balance")}),
            class_name="text-2xl font-semibold num mt-1",
        ),
        rx.el.div(
            ui.text_link(t("Buy credits"), href=routes.PACKS),
            ui.text_link(t("What makes it up"), href=routes.USAGE),
            class_name="flex flex-wrap gap-x-4 gap-y-1 text-sm mt-2",
        ),
    )


def card_box() -> rx.Component:
    """The card that is charged."""
    return ui.card(
        rx.el.p(t("Payment method"), class_name="text-sm text-muted"),
        rx.el.p(
            rx.cond(Billing.card != "", Billing.card, t("No card is kept.")), class_name="text-sm mt-1.5 min-h-5 num"
        ),
        rx.cond(
            (Billing.card != "") | (length(Billing.payments) > 0),
            rx.el.div(_portal(t("Card and invoices"), "sm"), class_name="mt-3"),
            rx.el.p(t("You give one when you first buy something."), class_name="text-sm text-muted mt-1"),
        ),
    )


def _line(item: Shown[Line]) -> rx.Component:
    def paper(text: str, url: Shown[str]) -> rx.Component:
        return rx.cond(
            url != "", rx.el.a(text, href=url, target="_blank", rel="noopener", class_name="btn btn-ghost btn-sm")
        )

    return rx.el.li(
        rx.el.div(
            rx.el.p(item.words),
            rx.el.p(
                ui.ago(item.at),
                rx.cond(item.more != "", rx.fragment(" \N{MIDDLE DOT} ", item.more)),
                class_name="text-muted num",
            ),
            class_name="min-w-0 flex-1 basis-32",
        ),
        rx.el.div(ui.pill(item.status, tone=item.tone), class_name="whitespace-nowrap"),
        rx.el.p(item.amount, class_name="md:w-20 text-right num whitespace-nowrap"),
        rx.el.div(
            paper(t("Invoice"), item.page_url),
            paper("PDF", item.pdf_url),
            rx.cond(
                item.refundable,
                ui.button(t("Refund"), size="sm", kind="ghost", on_click=Billing.ask_refund(item.id)),
            ),
            class_name="flex items-center justify-end gap-1 min-h-8 max-md:basis-full md:w-56",
        ),
        key=item.id,
        class_name="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-3 text-sm",
    )


def payments() -> rx.Component:
    """What was paid, newest first."""
    table = rx.fragment(
        ui.card(
            rx.el.ul(
                rx.foreach(Billing.payments, _line),
                class_name="divide-y divide-line",
                custom_attrs={"aria-label": t("Payments")},
            ),
            pad=False,
        ),
        ui.pager(Billing),
    )
    nothing = ui.empty_state(
        t("Nothing has been paid yet"), icon_name="receipt", help=t("Invoices and receipts appear here.")
    )
    return ui.section(t("Payments"), rx.cond(length(Billing.payments) > 0, table, nothing))


def dialogs() -> rx.Component:
    """The questions before a plan ends and before money goes back."""
    asked = Billing.refund
    end = ui.confirm(
        t("Cancel the plan?"),
        t(
            "You keep it until the end of what you have paid. Then its credits lapse, and pictures and trainings are "
            "paid with bought credits. Until then you can change your mind."
        ),
        open=Billing.ending,
        on_close=Billing.keep,
        action=t("Cancel plan"),
        on_confirm=Billing.end,
        busy=Billing.busy == "end",
    )
    refund = ui.dialog(
        t("Refund"),
        rx.el.p(asked.title, class_name="font-medium num"),
        rx.el.p(asked.words, class_name="mt-2 text-sm text-soft num"),
        rx.cond(asked.ends != "", rx.el.p(asked.ends, class_name="mt-2 text-sm text-warn")),
        open=asked.id != "",
        on_close=Billing.leave_refund,
        footer=[
            ui.button(t("Close"), kind="ghost", on_click=Billing.leave_refund),
            rx.cond(
                asked.possible,
                ui.button(
                    asked.action,
                    kind="danger-solid",
                    on_click=Billing.confirm_refund,
                    busy=Billing.busy == "refund",
                    class_name="num",
                ),
            ),
        ],
    )
    return rx.fragment(end, refund)
