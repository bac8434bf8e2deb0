"""Payments by Stripe: Checkout, Billing Portal, subscriptions, refunds, through its own client."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import stripe

from photogen.gateways.base import Fix, Missing
from photogen.gateways.base_payments import (
    Card,
    ChargeState,
    CheckoutOrder,
    CheckoutPage,
    EndpointState,
    Interval,
    InvoiceState,
    ListedEvent,
    PriceState,
    SessionState,
    SubscriptionState,
)
from photogen.gateways.errors import unreadable
from photogen.gateways.examination import Finding
from photogen.gateways.http import PerProcess
from photogen.gateways.payments import stripe_states as states
from photogen.gateways.payments.stripe_calls import called, once, plain
from photogen.gateways.payments.stripe_events import listed
from photogen.gateways.payments.stripe_examination import examine
from photogen.gateways.payments.stripe_states import REFERENCE, VENDOR

ADDRESS = "https://api.stripe.com"
API_VERSION = stripe.api_version
"""The version whose shapes `stripe_states` reads: the installed client's own."""
_SECONDS = 20.0
_MONEY_AWAY = frozenset({"needs_response", "under_review", "lost"})
"""Statuses of a dispute in which the bank has the money."""
_ACCOUNT = "account"
"""Name of a customer's metadata field that holds our account's id."""
_KEYS_MOST = 10
"""Lookup keys that one call may name (docs.stripe.com/api/prices/list)."""
_SKEW = 300
"""Seconds that Stripe's clock may be behind ours."""

stripe.enable_telemetry = False


