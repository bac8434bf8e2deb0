"""Checkout sessions: made by the API, completed on a page of the sandbox's own (checkout_page.py)."""

from typing import Any, Literal

from pydantic import Field
from starlette.routing import Route

from photogen.sandbox.store import Record
from photogen.sandbox.stripe.account import Account, listing, new_id, nulls
from photogen.sandbox.stripe.calls import ListParams, Params, StripeCall, endpoint, page
from photogen.sandbox.stripe.catalogue import coupon_of, reduction
from photogen.sandbox.stripe.customers import make_default, new_card, new_customer
from photogen.sandbox.stripe.discounts import new_discount
from photogen.sandbox.stripe.invoices import Bill, Line, collect, new_invoice
from photogen.sandbox.stripe.lifecycle import ENDED, Start, begin, end
from photogen.sandbox.stripe.payments import Outcome, Payment, pay

_EXPIRES = 86_400


class _LineItem(Params):
    price: str
    quantity: int = Field(1, ge=1)


class _EndBehavior(Params):
    missing_payment_method: Literal["create_invoice", "cancel", "pause"] = "create_invoice"


class _TrialSettings(Params):
    end_behavior: _EndBehavior = _EndBehavior()


class _SubscriptionData(Params):
    metadata: dict[str, str] = {}
    trial_period_days: int = Field(0, ge=0)
    trial_settings: _TrialSettings = _TrialSettings()
    description: str = ""


class _IntentData(Params):
    metadata: dict[str, str] = {}
    description: str = ""
    setup_future_usage: Literal["on_session", "off_session"] | None = None
    receipt_email: str | None = None


class _Enabled(Params):
    enabled: bool
    required: str = "never"


class _InvoiceCreation(Params):
    enabled: bool
    invoice_data: dict[str, Any] = {}


class _Discount(Params):
    coupon: str = ""
    promotion_code: str = ""


class SessionParams(Params):
    """POST /v1/checkout/sessions."""

    mode: Literal["payment", "subscription"]
    line_items: list[_LineItem]
    success_url: str
    cancel_url: str | None = None
    customer: str = ""
    customer_email: str | None = None
    customer_creation: Literal["always", "if_required"] | None = None
    customer_update: dict[str, str] = {}
    client_reference_id: str | None = None
    metadata: dict[str, str] = {}
    subscription_data: _SubscriptionData = _SubscriptionData()
    payment_intent_data: _IntentData = _IntentData()
    invoice_creation: _InvoiceCreation | None = None
    allow_promotion_codes: bool | None = None
    discounts: list[_Discount] = []
    payment_method_collection: Literal["always", "if_required"] | None = None
    payment_method_types: list[str] = []
    billing_address_collection: Literal["auto", "required"] | None = None
    tax_id_collection: _Enabled | None = None
    automatic_tax: _Enabled | None = None
    ui_mode: Literal["hosted_page"] = "hosted_page"
    locale: str | None = None
    expires_at: int | None = None
    submit_type: str | None = None


class _SessionsParams(ListParams):
    customer: str = ""
    subscription: str = ""
    payment_intent: str = ""
    status: Literal["open", "complete", "expired"] | None = None


@endpoint("checkout.sessions.create")
def _create(account: Account, call: StripeCall) -> Record:
    params = call.params(SessionParams)
    customer = call.find(account, "customer", params.customer, "customer") if params.customer else None
    recurring = params.mode == "subscription"
    prices = [call.find(account, "price", line.price, "line_items[0][price]") for line in params.line_items]
    for price in prices:
        if not price["active"] or bool(price["recurring"]) is not recurring:
            words = f"You must provide at least one active {'recurring' if recurring else 'one-time'} price."
            raise call.refuse(400, words, param="line_items[0][price]")
    if params.discounts and params.allow_promotion_codes:
        words = "You may only specify one of these parameters: allow_promotion_codes, discounts."
        raise call.refuse(400, words, param="allow_promotion_codes")
    discounts = [given.model_dump(exclude={"expand"}) for given in params.discounts]
    if discounts and coupon_of(account, discounts[0]) is None:
        raise call.refuse(400, "No such coupon or promotion code", param="discounts[0]", code="resource_missing")
    moment = account.now(params.customer)
    identity = new_id("checkout.session")
    record: Record = {
        **nulls(
            "adaptive_pricing after_expiration client_secret collected_information consent consent_collection "
            "currency_conversion customer_account integration_identifier invoice managed_payments origin_context "
            "payment_link payment_method_configuration_details permissions recovered_from saved_payment_method_options "
            "setup_intent shipping_address_collection shipping_cost subscription payment_intent wallet_options"
        ),
        "id": identity,
        "object": "checkout.session",
        "allow_promotion_codes": params.allow_promotion_codes,
        "automatic_tax": {
            "enabled": bool(params.automatic_tax and params.automatic_tax.enabled),
            **nulls("liability provider status"),
        },
        "billing_address_collection": params.billing_address_collection,
        "cancel_url": params.cancel_url,
        "client_reference_id": params.client_reference_id,
        "created": moment,
        "currency": "usd",
        "custom_fields": [],
        "custom_text": {**nulls("after_submit shipping_address submit terms_of_service_acceptance")},
        "customer": params.customer or None,
        "customer_creation": params.customer_creation or ("always" if recurring else "if_required"),
        "customer_details": None,
        "customer_email": params.customer_email,
        "discounts": [{name: given[name] or None for name in ("coupon", "promotion_code")} for given in discounts],
        "expires_at": params.expires_at or moment + _EXPIRES,
        "invoice_creation": None
        if recurring
        else {
            "enabled": bool(params.invoice_creation and params.invoice_creation.enabled),
            "invoice_data": {
                **nulls("account_tax_ids custom_fields description footer issuer rendering_options"), "metadata": {},
            },
        },
        "livemode": False,
        "locale": params.locale,
        "metadata": params.metadata,
        "mode": params.mode,
        "payment_method_collection": params.payment_method_collection or ("always" if recurring else None),
        "payment_method_options": {},
        "payment_method_types": params.payment_method_types or ["card"],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "submit_type": params.submit_type,
        "success_url": params.success_url,
        "ui_mode": params.ui_mode,
        "url": f"{account.sandbox.base_url}/stripe/pay/{identity}",
        "_lines": [{"price": line.price, "quantity": line.quantity} for line in params.line_items],
        "_subscription_data": params.subscription_data.model_dump(exclude={"expand"}),
        "_intent_data": params.payment_intent_data.model_dump(exclude={"expand"}),
    }  # fmt: skip
    if customer is not None:
        record["customer_details"] = _details(customer["email"], customer["name"])
    total(account, record)
    return account.keep(record)


