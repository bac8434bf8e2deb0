"""Billing against the sandbox's Stripe: what is paid is granted once, whatever becomes of the events."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from photogen.domain.billing.commands import BuyPack, BuyPlan, Refund
from photogen.domain.inbox.service import Event
from photogen.errors import Conflict, Invalid, NotFound, Unavailable
from photogen.kit.ids import new_id
from photogen.models import Plan
from tests.factories.shop import Till, purchase_of
from tests.fakes.shop import DECLINED, DISPUTED

# --- packs ---


def test_a_pack_is_granted_once_however_it_is_heard_of(till: Till) -> None:
    ada = till.studio.account()
    back = till.pack(ada).headers["location"]
    assert till.billing.purchase(ada, purchase_of(back)).status == "complete"  # the return page did not wait
    assert till.credits(ada) == 100
    events = till.events()
    till.hear(events + events)
    assert till.credits(ada) == 100
    assert [(p.words, p.status, p.cents) for p in till.billing.payments(ada)] == [("100 credits", "paid", 1000)]


def test_a_double_click_is_one_checkout(till: Till) -> None:
    ada = till.studio.account()
    command = BuyPack.of(pack="credits_100", request_key=new_id())
    assert till.billing.buy_pack(ada, command) == till.billing.buy_pack(ada, command)


def test_a_declined_card_buys_nothing(till: Till) -> None:
    ada = till.studio.account()
    assert "declined" in till.pack(ada, card=DECLINED).text
    till.hear()
    assert till.credits(ada) == 0


def test_a_checkout_whose_word_got_lost_is_looked_up(till: Till) -> None:
    ada = till.studio.account()
    till.pack(ada)
    till.look()  # not due yet
    assert till.credits(ada) == 0
    till.studio.clock.move(minutes=1)
    till.look()
    assert till.credits(ada) == 100


def test_somebody_elses_checkout_does_not_exist(till: Till) -> None:
    ada, bob = till.studio.account(), till.studio.account()
    back = till.pack(ada).headers["location"]
    with pytest.raises(NotFound):
        till.billing.purchase(bob, purchase_of(back))


def test_what_is_not_on_sale(till: Till) -> None:
    ada = till.studio.account()
    with pytest.raises(NotFound):
        till.billing.buy_pack(ada, BuyPack.of(pack="credits_7", request_key=new_id()))
    with pytest.raises(NotFound):
        till.billing.buy_plan(ada, BuyPlan.of(plan="free", request_key=new_id()))


def test_a_service_that_is_away_says_so_and_sells_nothing(till: Till) -> None:
    ada = till.studio.account()
    till.sandbox.fault("stripe", "checkout.sessions.create", "500", times=None)
    with pytest.raises(Unavailable):
        till.pack(ada)
    till.sandbox.clear_faults()
    till.pack(ada)
    till.hear()
    assert till.credits(ada) == 100


# --- plans ---


def test_a_plan_is_bought_renewed_and_ends(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada)
    till.hear()
    assert (till.plan_of(ada), till.credits(ada)) == ("creator", 200)
    till.later(ada, 32)
    till.hear()
    assert (till.plan_of(ada), till.credits(ada)) == ("creator", 200)  # the first month's have lapsed
    till.billing.cancel(ada)
    assert till.billing.subscription(ada).cancel_at_period_end  # type: ignore[union-attr]
    till.billing.resume(ada)
    till.billing.cancel(ada)
    till.later(ada, 32)
    till.hear()
    assert (till.plan_of(ada), till.credits(ada)) == ("free", 0)
    assert till.billing.subscription(ada) is None


def test_the_plan_ends_by_itself_when_nothing_is_heard(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada)
    till.hear()
    till.billing.cancel(ada)
    till.studio.clock.move(days=32)
    assert till.plan_of(ada) == "free"


def test_a_second_plan_is_refused_and_an_open_checkout_of_another_tab_ended(till: Till) -> None:
    ada = till.studio.account()
    first = till.billing.buy_plan(ada, BuyPlan.of(plan="creator", request_key=new_id()))
    till.plan(ada, "pro")
    assert "over" in httpx.get(first).text
    till.hear()
    with pytest.raises(Conflict) as refused:
        till.plan(ada)
    assert refused.value.code == "already_subscribed"
    assert till.plan_of(ada) == "pro"


def test_a_plan_whose_word_is_late_is_not_sold_twice(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada)
    with pytest.raises(Conflict) as refused:
        till.plan(ada, "pro")
    assert refused.value.code == "already_subscribed"
    assert till.plan_of(ada) == "creator"


def test_an_upgrade_takes_effect_and_gives_the_difference(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada)
    till.hear()
    till.later(ada, 15)
    view = till.change(ada, "pro")
    assert (view.plan_key, till.plan_of(ada)) == ("pro", "pro")
    till.hear()
    assert 295 <= till.credits(ada) <= 305  # about half of 200 more for half a month
    till.hear(till.events())
    assert 295 <= till.credits(ada) <= 305


def test_an_upgrade_that_the_card_refuses_changes_nothing(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada)
    till.hear()
    till.bad_card(ada)
    with pytest.raises(Invalid) as refused:
        till.change(ada, "pro")
    assert refused.value.code == "card_declined"
    till.hear()
    assert (till.plan_of(ada), till.credits(ada)) == ("creator", 200)


def test_a_downgrade_waits_for_the_end_of_what_was_paid(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada, "pro")
    till.hear()
    view = till.change(ada, "creator")
    assert (view.plan_key, view.next_plan_key) == ("pro", "creator")
    assert till.plan_of(ada) == "pro"
    till.later(ada, 32)
    till.hear()
    assert (till.plan_of(ada), till.credits(ada)) == ("creator", 200)


def test_a_planned_downgrade_can_be_taken_back(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada, "pro")
    till.hear()
    till.change(ada, "creator")
    assert till.change(ada, "pro").next_plan_key == ""
    till.later(ada, 32)
    till.hear()
    assert till.plan_of(ada) == "pro"


def test_a_failed_renewal_has_a_grace_and_recovers(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada)
    till.hear()
    till.bad_card(ada)
    till.later(ada, 32)
    till.hear()
    view = till.billing.subscription(ada)
    assert view is not None
    assert (view.status, till.plan_of(ada), till.credits(ada)) == ("past_due", "creator", 0)
    assert view.open_invoice_url
    till.good_card(ada)
    till.hear()
    assert till.credits(ada) == 200
    assert till.billing.subscription(ada).status == "active"  # type: ignore[union-attr]


def test_the_grace_ends(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada)
    till.hear()
    till.bad_card(ada)
    till.later(ada, 32)
    till.hear()
    till.studio.clock.move(days=8)
    assert till.plan_of(ada) == "free"


def test_a_yearly_plan_gives_its_credits_by_the_month(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada, interval="year")
    till.hear()
    assert till.credits(ada) == 200
    months = 0
    for _ in range(13):
        till.studio.clock.move(days=31)
        till.look()
        till.look()
        months += till.credits(ada) == 200
    assert months in {11, 12}  # one of thirteen looks falls after the year


def test_what_was_sold_stays_when_the_operator_edits_the_plan(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada)
    till.hear()
    with till.studio.uow() as uow:
        uow.session.get_one(Plan, "creator").model_slots = 3
    assert till.studio.plans.entitlements(ada).model_slots == 1


# --- money that goes back ---


def test_a_pack_unused_within_a_day_is_given_back_in_full(till: Till) -> None:
    ada = till.studio.account()
    till.pack(ada)
    till.hear()
    payment = till.billing.payments(ada)[0]
    assert till.billing.quote_refund(ada, payment.id).cents == 1000
    for _ in range(2):
        till.billing.refund(ada, Refund.of(payment_id=payment.id))
    till.work()
    till.hear()
    assert till.credits(ada) == 0
    assert [(p.status, p.refunded_cents) for p in till.billing.payments(ada)] == [("refunded", 1000)]
    with pytest.raises(Conflict):
        till.billing.refund(ada, Refund.of(payment_id=payment.id))


def test_a_pack_is_paid_when_it_was_paid_not_when_it_was_heard_of(till: Till) -> None:
    ada = till.studio.account()
    till.pack(ada)
    paid = till.studio.clock.now
    till.studio.clock.move(days=2)
    till.hear()
    payment = till.billing.payments(ada)[0]
    assert payment.paid_at is not None
    assert abs(payment.paid_at - paid) < timedelta(hours=1)


def test_a_used_pack_is_given_back_in_part(till: Till) -> None:
    ada = till.studio.account()
    till.pack(ada)
    till.hear()
    with till.studio.uow() as uow:
        till.studio.credits.hold(uow, ada, 40, "spent", "shot", "x")
        till.studio.credits.capture(uow, "spent")
    payment = till.billing.payments(ada)[0]
    view = till.billing.refund(ada, Refund.of(payment_id=payment.id))
    assert (view.cents, view.credits, view.full) == (600, 60, False)
    till.work()
    till.hear()
    assert till.credits(ada) == 0
    assert till.billing.payments(ada)[0].status == "partly_refunded"


def test_a_plan_is_given_back_for_the_time_that_is_left_and_ends(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada)
    till.hear()
    till.later(ada, 15)
    payment = till.billing.payments(ada)[0]
    view = till.billing.refund(ada, Refund.of(payment_id=payment.id))
    assert 900 <= view.cents <= 1100
    till.work()
    till.hear()
    assert (till.plan_of(ada), till.credits(ada)) == ("free", 0)


def test_a_refund_by_the_operator_at_stripe_takes_back_what_is_left(till: Till) -> None:
    ada = till.studio.account()
    till.pack(ada)
    till.hear()
    with till.studio.uow() as uow:
        till.studio.credits.hold(uow, ada, 70, "held", "shot", "x")
    intent = till.shop.client.v1.charges.list().data[0].payment_intent
    till.shop.client.v1.refunds.create(params={"payment_intent": str(intent)})
    till.hear()
    assert till.credits(ada) == 0  # 30 taken, 70 are at work: never below zero
    with till.studio.uow() as uow:
        till.studio.credits.release(uow, "held")
    assert till.credits(ada) == 70


def test_a_refund_that_overtakes_its_payment_finds_it(till: Till) -> None:
    ada = till.studio.account()
    till.pack(ada)
    intent = till.shop.client.v1.charges.list().data[0].payment_intent
    till.shop.client.v1.refunds.create(params={"payment_intent": str(intent), "amount": 500})
    refunded = [event for event in till.events() if event.kind == "charge.refunded"]
    till.hear(refunded)
    assert till.credits(ada) == 50
    till.hear()
    assert till.credits(ada) == 50


def test_a_dispute_takes_credits_and_a_won_one_returns_them(till: Till) -> None:
    ada = till.studio.account()
    till.pack(ada, card=DISPUTED)
    till.hear()
    assert till.credits(ada) == 0
    assert till.billing.payments(ada)[0].status == "disputed"
    opened = next(e for e in till.shop.events("charge.dispute.created"))
    till.sandbox.dispute(dispute=opened.data.object["id"], outcome="won")
    till.hear()
    assert till.credits(ada) == 100
    till.hear(till.events())
    assert till.credits(ada) == 100


def test_somebody_elses_payment_does_not_exist(till: Till) -> None:
    ada, bob = till.studio.account(), till.studio.account()
    till.pack(ada)
    till.hear()
    payment = till.billing.payments(ada)[0]
    with pytest.raises(NotFound):
        till.billing.refund(bob, Refund.of(payment_id=payment.id))
    with pytest.raises(NotFound):
        till.billing.quote_refund(bob, payment.id)


# --- what is heard ---


def test_events_about_others_and_of_unknown_kinds_do_nothing(till: Till) -> None:
    for kind, about in (
        ("invoice.paid", {"id": "in_none"}),
        ("customer.subscription.updated", {"id": "sub_none"}),
        ("checkout.session.completed", {"id": "cs_none"}),
        ("charge.refunded", {"id": "ch_none"}),
        ("charge.dispute.created", {"id": "dp_none"}),
        ("product.created", {"id": "prod_x"}),
        ("", {}),
    ):
        till.billing.apply_event(Event("stripe", "evt", kind, "", {"type": kind, "object": about}))
    till.billing.apply_event(Event("stripe", "evt", "", "", {"type": None, "object": None}))
    assert till.incidents.open() == []
