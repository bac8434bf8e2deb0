"""What was bought: customers, purchases, subscriptions, payments, and the prices they were bought at.

The payment service's objects are named by its own ids; all of it can be made again from them and from our plans.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from photogen.models.columns import enum_field, id_field, moment, now_field, optional_enum, reference


class Interval(StrEnum):
    """How often a plan is paid."""

    MONTH = "month"
    YEAR = "year"


class SubscriptionStatus(StrEnum):
    """The payment service's words. The first three give what was bought, past due for a time of grace."""

    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    INCOMPLETE = "incomplete"
    INCOMPLETE_EXPIRED = "incomplete_expired"
    UNPAID = "unpaid"
    PAUSED = "paused"
    CANCELED = "canceled"


class PurchaseKind(StrEnum):
    """What a checkout is for."""

    PLAN = "plan"
    PACK = "pack"


class PurchaseStatus(StrEnum):
    """Where a checkout stands: `waiting` is complete, but the money (a bank debit) has not arrived."""

    OPEN = "open"
    WAITING = "waiting"
    COMPLETE = "complete"
    EXPIRED = "expired"
    FAILED = "failed"


class PaymentStatus(StrEnum):
    """Of an invoice or a pack. `open` has been asked for and not paid: a renewal that the card refused, say."""

    OPEN = "open"
    PAID = "paid"
    VOID = "void"


class BillingCustomer(SQLModel, table=True):
    """An account at the payment service."""

    __tablename__ = "billing_customer"

    account_id: str = Field(primary_key=True, foreign_key="account.id", ondelete="CASCADE", max_length=26)
    gateway: str = Field(max_length=32)
    customer_id: str = Field(max_length=80, unique=True)
    created_at: datetime = now_field()
    forgotten_at: datetime | None = moment()
    """When the customer was deleted there, with the account here."""


class GatewayPrice(SQLModel, table=True):
    """A price at the payment service for a version of a plan, or for a pack.

    `lookup_key` is our own name for it there. What was sold once stays here: an old subscription is understood."""

    __tablename__ = "gateway_price"

    price_id: str = Field(primary_key=True, max_length=80)
    gateway: str = Field(max_length=32)
    lookup_key: str = Field(max_length=120, index=True)
    plan_key: str | None = Field(default=None, max_length=32)
    plan_version: int | None = None
    interval: Interval | None = optional_enum(Interval)
    pack_key: str | None = Field(default=None, max_length=32)
    credits: int = 0
    cents: int
    created_at: datetime = now_field()


class GatewaySecret(SQLModel, table=True):
    """The key with which a payment service signs its events to us. It is shown only once, when the endpoint is made.

    Whoever had it could make us look at the service for nothing: what an event says is not believed."""

    __tablename__ = "gateway_secret"

    gateway: str = Field(primary_key=True, max_length=32)
    url: str = Field(max_length=300)
    value: str = Field(max_length=200)
    created_at: datetime = now_field()


class GatewayListing(SQLModel, table=True):
    """Until when all events of a payment service were read from its own list, beside those that it sent us."""

    __tablename__ = "gateway_listing"

    gateway: str = Field(primary_key=True, max_length=32)
    listed_at: datetime = now_field()


class Purchase(SQLModel, table=True):
    """One checkout, made by us before the payer is sent away: what is granted for it is what stands here."""

    __tablename__ = "purchase"
    __table_args__ = (Index("ix_purchase_check", "check_at", postgresql_where=text("check_at IS NOT NULL")),)

    id: str = id_field()
    account_id: str = reference("account.id")
    request_key: str = Field(max_length=80, unique=True)
    gateway: str = Field(max_length=32)
    kind: PurchaseKind = enum_field(PurchaseKind)
    plan_key: str | None = Field(default=None, max_length=32)
    plan_version: int | None = None
    interval: Interval | None = optional_enum(Interval)
    pack_key: str | None = Field(default=None, max_length=32)
    credits: int = 0
    cents: int = 0
    price_id: str = Field(max_length=80)
    session_id: str | None = Field(default=None, max_length=120, unique=True)
    status: PurchaseStatus = enum_field(PurchaseStatus, PurchaseStatus.OPEN)
    created_at: datetime = now_field()
    completed_at: datetime | None = moment()
    check_at: datetime | None = moment()
    """When the service is asked, whatever its webhooks say; NULL once it is over."""