def _details(email: str | None, name: str | None) -> Record:
    return {
        "address": nulls("city country line1 line2 postal_code state"), "business_name": None, "email": email,
        "individual_name": None, "name": name, "phone": None, "tax_exempt": "none", "tax_ids": [],
    }  # fmt: skip


def total(account: Account, session: Record) -> int:
    """Writes and gives what is to be paid now, in cents, discount taken off."""
    amounts = [account.get("price", line["price"])["unit_amount"] * line["quantity"] for line in session["_lines"]]
    whole = sum(amounts)
    given = (session["discounts"] or [{}])[0]
    off = reduction(coupon_of(account, given), whole)
    trial = session["_subscription_data"]["trial_period_days"] and session["mode"] == "subscription"
    session.update(
        amount_subtotal=0 if trial else whole, amount_total=0 if trial else whole - off,
        total_details={"amount_discount": 0 if trial else off, "amount_shipping": 0, "amount_tax": 0},
    )  # fmt: skip
    return int(session["amount_total"])


def complete(account: Account, session: Record, number: str, email: str, *, confirmed: bool) -> Outcome | None:
    """The payer pays with a test card. The session is complete when it went well, else it stays open.

    None: nothing had to be paid, or it is paid; an Outcome that did not succeed says why it is not."""
    customer = account.find("customer", session["customer"])
    if customer is None and (session["mode"] == "subscription" or session["customer_creation"] == "always"):
        customer = new_customer(account, {"email": email})
        session["customer"] = customer["id"]
    moment = account.now(session["customer"])
    card = new_card(account, number, session["customer"], email)
    discounts = []
    for given in session["discounts"] or []:
        coupon = coupon_of(account, given)
        if coupon is not None:
            code = account.find("promotion_code", given.get("promotion_code"))
            discounts.append(new_discount(account, customer, coupon, moment, code=code))
    outcome = (
        _subscribe(account, session, customer, card, discounts, moment, confirmed)
        if session["mode"] == "subscription" and customer is not None
        else _buy(account, session, customer, card, discounts, moment, confirmed)
    )
    if outcome is not None and outcome.status != "succeeded":
        account.keep(session)
        return outcome
    if customer is not None:
        make_default(account, customer, card)
    session["payment_status"] = "paid" if outcome is not None else "no_payment_required"
    _close(account, session, email, moment)
    return None


def _close(account: Account, session: Record, email: str, moment: int) -> None:
    customer = account.find("customer", session["customer"])
    session.update(status="complete", url=None)
    session["customer_details"] = _details(email, customer["name"] if customer else None)
    account.keep(session, "checkout.session.completed", at=moment)


def _subscribe(
    account: Account, session: Record, customer: Record, card: Record, discounts: list[Record], at: int, confirmed: bool
) -> Outcome | None:
    data, line = session["_subscription_data"], session["_lines"][0]
    start = Start(
        customer, account.get("price", line["price"]), line["quantity"], data["metadata"], discounts, card,
        data["trial_period_days"], data["trial_settings"]["end_behavior"]["missing_payment_method"], True, confirmed,
    )  # fmt: skip
    if earlier := account.find("subscription", session["subscription"]):
        end(account, earlier, at)  # of a payment that was declined a moment ago
    subscription, outcome = begin(account, start, at)
    session["subscription"] = subscription["id"]
    if outcome is not None and outcome.status != "succeeded":
        return outcome
    session["invoice"] = subscription["latest_invoice"]
    return outcome


