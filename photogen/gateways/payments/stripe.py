"""Payments by Stripe: Checkout, Billing Portal, subscriptions, refunds, through its own client."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import stripe

from photogen.gateways.base import Category, Fix, GatewayError, Missing, Retry, Stop
from photogen.gateways.base_payments import (
    Card,
    ChargeState,
    CheckoutOrder,
    CheckoutPage,
    Interval,
    InvoiceState,
    SessionState,
    SubscriptionState,
)
from photogen.gateways.errors import redacted, unreadable
from photogen.gateways.http import PerProcess
from photogen.gateways.payments import stripe_states as states
from photogen.gateways.payments.stripe_states import REFERENCE, VENDOR
from photogen.gateways.webhooks import Forged, VerifiedEvent
from photogen.kit.guard import outside_call

ADDRESS = "https://api.stripe.com"
API_VERSION = stripe.api_version
"""The version whose shapes `stripe_states` reads: the installed client's own."""
_SECONDS = 20.0
_TOLERANCE = 300  # seconds that a signature may be old
_OVER = "This checkout is over. Begin again."

stripe.enable_telemetry = False


class StripePayments:
    """A PaymentGateway."""

    name = VENDOR

    def __init__(self, key: str, *, address: str = ADDRESS) -> None:
        addresses: Any = {"api": address}
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
        """The customer's id for this account; a second call within a day gives the same one."""
        params: Any = {"email": email, "name": name, "metadata": {"account": account_id}}
        with _called("customers.create"):
            made = self._v1().customers.create(params=params, options=_once(f"customer:{account_id}:{email}"))
        return str(made.id)

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
        with _called("checkout.sessions.create"):
            made = self._v1().checkout.sessions.create(
                params=params,
                options=_once(f"checkout:{order.reference}"),
            )
        if not made.url:
            raise unreadable(VENDOR, "a session without an address")
        return CheckoutPage(str(made.id), str(made.url))

    def session(self, session_id: str) -> SessionState:
        """Where a checkout stands. Raises Missing, Retry, Stop."""
        with _called("checkout.sessions.retrieve"):
            return states.session(_plain(self._v1().checkout.sessions.retrieve(session_id)))

    def expire(self, session_id: str) -> None:
        """Ends an open checkout; one that is over is fine."""
        try:
            with _called("checkout.sessions.expire"):
                self._v1().checkout.sessions.expire(session_id)
        except (Fix, Missing):
            return

    def portal(self, customer_id: str, return_url: str) -> str:
        """The address of a portal session."""
        params: Any = {"customer": customer_id, "return_url": return_url}
        with _called("billing_portal.sessions.create"):
            return str(self._v1().billing_portal.sessions.create(params=params).url)

    # --- subscriptions ---

    def subscription(self, subscription_id: str) -> SubscriptionState:
        """Where a subscription stands, with what is planned for the next period."""
        with _called("subscriptions.retrieve"):
            found = _plain(self._v1().subscriptions.retrieve(subscription_id))
        return states.subscription(found, self._planned(found))

    def _planned(self, found: Mapping[str, Any]) -> str:
        """The price of the phase after the present one; "" without a schedule."""
        schedule = found.get("schedule")
        if not isinstance(schedule, str):
            return ""
        with _called("subscription_schedules.retrieve"):
            phases = _plain(self._v1().subscription_schedules.retrieve(schedule)).get("phases") or []
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
        with _called("subscriptions.update"):
            changed = self._v1().subscriptions.update(state.id, params=params, options=_once(key))
        return states.subscription(_plain(changed))

    def change_cost(self, state: SubscriptionState, price_id: str) -> int:
        """Cents that `change_now` would charge now."""
        details: Any = {"items": [{"id": state.item_id, "price": price_id}], "proration_behavior": "always_invoice"}
        params: Any = {"customer": state.customer_id, "subscription": state.id, "subscription_details": details}
        with _called("invoices.create_preview"):
            found = self._v1().invoices.create_preview(params=params)
        return int(found.total)

    def change_later(self, state: SubscriptionState, price_id: str, key: str) -> SubscriptionState:
        """A downgrade: a schedule of the present price to the period's end, then the other one for good."""
        self._release(state)
        if price_id == state.price_id:
            return self.subscription(state.id)
        begin: Any = {"from_subscription": state.id}
        start, end = int(state.period_start.timestamp()), int(state.period_end.timestamp())
        with _called("subscription_schedules.create"):
            schedule = self._v1().subscription_schedules.create(params=begin, options=_once(f"{key}:begin"))
            phases: Any = [
                {"items": [{"price": state.price_id, "quantity": 1}], "start_date": start, "end_date": end},
                {"items": [{"price": price_id, "quantity": 1}], "duration": {"interval": "month"}},
            ]
            params: Any = {"phases": phases, "end_behavior": "release"}
            self._v1().subscription_schedules.update(schedule.id, params=params, options=_once(f"{key}:phases"))
        return self.subscription(state.id)

    def _release(self, state: SubscriptionState) -> None:
        """Takes back what was planned: a subscription under a schedule can't be changed."""
        if not state.schedule_id:
            return
        try:
            with _called("subscription_schedules.release"):
                self._v1().subscription_schedules.release(state.schedule_id)
        except (Fix, Missing):
            return  # released meanwhile

    def cancel_at_end(self, subscription_id: str, wanted: bool) -> SubscriptionState:
        """To be ended with the paid period, or no longer. What was planned for the next period is taken back."""
        if wanted:
            self._release(self.subscription(subscription_id))
        with _called("subscriptions.update"):
            changed = self._v1().subscriptions.update(subscription_id, params={"cancel_at_period_end": wanted})
        return states.subscription(_plain(changed))

    def cancel_now(self, subscription_id: str) -> None:
        """Ends it at once; one that has ended is fine."""
        try:
            with _called("subscriptions.cancel"):
                self._v1().subscriptions.cancel(subscription_id)
        except Missing:
            return

    # --- what was paid ---

    def invoice(self, invoice_id: str) -> InvoiceState:
        """Where an invoice stands. Since 2025 the payment is an object beside it."""
        with _called("invoices.retrieve"):
            found = _plain(self._v1().invoices.retrieve(invoice_id))
            payments = _plain(self._v1().invoice_payments.list(params={"invoice": invoice_id, "limit": 10}))
        return states.invoice(found, _intent(payments))

    def invoices_of(self, subscription_id: str) -> list[str]:
        """Ids of a subscription's newest invoices."""
        with _called("invoices.list"):
            found = self._v1().invoices.list(params={"subscription": subscription_id, "limit": 10}).data
            return [str(invoice.id) for invoice in found]

    def invoice_of(self, intent_id: str) -> InvoiceState | None:
        """The invoice that a payment was for."""
        wanted: Any = {"payment": {"type": "payment_intent", "payment_intent": intent_id}, "limit": 1}
        with _called("invoice_payments.list"):
            found = _plain(self._v1().invoice_payments.list(params=wanted)).get("data") or []
        return self.invoice(str(found[0]["invoice"])) if found else None

    def session_of(self, intent_id: str) -> SessionState | None:
        """The checkout that a payment was for."""
        with _called("checkout.sessions.list"):
            found = _plain(self._v1().checkout.sessions.list(params={"payment_intent": intent_id, "limit": 1}))
        data = found.get("data") or []
        return states.session(data[0]) if data else None

    def charge_of(self, intent_id: str) -> ChargeState | None:
        """The money that a payment took."""
        with _called("payment_intents.retrieve"):
            found = _plain(self._v1().payment_intents.retrieve(intent_id))
        charge = found.get("latest_charge")
        return self.charge(charge) if isinstance(charge, str) else None

    def charge(self, charge_id: str) -> ChargeState:
        """The same by the charge's own id."""
        with _called("charges.retrieve"):
            return states.charge(_plain(self._v1().charges.retrieve(charge_id)))

    def refund(self, intent_id: str, cents: int, key: str) -> None:
        """Gives `cents` back, once per `key`. Raises Fix when it is more than is left."""
        params: Any = {"payment_intent": intent_id, "amount": cents, "reason": "requested_by_customer"}
        with _called("refunds.create"):
            self._v1().refunds.create(params=params, options=_once(key))

    def card(self, customer_id: str) -> Card | None:
        """The default card."""
        with _called("customers.retrieve"):
            found = _plain(self._v1().customers.retrieve(customer_id))
            chosen = (found.get("invoice_settings") or {}).get("default_payment_method")
            if not isinstance(chosen, str):
                return None
            return states.card(_plain(self._v1().payment_methods.retrieve(chosen)))

    # --- set up, and taken down ---

    def ensure_price(self, lookup_key: str, name: str, cents: int, interval: Interval | None) -> str:
        """The id of the price with this key and amount. Prices can't be changed: another amount is another price."""
        with _called("prices.list"):
            found = self._v1().prices.list(params={"lookup_keys": [lookup_key], "active": True, "limit": 1}).data
        if found and found[0].unit_amount == cents:
            return str(found[0].id)
        with _called("products.create"):
            product = self._v1().products.create(
                params={"name": name, "metadata": {REFERENCE: lookup_key}}, options=_once(f"product:{lookup_key}")
            )
        params: dict[str, Any] = {
            "product": product.id, "currency": "usd", "unit_amount": cents, "nickname": name, "lookup_key": lookup_key,
            "transfer_lookup_key": True,
        }  # fmt: skip
        if interval is not None:
            params["recurring"] = {"interval": interval}
        with _called("prices.create"):
            made = self._v1().prices.create(
                params=params,
                options=_once(f"price:{lookup_key}:{cents}"),
            )
        return str(made.id)

    def ensure_portal(self) -> None:
        """A default configuration, where there is none. Plans are changed on our own pages."""
        with _called("billing_portal.configurations"):
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
        with _called("webhook_endpoints"):
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
        return str(_plain(made).get("secret") or "")

    def forget(self, customer_id: str) -> None:
        """Deletes the customer; one that is gone is fine."""
        try:
            with _called("customers.delete"):
                self._v1().customers.delete(customer_id)
        except Missing:
            return

    def _v1(self) -> Any:
        """The client's services. Its parameter types are closed TypedDicts, which say nothing that Stripe does not."""
        return self._client().v1


