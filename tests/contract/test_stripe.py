"""The sandbox's Stripe through the real client: what is paid, what is not, what time does; shapes as published."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from tests.contract.recording import RecordedSandbox
from tests.contract.stripe_shapes import FILE, Shapes
from tests.fakes.receiver import Receiver
from tests.fakes.shop import ALWAYS_ASKS, CHARGES_FAIL, DECLINED, DISPUTED, GOOD, SECOND_STEP, Shop

DAY = 86_400


@pytest.fixture(scope="session")
def shapes() -> Shapes | None:
    """Stripe's samples, where they are at hand."""
    folder = Path(os.environ.get("PHOTOGEN_CONTRACTS") or Path(__file__).parents[3] / "shared" / "contracts")
    return Shapes(folder) if (folder / FILE).is_file() else None


@pytest.fixture
def shop(sandbox: RecordedSandbox, shapes: Shapes | None) -> Iterator[Shop]:
    """A stocked shop; once the test is over, every object that was answered must have the published shape."""
    shop = Shop(sandbox)
    shop.stock()
    yield shop
    if shapes is not None:
        answers = [e.response_body for e in sandbox.exchanges if "/stripe/v1/" in e.path and e.status == 200]
        problems = {problem for body in answers for problem in shapes.check(json.loads(body))}
        assert not problems, "\n".join(sorted(problems))


def test_a_subscription_is_bought_and_its_first_invoice_paid(shop: Shop) -> None:
    session = shop.checkout(metadata={"order": "7"}, client_reference_id="account-1", customer_email="ada@example.com")
    assert (session.status, session.payment_status, session.amount_total) == ("open", "unpaid", 2000)
    assert "$20.00" in httpx.get(session.url).text
    paid = shop.pay(session)
    assert paid.headers["location"] == f"http://shop.test/done?session={session.id}"
    session = shop.session(session)
    assert (session.status, session.payment_status, session.client_reference_id) == ("complete", "paid", "account-1")
    subscription = shop.subscription(shop.client.v1.subscriptions.retrieve(session.subscription))
    item = subscription["items"].data[0]
    assert (subscription.status, item.price.id) == ("active", shop.prices["month"])
    assert 28 * DAY <= item.current_period_end - item.current_period_start <= 31 * DAY
    invoice = shop.client.v1.invoices.retrieve(session.invoice)
    assert (invoice.status, invoice.amount_paid, invoice.billing_reason) == ("paid", 2000, "subscription_create")
    assert invoice.parent.subscription_details.subscription == subscription.id
    payments = shop.client.v1.invoice_payments.list(params={"invoice": invoice.id}).data
    charge = shop.client.v1.payment_intents.retrieve(
        payments[0].payment.payment_intent, params={"expand": ["latest_charge"]}
    ).latest_charge
    assert (charge.amount, charge.paid) == (2000, True)
    told = [event.type for event in shop.events()]
    for wanted in ("checkout.session.completed", "customer.subscription.created", "invoice.paid", "charge.succeeded"):
        assert told.count(wanted) == 1


def test_a_declined_card_leaves_the_session_open_and_another_card_pays(shop: Shop) -> None:
    session = shop.checkout()
    assert "declined" in shop.pay(session, DECLINED).text
    assert shop.session(session).status == "open"
    assert shop.pay(session, GOOD).status_code == 303
    live = shop.client.v1.subscriptions.list().data
    assert [subscription.status for subscription in live] == ["active"]


def test_a_second_step_is_asked_for_and_can_fail(shop: Shop) -> None:
    session = shop.checkout("pack")
    assert "second step" in shop.pay(session, SECOND_STEP).text
    shop.pay(session, SECOND_STEP, do="fail")
    assert shop.session(session).status == "open"
    assert shop.pay(session, SECOND_STEP, do="confirm").status_code == 303
    assert shop.session(session).payment_status == "paid"


@pytest.mark.parametrize(("choice", "end"), [("debit_good", "succeeded"), ("debit_bad", "failed")])
def test_a_bank_debit_is_settled_later(shop: Shop, choice: str, end: str) -> None:
    session = shop.checkout("pack")
    assert shop.pay(session, choice).status_code == 303
    completed = shop.events("checkout.session.completed")[0].data.object
    assert completed["payment_status"] == "unpaid"
    deadline = time.monotonic() + 10
    while not (settled := shop.events(f"checkout.session.async_payment_{end}")):
        assert time.monotonic() < deadline
    assert settled[0].data.object["payment_status"] == ("paid" if end == "succeeded" else "unpaid")