def _buy(
    account: Account, session: Record, customer: Record | None, card: Record, discounts: list[Record], at: int,
    confirmed: bool,
) -> Outcome | None:  # fmt: skip
    amount = total(account, session)
    if (session["invoice_creation"] or {}).get("enabled") and customer is not None:
        lines = []
        for line in session["_lines"]:
            price = account.get("price", line["price"])
            product = account.get("product", price["product"])
            lines.append(
                Line(price["unit_amount"] * line["quantity"], product["name"], at, at, price, quantity=line["quantity"])
            )
        bill = Bill(customer, "manual", lines, metadata=session["metadata"], discounts=discounts)
        invoice = account.find("invoice", session["invoice"]) or new_invoice(account, bill, at)
        session["invoice"] = invoice["id"]
        outcome = collect(account, invoice, at, card=card, present=True, confirmed=confirmed)
        session["payment_intent"] = outcome.intent["id"] if outcome else None
        return outcome
    if not amount:
        return None
    data = session["_intent_data"]
    payment = Payment(
        amount, session["customer"], data["description"], data["metadata"], present=True, confirmed=confirmed
    )
    outcome = pay(account, payment, card, at, account.find("payment_intent", session["payment_intent"]))
    session["payment_intent"] = outcome.intent["id"]
    return outcome


def debit(account: Account, session: Record, email: str) -> None:
    """The payer chose a bank debit: the session is complete, the money comes (or does not) later."""
    moment = account.now(session["customer"])
    data = session["_intent_data"]
    payment = Payment(total(account, session), session["customer"], data["description"], data["metadata"], present=True)
    session["_debit"] = {"amount": payment.amount, "metadata": payment.metadata}
    _close(account, session, email, moment)


def settle_debit(account: Account, session: Record, arrived: bool) -> None:
    """The bank has decided."""
    moment = account.now(session["customer"])
    debt = session.pop("_debit")
    card = new_card(account, "4242424242424242" if arrived else "4000000000000002", session["customer"])
    outcome = pay(account, Payment(debt["amount"], session["customer"], "", debt["metadata"]), card, moment)
    session["payment_intent"] = outcome.intent["id"]
    session["payment_status"] = "paid" if arrived else "unpaid"
    account.keep(session, f"checkout.session.async_payment_{'succeeded' if arrived else 'failed'}", at=moment)


def expire(account: Account, session: Record) -> None:
    """An open session that nobody can complete any more; a subscription begun in vain ends with it."""
    subscription = account.find("subscription", session["subscription"])
    if subscription is not None and subscription["status"] not in ENDED:
        end(account, subscription, account.now(session["customer"]))
    session.update(status="expired", url=None)
    account.keep(session, "checkout.session.expired")


@endpoint("checkout.sessions.get")
def _get(account: Account, call: StripeCall) -> Record:
    return call.find(account, "checkout.session", call.id)


@endpoint("checkout.sessions.list")
def _list(account: Account, call: StripeCall) -> Record:
    params = call.params(_SessionsParams)
    wanted = {n: v for n in ("customer", "subscription", "payment_intent", "status") if (v := getattr(params, n))}
    return page(call, account.where("checkout.session", **wanted), params, "/v1/checkout/sessions")


@endpoint("checkout.sessions.expire")
def _expire(account: Account, call: StripeCall) -> Record:
    session = call.find(account, "checkout.session", call.id)
    if session["status"] != "open":
        words = f"Only Checkout Sessions with a status in [open] can be expired: {session['status']}"
        raise call.refuse(400, words)
    expire(account, session)
    return session


@endpoint("checkout.sessions.line_items")
def _line_items(account: Account, call: StripeCall) -> Record:
    session = call.find(account, "checkout.session", call.id)
    rows = []
    for number, line in enumerate(session["_lines"]):
        price = account.get("price", line["price"])
        amount = price["unit_amount"] * line["quantity"]
        off = session["total_details"]["amount_discount"] if number == 0 else 0
        rows.append(
            {
                "id": f"li_{session['id'].rpartition('_')[2]}{number}",
                "object": "item",
                "adjustable_quantity": None,
                "amount_discount": off,
                "amount_subtotal": amount,
                "amount_tax": 0,
                "amount_total": amount - off,
                "currency": "usd",
                "description": account.get("product", price["product"])["name"],
                "metadata": {},
                "price": price,
                "quantity": line["quantity"],
            }
        )
    return listing(rows, f"/v1/checkout/sessions/{session['id']}/line_items")


routes = [
    Route("/v1/checkout/sessions", _create, methods=["POST"]),
    Route("/v1/checkout/sessions", _list, methods=["GET"]),
    Route("/v1/checkout/sessions/{id}", _get, methods=["GET"]),
    Route("/v1/checkout/sessions/{id}/expire", _expire, methods=["POST"]),
    Route("/v1/checkout/sessions/{id}/line_items", _line_items, methods=["GET"]),
]
