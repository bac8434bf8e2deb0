"""What is shown of billing. Frozen, flat, without secrets: no id of the service but what its pages need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PackView:
    """Credits to buy once."""

    key: str
    credits: int
    cents: int


@dataclass(frozen=True, slots=True)
class CardView:
    """The card that is charged."""

    brand: str
    last4: str
    expires: str


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    """The plan that is paid for. `status` is trialing, active or past_due; `next_*` is a change that waits for the
    period's end; `amount_cents` is the next invoice's, before coupons."""

    plan_key: str
    plan_name: str
    interval: str
    status: str
    amount_cents: int
    period_start: datetime
    period_end: datetime
    trial_end: datetime | None
    cancel_at_period_end: bool
    next_plan_key: str
    next_plan_name: str
    next_interval: str
    next_cents: int
    past_due_since: datetime | None
    entitled_until: datetime
    open_invoice_url: str


@dataclass(frozen=True, slots=True)
class PaymentView:
    """One line of the history. `status` is paid, open, refunding, refunded, partly_refunded, disputed or void."""

    id: str
    kind: str
    words: str
    plan_key: str
    interval: str
    reason: str
    status: str
    cents: int
    refunded_cents: int
    credits: int
    number: str
    page_url: str
    pdf_url: str
    created_at: datetime
    paid_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChangeQuote:
    """What a change of plan would mean: at once or at the period's end, cents due now. `resumes`: the plan was to end,
    and goes on with it. `drops`: the plan that was to follow in the next period, and does not any more; "" for none."""

    plan_key: str
    plan_name: str
    interval: str
    immediate: bool
    due_cents: int
    starts_at: datetime
    then_cents: int
    resumes: bool = False
    drops: str = ""


@dataclass(frozen=True, slots=True)
class OfferView:
    """Something on sale. `price_id` is what was written down of it, "" while nothing was."""

    name: str
    lookup_key: str
    cents: int
    price_id: str


@dataclass(frozen=True, slots=True)
class ShopView:
    """What the payment service has to know of us. `webhook_url` "": it can't reach us. `signed`: we have kept a secret
    for events that come to that address."""

    offers: tuple[OfferView, ...]
    webhook_url: str
    events: frozenset[str]
    signed: bool


@dataclass(frozen=True, slots=True)
class PurchaseView:
    """A checkout of the account's. `status` is open, waiting, complete, expired or failed; `words` says it."""

    id: str
    kind: str
    status: str
    plan_key: str
    credits: int
    cents: int
    words: str


@dataclass(frozen=True, slots=True)
class RefundView:
    """What would be given back, and why so much."""

    payment_id: str
    cents: int
    credits: int
    full: bool
    ends_plan: bool
    words: str
