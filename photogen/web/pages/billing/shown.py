"""What the billing page shows, from the views: pure."""

import dataclasses
from datetime import datetime

from photogen.domain.billing.views import CardView, PaymentView, RefundView, SubscriptionView
from photogen.web.pages.billing.shop import rhythm
from photogen.web.text import number, t
from photogen.web.words import credits, day, dollars, iso


@dataclasses.dataclass(frozen=True)
class Plan:
    """The plan in words. `cancel`, `resume` and `take_back` say which buttons there are; `alert` is what wants doing,
    `pay_url` the service's page for an invoice that waits."""

    key: str = ""
    interval: str = ""
    name: str = ""
    status: str = ""
    tone: str = ""
    price: str = ""
    next: str = ""
    alert: str = ""
    alert_tone: str = ""
    pay_url: str = ""
    cancel: bool = False
    resume: bool = False
    take_back: bool = False


@dataclasses.dataclass(frozen=True)
class Line:
    """A payment. `refundable` ones can be asked to be given back."""

    id: str
    words: str
    more: str
    amount: str
    status: str
    tone: str
    page_url: str
    pdf_url: str
    refundable: bool
    at: str


@dataclasses.dataclass(frozen=True)
class Refund:
    """What would be given back. `id` is empty while none is asked about; `possible` when there is anything to give."""

    id: str = ""
    title: str = ""
    words: str = ""
    ends: str = ""
    action: str = ""
    possible: bool = False


def no_plan(key: str, name: str) -> Plan:
    """For who pays by credit."""
    return Plan(
        key=key,
        name=name,
        status=t("No payment"),
        price=t("Pictures and trainings are paid with credits."),
        next=t("Credits that you buy never lapse."),
    )


def plan(view: SubscriptionView, now: datetime) -> Plan:
    """The plan that is paid for."""
    price = t("{price} {rhythm}", price=dollars(view.amount_cents), rhythm=rhythm(view.interval))
    shown = Plan(
        key=view.plan_key,
        interval=view.interval,
        name=view.plan_name,
        status=t("Active"),
        tone="good",
        price=price,
        next=t("Renews on {day} for {price}.", day=day(view.period_end), price=dollars(view.amount_cents)),
        cancel=True,
    )
    if view.status == "past_due":
        return dataclasses.replace(
            shown,
            status=t("Payment failed"),
            tone="bad",
            next=t("The plan goes on until {day} while the payment is tried again.", day=day(view.entitled_until)),
            alert=t(
                "Your last payment did not go through. Pay the invoice or give another card by {day}; after that the "
                "plan ends and pictures are paid with credits.",
                day=day(view.entitled_until),
            ),
            alert_tone="bad",
            pay_url=view.open_invoice_url,
        )
    if view.cancel_at_period_end:
        end = view.trial_end if view.status == "trialing" and view.trial_end else view.period_end
        return dataclasses.replace(
            shown,
            status=t("Ends on {day}", day=day(end)),
            tone="warn",
            next=t("It is not renewed and nothing more is charged."),
            alert=t(
                "The plan ends on {day}. Its credits lapse with it; your models and pictures stay yours.", day=day(end)
            ),
            alert_tone="warn",
            cancel=False,
            resume=True,
        )
    if view.next_plan_key:
        return dataclasses.replace(
            shown,
            next=t(
                "On {day} it becomes {plan} for {price} {rhythm}.",
                day=day(view.period_end),
                plan=view.next_plan_name,
                price=dollars(view.next_cents),
                rhythm=rhythm(view.next_interval),
            ),
            alert=t("A change to {plan} is planned for {day}.", plan=view.next_plan_name, day=day(view.period_end)),
            take_back=True,
        )
    if view.status == "trialing" and view.trial_end and view.trial_end > now:
        return dataclasses.replace(
            shown,
            status=t("Trial until {day}", day=day(view.trial_end)),
            tone="accent",
            next=t("The first payment of {price} is on {day}.", price=price, day=day(view.trial_end)),
        )
    return shown


def card(view: CardView | None) -> str:
    """ "Visa ending in 4242, valid to 04/30"; "" for none."""
    if view is None:
        return ""
    brand = view.brand.replace("_", " ").title()
    return t("{brand} ending in {last4}, valid to {month}", brand=brand, last4=view.last4, month=view.expires)


_STATUS = {
    "paid": (t("Paid"), "good"),
    "open": (t("Not paid yet"), "bad"),
    "refunding": (t("Being given back"), "accent"),
    "refunded": (t("Given back"), ""),
    "partly_refunded": (t("Partly given back"), ""),
    "disputed": (t("Disputed"), "warn"),
    "void": (t("Void"), ""),
}


def _words(view: PaymentView) -> str:
    if view.kind == "pack":
        return t("{n} credits", n=number(view.credits))
    plan = t("{plan}, by the year", plan=view.words) if view.interval == "year" else view.words
    return t("Change to {plan}", plan=plan) if view.reason == "subscription_update" else plan


def line(view: PaymentView) -> Line:
    """A payment in words."""
    status, tone = _STATUS.get(view.status, (view.status, ""))
    back = t("{amount} given back", amount=dollars(view.refunded_cents)) if view.refunded_cents else ""
    return Line(
        id=view.id,
        words=_words(view),
        more=" \N{MIDDLE DOT} ".join(part for part in (view.number, back) if part),
        amount=dollars(view.cents),
        status=status,
        tone=tone,
        page_url=view.page_url,
        pdf_url=view.pdf_url,
        refundable=view.status in {"paid", "partly_refunded"} and view.cents > view.refunded_cents,
        at=iso(view.paid_at or view.created_at),
    )


def refund(view: RefundView) -> Refund:
    """What would be given back, in sentences."""
    if not view.cents:
        return Refund(view.payment_id, t("Nothing to give back"), view.words)
    words = view.words
    if view.credits:
        words += " " + t("{credits} of this payment are taken back.", credits=credits(view.credits))
    return Refund(
        id=view.payment_id,
        title=t("Have {amount} given back", amount=dollars(view.cents)),
        words=words,
        ends=t("The plan ends at once. Your models and pictures stay yours.") if view.ends_plan else "",
        action=t("Give back {amount}", amount=dollars(view.cents)),
        possible=True,
    )
