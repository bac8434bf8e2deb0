"""From Stripe's objects (as plain dicts) to the frozen types of `base_payments`: pure.

Shapes: docs.stripe.com/api, version 2026-10-28.endive. What is missing or of another kind is a Retry, not a crash.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from photogen.gateways.base_payments import (
    Card,
    ChargeState,
    InvoiceLine,
    InvoiceState,
    SessionState,
    SubscriptionState,
)
from photogen.gateways.errors import unreadable

VENDOR = "stripe"
REFERENCE = "photogen"
"""Name of the metadata field that holds our purchase's id."""

Shape = TypeVar("Shape", bound=BaseModel)


class _Loose(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Price(_Loose):
    id: str


class _Item(_Loose):
    id: str
    price: _Price
    current_period_start: int
    current_period_end: int


class _Items(_Loose):
    data: list[_Item] = Field(min_length=1)


class _Subscription(_Loose):
    id: str
    customer: str
    status: str
    items: _Items
    created: int
    metadata: dict[str, str] = Field(default_factory=dict)
    cancel_at_period_end: bool = False
    cancel_at: int | None = None
    ended_at: int | None = None
    trial_end: int | None = None
    schedule: str | None = None


class _Session(_Loose):
    id: str
    status: str
    payment_status: str
    customer: str | None = None
    amount_total: int | None = None
    client_reference_id: str | None = None
    subscription: str | None = None
    invoice: str | None = None
    payment_intent: str | None = None


class _PriceDetails(_Loose):
    price: str


class _Pricing(_Loose):
    price_details: _PriceDetails | None = None


class _LineDetails(_Loose):
    proration: bool = False


class _LineParent(_Loose):
    subscription_item_details: _LineDetails | None = None


class _Period(_Loose):
    start: int
    end: int


class _Line(_Loose):
    amount: int
    period: _Period
    pricing: _Pricing | None = None
    parent: _LineParent | None = None


class _Lines(_Loose):
    data: list[_Line]


class _SubscriptionDetails(_Loose):
    subscription: str | None = None
    metadata: dict[str, str] | None = None


class _InvoiceParent(_Loose):
    subscription_details: _SubscriptionDetails | None = None


class _Transitions(_Loose):
    paid_at: int | None = None


class _Invoice(_Loose):
    id: str
    customer: str
    status: str | None = None
    billing_reason: str | None = None
    number: str | None = None
    total: int
    amount_paid: int
    amount_due: int
    created: int
    lines: _Lines
    metadata: dict[str, str] | None = None
    parent: _InvoiceParent | None = None
    status_transitions: _Transitions = Field(default_factory=_Transitions)
    next_payment_attempt: int | None = None
    hosted_invoice_url: str | None = None
    invoice_pdf: str | None = None


class _Charge(_Loose):
    id: str
    amount: int
    amount_refunded: int = 0
    disputed: bool = False
    payment_intent: str | None = None
    customer: str | None = None
    receipt_url: str | None = None


class _CardDetails(_Loose):
    brand: str
    last4: str
    exp_month: int
    exp_year: int


class _PaymentMethod(_Loose):
    card: _CardDetails | None = None


def read(shape: type[Shape], data: Mapping[str, Any]) -> Shape:
    """`data` as `shape`. Raises Retry for what the contract does not allow."""
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        what = f"{shape.__name__.strip('_').lower()}: {error.errors(include_input=False, include_url=False)[:3]}"
        raise unreadable(VENDOR, what) from error


def moment(seconds: int | None) -> datetime | None:
    """An aware moment from seconds since 1970; None from None."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def subscription(data: Mapping[str, Any], next_price_id: str = "") -> SubscriptionState:
    """A subscription of one item."""
    found = read(_Subscription, data)
    item = found.items.data[0]
    return SubscriptionState(
        id=found.id,
        customer_id=found.customer,
        reference=found.metadata.get(REFERENCE, ""),
        status=found.status,
        price_id=item.price.id,
        item_id=item.id,
        period_start=_at(item.current_period_start),
        period_end=_at(item.current_period_end),
        created_at=_at(found.created),
        cancel_at_period_end=found.cancel_at_period_end or found.cancel_at is not None,
        cancel_at=moment(found.cancel_at),
        ended_at=moment(found.ended_at),
        trial_end=moment(found.trial_end),
        schedule_id=found.schedule or "",
        next_price_id=next_price_id if next_price_id != item.price.id else "",
    )


def session(data: Mapping[str, Any]) -> SessionState:
    """A checkout session."""
    found = read(_Session, data)
    return SessionState(
        id=found.id,
        customer_id=found.customer or "",
        reference=found.client_reference_id or "",
        status=found.status,
        paid=found.payment_status in {"paid", "no_payment_required"},
        total_cents=found.amount_total or 0,
        subscription_id=found.subscription or "",
        invoice_id=found.invoice or "",
        intent_id=found.payment_intent or "",
    )


def invoice(data: Mapping[str, Any], intent_id: str) -> InvoiceState:
    """An invoice; `intent_id` is the payment that was made or tried for it."""
    found = read(_Invoice, data)
    details = found.parent.subscription_details if found.parent else None
    metadata = {**(found.metadata or {}), **((details.metadata if details else None) or {})}
    return InvoiceState(
        id=found.id,
        customer_id=found.customer,
        subscription_id=(details.subscription if details else None) or "",
        reference=metadata.get(REFERENCE, ""),
        status=found.status or "draft",
        reason=found.billing_reason or "",
        number=found.number or "",
        total_cents=found.total,
        paid_cents=found.amount_paid,
        due_cents=found.amount_due,
        lines=tuple(_line(line) for line in found.lines.data),
        created_at=_at(found.created),
        paid_at=moment(found.status_transitions.paid_at),
        next_attempt_at=moment(found.next_payment_attempt),
        intent_id=intent_id,
        page_url=found.hosted_invoice_url or "",
        pdf_url=found.invoice_pdf or "",
    )


def _line(line: _Line) -> InvoiceLine:
    details = line.parent.subscription_item_details if line.parent else None
    price = line.pricing.price_details.price if line.pricing and line.pricing.price_details else ""
    return InvoiceLine(
        price, line.amount, _at(line.period.start), _at(line.period.end), bool(details and details.proration)
    )


def charge(data: Mapping[str, Any]) -> ChargeState:
    """A charge."""
    found = read(_Charge, data)
    return ChargeState(
        found.id, found.payment_intent or "", found.customer or "", found.amount, found.amount_refunded,
        found.disputed, found.receipt_url or "",
    )  # fmt: skip


def card(data: Mapping[str, Any]) -> Card | None:
    """The card of a payment method; None for one of another kind."""
    found = read(_PaymentMethod, data).card
    return None if found is None else Card(found.brand, found.last4, found.exp_month, found.exp_year)


def intent(payments: Mapping[str, Any]) -> str:
    """Of an invoice's payments the intent that paid, else the one that was tried last."""
    rows = [row for row in payments.get("data") or [] if isinstance(row, dict)]
    rows.sort(key=lambda row: row.get("status") == "paid", reverse=True)
    for row in rows:
        found = (row.get("payment") or {}).get("payment_intent")
        if isinstance(found, str):
            return found
    return ""
