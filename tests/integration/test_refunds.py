"""Money that goes back, at its worst moments: nothing of it twice, and no credits that nobody has paid for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from photogen.domain.billing.commands import Refund
from photogen.domain.books import BooksService
from photogen.domain.quota import Ask
from photogen.kit.ids import new_id
from tests.factories.shop import Till, purchase_of
from tests.fakes.servers import wait_for
from tests.fakes.vendors import Killed


def give_back_at_stripe(till: Till, cents: int | None = None) -> None:
    """The operator, by hand."""
    intent = till.shop.client.v1.charges.list().data[0].payment_intent
    params = {"payment_intent": str(intent)} | ({} if cents is None else {"amount": cents})
    till.shop.client.v1.refunds.create(params=params)  # type: ignore[arg-type]
    till.hear()


def contradictions(till: Till) -> list[str]:
    """What the daily check of the books would say."""
    studio = till.studio
    books = BooksService(studio.uow, studio.clock, studio.credits, studio.quota, till.incidents)
    return [one.check for one in books.check().found]


class TestWhatAPlanGave:
    @pytest.mark.parametrize("delivered", [True, False])
    def test_is_used_once_a_picture_was_asked_of_the_days_quota(self, till: Till, delivered: bool) -> None:
        ada = till.studio.account()
        till.plan(ada)
        till.hear()
        payment = till.billing.payments(ada)[0]
        assert till.billing.quote_refund(ada, payment.id).full
        till.studio.clock.move(minutes=30)
        with till.studio.uow() as uow:
            till.studio.quota.take(uow, ada, [Ask("shot:1", "flux:schnell", 1, 1)], till.studio.clock())
        assert not till.billing.quote_refund(ada, payment.id).full
        with till.studio.uow() as uow:
            (till.studio.quota.use if delivered else till.studio.quota.give_back)(uow, "shot:1")
        assert till.billing.quote_refund(ada, payment.id).full is not delivered


class TestRefusedByTheService:
    def test_what_an_earlier_refund_took_does_not_come_back(self, till: Till) -> None:
        ada = till.studio.account()
        till.pack(ada)
        till.hear()
        give_back_at_stripe(till, 300)
        assert till.credits(ada) == 70
        till.sandbox.fault("stripe", "refunds.create", "422")
        assert till.billing.refund(ada, Refund.of(payment_id=till.billing.payments(ada)[0].id)).cents == 700
        assert till.credits(ada) == 0
        till.work()
        assert till.credits(ada) == 70
        assert [incident.kind for incident in till.incidents.open()] == ["refund_refused"]
        assert contradictions(till) == []

    def test_credits_that_came_back_are_taken_once_the_money_goes_after_all(self, till: Till) -> None:
        ada = till.studio.account()
        till.pack(ada)
        till.hear()
        payment = till.billing.payments(ada)[0]
        till.sandbox.fault("stripe", "refunds.create", "422")
        till.billing.refund(ada, Refund.of(payment_id=payment.id))
        till.work()
        assert till.credits(ada) == 100
        assert till.billing.quote_refund(ada, payment.id).cents == 1000, "they are this payment's again"
        give_back_at_stripe(till)
        assert till.credits(ada) == 0
        assert contradictions(till) == []

    def test_a_plans_credits_come_back_too(self, till: Till) -> None:
        ada = till.studio.account()
        till.plan(ada)
        till.hear()
        till.sandbox.fault("stripe", "refunds.create", "422")
        till.billing.refund(ada, Refund.of(payment_id=till.billing.payments(ada)[0].id))
        till.work()
        assert till.credits(ada) == 200
        till.studio.clock.move(days=32)
        assert till.credits(ada) == 0, "they lapse with the period that was paid for"


def test_a_refund_that_was_made_and_not_written_down_is_not_made_again(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = till.studio.account()
    till.pack(ada)
    till.hear()
    with till.studio.uow() as uow:
        till.studio.credits.hold(uow, ada, 70, "spent", "shot", "x")
        till.studio.credits.capture(uow, "spent")
    till.billing.refund(ada, Refund.of(payment_id=till.billing.payments(ada)[0].id))
    real = till.gateway.refund

    def dying(intent_id: str, cents: int, key: str) -> None:
        real(intent_id, cents, key)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(till.gateway, "refund", dying)
        with pytest.raises(Killed):
            till.work()
    till.studio.clock.move(days=2)
    # By now the service has forgotten under which key it was asked.
    monkeypatch.setattr(till.gateway, "refund", lambda intent_id, cents, _: real(intent_id, cents, new_id()))
    till.look()
    [payment] = till.billing.payments(ada)
    assert (payment.status, payment.refunded_cents) == ("partly_refunded", 300)
    assert sum(charge.amount_refunded for charge in till.shop.client.v1.charges.list().data) == 300


class TestBankDebits:
    def test_are_asked_about_for_as_long_as_banks_take(self, till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
        real = till.gateway.session
        monkeypatch.setattr(till.gateway, "session", lambda id_: replace(real(id_), paid=False))
        ada = till.studio.account()
        till.pack(ada, card="debit_good")
        for days in (0.1, 2, 5, 9):
            till.studio.clock.move(days=days)
            till.sandbox.clear_requests()
            till.look()
            assert len(till.sandbox.requests(operation="checkout.sessions.get")) == 1
        till.studio.clock.now += timedelta(days=30)
        till.look()
        till.studio.clock.now += timedelta(days=1)
        assert till.billing.due() == []

    def test_what_the_bank_refused_stays_refused(self, till: Till) -> None:
        ada = till.studio.account()
        purchase = purchase_of(till.pack(ada, card="debit_bad").headers["location"])
        assert till.billing.purchase(ada, purchase).status == "waiting"
        wait_for(lambda: bool(till.shop.events("checkout.session.async_payment_failed")), "the bank's answer", 5)
        till.hear()
        till.studio.clock.move(days=1)
        till.look()
        assert till.billing.purchase(ada, purchase).status == "failed"
        assert till.credits(ada) == 0