def test_a_month_goes_by_on_a_test_clock(shop: Shop) -> None:
    clock = shop.clock()
    customer = shop.client.v1.customers.create(params={"email": "ada@example.com", "test_clock": clock.id})
    subscription = shop.subscribe(customer=customer.id)
    end = subscription["items"].data[0].current_period_end
    shop.client.v1.test_helpers.test_clocks.advance(clock.id, params={"frozen_time": end + 60})
    draft = shop.invoices(customer.id)[-1]
    assert (draft.status, draft.billing_reason) == ("draft", "subscription_cycle")
    shop.client.v1.test_helpers.test_clocks.advance(clock.id, params={"frozen_time": end + 2 * 3600})
    assert [invoice.status for invoice in shop.invoices(customer.id)] == ["paid", "paid"]
    assert shop.subscription(subscription)["items"].data[0].current_period_start == end


def test_a_renewal_that_fails_is_tried_again_and_then_the_plan_ends(shop: Shop) -> None:
    subscription = shop.subscribe()
    customer = subscription.customer
    httpx.post(shop.portal(customer), data={"do": "card", "card": CHARGES_FAIL})
    shop.sandbox.move_on(customer, 32)
    assert shop.subscription(subscription).status == "past_due"
    failed = shop.invoices(customer)[-1]
    assert (failed.status, failed.attempt_count) == ("open", 1)
    assert failed.next_payment_attempt
    shop.sandbox.move_on(customer, 20)
    assert shop.subscription(subscription).status == "canceled"
    assert len(shop.events("invoice.payment_failed")) == 4
    ended = shop.events("customer.subscription.deleted")[0].data.object
    assert ended["cancellation_details"]["reason"] == "payment_failed"


def test_a_failed_renewal_recovers_with_another_card(shop: Shop) -> None:
    subscription = shop.subscribe()
    customer, portal = subscription.customer, shop.portal(subscription.customer)
    httpx.post(portal, data={"do": "card", "card": ALWAYS_ASKS})
    shop.sandbox.move_on(customer, 32)
    assert shop.events("invoice.payment_action_required")
    httpx.post(portal, data={"do": "card", "card": GOOD})
    httpx.post(portal, data={"do": f"pay_{shop.invoices(customer)[-1].id}"})
    assert shop.subscription(subscription).status == "active"
    assert shop.invoices(customer)[-1].status == "paid"


def test_an_upgrade_is_prorated_and_paid_at_once(shop: Shop) -> None:
    clock = shop.clock()
    customer = shop.client.v1.customers.create(params={"test_clock": clock.id})
    subscription = shop.subscribe(customer=customer.id)
    item = subscription["items"].data[0]
    half = (item.current_period_start + item.current_period_end) // 2
    shop.client.v1.test_helpers.test_clocks.advance(clock.id, params={"frozen_time": half})
    wanted: Any = {
        "items": [{"id": item.id, "price": shop.prices["pro"]}], "proration_behavior": "always_invoice",
        "payment_behavior": "error_if_incomplete",
    }  # fmt: skip
    preview = shop.client.v1.invoices.create_preview(
        params={
            "customer": customer.id, "subscription": subscription.id,
            "subscription_details": {"items": wanted["items"], "proration_behavior": "always_invoice"},
        }  # type: ignore[typeddict-item]
    )  # fmt: skip
    assert preview.amount_due == 1000
    changed = shop.client.v1.subscriptions.update(subscription.id, params=wanted)
    assert changed["items"].data[0].price.id == shop.prices["pro"]
    invoice = shop.invoices(customer.id)[-1]
    assert (invoice.billing_reason, invoice.amount_paid) == ("subscription_update", 1000)
    assert [line.amount for line in invoice.lines.data] == [-1000, 2000]


def test_an_upgrade_that_can_not_be_paid_changes_nothing(shop: Shop) -> None:
    subscription = shop.subscribe()
    httpx.post(shop.portal(subscription.customer), data={"do": "card", "card": CHARGES_FAIL})
    wanted: Any = {
        "items": [{"id": subscription["items"].data[0].id, "price": shop.prices["pro"]}],
        "proration_behavior": "always_invoice", "payment_behavior": "error_if_incomplete",
    }  # fmt: skip
    with pytest.raises(stripe.CardError) as refused:
        shop.client.v1.subscriptions.update(subscription.id, params=wanted)
    assert refused.value.code == "card_declined"
    assert shop.subscription(subscription)["items"].data[0].price.id == shop.prices["month"]


