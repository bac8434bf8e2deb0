"""A little shop at the sandbox's Stripe, through the real client: products, prices, a payer in front of the pages."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from stripe import RequestsClient, StripeClient

from photogen.gateways.http import tls
from tests.fakes.sandbox import SandboxServer

GOOD, DECLINED, SECOND_STEP = "4242424242424242", "4000000000000002", "4000002500003155"
CHARGES_FAIL, ALWAYS_ASKS, DISPUTED = "4000000000000341", "4000002760003184", "4000000000000259"


@dataclass
class Shop:
    """`client` speaks to the sandbox; `prices` has month and year, pro and a pack."""

    sandbox: SandboxServer
    client: StripeClient = field(init=False)
    prices: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client = StripeClient(
            "sk_test_sandbox",
            base_addresses={"api": self.sandbox.stripe},
            max_network_retries=0,
            http_client=RequestsClient(),
        )

    def stock(self) -> None:
        """Makes the products and their prices."""
        rhythms = {"month": ("month", 2000), "year": ("year", 19200), "pro": ("month", 4000), "pack": (None, 900)}
        for key, (interval, cents) in rhythms.items():
            product = self.client.v1.products.create(params={"name": f"The {key}"})
            given: dict[str, Any] = {
                "product": product.id, "currency": "usd", "unit_amount": cents, "lookup_key": f"shop_{key}",
            }  # fmt: skip
            if interval:
                given["recurring"] = {"interval": interval}
            self.prices[key] = self.client.v1.prices.create(params=given).id  # type: ignore[arg-type]

    def checkout(self, price: str = "month", **params: Any) -> Any:
        """A session for one piece of `price`."""
        mode = "payment" if price == "pack" else "subscription"
        return self.client.v1.checkout.sessions.create(
            params={
                "mode": mode, "line_items": [{"price": self.prices[price], "quantity": 1}],
                "success_url": "http://shop.test/done?session={CHECKOUT_SESSION_ID}", "cancel_url": "http://shop.test/",
                **params,
            }  # type: ignore[typeddict-item]
        )  # fmt: skip

    def pay(self, session: Any, card: str = GOOD, do: str = "pay", **fields: str) -> httpx.Response:
        """What the payer does on the page of a session."""
        return httpx.post(
            session.url, verify=tls(), data={"card": card, "email": "ada@example.com", "do": do, **fields}
        )

    def subscribe(self, price: str = "month", card: str = GOOD, **params: Any) -> Any:
        """A paid subscription, as the API shows it."""
        session = self.checkout(price, **params)
        answer = self.pay(session, card)
        assert answer.status_code == 303, answer.text
        return self.client.v1.subscriptions.retrieve(self.session(session).subscription)

    def session(self, session: Any) -> Any:
        return self.client.v1.checkout.sessions.retrieve(session.id)

    def subscription(self, subscription: Any) -> Any:
        return self.client.v1.subscriptions.retrieve(subscription.id)

    def invoices(self, customer: str) -> list[Any]:
        """Oldest first."""
        found = self.client.v1.invoices.list(params={"customer": customer, "limit": 100}).data
        return list(reversed(found))

    def portal(self, customer: str) -> str:
        """The address of a portal session that may do everything."""
        features: Any = {
            name: {"enabled": True} for name in ("invoice_history", "payment_method_update", "subscription_cancel")
        }
        self.client.v1.billing_portal.configurations.create(params={"features": features})
        made = self.client.v1.billing_portal.sessions.create(
            params={"customer": customer, "return_url": "http://shop.test/"}
        )
        return str(made.url)

    def events(self, *types: str) -> list[Any]:
        """Oldest first."""
        params: Any = {"limit": 100, **({"types": list(types)} if types else {})}
        return list(reversed(self.client.v1.events.list(params=params).data))

    def events_after(self, last: str) -> list[Any]:
        """Those after the event `last`, oldest first, however many; without it ("") the newest hundred."""
        found: list[Any] = []
        while True:
            params: Any = {"limit": 100, "ending_before": last} if last else {"limit": 100}
            page = list(reversed(self.client.v1.events.list(params=params).data))
            found += page
            if not last or len(page) < 100:
                return found
            last = page[-1].id

    def clock(self) -> Any:
        """A test clock that stands at this moment."""
        return self.client.v1.test_helpers.test_clocks.create(params={"frozen_time": int(time.time())})
