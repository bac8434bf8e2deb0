"""The payment gateway against the sandbox's Stripe: what the domain will see of checkouts, plans and money."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from photogen.gateways.base import Fix, Missing, Retry, Stop
from photogen.gateways.base_payments import CheckoutOrder, SubscriptionState
from photogen.gateways.payments.stripe import StripePayments
from photogen.gateways.payments.stripe_webhooks import StripeWebhooks
from photogen.gateways.webhooks import Forged
from photogen.sandbox.stripe.deliveries import signature
from tests.contract.recording import RecordedSandbox
from tests.fakes.shop import CHARGES_FAIL, GOOD, Shop


@pytest.fixture
def payments(sandbox: RecordedSandbox) -> Iterator[StripePayments]:
    gateway = StripePayments("sk_test_sandbox", address=sandbox.stripe)
    yield gateway
    gateway.close()


@pytest.fixture
def shop(sandbox: RecordedSandbox) -> Shop:
    shop = Shop(sandbox)
    shop.stock()
    return shop


def order(payments: StripePayments, shop: Shop, price: str = "month", **changes: object) -> CheckoutOrder:
    values: dict[str, object] = {
        "reference": "purchase-1", "customer_id": payments.customer("account-1", "ada@example.com", "Ada"),
        "price_id": shop.prices[price], "recurring": price != "pack", "success_url": "http://shop.test/done",
        "cancel_url": "http://shop.test/",
    }  # fmt: skip
    return CheckoutOrder(**values | changes)  # type: ignore[arg-type]


def bought(payments: StripePayments, shop: Shop, price: str = "month") -> SubscriptionState:
    page = payments.checkout(order(payments, shop, price))
    assert httpx.post(page.url, data={"card": GOOD, "do": "pay"}).status_code == 303
    return payments.subscription(payments.session(page.id).subscription_id)


def test_a_plan_is_bought(payments: StripePayments, shop: Shop) -> None:
    page = payments.checkout(order(payments, shop))
    assert payments.session(page.id).status == "open"
    assert payments.checkout(order(payments, shop)) == page  # the same reference: the same page
    httpx.post(page.url, data={"card": GOOD, "do": "pay"})
    session = payments.session(page.id)
    assert (session.status, session.paid, session.reference) == ("complete", True, "purchase-1")
    plan = payments.subscription(session.subscription_id)
    assert (plan.status, plan.price_id, plan.reference) == ("active", shop.prices["month"], "purchase-1")
    assert timedelta(28) <= plan.period_end - plan.period_start <= timedelta(31)
    invoice = payments.invoice(session.invoice_id)
    assert (invoice.status, invoice.paid_cents, invoice.reason) == ("paid", 2000, "subscription_create")
    assert (invoice.subscription_id, invoice.reference) == (plan.id, "purchase-1")
    charge = payments.charge_of(invoice.intent_id)
    assert charge is not None
    assert (charge.cents, charge.refunded_cents, charge.disputed) == (2000, 0, False)
    assert payments.invoice_of(invoice.intent_id) == invoice
    card = payments.card(plan.customer_id)
    assert card is not None
    assert card.last4 == "4242"


def test_a_pack_is_bought_and_given_back_once_per_key(payments: StripePayments, shop: Shop) -> None:
    page = payments.checkout(order(payments, shop, "pack"))
    httpx.post(page.url, data={"card": GOOD, "do": "pay"})
    session = payments.session(page.id)
    assert (session.paid, session.total_cents, session.subscription_id) == (True, 900, "")
    assert payments.session_of(session.intent_id) == session
    for _ in range(2):
        payments.refund(session.intent_id, 400, "refund-1")
    charge = payments.charge_of(session.intent_id)
    assert charge is not None
    assert charge.refunded_cents == 400
    with pytest.raises(Fix):
        payments.refund(session.intent_id, 600, "refund-2")


def test_up_at_once_and_down_at_the_end(payments: StripePayments, shop: Shop) -> None:
    plan = bought(payments, shop)
    assert 1990 <= payments.change_cost(plan, shop.prices["pro"]) <= 2000
    plan = payments.change_now(plan, shop.prices["pro"], "up-1")
    assert plan.price_id == shop.prices["pro"]
    plan = payments.change_later(plan, shop.prices["month"], "down-1")
    assert (plan.price_id, plan.next_price_id) == (shop.prices["pro"], shop.prices["month"])
    plan = payments.change_later(plan, shop.prices["pro"], "stay-1")
    assert plan.next_price_id == ""
    plan = payments.change_later(plan, shop.prices["month"], "down-2")
    plan = payments.change_now(plan, shop.prices["year"], "up-2")  # what was planned is taken back
    assert (plan.price_id, plan.next_price_id) == (shop.prices["year"], "")
    assert plan.period_end - plan.period_start >= timedelta(365)


def test_an_upgrade_that_the_card_refuses_changes_nothing(payments: StripePayments, shop: Shop) -> None:
    plan = bought(payments, shop)
    httpx.post(shop.portal(plan.customer_id), data={"do": "card", "card": CHARGES_FAIL})
    with pytest.raises(Fix) as refused:
        payments.change_now(plan, shop.prices["pro"], "up-1")
    assert refused.value.code == "card_declined"
    assert payments.subscription(plan.id).price_id == shop.prices["month"]


def test_cancel_resume_and_end(payments: StripePayments, shop: Shop) -> None:
    plan = payments.change_later(bought(payments, shop, "pro"), shop.prices["month"], "down-1")
    assert payments.cancel_at_end(plan.id, True).cancel_at_period_end
    assert not payments.cancel_at_end(plan.id, False).cancel_at_period_end
    assert payments.subscription(plan.id).next_price_id == ""
    payments.cancel_now(plan.id)
    payments.cancel_now(plan.id)
    assert payments.subscription(plan.id).status == "canceled"


def test_set_up_is_safe_to_repeat(payments: StripePayments, shop: Shop) -> None:
    first = payments.ensure_price("photogen_creator_month_1", "Creator, monthly", 2000, "month")
    assert payments.ensure_price("photogen_creator_month_1", "Creator, monthly", 2000, "month") == first
    assert payments.ensure_price("photogen_creator_month_1", "Creator, monthly", 2500, "month") != first
    payments.ensure_portal()
    payments.ensure_portal()
    assert len(shop.client.v1.billing_portal.configurations.list().data) == 1
    secret = payments.ensure_webhook("https://studio.test/webhooks/stripe", ("invoice.paid",))
    assert secret.startswith("whsec_")
    assert payments.ensure_webhook("https://studio.test/webhooks/stripe", ("invoice.paid", "charge.refunded")) == ""
    endpoint = shop.client.v1.webhook_endpoints.list().data[0]
    assert set(endpoint.enabled_events) == {"invoice.paid", "charge.refunded"}
    began = datetime.now(UTC)
    customer = payments.customer("account-1", "ada@example.com", "Ada")
    payments.customer("account-2", "eve@example.com", "Eve")
    assert payments.customers_of("account-1", began) == [customer]
    assert payments.customers_of("account-1", began + timedelta(hours=1)) == []
    assert payments.portal(customer, "http://shop.test/").startswith("http")
    payments.forget(customer)
    payments.forget("cus_none")


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        ("401", Stop, "vendor_credentials"),
        ("404", Missing, "vendor_missing"),
        ("429", Retry, "vendor_trouble"),
        ("500", Retry, "vendor_trouble"),
        ("html", Retry, "vendor_trouble"),
        ("wrong_content_type", Retry, "vendor_trouble"),
        ("cut_before", Retry, "vendor_unreachable"),
    ],
)
def test_trouble_has_a_kind(
    payments: StripePayments, sandbox: RecordedSandbox, fault: str, error: type[Exception], code: str
) -> None:
    sandbox.fault("stripe", "subscriptions.get", fault, times=None)
    with pytest.raises(error) as raised:
        payments.subscription("sub_x")
    assert raised.value.code == code  # type: ignore[attr-defined]


def test_a_signature_that_is_old_wrong_or_missing_is_refused() -> None:
    body = json.dumps(
        {
            "id": "evt_1", "type": "invoice.paid", "created": 1, "api_version": "2020-08-27",
            "data": {"object": {"id": "in_1", "object": "invoice", "customer": "cus_1", "customer_email": "a@b.c"}},
        }
    )  # fmt: skip
    verifier = StripeWebhooks(lambda: "whsec_1")
    event = verifier.verify({"stripe-signature": signature("whsec_1", body)}, body.encode())
    assert (event.source, event.id, event.payload["type"]) == ("stripe", "evt_1", "invoice.paid")
    assert event.payload["object"] == {"id": "in_1", "object": "invoice", "customer": "cus_1"}
    for header in (signature("whsec_2", body), signature("whsec_1", body, at=1_700_000_000), "", "t=1,v1=é"):
        with pytest.raises(Forged):
            verifier.verify({"stripe-signature": header}, body.encode())
    for broken in (b"[]", b"{}", b"\xff", b""):
        text = broken.decode("latin-1")
        with pytest.raises(Forged):
            verifier.verify({"stripe-signature": signature("whsec_1", text)}, broken)