def test_a_downgrade_waits_for_the_end_of_the_period(shop: Shop) -> None:
    subscription = shop.subscribe("pro")
    schedule = shop.client.v1.subscription_schedules.create(params={"from_subscription": subscription.id})
    now, later = schedule.phases[0], shop.prices["month"]
    phases: Any = [
        {
            "items": [{"price": shop.prices["pro"], "quantity": 1}],
            "start_date": now.start_date, "end_date": now.end_date,
        },
        {"items": [{"price": later, "quantity": 1}], "duration": {"interval": "month"}},
    ]  # fmt: skip
    shop.client.v1.subscription_schedules.update(schedule.id, params={"phases": phases, "end_behavior": "release"})
    assert shop.subscription(subscription)["items"].data[0].price.id == shop.prices["pro"]
    shop.sandbox.move_on(subscription.customer, 32)
    assert shop.subscription(subscription)["items"].data[0].price.id == later
    assert shop.invoices(subscription.customer)[-1].amount_paid == 2000
    assert shop.client.v1.subscription_schedules.retrieve(schedule.id).status == "released"


def test_cancel_at_the_end_and_resume(shop: Shop) -> None:
    subscription = shop.subscribe()
    update = shop.client.v1.subscriptions.update
    assert update(subscription.id, params={"cancel_at_period_end": True}).cancel_at_period_end
    assert not update(subscription.id, params={"cancel_at_period_end": False}).cancel_at_period_end
    update(subscription.id, params={"cancel_at_period_end": True})
    shop.sandbox.move_on(subscription.customer, 32)
    assert shop.subscription(subscription).status == "canceled"
    assert len(shop.invoices(subscription.customer)) == 1


def test_a_trial_costs_nothing_until_it_ends(shop: Shop) -> None:
    subscription = shop.subscribe(subscription_data={"trial_period_days": 7})
    assert subscription.status == "trialing"
    assert shop.invoices(subscription.customer)[0].amount_paid == 0
    shop.sandbox.move_on(subscription.customer, 5)
    assert shop.events("customer.subscription.trial_will_end")
    shop.sandbox.move_on(subscription.customer, 3)
    assert shop.subscription(subscription).status == "active"
    assert shop.invoices(subscription.customer)[-1].amount_paid == 2000


