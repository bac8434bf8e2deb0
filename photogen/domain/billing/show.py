"""From rows to views: pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from photogen.domain.billing.policy import Sold
from photogen.domain.billing.views import ChangeQuote, PaymentView, PurchaseView, SubscriptionView
from photogen.kit.text import plural, t
from photogen.models import Payment, PaymentStatus, Purchase, PurchaseKind, PurchaseStatus, Subscription

_WORDS = {
    PurchaseStatus.OPEN: t("The payment has not been completed."),
    PurchaseStatus.WAITING: t("Your bank has been asked; what you bought comes when the money has arrived."),
    PurchaseStatus.COMPLETE: t("Paid. Thank you."),
    PurchaseStatus.EXPIRED: t("This checkout has expired. Nothing was charged."),
    PurchaseStatus.FAILED: t("Your bank refused the payment. Nothing was charged."),
}


def purchase(row: Purchase) -> PurchaseView:
    """A checkout."""
    return PurchaseView(
        row.id, row.kind.value, row.status.value, row.plan_key or "", row.credits, row.cents, _WORDS[row.status]
    )


def subscription(row: Subscription, sold: Mapping[str, Sold], invoice: Payment | None) -> SubscriptionView:
    """The plan that is paid for."""
    now, later = sold.get(row.price_id), sold.get(row.next_price_id)
    return SubscriptionView(
        plan_key=row.plan_key,
        plan_name=now.terms.name if now else row.plan_key,
        interval=row.interval.value,
        status=row.status.value,
        amount_cents=now.cents if now else 0,
        period_start=row.period_start,
        period_end=row.period_end,
        trial_end=row.trial_end,
        cancel_at_period_end=row.cancel_at_period_end,
        next_plan_key=later.plan_key if later else "",
        next_plan_name=later.terms.name if later else "",
        next_interval=later.interval.value if later else "",
        next_cents=later.cents if later else 0,
        past_due_since=row.past_due_since,
        entitled_until=row.entitled_until,
        open_invoice_url=invoice.page_url if invoice else "",
    )


def change(wanted: Sold, *, immediate: bool, due: int, starts: datetime, resumes: bool, drops: str) -> ChangeQuote:
    """What a change would mean."""
    return ChangeQuote(
        wanted.plan_key, wanted.terms.name, wanted.interval.value, immediate, due, starts, wanted.cents, resumes, drops
    )


def payment(row: Payment, names: Mapping[str, str]) -> PaymentView:
    """One line of the history."""
    plan = names.get(row.plan_key or "", row.plan_key or t("Plan"))
    words = plural(row.credits, "{n} credit", "{n} credits") if row.kind is PurchaseKind.PACK else plan
    status = row.status.value
    if row.disputed:
        status = "disputed"
    elif row.refunded_cents:
        status = "refunded" if row.refunded_cents >= row.cents else "partly_refunded"
    elif row.status is PaymentStatus.PAID and row.refund_cents:
        status = "refunding"
    return PaymentView(
        id=row.id,
        kind=row.kind.value,
        words=words,
        plan_key=row.plan_key or "",
        interval=row.interval.value if row.interval else "",
        reason=row.reason,
        status=status,
        cents=row.cents,
        refunded_cents=row.refunded_cents,
        credits=row.credits,
        number=row.number,
        page_url=row.page_url,
        pdf_url=row.pdf_url,
        created_at=row.created_at,
        paid_at=row.paid_at,
    )
