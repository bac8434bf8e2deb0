"""Whatever is bought, drawn, given back, changed, cancelled, failed and waited for in whatever order, while Stripe's
events come late, twice, out of order or not at all: the books agree after every step, and in the end what is written
down here is what is true there. More of it: `MONEY_EXAMPLES=100 pytest tests/integration/test_money_properties.py`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import col, select

from photogen.domain.billing import policy
from photogen.domain.billing.commands import BuyPack, Refund
from photogen.domain.billing.config import BillingConfig
from photogen.domain.books import BooksService
from photogen.domain.inbox.service import Event
from photogen.errors import PhotogenError
from photogen.kit.ids import new_id
from photogen.models import CreditEntry, CreditGrant, Payment, Purchase, QuotaDay, Subscription
from tests.factories.house import House
from tests.fakes.sandbox import SandboxServer
from tests.fakes.shop import CHARGES_FAIL, DECLINED, DISPUTED, GOOD

EXAMPLES = int(os.environ.get("MONEY_EXAMPLES", "3"))
CREDITS = {"creator": 200, "pro": 400, "enterprise": 1000}
PLANS, CHANCE = st.sampled_from(sorted(CREDITS)), st.floats(0, 1)
REFUSALS = {
    "already_subscribed", "card_declined", "checkout_over", "insufficient_credits", "not_subscribed",
    "nothing_to_refund", "payment_refused", "plan_ends", "quota_exhausted", "vendor_missing",
}  # fmt: skip


class OneCustomer(RuleBasedStateMachine):
    """Time passes only by `wait`, for the house and for the customer at Stripe alike."""

    house: ClassVar[House]
    books: ClassVar[BooksService]

    @initialize()
    def begin(self) -> None:
        self.studio, self.till, self.works = self.house.studio, self.house.till, self.house.works
        self.studio.clock.now = datetime.fromtimestamp(int(time.time()), UTC)
        self.account = self.studio.account()
        self.studio.queue.waiting.clear()
        self.till.billing.buy_pack(self.account, BuyPack.of(pack="credits_100", request_key=new_id()))  # and leaves
        self.customer = self.till.customer(self.account)
        self.till.sent()
        self.unheard: list[Event] = []
        self.past: list[Event] = []

    # --- what a person does ---

    @rule(plan=PLANS, interval=st.sampled_from(["month", "month", "year"]))
    def buy_plan(self, plan: str, interval: str) -> None:
        had = [one for one in self.alive() if one.status != "past_due" or self.in_grace(one)]
        refused = self.do(lambda: self.till.plan(self.account, plan, interval))
        assert len(self.alive()) <= 1, "two plans are paid at once"
        assert not had or refused

    @rule(card=st.sampled_from([GOOD, GOOD, DISPUTED, DECLINED]))
    def buy_pack(self, card: str) -> None:
        self.do(lambda: self.till.pack(self.account, card=card))

    @rule(count=st.integers(1, 4), fails=st.booleans(), waits=st.booleans())
    def draw(self, count: int, fails: bool, waits: bool) -> None:
        self.do(lambda: self.house.draw(self.account, count, fails=fails, waits=waits))

    @rule(on=st.booleans())
    def overage(self, on: bool) -> None:
        self.studio.quota.set_overage(self.account, on=on)

    @rule(plan=PLANS, interval=st.sampled_from(["month", "month", "year"]))
    def change(self, plan: str, interval: str) -> None:
        self.do(lambda: self.till.change(self.account, plan, interval))

    @rule(wanted=st.booleans())
    def cancel_or_resume(self, wanted: bool) -> None:
        self.do(lambda: (self.till.billing.cancel if wanted else self.till.billing.resume)(self.account))

    @rule(card=st.sampled_from([GOOD, CHARGES_FAIL]))
    def other_card(self, card: str) -> None:
        self.do(lambda: (self.till.good_card if card == GOOD else self.till.bad_card)(self.account))

    @rule(which=CHANCE)
    def refund(self, which: float) -> None:
        paid = [row for row in self.till.billing.payments(self.account) if row.status == "paid"]
        if paid:
            command = Refund.of(payment_id=_one(paid, which).id)
            self.do(lambda: self.till.billing.refund(self.account, command))

    # --- what happens ---

    @rule(which=CHANCE, share=st.sampled_from([0.3, 1.0]))
    def operator_refunds(self, which: float, share: float) -> None:
        """At Stripe, past us."""
        charges = [c for c in self.charges() if c.paid and not c.disputed and c.amount_refunded < c.amount]
        if charges:
            charge = _one(charges, which)
            cents = max(1, int((charge.amount - charge.amount_refunded) * share))
            self.till.shop.client.v1.refunds.create(params={"charge": charge.id, "amount": cents})
            self.unheard += self.till.sent()

    @rule(won=st.booleans())
    def bank_decides(self, won: bool) -> None:
        for dispute in self.till.shop.client.v1.disputes.list(params={"limit": 100}).data:
            if dispute.status == "needs_response" and dispute.charge in {c.id for c in self.charges()}:
                self.till.sandbox.dispute(dispute=dispute.id, outcome="won" if won else "lost")
        self.unheard += self.till.sent()

    @rule(days=st.sampled_from([0.2, 1, 2, 9, 16, 31, 32]))
    def wait(self, days: float) -> None:
        self.till.later(self.account, days)
        self.unheard += self.till.sent()

    @rule()
    def midnight_jobs(self) -> None:
        self.studio.credits.expire_due()
        self.studio.credits.remind()
        self.till.billing.remind()
        self.do(self.till.look)

    @precondition(lambda self: self.unheard)
    @rule(order=st.randoms(use_true_random=False), share=st.sampled_from([0.3, 0.7, 1.0]))
    def hear(self, order: Any, share: float) -> None:
        """Some of what was sent, in any order; the rest comes later."""
        order.shuffle(self.unheard)
        some = 1 + int(share * (len(self.unheard) - 1))
        now, self.unheard = self.unheard[:some], self.unheard[some:]
        self.past += now
        self.do(lambda: self.till.hear(now))

    @precondition(lambda self: self.past)
    @rule(which=CHANCE)
    def hear_again(self, which: float) -> None:
        """With nothing new at Stripe since, one event more changes nothing."""
        event = _one(self.past, which)
        self.do(lambda: self.till.hear([event]))
        before = self.rows()
        self.do(lambda: self.till.hear([event]))
        assert self.rows() == before

    # --- what is always true ---

    @invariant()
    def the_books_agree(self) -> None:
        assert self.books.check().found == ()
        view = self.books.explain(self.account)
        assert (view.unaccounted, view.agrees) == (0, True)
        assert view.available >= 0
        assert view.balance == view.remaining

    def teardown(self) -> None:
        """Everything is heard of in the end; what is written down here is what is true there."""
        if not hasattr(self, "past"):
            return
        for _ in range(3):
            self.do(lambda: self.till.hear(self.unheard))
            self.past, self.unheard = self.past + self.unheard, []
            self.wait(1)
            self.do(self.till.look)
        self.do(lambda: self.till.hear(self.unheard))
        self.the_books_agree()
        self.what_is_here_is_what_is_there()
        before = self.rows()
        self.do(lambda: self.till.hear([*self.past, *self.unheard]))
        assert self.rows() == before
        self.the_books_agree()

    def what_is_here_is_what_is_there(self) -> None:
        here = {row.gateway_id: row for row in self.all(Payment)}
        there: set[str] = set()
        for invoice in self.till.shop.invoices(self.customer):
            if invoice.status != "paid" or invoice.parent is None:
                continue
            there.add(invoice.id)
            row = here[invoice.id]
            assert (row.status, row.cents) == ("paid", invoice.amount_paid)
            most = CREDITS[row.plan_key or ""]
            assert row.credits == most if row.reason != policy.CHANGED else 0 <= row.credits <= most
        for row in self.all(Purchase):
            session = self.till.shop.client.v1.checkout.sessions.retrieve(row.session_id or "")
            assert row.status == session.status
            if row.kind == "pack" and session.payment_status == "paid":
                there.add(session.id)
                assert (here[session.id].credits, here[session.id].cents) == (100, 1000)
        assert {key for key, row in here.items() if row.status == "paid"} == there
        # A payment that was declined at first has a charge for each try.
        charges = {str(charge.payment_intent): charge for charge in self.charges() if charge.paid}
        for row in here.values():
            if row.status == "paid" and row.cents:
                charge = charges[row.intent_id]
                assert row.refunded_cents == charge.amount_refunded
                lost = row.credits * (row.cents if row.disputed else row.refunded_cents) // row.cents
                assert row.clawed + row.shortfall >= lost or row.period_end is not None
        subscriptions = {row.gateway_id: row for row in self.all(Subscription)}
        for found in self.till.shop.client.v1.subscriptions.list(params={"customer": self.customer, "status": "all"}):
            mine = subscriptions.pop(found.id)
            assert (mine.status, mine.price_id) == (found.status, found["items"].data[0].price.id)
            assert mine.cancel_at_period_end == found.cancel_at_period_end
        assert not subscriptions

    # --- means ---

    def do(self, act: Callable[[], Any]) -> str:
        """Does it, with what follows from it for the worker; gives the code of a refusal that a person would see."""
        try:
            act()
        except PhotogenError as refused:
            if refused.code not in REFUSALS:
                raise
            return refused.code
        finally:
            self.work()
            self.unheard += self.till.sent()
        return ""

    def work(self) -> None:
        queue = self.studio.queue.waiting
        jobs = [job for job in queue if hasattr(self.till.billing, job.name)]
        others = [job for job in queue if job not in jobs]
        queue.clear()
        for job in jobs:
            getattr(self.till.billing, job.name)(*job.args)
        queue.extend(others)

    def alive(self) -> list[Any]:
        params: Any = {"customer": self.customer, "status": "all"}
        found = self.till.shop.client.v1.subscriptions.list(params=params).data
        return [one for one in found if one.status in {"active", "trialing", "past_due"}]

    def in_grace(self, subscription: Any) -> bool:
        begun = datetime.fromtimestamp(subscription["items"].data[0].current_period_start, UTC)
        return self.studio.clock.now < begun + BillingConfig().grace

    def charges(self) -> list[Any]:
        return list(self.till.shop.client.v1.charges.list(params={"customer": self.customer, "limit": 100}).data)

    def all(self, model: Any) -> list[Any]:
        with self.studio.session() as session:
            return list(session.scalars(select(model).where(model.account_id == self.account)))

    def rows(self) -> object:
        """All that is written down of this account's money, without when it was asked for."""
        with self.studio.session() as session:
            found = []
            for model in (Subscription, Payment, Purchase, CreditGrant, CreditEntry, QuotaDay):
                query = select(model).where(col(model.account_id) == self.account)  # type: ignore[attr-defined]
                rows = [
                    row.model_dump(exclude={"synced_at", "check_at", "charge_asked_at"})
                    for row in session.scalars(query)
                ]
                found.append(sorted(rows, key=str))
        return found


def _one(rows: list[Any], which: float) -> Any:
    return rows[min(int(which * len(rows)), len(rows) - 1)]


@pytest.mark.timeout(0 if EXAMPLES > 10 else 120)
def test_one_customer_in_any_order(module_database_url: str, vendors: SandboxServer) -> None:
    house = House(module_database_url, vendors)
    studio = house.studio
    books = BooksService(studio.uow, studio.clock, studio.credits, studio.quota, house.till.incidents)
    machine = type("Machine", (OneCustomer,), {"house": house, "books": books})
    quick = list(HealthCheck)
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=25,
                deadline=None,
                suppress_health_check=quick,
                phases=[Phase.generate],
            ),
        )
    finally:
        house.close()