class StripeWebhooks:
    """A WebhookVerifier. Only ids and kinds of an event are kept: what happened is asked of Stripe, not believed."""

    source = VENDOR

    def __init__(self, secret: Callable[[], str]) -> None:
        """`secret` gives the signing secret of now; "" while there is none."""
        self._secret = secret

    def verify(self, headers: Mapping[str, str], body: bytes) -> VerifiedEvent:
        """The event of a request. Raises Forged."""
        secret = self._secret()
        if not secret:
            raise Forged("no signing secret is known: set up the webhook first")
        try:
            text = body.decode()
            header = headers.get("stripe-signature", "")
            stripe.WebhookSignature.verify_header(text, header, secret, _TOLERANCE)
            payload = json.loads(text)
            return VerifiedEvent(self.source, str(payload["id"]), _kept(payload))
        except (stripe.SignatureVerificationError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise Forged(f"{type(error).__name__}: {error}") from error


_KEPT = ("id", "object", "customer", "subscription", "payment_intent", "charge", "invoice", "status")


def _kept(payload: Mapping[str, Any]) -> dict[str, Any]:
    about = payload["data"]["object"]
    found = {name: about[name] for name in _KEPT if isinstance(about.get(name), str)}
    return {name: payload.get(name) for name in ("type", "created", "api_version")} | {"object": found}


def _once(key: str) -> Any:
    return {"idempotency_key": key[:255]}


def _plain(found: Any) -> dict[str, Any]:
    """A StripeObject as a dict all the way down: since version 15 of the client it is none itself."""
    plain: dict[str, Any] = json.loads(str(found))
    return plain


def _intent(payments: Mapping[str, Any]) -> str:
    """The payment intent that paid, else the one that was tried last."""
    rows = [row for row in payments.get("data") or [] if isinstance(row, dict)]
    rows.sort(key=lambda row: row.get("status") == "paid", reverse=True)
    for row in rows:
        intent = (row.get("payment") or {}).get("payment_intent")
        if isinstance(intent, str):
            return intent
    return ""


@contextmanager
def _called(what: str) -> Iterator[None]:
    outside_call(f"stripe {what}")
    try:
        yield
    except stripe.StripeError as error:
        raise failure(error) from error
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        # The client reads answers without asking whether they are what they should be.
        raise unreadable(VENDOR, f"{what}: {type(error).__name__}") from error


def failure(error: stripe.StripeError) -> GatewayError:
    """The error of the house for one of the client's."""
    words = redacted(error.user_message or str(error))
    rest: dict[str, Any] = {"vendor": VENDOR, "words": words, "request_id": error.request_id or ""}
    if isinstance(error, stripe.CardError):
        return Fix(
            f"The card was refused: {redacted(error.user_message or 'your bank declined it')} Nothing was changed.",
            code="card_declined",
            category=Category.VALIDATION,
            **rest,
        )
    if error.http_status == 404 or error.code == "resource_missing":
        return Missing(
            "The payment service no longer has this.", code="vendor_missing", category=Category.PROVIDER, **rest
        )
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return Stop(
            "Payments are not available: the payment service refused this studio's key. The operator has to renew it.",
            code="vendor_credentials",
            category=Category.AUTHENTICATION,
            **rest,
        )
    if isinstance(error, stripe.InvalidRequestError | stripe.IdempotencyError) and error.http_status != 409:
        return Fix(
            "The payment service refused this. Reload the page and try again; if it is refused again, tell whoever "
            "runs this studio.",
            code="payment_refused",
            category=Category.VALIDATION,
            **rest,
        )
    network = isinstance(error, stripe.APIConnectionError)
    return Retry(
        "The payment service does not answer just now. Nothing was charged that you did not see; try again in a "
        "minute.",
        code="vendor_unreachable" if network else "vendor_trouble",
        category=Category.NETWORK if network else Category.PROVIDER,
        **rest,
    )
