"""Billing on a test's database against the sandbox's Stripe, with time in the test's hands."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from photogen.domain.billing.commands import BuyPack, BuyPlan, ChangePlan
from photogen.domain.billing.config import BillingConfig
from photogen.domain.billing.service import EVENTS, BillingService
from photogen.domain.inbox.service import Event
from photogen.domain.incidents.service import IncidentsService
from photogen.gateways.http import tls
from photogen.gateways.payments.stripe import StripePayments
from photogen.kit.ids import new_id
from photogen.models import BillingCustomer
from tests.factories.studio import Studio
from tests.fakes.sandbox import SandboxServer
from tests.fakes.shop import CHARGES_FAIL, GOOD, Shop


class Till:
    """A studio that sells. `hear()` tells billing of everything that has happened at Stripe since the last time, in
    the order asked for; nothing comes by itself."""

    def __init__(self, studio: Studio, sandbox: SandboxServer, **config: Any) -> None:
        self.studio = studio
        self.sandbox = sandbox
        self.gateway = StripePayments("sk_test_sandbox", address=sandbox.stripe)
        self.shop = Shop(sandbox)
        self.incidents = IncidentsService(studio.uow, studio.clock)
        self.billing = BillingService(
            studio.uow, studio.clock, studio.credits, self.incidents, self.gateway,
            BillingConfig(address="http://studio.test", **config),
        )  # fmt: skip
        self._heard: set[str] = set()
        self._told: list[Event] = []
        self._last, self._sent = "", 0
        studio.clock.now = datetime.fromtimestamp(int(time.time()), UTC)

    def close(self) -> None:
        self.gateway.close()

    # --- the creator ---

    def plan(self, account: str, plan: str = "creator", interval: str = "month", card: str = GOOD) -> httpx.Response:
        """Buys a plan on Stripe's page. Nothing is heard of it yet."""
        command = BuyPlan.of(plan=plan, interval=interval, request_key=new_id())
        return self.pay(self.billing.buy_plan(account, command), card)

    def pack(self, account: str, pack: str = "credits_100", card: str = GOOD) -> httpx.Response:
        """Buys credits on Stripe's page."""
        return self.pay(self.billing.buy_pack(account, BuyPack.of(pack=pack, request_key=new_id())), card)

    def pay(self, url: str, card: str = GOOD) -> httpx.Response:
        answer = httpx.post(url, verify=tls(), data={"card": card, "email": "ada@example.com", "do": "pay"})
        # The sandbox's clock is the machine's: what follows a purchase here has to come after it.
        self.studio.clock.now = max(self.studio.clock.now, datetime.fromtimestamp(int(time.time()), UTC))
        return answer

    def change(self, account: str, plan: str, interval: str = "month") -> Any:
        return self.billing.change(account, ChangePlan.of(plan=plan, interval=interval, request_key=new_id()))

    def bad_card(self, account: str) -> None:
        """From now on every charge is refused."""
        httpx.post(self.billing.portal(account), verify=tls(), data={"do": "card", "card": CHARGES_FAIL})

    def good_card(self, account: str) -> None:
        """The open invoice is paid with another card."""
        portal = self.billing.portal(account)
        httpx.post(portal, verify=tls(), data={"do": "card", "card": GOOD})
        for invoice in self.shop.invoices(self.customer(account)):
            if invoice.status == "open":
                httpx.post(portal, verify=tls(), data={"do": f"pay_{invoice.id}"})

    def customer(self, account: str) -> str:
        with self.studio.session() as session:
            return session.get_one(BillingCustomer, account).customer_id

    def later(self, account: str, days: float) -> None:
        """Time passes, here and for the account at Stripe."""
        self.studio.clock.now += timedelta(days=days)
        self.sandbox.move_on(self.customer(account), days)

    # --- the wire ---

    def events(self) -> list[Event]:
        """What has happened and was not heard of, oldest first."""
        return [event for event in self._all() if event.event_id not in self._heard]

    def sent(self) -> list[Event]:
        """What our endpoint is sent since the last time: whoever takes it delivers it."""
        fresh = self._all()[self._sent :]
        self._sent += len(fresh)
        self._heard.update(event.event_id for event in fresh)
        return [event for event in fresh if event.kind in EVENTS]

    def _all(self) -> list[Event]:
        """What has happened until now. Of Stripe's list only its new end is asked for: a page of it is long to read."""
        fresh = self.shop.events_after(self._last)
        self._last = fresh[-1].id if fresh else self._last
        self._told += [_event(event) for event in fresh]
        return self._told

    def hear(self, events: list[Event] | None = None) -> None:
        """Billing is told, and the worker does what follows."""
        for event in self.events() if events is None else events:
            self.billing.apply_event(event)
            self._heard.add(event.event_id)
        self.work()

    def work(self) -> None:
        """Does what billing has left for the worker."""
        waiting = list(self.studio.queue.waiting)
        self.studio.queue.waiting.clear()
        for job in waiting:
            if hasattr(self.billing, job.name):
                getattr(self.billing, job.name)(*job.args)

    def look(self) -> None:
        """What the schedule finds."""
        for job in self.billing.due():
            getattr(self.billing, job.name)(*job.args)

    # --- what there is ---

    def credits(self, account: str) -> int:
        assert self.studio.credits.audit() == []
        return self.studio.credits.balance(account).available

    def plan_of(self, account: str) -> str:
        return self.studio.plans.entitlements(account).plan_key


def purchase_of(address: str) -> str:
    """The purchase's id in the address that a payer comes back to."""
    return parse_qs(urlsplit(address).query)["purchase"][0]


def _event(event: Any) -> Event:
    return Event("stripe", event.id, event.type, "", {"type": event.type, "object": _about(event)})


def _about(event: Any) -> dict[str, str]:
    plain = event.data.object
    names = ("id", "object", "customer", "subscription", "payment_intent", "charge", "status")
    return {name: plain[name] for name in names if name in plain and isinstance(plain[name], str)}