def test_a_promotion_code_takes_off_once(shop: Shop) -> None:
    coupon = shop.client.v1.coupons.create(params={"percent_off": 25, "duration": "once"})
    shop.client.v1.promotion_codes.create(
        params={"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "AUTUMN"}
    )
    session = shop.checkout(allow_promotion_codes=True)
    assert "not valid" in shop.pay(session, do="code", code="SPRING").text
    assert "$15.00" in shop.pay(session, do="code", code="autumn").text
    assert shop.pay(session).status_code == 303
    customer = shop.session(session).customer
    shop.sandbox.move_on(customer, 32)
    assert [invoice.amount_paid for invoice in shop.invoices(customer)] == [1500, 2000]


def test_refunds_are_partial_repeated_and_bounded(shop: Shop) -> None:
    session = shop.checkout("pack")
    shop.pay(session)
    intent = shop.session(session).payment_intent
    shop.client.v1.refunds.create(params={"payment_intent": intent, "amount": 400})
    with pytest.raises(stripe.InvalidRequestError):
        shop.client.v1.refunds.create(params={"payment_intent": intent, "amount": 600})
    shop.client.v1.refunds.create(params={"payment_intent": intent})
    charge = shop.client.v1.charges.list(params={"payment_intent": intent}).data[0]
    assert (charge.amount_refunded, charge.refunded) == (900, True)
    assert [event.data.object["amount_refunded"] for event in shop.events("charge.refunded")] == [400, 900]


def test_a_dispute_is_opened_and_decided(shop: Shop) -> None:
    session = shop.checkout("pack")
    shop.pay(session, DISPUTED)
    opened = shop.events("charge.dispute.created")[0].data.object
    closed = shop.sandbox.dispute(dispute=opened["id"], outcome="won")
    assert closed["status"] == "won"
    assert shop.events("charge.dispute.funds_reinstated")
    charge = shop.client.v1.charges.retrieve(opened["charge"])
    assert charge.disputed, "it has been disputed, whatever became of that"
    assert [one.status for one in shop.client.v1.disputes.list(params={"charge": charge.id}).data] == ["won"]
    assert shop.client.v1.refunds.create(params={"charge": charge.id}).status == "succeeded"


def test_the_same_key_does_it_once_and_never_something_else(shop: Shop) -> None:
    create, options = shop.client.v1.customers.create, {"idempotency_key": "key-1"}
    first = create(params={"email": "ada@example.com"}, options=options)  # type: ignore[arg-type]
    again = create(params={"email": "ada@example.com"}, options=options)  # type: ignore[arg-type]
    assert first.id == again.id
    with pytest.raises(stripe.IdempotencyError):
        create(params={"email": "bob@example.com"}, options=options)  # type: ignore[arg-type]
    assert len(shop.client.v1.customers.list().data) == 1


def test_what_is_unknown_or_wrong_is_refused(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError) as unknown:
        shop.checkout(colour="red")
    assert (unknown.value.code, unknown.value.param) == ("parameter_unknown", "colour")
    with pytest.raises(stripe.InvalidRequestError) as missing:
        shop.client.v1.subscriptions.retrieve("sub_none")
    assert missing.value.http_status == 404
    with pytest.raises(stripe.InvalidRequestError):
        shop.checkout("pack", mode="subscription")
    with pytest.raises(stripe.AuthenticationError):
        stripe.StripeClient("invalid", base_addresses={"api": shop.sandbox.stripe}).v1.customers.list()


def test_an_open_session_expires(shop: Shop) -> None:
    session = shop.checkout()
    shop.client.v1.checkout.sessions.expire(session.id)
    assert shop.session(session).status == "expired"
    assert "over" in shop.pay(session).text
    assert shop.client.v1.subscriptions.list().data == []


def test_lists_go_on_where_they_stopped(shop: Shop) -> None:
    for n in range(5):
        shop.client.v1.customers.create(params={"name": str(n)})
    names = [c.name for c in shop.client.v1.customers.list(params={"limit": 2}).auto_paging_iter()]
    assert names == ["4", "3", "2", "1", "0"]


# --- webhooks -------------------------------------------------------------------------------------------------------


def _listen(shop: Shop, receiver: Receiver, *types: Any) -> Any:
    return shop.client.v1.webhook_endpoints.create(
        params={"url": f"{receiver.url}/hook", "enabled_events": list(types), "api_version": "2026-10-28.endive"}
    )


def test_events_are_signed_and_only_those_that_were_asked_for(shop: Shop) -> None:
    with Receiver({}) as receiver:
        endpoint = _listen(shop, receiver, "invoice.paid", "checkout.session.completed")
        shop.subscribe()
        posts = receiver.wait(2)
    events = [
        stripe.Webhook.construct_event(post.body, post.headers["stripe-signature"], endpoint.secret) for post in posts
    ]
    assert {event.type for event in events} == {"invoice.paid", "checkout.session.completed"}
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(posts[0].body + b" ", posts[0].headers["stripe-signature"], endpoint.secret)


def test_a_refused_event_comes_again(shop: Shop) -> None:
    with Receiver({}, statuses=[500]) as receiver:
        _listen(shop, receiver, "invoice.paid")
        shop.subscribe()
        posts = receiver.wait(2)
    assert posts[0].body == posts[1].body


def test_faults_strike_events_on_their_way(shop: Shop) -> None:
    with Receiver({}) as receiver:
        endpoint = _listen(shop, receiver, "invoice.paid")
        shop.sandbox.fault("stripe", "webhook", "lost")
        shop.subscribe()
        shop.sandbox.fault("stripe", "webhook", "badly_signed")
        shop.subscribe()
        forged = receiver.wait(1)[0]
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(forged.body, forged.headers["stripe-signature"], endpoint.secret)
        shop.sandbox.fault("stripe", "webhook", "doubled")
        shop.subscribe()
        assert receiver.wait(3)[1].body == receiver.posted[2].body
        shop.sandbox.resend(shop.events("invoice.paid")[0].id)
        receiver.wait(4)


@pytest.mark.parametrize("fault", ["cut_after", "500"])
def test_a_lost_answer_and_the_same_key_buy_once(shop: Shop, fault: str) -> None:
    shop.sandbox.fault("stripe", "customers.create", fault)
    client = stripe.StripeClient("sk_test_x", base_addresses={"api": shop.sandbox.stripe}, max_network_retries=2)
    client.v1.customers.create(params={"email": "ada@example.com"})
    assert len(client.v1.customers.list().data) == 1
