"""Stripe's door: what it signed is kept once and as little of it as is needed; everything else is refused."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.testclient import TestClient

from photogen.db.uow import UnitOfWork
from photogen.domain.inbox import InboxService
from photogen.gateways.payments.stripe_webhooks import StripeWebhooks
from photogen.web.api import webhooks
from tests.fakes.clock import FakeClock

SECRET = "whsec_of_a_test"


class Inbox:
    """Keeps what it is given, once per id."""

    def __init__(self) -> None:
        self.events: dict[str, tuple[str, str, Mapping[str, Any]]] = {}

    def receive(self, source: str, event_id: str, kind: str, subject: str, payload: Mapping[str, Any]) -> bool:
        new = event_id not in self.events
        self.events.setdefault(event_id, (kind, subject, payload))
        return new


@pytest.fixture
def inbox(services: SimpleNamespace) -> Inbox:
    services.inbox = Inbox()
    services.payment_webhooks = StripeWebhooks(lambda: SECRET)
    return services.inbox  # type: ignore[no-any-return]


@pytest.fixture
def client(inbox: Inbox) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=webhooks.ROUTES)) as opened:
        yield opened


def body(kind: str = "invoice.paid", event: str = "evt_1", **more: Any) -> bytes:
    about = {"id": "in_1", "object": "invoice", "customer": "cus_1", "customer_email": "ada@example.com", **more}
    return json.dumps({"id": event, "object": "event", "type": kind, "data": {"object": about}}).encode()


def post_raw(client: TestClient, content: bytes, *, secret: str = SECRET, age: int = 0) -> httpx.Response:
    at = int(time.time()) - age
    signed = hmac.new(secret.encode(), f"{at}.".encode() + content, hashlib.sha256).hexdigest()
    return client.post("/webhooks/stripe", content=content, headers={"stripe-signature": f"t={at},v1={signed}"})


def post(client: TestClient, content: bytes, *, secret: str = SECRET, age: int = 0) -> tuple[int, Any]:
    said = post_raw(client, content, secret=secret, age=age)
    return said.status_code, said.json()


def test_what_stripe_signed_is_kept_once(client: TestClient, inbox: Inbox) -> None:
    assert post(client, body()) == (200, {"status": "received"})
    assert post(client, body()) == (200, {"status": "known"})
    assert [(kind, subject) for kind, subject, _ in inbox.events.values()] == [("invoice.paid", "in_1")]
    assert "ada@example.com" not in json.dumps([payload for _, _, payload in inbox.events.values()])


def test_a_kind_that_nobody_knows_is_kept_too(client: TestClient, inbox: Inbox) -> None:
    assert post(client, body("radar.something.new"))[0] == 200
    assert next(iter(inbox.events.values()))[0] == "radar.something.new"


@pytest.mark.parametrize(("secret", "age"), [("whsec_of_somebody", 0), (SECRET, 3600)])
def test_what_is_forged_or_old_is_refused(client: TestClient, inbox: Inbox, secret: str, age: int) -> None:
    assert post(client, body(), secret=secret, age=age) == (401, {"error": {"code": "bad_signature"}})
    assert inbox.events == {}


def test_what_has_no_signature_is_refused(client: TestClient, inbox: Inbox) -> None:
    assert client.post("/webhooks/stripe", content=body()).status_code == 401
    assert client.post("/webhooks/stripe", content=body(), headers={"stripe-signature": "v1=\x7f"}).status_code == 401
    assert inbox.events == {}


def test_nothing_is_believed_before_the_shop_is_set_up(client: TestClient, services: SimpleNamespace) -> None:
    services.payment_webhooks = StripeWebhooks(lambda: "")
    assert post(client, body(), secret="")[0] == 401


def test_what_is_too_long_is_not_read(client: TestClient, inbox: Inbox) -> None:
    assert post(client, body(words="x" * webhooks.BODY_MOST))[0] == 413
    assert inbox.events == {}


def test_while_the_database_is_away_stripe_is_told_to_come_again(
    client: TestClient, services: SimpleNamespace, nowhere: Callable[[], UnitOfWork]
) -> None:
    services.inbox = InboxService(nowhere, FakeClock(), {})
    said = post_raw(client, body())
    assert (said.status_code, said.json(), said.headers["retry-after"]) == (503, {"error": {"code": "not_kept"}}, "30")


def test_a_secret_that_can_not_be_read_now_makes_nothing_a_forgery(
    client: TestClient, services: SimpleNamespace, nowhere: Callable[[], UnitOfWork]
) -> None:
    def kept() -> str:
        with nowhere() as uow:
            return str(uow.session.execute(text("SELECT 1")))

    services.payment_webhooks = StripeWebhooks(kept)
    said = post_raw(client, body())
    assert (said.status_code, said.json()) == (503, {"error": {"code": "not_checked"}})
    assert "retry-after" in said.headers
