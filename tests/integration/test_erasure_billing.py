"""Accounts deleted that pay: the plan ends at the payment service first, and the books stay, without a name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import select

from photogen.domain.billing.commands import BuyPack
from photogen.domain.billing.sync import Sync
from photogen.domain.erasure.repository import KEPT
from photogen.errors import NotFound
from photogen.kit.ids import new_id
from photogen.models import BillingCustomer, LeftoverOf, Payment, PaymentStatus, Subscription, SubscriptionStatus
from tests.factories.leaving import Leaving
from tests.factories.shop import Till
from tests.factories.work import Works
from tests.fakes.sandbox import SandboxServer
from tests.fakes.vendors import Killed


@pytest.fixture
def till(works: Works, vendors: SandboxServer) -> Iterator[Till]:
    vendors.reset()
    till = Till(works.studio, vendors)
    yield till
    till.close()


@pytest.fixture
def payer(works: Works, till: Till) -> Leaving:
    """With a plan by the month, a pack, and a checkout that is still open."""
    leaving = Leaving(works, till.gateway)
    till.plan(leaving.id)
    till.pack(leaving.id)
    till.hear()
    till.billing.buy_pack(leaving.id, BuyPack.of(pack="credits_100", request_key=new_id()))
    return leaving


def _payments(works: Works, account_id: str) -> list[Payment]:
    with works.studio.session() as session:
        return list(session.scalars(select(Payment).where(Payment.account_id == account_id)))


def _customers(till: Till) -> list[str]:
    return [customer.id for customer in till.shop.client.v1.customers.list().data]


def test_the_plan_ends_and_the_books_name_nobody(works: Works, till: Till, payer: Leaving) -> None:
    customer = till.customer(payer.id)
    assert customer in _customers(till)
    assert any(row.page_url for row in _payments(works, payer.id))
    number = payer.go()
    payer.work()
    assert _customers(till) == []
    [plan] = till.shop.client.v1.subscriptions.list(params={"customer": customer, "status": "all"}).data
    assert plan.status == "canceled"
    sessions = till.shop.client.v1.checkout.sessions.list(params={"customer": customer}).data
    assert "open" not in {session.status for session in sessions}
    assert works.receipts.look(number).finished_at is not None
    assert set(payer.rows()) <= KEPT
    till.hear(till.events())  # what Stripe says of it, and all that it said before, comes late
    works.clock.move(days=40)
    till.look()
    with works.studio.session() as session:
        [row] = session.scalars(select(Subscription).where(Subscription.account_id == payer.id))
    assert row.status is SubscriptionStatus.CANCELED
    paid = [row for row in _payments(works, payer.id) if row.status is PaymentStatus.PAID]
    assert sorted(row.cents for row in paid) == [1000, 2000]
    assert all(row.number for row in paid), "the number of the invoice is what accounting finds it by"
    assert {(row.page_url, row.pdf_url) for row in _payments(works, payer.id)} == {("", "")}
    assert works.balance(payer.id) == 0
    assert works.credits.audit() == []


def test_killed_after_the_service_has_deleted_it_goes_on(
    works: Works, till: Till, payer: Leaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(self: Sync, gateway_id: str) -> None:
        raise Killed

    number = payer.go()
    works.clock.move(seconds=60)
    with monkeypatch.context() as patched:
        patched.setattr(Sync, "subscription", dying)
        with pytest.raises(Killed):
            payer.erasure.erase(payer.id)
    assert _customers(till) == []
    with works.studio.session() as session:
        assert session.get_one(BillingCustomer, payer.id).forgotten_at is None
    payer.work()
    assert works.receipts.look(number).finished_at is not None
    with works.studio.session() as session:
        [row] = session.scalars(select(Subscription).where(Subscription.account_id == payer.id))
    assert row.status is SubscriptionStatus.CANCELED


def test_a_service_that_is_away_is_asked_until_it_answers(works: Works, till: Till, payer: Leaving) -> None:
    number = payer.go()
    till.sandbox.fault("stripe", "customers.delete", "401", times=None)
    payer.work()
    pending = {item.what for item in works.receipts.look(number).items if item.gone_at is None}
    assert pending == {"Plan and payment details", "Settings, drafts, history", "Credits that were left"}
    assert not any(key.startswith(("photos/", "images/")) for key in works.storage.objects), "the rest does not wait"
    [left] = works.leftovers.list()
    assert (left.owner, left.owner_id, left.what, left.place) == (LeftoverOf.ACCOUNT, payer.id, "customer", "payments")
    works.clock.move(days=2)
    payer.work(1)
    assert [incident.kind for incident in works.incidents.open()] == ["left_behind"]
    till.sandbox.clear_faults()
    works.upkeep.try_now(left.id)
    assert [job.name for job in works.queue.waiting] == ["erase_account"]
    payer.erasure.erase(payer.id)
    assert works.receipts.look(number).finished_at is not None
    assert works.leftovers.list() == []
    assert works.incidents.open() == []


@pytest.fixture
def killed(works: Works, till: Till, monkeypatch: pytest.MonkeyPatch) -> Leaving:
    """Somebody for whom Stripe has made a customer, of which nobody here knows: the process died in between."""
    leaving = Leaving(works, till.gateway)
    real = till.gateway.customer

    def dying(account_id: str, email: str, name: str) -> str:
        real(account_id, email, name)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(till.gateway, "customer", dying)
        with pytest.raises(Killed):
            till.pack(leaving.id)
    with works.studio.session() as session:
        assert session.get(BillingCustomer, leaving.id) is None
    return leaving


def test_a_customer_made_before_a_death_is_found_by_the_next_purchase(
    works: Works, till: Till, killed: Leaving
) -> None:
    [orphan] = _customers(till)
    works.clock.move(days=2)
    works.studio.accounts.rename(killed.id, "Countess")
    till.pack(works.studio.account())  # somebody else's is not taken for it
    till.pack(killed.id)
    till.hear()
    assert till.customer(killed.id) == orphan
    assert len(_customers(till)) == 2
    assert works.balance(killed.id) > 100


def test_a_customer_made_before_a_death_goes_with_the_account(works: Works, till: Till, killed: Leaving) -> None:
    other = works.studio.account()
    till.pack(other)
    number = killed.go()
    killed.work(2)
    assert _customers(till) == [till.customer(other)]
    pending = {item.what for item in works.receipts.look(number).items if item.gone_at is None}
    assert "Plan and payment details" in pending, "another process might be about to make one"
    works.clock.move(minutes=5)
    killed.work()
    assert works.receipts.look(number).finished_at is not None
    assert set(killed.rows()) <= KEPT
    assert works.leftovers.list() == []


def test_nothing_is_sold_to_who_is_going(
    works: Works, till: Till, payer: Leaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = works.studio.account()
    real = till.gateway.customer

    def slow(account_id: str, email: str, name: str) -> str:
        """Deleted in another tab while Stripe answers."""
        made = real(account_id, email, name)
        payer.erasure.request_for(email)
        return made

    monkeypatch.setattr(till.gateway, "customer", slow)
    payer.go()
    for account_id in (payer.id, late):
        with pytest.raises(NotFound):
            till.billing.buy_pack(account_id, BuyPack.of(pack="credits_100", request_key=new_id()))
    payer.work()
    assert _customers(till) == []
