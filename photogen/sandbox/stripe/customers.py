"""Customers and their cards."""

from typing import Any

from starlette.routing import Route

from photogen.sandbox.store import Record
from photogen.sandbox.stripe.account import Account, listing, new_id, nulls
from photogen.sandbox.stripe.calls import Created, ListParams, Params, StripeCall, endpoint, page

_ADDRESS = nulls("city country line1 line2 postal_code state")

CARDS: dict[str, tuple[str, str]] = {
    "4242424242424242": ("visa", "Succeeds"),
    "5555555555554444": ("mastercard", "Succeeds"),
    "4000002500003155": ("visa", "Asks for a second step, then succeeds"),
    "4000002760003184": ("visa", "Asks for a second step each time, also at renewals"),
    "4000000000000002": ("visa", "Is declined"),
    "4000000000009995": ("visa", "Is declined: insufficient funds"),
    "4000000000000341": ("visa", "Can be saved, but every charge is declined"),
    "4000000000000259": ("visa", "Succeeds, and is disputed"),
}
"""Test cards of docs.stripe.com/testing: brand, and what becomes of a payment."""
DECLINES = {
    "4000000000000002": ("card_declined", "generic_decline", "Your card was declined."),
    "4000000000009995": ("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    "4000000000000341": ("card_declined", "generic_decline", "Your card was declined."),
}
SECOND_STEP = {"4000002500003155", "4000002760003184"}
ALWAYS_SECOND_STEP = {"4000002760003184"}


class _Address(Params):
    city: str = ""
    country: str = ""
    line1: str = ""
    line2: str = ""
    postal_code: str = ""
    state: str = ""


class _InvoiceSettings(Params):
    default_payment_method: str = ""
    footer: str = ""


class CustomerParams(Params):
    """POST /v1/customers and /v1/customers/{id}."""

    email: str | None = None
    name: str | None = None
    phone: str | None = None
    description: str | None = None
    metadata: dict[str, str] = {}
    address: _Address | None = None
    invoice_settings: _InvoiceSettings | None = None
    preferred_locales: list[str] | None = None
    test_clock: str | None = None
    balance: int | None = None


class CustomersParams(ListParams):
    """GET /v1/customers."""

    email: str = ""
    created: Created = Created()


def new_customer(account: Account, values: Record, test_clock: str | None = None) -> Record:
    """A customer, kept and told of."""
    identity = new_id("customer")
    created = account.now()
    if clock := account.find("test_helpers.test_clock", test_clock):
        created = clock["frozen_time"]
    record: Record = {
        **nulls("default_source description discount email name phone shipping"),
        "id": identity,
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": created,
        "currency": None,
        "delinquent": False,
        "invoice_prefix": identity[-8:].upper(),
        "invoice_settings": {**nulls("custom_fields default_payment_method footer rendering_options")},
        "livemode": False,
        "metadata": {},
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
        "test_clock": test_clock,
        "_ahead": 0,
        **values,
    }
    return account.keep(record, "customer.created")


def new_card(account: Account, number: str, customer: str | None, email: str | None = None) -> Record:
    """A card, attached to the customer if there is one."""
    brand, _ = CARDS[number]
    record: Record = {
        "id": new_id("payment_method"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": {"address": dict(_ADDRESS), "email": email, **nulls("name phone tax_id")},
        "card": {
            "brand": brand,
            "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
            "country": "US",
            "display_brand": brand,
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": f"sandbox{number[-8:]}",
            "funding": "credit",
            "generated_from": None,
            "last4": number[-4:],
            "networks": {"available": [brand], "preferred": None},
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
            "regulated_status": "unregulated",
        },
        "created": account.now(customer),
        "customer": customer,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
        "_number": number,
    }
    return account.keep(record, *(("payment_method.attached",) if customer else ()))


def make_default(account: Account, customer: Record, card: Record) -> None:
    """The card that this customer's invoices are paid with from now on."""
    card["customer"] = customer["id"]
    account.keep(card)
    customer["invoice_settings"]["default_payment_method"] = card["id"]
    account.keep(customer, "customer.updated")


def default_card(account: Account, customer: Record, subscription: Record | None = None) -> Record | None:
    """The card of a subscription, else of its customer."""
    chosen = (subscription or {}).get("default_payment_method") or customer["invoice_settings"][
        "default_payment_method"
    ]
    return account.find("payment_method", chosen)


def _values(params: CustomerParams) -> Record:
    given: dict[str, Any] = params.model_dump(exclude_unset=True, exclude={"expand", "invoice_settings", "test_clock"})
    if given.get("address"):
        given["address"] = {name: value or None for name, value in given["address"].items() if name != "expand"}
    return {name: (value or None) if isinstance(value, str) else value for name, value in given.items()}


@endpoint("customers.create")
def _create(account: Account, call: StripeCall) -> Record:
    params = call.params(CustomerParams)
    if params.test_clock:
        call.find(account, "test_helpers.test_clock", params.test_clock, "test_clock")
    return new_customer(account, _values(params), params.test_clock)


@endpoint("customers.get")
def _get(account: Account, call: StripeCall) -> Record:
    found = call.find(account, "customer", call.id)
    return {"id": found["id"], "object": "customer", "deleted": True} if found.get("_deleted") else found


@endpoint("customers.update")
def _update(account: Account, call: StripeCall) -> Record:
    params, record = call.params(CustomerParams), call.find(account, "customer", call.id)
    values = _values(params)
    metadata = {**record["metadata"], **values.pop("metadata", {})}
    record.update(values, metadata={name: value for name, value in metadata.items() if value})
    if params.invoice_settings:
        method = params.invoice_settings.default_payment_method
        call.find(account, "payment_method", method, "invoice_settings[default_payment_method]")
        record["invoice_settings"]["default_payment_method"] = method
    return account.keep(record, "customer.updated")


@endpoint("customers.list")
def _list(account: Account, call: StripeCall) -> Record:
    params = call.params(CustomersParams)
    found = [c for c in account.all("customer") if not c.get("_deleted")]
    if params.email:
        found = [c for c in found if c["email"] == params.email]
    found = [c for c in found if params.created.has(c["created"])]
    return page(call, found, params, "/v1/customers")


@endpoint("customers.payment_methods.list")
def _cards(account: Account, call: StripeCall) -> Record:
    call.find(account, "customer", call.id, "customer")
    found = account.where("payment_method", customer=call.id)
    return listing(reversed(found), f"/v1/customers/{call.id}/payment_methods")


@endpoint("payment_methods.get")
def _card(account: Account, call: StripeCall) -> Record:
    return call.find(account, "payment_method", call.id)


routes = [
    Route("/v1/customers", _create, methods=["POST"]),
    Route("/v1/customers", _list, methods=["GET"]),
    Route("/v1/customers/{id}", _get, methods=["GET"]),
    Route("/v1/customers/{id}", _update, methods=["POST"]),
    Route("/v1/customers/{id}/payment_methods", _cards, methods=["GET"]),
    Route("/v1/payment_methods/{id}", _card, methods=["GET"]),
]