class Subscription(SQLModel, table=True):
    """A plan that is or was paid by the month or year, as the service last said. `plan_version` is what was sold.

    `entitled_until` is the end of what it gives, grace included; `synced_at` is when the state was asked for that
    stands here: an answer to an earlier question never overwrites it."""

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("gateway_id"),
        Index("ix_subscription_account_id_entitled_until", "account_id", "entitled_until"),
        Index("ix_subscription_check", "check_at", postgresql_where=text("check_at IS NOT NULL")),
        Index("ix_subscription_grant", "grant_at", postgresql_where=text("grant_at IS NOT NULL")),
    )

    id: str = id_field()
    account_id: str = reference("account.id", index=False)
    gateway: str = Field(max_length=32)
    gateway_id: str = Field(max_length=80)
    status: SubscriptionStatus = enum_field(SubscriptionStatus)
    plan_key: str = Field(max_length=32)
    plan_version: int
    interval: Interval = enum_field(Interval)
    price_id: str = Field(max_length=80)
    next_price_id: str = Field(default="", max_length=80)
    period_start: datetime = now_field()
    period_end: datetime = now_field()
    trial_end: datetime | None = moment()
    cancel_at_period_end: bool = False
    ended_at: datetime | None = moment()
    past_due_since: datetime | None = moment()
    entitled_until: datetime = now_field()
    grant_at: datetime | None = moment()
    """When the next month's credits of a yearly plan are due; NULL for a monthly one, whose come with its invoices."""
    check_at: datetime | None = moment()
    wish_price_id: str = Field(default="", max_length=80)
    """The price that is to follow in the next period, while a change of plan is under way that takes what is planned
    back on its way: whoever finds it later carries it out, if the plan still has `wish_from_id`."""
    wish_from_id: str = Field(default="", max_length=80)
    synced_at: datetime = now_field()
    created_at: datetime = now_field()


class Payment(SQLModel, table=True):
    """An invoice of a plan, or a pack that was paid. `gateway_id` is the invoice's id, or the checkout's of a pack.

    `credits` is what was granted for it under keys that begin with `stripe:<gateway_id>`; `clawed` is what a refund or
    a dispute took back, `shortfall` what it could not take because it was spent."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("gateway_id"),
        Index("ix_payment_account_id_created_at_id", "account_id", "created_at", "id"),
        Index("ix_payment_intent_id", "intent_id", postgresql_where=text("intent_id <> ''")),
        Index("ix_payment_subscription_id", "subscription_id"),
        Index("ix_payment_check", "check_at", postgresql_where=text("check_at IS NOT NULL")),
    )

    id: str = id_field()
    account_id: str = reference("account.id", index=False)
    gateway: str = Field(max_length=32)
    gateway_id: str = Field(max_length=120)
    intent_id: str = Field(default="", max_length=80)
    subscription_id: str = Field(default="", max_length=80)
    """The service's id of the subscription; empty for a pack."""
    purchase_id: str | None = Field(default=None, max_length=26)
    kind: PurchaseKind = enum_field(PurchaseKind)
    reason: str = Field(default="", max_length=40)
    plan_key: str | None = Field(default=None, max_length=32)
    plan_version: int | None = None
    interval: Interval | None = optional_enum(Interval)
    status: PaymentStatus = enum_field(PaymentStatus)
    cents: int = 0
    refunded_cents: int = 0
    disputed: bool = False
    credits: int = 0
    clawed: int = 0
    shortfall: int = 0
    refund_cents: int = 0
    """What is to be given back in all, by our own doing; the worker sees to it while it is more than went back."""
    refund_reason: str = Field(default="", max_length=40)
    check_at: datetime | None = moment()
    """When the worker looks (again) at a refund that is to be made; NULL without one."""
    moves: int = 0
    """How often credits were taken back or returned: part of those entries' keys."""
    number: str = Field(default="", max_length=80)
    page_url: str = Field(default="", max_length=500)
    pdf_url: str = Field(default="", max_length=500)
    period_start: datetime | None = moment()
    period_end: datetime | None = moment()
    next_attempt_at: datetime | None = moment()
    created_at: datetime = now_field()
    paid_at: datetime | None = moment()
    granted_at: datetime | None = moment()
    charge_asked_at: datetime | None = moment()
    """When the service was asked about the money that `disputed` was read from."""


class PaymentRefund(SQLModel, table=True):
    """Money of a payment that went back, on the day on which it was heard of: together a payment's are its
    `refunded_cents`. Append-only."""

    __tablename__ = "payment_refund"
    __table_args__ = (Index("ix_payment_refund_created_at", "created_at"),)

    id: str = id_field()
    payment_id: str = reference("payment.id")
    cents: int
    created_at: datetime = now_field()