class StripePayments:
    """A PaymentGateway."""

    name = VENDOR

    def __init__(self, key: str, *, address: str = ADDRESS) -> None:
        addresses: Any = {"api": address}
        self._restricted = key.startswith("rk_")
        self._client = PerProcess(
            lambda: stripe.StripeClient(
                key,
                base_addresses=addresses,
                max_network_retries=2,  # every POST carries an idempotency key: a repeat is the same request
                http_client=stripe.RequestsClient(timeout=_SECONDS),
            ),
            lambda _client: None,
        )

    def close(self) -> None:
        """Ends the use of this process's client."""
        self._client.close()

    # --- paying ---

    def customer(self, account_id: str, email: str, name: str) -> str:
        """The id of a new customer for this account; a repeat within a day gives the same one."""
        params: Any = {"email": email, "name": name, "metadata": {_ACCOUNT: account_id}}
        who = hashlib.sha256(f"{email}\0{name}".encode()).hexdigest()[:16]  # a key with other parameters is refused
        with called("customers.create"):
            made = self._v1().customers.create(params=params, options=once(f"customer:{account_id}:{who}"))
        return str(made.id)

    def customers_of(self, account_id: str, since: datetime) -> list[str]:
        """Ids of the customers made for this account. By the list: Stripe's search is up to a minute behind, and not
        to be had everywhere (docs.stripe.com/search)."""
        params: Any = {"created": {"gte": int(since.timestamp()) - _SKEW}, "limit": 100}
        with called("customers.list"):
            found = [plain(one) for one in self._v1().customers.list(params=params).auto_paging_iter()]
        return [str(one["id"]) for one in found if (one.get("metadata") or {}).get(_ACCOUNT) == account_id]

    def checkout(self, order: CheckoutOrder) -> CheckoutPage:
        """A page to pay on."""
        mark = {REFERENCE: order.reference}
        params: dict[str, Any] = {
            "mode": "subscription" if order.recurring else "payment",
            "customer": order.customer_id,
            "client_reference_id": order.reference,
            "line_items": [{"price": order.price_id, "quantity": 1}],
            "success_url": order.success_url,
            "cancel_url": order.cancel_url,
            "metadata": mark,
        }
        if order.codes:
            params["allow_promotion_codes"] = True
        if order.recurring:
            params["subscription_data"] = {"metadata": mark}
            if order.trial_days:
                params["subscription_data"] |= {
                    "trial_period_days": order.trial_days,
                    "trial_settings": {"end_behavior": {"missing_payment_method": "cancel"}},
                }
        else:
            params["payment_intent_data"] = {"metadata": mark}
            params["invoice_creation"] = {"enabled": True, "invoice_data": {"metadata": mark}}
        with called("checkout.sessions.create"):
            made = self._v1().checkout.sessions.create(
                params=params,
                options=once(f"checkout:{order.reference}"),
            )
        if not made.url:
            raise unreadable(VENDOR, "a session without an address")
        return CheckoutPage(str(made.id), str(made.url))

    def session(self, session_id: str) -> SessionState:
        """Where a checkout stands. Raises Missing, Retry, Stop."""
        with called("checkout.sessions.retrieve"):
            return states.session(plain(self._v1().checkout.sessions.retrieve(session_id)))

    def expire(self, session_id: str) -> None:
        """Ends an open checkout; one that is over is fine."""
        try:
            with called("checkout.sessions.expire"):
                self._v1().checkout.sessions.expire(session_id)
        except (Fix, Missing):
            return

    def portal(self, customer_id: str, return_url: str) -> str:
        """The address of a portal session."""
        params: Any = {"customer": customer_id, "return_url": return_url}
        with called("billing_portal.sessions.create"):
            return str(self._v1().billing_portal.sessions.create(params=params).url)

    # --- subscriptions ---

    def subscription(self, subscription_id: str) -> SubscriptionState:
        """Where a subscription stands, with what is planned for the next period."""
        with called("subscriptions.retrieve"):
            found = plain(self._v1().subscriptions.retrieve(subscription_id))
        return states.subscription(found, self._planned(found))

    def _planned(self, found: Mapping[str, Any]) -> str:
        """The price of the phase after the present one; "" without a schedule."""
        schedule = found.get("schedule")
        if not isinstance(schedule, str):
            return ""
        with called("subscription_schedules.retrieve"):
            phases = plain(self._v1().subscription_schedules.retrieve(schedule)).get("phases") or []
        try:
            return str(phases[-1]["items"][0]["price"]) if len(phases) > 1 else ""
        except (LookupError, TypeError) as error:
            raise unreadable(VENDOR, "a schedule without prices") from error

    def change_now(self, state: SubscriptionState, price_id: str, key: str) -> SubscriptionState:
        """An upgrade: prorated, charged at once, undone when the card refuses. Raises Fix (`card_declined`)."""
        self._release(state)
        params: Any = {
            "items": [{"id": state.item_id, "price": price_id}],
            "proration_behavior": "always_invoice",
            "payment_behavior": "error_if_incomplete",
            "cancel_at_period_end": False,
        }
        try:
            with called("subscriptions.update"):
                changed = self._v1().subscriptions.update(state.id, params=params, options=once(key))
        except Fix:
            if state.next_price_id:  # the release can't be undone: what was planned is planned anew
                again = replace(state, schedule_id="")
                self.change_later(again, state.next_price_id, f"{key}:{state.schedule_id}")
            raise
        return states.subscription(plain(changed))

    def change_cost(self, state: SubscriptionState, price_id: str) -> int:
        """Cents that `change_now` would charge now."""
        items: Any = [{"id": state.item_id, "price": price_id}]
        details: Any = {"items": items, "proration_behavior": "always_invoice", "cancel_at_period_end": False}
        params: Any = {"customer": state.customer_id, "subscription": state.id, "subscription_details": details}
        with called("invoices.create_preview"):
            found = self._v1().invoices.create_preview(params=params)
        return int(found.total)

    def change_later(self, state: SubscriptionState, price_id: str, key: str) -> SubscriptionState:
        """A downgrade: a schedule of the present price to the period's end, then the other one for good."""
        self._release(state)
        if price_id == state.price_id:
            return self.subscription(state.id)
        key = f"{key}:{state.schedule_id}"  # cut off once, the key's answer would be the schedule just taken back
        begin: Any = {"from_subscription": state.id}
        start, end = int(state.period_start.timestamp()), int(state.period_end.timestamp())
        with called("subscription_schedules.create"):
            made = self._v1().subscription_schedules.create(params=begin, options=once(f"{key}:begin"))
        phases: Any = [
            {"items": [{"price": state.price_id, "quantity": 1}], "start_date": start, "end_date": end},
            {"items": [{"price": price_id, "quantity": 1}], "duration": {"interval": "month"}},
        ]
        params: Any = {"phases": phases, "end_behavior": "release"}
        with called("subscription_schedules.update"):
            self._v1().subscription_schedules.update(made.id, params=params, options=once(f"{key}:phases"))
        return self.subscription(state.id)

    def _release(self, state: SubscriptionState) -> None:
        """Takes back what was planned: a subscription under a schedule can't be changed."""
        if not state.schedule_id:
            return
        try:
            with called("subscription_schedules.release"):
                self._v1().subscription_schedules.release(state.schedule_id)
        except (Fix, Missing):
            return  # released meanwhile

    def cancel_at_end(self, subscription_id: str, wanted: bool) -> SubscriptionState:
        """To be ended with the paid period, or no longer. What was planned for the next period is taken back."""
        if wanted:
            self._release(self.subscription(subscription_id))
        with called("subscriptions.update"):
            changed = self._v1().subscriptions.update(subscription_id, params={"cancel_at_period_end": wanted})
        return states.subscription(plain(changed))

    def cancel_now(self, subscription_id: str) -> None:
        """Ends it at once; one that has ended is fine."""
        try:
            with called("subscriptions.cancel"):
                self._v1().subscriptions.cancel(subscription_id)
        except Missing:
            return

    # --- what was paid ---

    def invoice(self, invoice_id: str) -> InvoiceState:
        """Where an invoice stands. Since 2025 the payment is an object beside it."""
        with called("invoices.retrieve"):
            found = plain(self._v1().invoices.retrieve(invoice_id))
            payments = plain(self._v1().invoice_payments.list(params={"invoice": invoice_id, "limit": 10}))
        return states.invoice(found, states.intent(payments))

    def invoices_of(self, subscription_id: str) -> list[str]:
        """Ids of a subscription's newest invoices."""
        with called("invoices.list"):
            found = self._v1().invoices.list(params={"subscription": subscription_id, "limit": 10})
            return [str(invoice.id) for invoice in found.data]

    def invoice_of(self, intent_id: str) -> InvoiceState | None:
        """The invoice that a payment was for."""
        wanted: Any = {"payment": {"type": "payment_intent", "payment_intent": intent_id}, "limit": 1}
        with called("invoice_payments.list"):
            found = plain(self._v1().invoice_payments.list(params=wanted)).get("data") or []
        return self.invoice(str(found[0]["invoice"])) if found else None

    def session_of(self, intent_id: str) -> SessionState | None:
        """The checkout that a payment was for."""
        with called("checkout.sessions.list"):
            found = plain(self._v1().checkout.sessions.list(params={"payment_intent": intent_id, "limit": 1}))
        data = found.get("data") or []
        return states.session(data[0]) if data else None

    def charge_of(self, intent_id: str) -> ChargeState | None:
        """The money that a payment took."""
        with called("payment_intents.retrieve"):
            found = plain(self._v1().payment_intents.retrieve(intent_id))
        charge = found.get("latest_charge")
        return self.charge(charge) if isinstance(charge, str) else None

    def charge(self, charge_id: str) -> ChargeState:
        """The same by the charge's own id. A charge that was ever disputed stays `disputed`, also where the bank has
        decided for us or has only asked: what became of the money is said by its disputes."""
        with called("charges.retrieve"):
            found = states.charge(plain(self._v1().charges.retrieve(charge_id)))
        if not found.disputed:
            return found
        with called("disputes.list"):
            disputes = self._v1().disputes.list(params={"charge": charge_id, "limit": 10}).data
            return replace(found, disputed=any(str(one.status) in _MONEY_AWAY for one in disputes))

    def refund(self, intent_id: str, cents: int, key: str) -> None:
        """Gives `cents` back, once per `key`. Raises Fix when it is more than is left."""
        params: Any = {"payment_intent": intent_id, "amount": cents, "reason": "requested_by_customer"}
        with called("refunds.create"):
            self._v1().refunds.create(params=params, options=once(key))

    def card(self, customer_id: str) -> Card | None:
        """The default card."""
        with called("customers.retrieve"):
            found = plain(self._v1().customers.retrieve(customer_id))
            chosen = (found.get("invoice_settings") or {}).get("default_payment_method")
            if not isinstance(chosen, str):
                return None
            return states.card(plain(self._v1().payment_methods.retrieve(chosen)))

    # --- set up, and taken down ---

    def examine(self) -> Iterator[Finding]:
        """Whose account it is, what it may, whether there is a portal. Raises Retry, Stop."""
        return examine(self._v1(), restricted=self._restricted)

    def prices_of(self, lookup_keys: Sequence[str]) -> dict[str, PriceState]:
        """The active prices among these, by their key."""
        found: dict[str, PriceState] = {}
        for start in range(0, len(lookup_keys), _KEYS_MOST):
            keys = list(lookup_keys[start : start + _KEYS_MOST])
            with called("prices.list"):
                listed = self._v1().prices.list(params={"lookup_keys": keys, "active": True, "limit": 100}).data
                found |= {str(p.lookup_key): PriceState(str(p.id), int(p.unit_amount)) for p in listed}
        return found

    def events(self, since: datetime, kinds: Sequence[str]) -> Iterator[ListedEvent]:
        """What has happened since, as Stripe's own list has it."""
        return listed(self._client(), since, kinds)

    def endpoint(self, url: str) -> EndpointState | None:
        """What Stripe knows of our webhook."""
        with called("webhook_endpoints"):
            for found in self._v1().webhook_endpoints.list(params={"limit": 100}).data:
                if found.url == url:
                    current = found.api_version in {None, API_VERSION}
                    return EndpointState(found.status == "enabled", frozenset(found.enabled_events), current)
        return None

    def ensure_price(self, lookup_key: str, name: str, cents: int, interval: Interval | None) -> str:
        """The id of the price with this key and amount. Prices can't be changed: another amount is another price."""
        with called("prices.list"):
            found = self._v1().prices.list(params={"lookup_keys": [lookup_key], "active": True, "limit": 1}).data
        if found and found[0].unit_amount == cents:
            return str(found[0].id)
        with called("products.create"):
            product = self._v1().products.create(
                params={"name": name, "metadata": {REFERENCE: lookup_key}}, options=once(f"product:{lookup_key}")
            )
        params: dict[str, Any] = {
            "product": product.id, "currency": "usd", "unit_amount": cents, "nickname": name, "lookup_key": lookup_key,
            "transfer_lookup_key": True,
        }  # fmt: skip
        if interval is not None:
            params["recurring"] = {"interval": interval}
        with called("prices.create"):
            made = self._v1().prices.create(
                params=params,
                options=once(f"price:{lookup_key}:{cents}"),
            )
        return str(made.id)

    def ensure_portal(self) -> None:
        """A default configuration, where there is none. Plans are changed on our own pages."""
        with called("billing_portal.configurations"):
            if self._v1().billing_portal.configurations.list(params={"limit": 1}).data:
                return
            on = {"enabled": True}
            features: Any = {
                "invoice_history": on,
                "payment_method_update": on,
                "customer_update": {"enabled": True, "allowed_updates": ["address", "tax_id"]},
                "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
            }
            self._v1().billing_portal.configurations.create(params={"features": features})

    def ensure_webhook(self, url: str, events: tuple[str, ...], *, renew: bool = False) -> str:
        """An endpoint of the client's own API version; its secret when it is new, else "" (it is shown only once)."""
        wanted = list(events)
        with called("webhook_endpoints"):
            for found in self._v1().webhook_endpoints.list(params={"limit": 100}).data:
                if found.url == url and renew:
                    self._v1().webhook_endpoints.delete(found.id)
                elif found.url == url:
                    if set(found.enabled_events) != set(wanted) or found.status != "enabled":
                        update: Any = {"enabled_events": wanted, "disabled": False}
                        self._v1().webhook_endpoints.update(found.id, params=update)
                    return ""
            params: Any = {"url": url, "enabled_events": wanted, "api_version": API_VERSION}
            made = self._v1().webhook_endpoints.create(params=params)
        return str(plain(made).get("secret") or "")

    def forget(self, customer_id: str) -> None:
        """Deletes the customer; one that is gone is fine."""
        try:
            with called("customers.delete"):
                self._v1().customers.delete(customer_id)
        except Missing:
            return

    def _v1(self) -> Any:
        """The client's services. Its parameter types are closed TypedDicts, which say nothing that Stripe does not."""
        return self._client().v1
