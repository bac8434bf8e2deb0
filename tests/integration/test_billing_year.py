"""A subscriber's year of Stripe events, delivered in every possible way, ends in the same rows.

Everybody here lives the same year on one test clock, at Stripe and past our pages, so that what we know is what the
events said: trial, first payment, renewals, one that fails and is paid later, an upgrade, a downgrade with the period's
end, a pack given back in part, one that is disputed and won, a cancellation taken back and one that stands. More of
them: `YEARS=100 pytest tests/integration/test_billing_year.py`.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from photogen.domain.books import BooksService
from photogen.domain.inbox.service import Event
from photogen.models import (
    BillingCustomer,
    CreditEntry,
    CreditGrant,
    EntryKind,
    GatewayPrice,
    GrantSource,
    Interval,
    Payment,
    Purchase,
    Subscription,
)
from tests.factories.shop import Till
from tests.factories.studio import Studio
from tests.fakes.sandbox import SandboxServer
from tests.fakes.shop import DISPUTED

YEARS = int(os.environ.get("YEARS", "3"))
BEGIN = datetime(2027, 1, 31, 12, tzinfo=UTC)  # a day that most months don't have
DAYS, STEP, LATE = 392, 8, 7
AT_ONCE, LATELY, IN_THE_END = "at once", "lately", "in the end"
SOMETIMES_LOST = ("customer.subscription.", "invoice.", "checkout.session.")
"""Whatever these say is also found by looking."""


@dataclass
class Life:
    """One subscriber and what arrives when."""

    account: str
    customer: str
    dice: random.Random
    kind: str
    pending: list[tuple[float, Event]] = field(default_factory=list)
    heard: list[Event] = field(default_factory=list)

    def sent(self, events: Sequence[Event], day: float) -> None:
        for event in events:
            if self.kind == AT_ONCE:
                arrivals = [day]
            elif self.kind == IN_THE_END:
                arrivals = [DAYS + self.dice.random() for _ in range(self.dice.randint(1, 2))]
            elif self.dice.random() < 0.2 and str(event.payload["type"]).startswith(SOMETIMES_LOST):
                arrivals = []
            else:
                arrivals = [day + self.dice.uniform(0, LATE) for _ in range(self.dice.choice([1, 1, 2, 3]))]
            self.pending += [(at, self.other_version(event)) for at in arrivals]

    def other_version(self, event: Event) -> Event:
        """As an endpoint of another API version says it: of the object only its names are the same, or not even those
        (what is believed about money is asked for)."""
        if self.kind == AT_ONCE or self.dice.random() < 0.7:
            return event
        about = event.payload["object"]
        kept = {name: about[name] for name in ("id", "object", "charge") if name in about}
        old = kept | {
            "status": "paid",
            "amount_paid": 99_999,
            "plan": {"id": "gold"},
            "metadata": {"credits": "1000000"},
        }
        return Event(event.source, event.event_id, event.kind, event.subject, event.payload | {"object": old})

    def due(self, day: float) -> list[Event]:
        now = sorted((entry for entry in self.pending if entry[0] <= day), key=lambda entry: entry[0])
        self.pending = [entry for entry in self.pending if entry[0] > day]
        self.heard += [event for _, event in now]
        return [event for _, event in now]


class Year:
    """The subscribers, their clock at Stripe, and the acts of the year by day."""

    def __init__(self, till: Till, kinds: Sequence[str]) -> None:
        self.till, self.client, self.day = till, till.shop.client, 0
        till.studio.clock.now = BEGIN
        till.billing.set_up()
        made = self.client.v1.test_helpers.test_clocks.create(params={"frozen_time": int(BEGIN.timestamp())})
        self.clock = made.id
        self.lives = [self.subscriber(number, kind) for number, kind in enumerate(kinds)]
        self.whose = {life.customer: life for life in self.lives}
        till.sent()

    def subscriber(self, number: int, kind: str) -> Life:
        account = self.till.studio.account()
        customer = self.client.v1.customers.create(params={"test_clock": self.clock, "email": "ada@example.com"})
        with self.till.studio.uow() as uow:
            uow.session.add(BillingCustomer(account_id=account, gateway="stripe", customer_id=customer.id))
        return Life(account, customer.id, random.Random(number), kind)

    def live(self) -> None:
        """All of it, each step for everybody."""
        end = self.till.gateway.cancel_at_end
        acts: dict[int, Callable[[Life], Any]] = {
            0: lambda life: self.till.plan(life.account),
            40: lambda life: self.till.bad_card(life.account),
            72: lambda life: self.till.good_card(life.account),
            80: lambda life: self.change(life, "pro", now=True),
            120: lambda life: self.change(life, "creator", now=False),
            160: lambda life: self.till.pack(life.account),
            168: lambda life: self.client.v1.refunds.create(params={"charge": self.charge(life).id, "amount": 430}),
            200: lambda life: self.till.pack(life.account, card=DISPUTED),
            216: self.win,
            240: lambda life: end(self.plan(life), True),
            248: lambda life: end(self.plan(life), False),
            304: lambda life: end(self.plan(life), True),
        }
        for self.day in range(0, DAYS, STEP):
            self.advance()
            for life in self.lives if self.day in acts else ():
                acts[self.day](life)
            self.deliver()
        self.day = DAYS + LATE
        self.till.studio.clock.now = BEGIN + timedelta(days=self.day)
        self.deliver()

    def advance(self) -> None:
        now = BEGIN + timedelta(days=self.day)
        self.till.studio.clock.now = now
        if self.day:
            params: Any = {"frozen_time": int(now.timestamp())}
            self.client.v1.test_helpers.test_clocks.advance(self.clock, params=params)

    def deliver(self) -> None:
        """What happened is sent, what is due arrives, and the schedule looks."""
        fresh: dict[str, list[Event]] = {}
        for event in self.till.sent():
            fresh.setdefault(self.customer_of(event), []).append(event)
        for life in self.lives:
            life.sent(fresh.get(life.customer, []), self.day)
            self.till.hear(life.due(self.day))
        here = self.till.studio.clock
        for hours in (0, 13):  # what is not paid for is asked about after half a day
            here.now = BEGIN + timedelta(days=self.day, hours=hours)
            for job in self.till.billing.due():
                if not job.args or not self.is_deaf(job.args[0]):
                    getattr(self.till.billing, job.name)(*job.args)
        here.now = BEGIN + timedelta(days=self.day)

    def customer_of(self, event: Event) -> str:
        about = event.payload["object"]
        return str(about.get("customer") or self.client.v1.charges.retrieve(about["charge"]).customer)

    def is_deaf(self, purchase_id: str) -> bool:
        """Whether it is a checkout of somebody who hears of nothing until the end: nobody looks for him either."""
        with self.till.studio.session() as session:
            purchase = session.get(Purchase, purchase_id)
        deaf = {life.account for life in self.lives if life.kind == IN_THE_END}
        return purchase is not None and purchase.account_id in deaf and self.day < DAYS

    # --- at Stripe ---

    def plan(self, life: Life) -> str:
        return str(self.client.v1.subscriptions.list(params={"customer": life.customer}).data[0].id)

    def charge(self, life: Life) -> Any:
        return self.client.v1.charges.list(params={"customer": life.customer}).data[0]

    def change(self, life: Life, plan: str, *, now: bool) -> None:
        with self.till.studio.session() as session:
            query = select(GatewayPrice.price_id).where(
                GatewayPrice.plan_key == plan, GatewayPrice.interval == Interval.MONTH
            )
            price = session.scalars(query).one()
        state = self.till.gateway.subscription(self.plan(life))
        (self.till.gateway.change_now if now else self.till.gateway.change_later)(state, price, f"{life.account}{plan}")

    def win(self, life: Life) -> None:
        dispute = self.client.v1.disputes.list(params={"charge": self.charge(life).id}).data[0]
        self.till.sandbox.dispute(dispute=dispute.id, outcome="won")

    # --- here ---

    def money(self, life: Life) -> dict[str, Any]:
        """What does not depend on when it was heard."""
        with self.till.studio.session() as session:

            def all_of(model: Any, *names: str) -> list[tuple[Any, ...]]:
                rows = session.scalars(select(model).where(model.account_id == life.account))
                return sorted((tuple(_value(row, name) for name in names) for row in rows), key=str)

            return {
                "purchases": all_of(Purchase, "kind", "status", "plan_key", "plan_version", "credits", "cents"),
                "subscriptions": all_of(
                    Subscription, "status", "plan_key", "plan_version", "interval", "price_id", "next_price_id",
                    "period_start", "period_end", "trial_end", "cancel_at_period_end", "ended_at", "past_due_since",
                    "entitled_until", "grant_at", "check_at",
                ),
                "payments": all_of(
                    Payment, "kind", "reason", "status", "plan_key", "cents", "refunded_cents", "disputed", "credits",
                    "period_start", "period_end", "paid_at", "check_at",
                ),
                "lost": all_of(Payment, "period_start", "lost"),  # taken back, or no longer there to be taken
                "balance": self.till.credits(life.account),
            }  # fmt: skip

    def ledger(self, life: Life) -> tuple[list[Any], int, int]:
        """What was granted for money, what lapsed, and what came less what was taken back in all, once all that has
        lapsed is written off. (Whoever hears of a dispute when it is won lost nothing in between.)"""
        self.till.studio.credits.expire_due()
        sums: Counter[EntryKind] = Counter()
        with self.till.studio.session() as session:
            grants = session.scalars(select(CreditGrant).where(col(CreditGrant.account_id) == life.account)).all()
            for entry in session.scalars(select(CreditEntry).where(col(CreditEntry.account_id) == life.account)):
                sums[entry.kind] += entry.amount
        paid = [(row.source.value, row.amount, row.expires_at) for row in grants if row.source != GrantSource.REFUND]
        return sorted(paid, key=str), sums[EntryKind.EXPIRE], sums[EntryKind.GRANT] + sums[EntryKind.CLAWBACK]


def _value(row: Any, name: str) -> Any:
    return row.clawed + row.shortfall if name == "lost" else getattr(row, name)


@pytest.mark.timeout(0 if YEARS > 10 else 120)
def test_a_year_of_events_ends_in_the_same_rows(database_url: str, vendors: SandboxServer) -> None:
    vendors.reset()
    studio = Studio.on(database_url)
    till = Till(studio, vendors, trial_days=7)
    try:
        kinds = [AT_ONCE, *(IN_THE_END if number % 3 == 1 else LATELY for number in range(YEARS - 1))]
        year = Year(till, kinds)
        year.live()
        first, *others = year.lives
        expected, ledger = year.money(first), year.ledger(first)
        statuses = [row[2] for row in expected["payments"]]
        assert statuses.count("paid") == len(statuses) >= 13
        assert expected["balance"] == 157  # what is left of two packs
        for life in others:
            for name, rows in year.money(life).items():
                assert (life.kind, name, rows) == (life.kind, name, expected[name])
            if life.kind == LATELY:  # what came after its month was over is not granted any more
                assert year.ledger(life) == ledger
        books = BooksService(studio.uow, studio.clock, studio.credits, studio.quota, till.incidents)
        assert books.check().found == ()
        before = [(year.money(life), year.ledger(life)) for life in year.lives]
        again = [event for life in year.lives for event in life.heard]
        random.Random(1).shuffle(again)
        till.hear(again[: 40 * YEARS])
        assert [(year.money(life), year.ledger(life)) for life in year.lives] == before
        assert till.incidents.open() == []
    finally:
        till.close()
        studio.close()
