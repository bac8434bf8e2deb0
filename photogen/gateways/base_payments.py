"""The part of `base` that is about money: what the domain knows of a payment service, in frozen types.

Amounts are cents of a dollar, moments are aware. Errors are those of `base`: Retry, Fix (`card_declined` among them),
Stop, Missing. Every call that moves money carries a key of ours, under which the service does it once: so a lost answer
is a Retry, never Unknown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

Interval = Literal["month", "year"]


@dataclass(frozen=True)
class CheckoutOrder:
    """A purchase to be paid on the service's own page. `reference` is our purchase's id, also the idempotency key."""

    reference: str
    customer_id: str
    price_id: str
    recurring: bool
    success_url: str
    cancel_url: str
    trial_days: int = 0
    codes: bool = True
    """Whether the payer may type a promotion code."""


@dataclass(frozen=True)
class CheckoutPage:
    """Where the payer is sent."""

    id: str
    url: str


@dataclass(frozen=True)
class SessionState:
    """A checkout as it stands: open, complete or expired; `paid` once the money is there (or nothing was due)."""

    id: str
    customer_id: str
    reference: str
    status: str
    paid: bool
    total_cents: int
    subscription_id: str = ""
    invoice_id: str = ""
    intent_id: str = ""


@dataclass(frozen=True)
class SubscriptionState:
    """A subscription as it stands. `status` is the service's word: trialing, active, past_due, canceled, incomplete ...

    `next_price_id` is what it becomes at the end of the period, "" when it stays."""

    id: str
    customer_id: str
    reference: str
    status: str
    price_id: str
    item_id: str
    period_start: datetime
    period_end: datetime
    created_at: datetime
    cancel_at_period_end: bool = False
    cancel_at: datetime | None = None
    ended_at: datetime | None = None
    trial_end: datetime | None = None
    schedule_id: str = ""
    next_price_id: str = ""


@dataclass(frozen=True)
class InvoiceLine:
    """One line. Prorations are what a change in mid-period gives back or asks for."""

    price_id: str
    cents: int
    start: datetime
    end: datetime
    proration: bool


@dataclass(frozen=True)
class InvoiceState:
    """An invoice as it stands: draft, open, paid, void or uncollectible. `reason` is the service's billing reason."""

    id: str
    customer_id: str
    subscription_id: str
    reference: str
    status: str
    reason: str
    number: str
    total_cents: int
    paid_cents: int
    due_cents: int
    lines: tuple[InvoiceLine, ...]
    created_at: datetime
    paid_at: datetime | None = None
    next_attempt_at: datetime | None = None
    intent_id: str = ""
    page_url: str = ""
    pdf_url: str = ""


@dataclass(frozen=True)
class ChargeState:
    """Money that was taken: how much of it went back, and whether the bank has taken it back for now (`disputed`)."""

    id: str
    intent_id: str
    customer_id: str
    cents: int
    refunded_cents: int
    disputed: bool
    receipt_url: str = ""


@dataclass(frozen=True)
class Card:
    """What a creator may see of the card that is charged."""

    brand: str
    last4: str
    exp_month: int
    exp_year: int


@dataclass(frozen=True)
class PriceState:
    """A price as the service has it."""

    id: str
    cents: int


@dataclass(frozen=True)
class ListedEvent:
    """An event as the service lists it: its own id, when it happened, and the same payload as of one that is sent."""

    id: str
    created_at: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class EndpointState:
    """A webhook as the service has it. `current`: its events have the shapes that we read."""

    enabled: bool
    events: frozenset[str]
    current: bool


class PaymentGateway(Protocol):
    """A payment service with pages of its own for paying and for managing."""

    name: str

    def customer(self, account_id: str, email: str, name: str) -> str:
        """The id of a new customer for this account; a repeat within a day gives the same one."""

    def customers_of(self, account_id: str, since: datetime) -> list[str]:
        """Ids of the customers that `customer` has made for this account since then, as they are at this moment."""

    def checkout(self, order: CheckoutOrder) -> CheckoutPage:
        """A page to pay on. The same `reference` gives the same page."""

    def session(self, session_id: str) -> SessionState:
        """Where a checkout stands."""

    def expire(self, session_id: str) -> None:
        """Ends an open checkout; one that is over is fine."""

    def portal(self, customer_id: str, return_url: str) -> str:
        """The address of the page where the payer manages card and invoices."""

    def subscription(self, subscription_id: str) -> SubscriptionState:
        """Where a subscription stands."""

    def change_now(self, state: SubscriptionState, price_id: str, key: str) -> SubscriptionState:
        """Another price from now on; the difference is charged at once. Raises Fix (`card_declined`), and then nothing
        has changed."""

    def change_cost(self, state: SubscriptionState, price_id: str) -> int:
        """Cents that `change_now` would charge now; negative: what would stand to the payer's credit."""

    def change_later(self, state: SubscriptionState, price_id: str, key: str) -> SubscriptionState:
        """Another price from the next period on; the present one again takes such a wish back."""

    def cancel_at_end(self, subscription_id: str, wanted: bool) -> SubscriptionState:
        """To be ended with the paid period, or no longer."""

    def cancel_now(self, subscription_id: str) -> None:
        """Ends it at once; one that has ended is fine."""

    def invoice(self, invoice_id: str) -> InvoiceState:
        """Where an invoice stands."""

    def invoices_of(self, subscription_id: str) -> list[str]:
        """Ids of a subscription's newest invoices, ten at most."""

    def invoice_of(self, intent_id: str) -> InvoiceState | None:
        """The invoice that a payment was for; None for a payment without one."""

    def session_of(self, intent_id: str) -> SessionState | None:
        """The checkout that a payment was for; None for a payment without one."""

    def charge_of(self, intent_id: str) -> ChargeState | None:
        """The money that a payment took; None while it took none."""

    def charge(self, charge_id: str) -> ChargeState:
        """The same by the charge's own id."""

    def refund(self, intent_id: str, cents: int, key: str) -> None:
        """Gives `cents` back."""

    def card(self, customer_id: str) -> Card | None:
        """The card that is charged, if there is one."""

    def ensure_price(self, lookup_key: str, name: str, cents: int, interval: Interval | None) -> str:
        """The id of the price with this key and amount, made (with its product) where it is missing."""

    def prices_of(self, lookup_keys: Sequence[str]) -> dict[str, PriceState]:
        """The prices among these that can be sold now, by their key."""

    def events(self, since: datetime, kinds: Sequence[str]) -> Iterator[ListedEvent]:
        """What has happened since, whether or not it was sent to us, in any order. Asks page by page."""

    def endpoint(self, url: str) -> EndpointState | None:
        """The webhook at `url`; None where the service knows of none."""

    def ensure_portal(self) -> None:
        """The portal's configuration: card, invoices, cancelling; changes of plan stay with us."""

    def ensure_webhook(self, url: str, events: tuple[str, ...], *, renew: bool = False) -> str:
        """Has `events` sent to `url`; the signing secret where the endpoint is new, else "". `renew` makes it anew."""

    def forget(self, customer_id: str) -> None:
        """Deletes the customer; subscriptions end with it. One that is gone is fine."""
