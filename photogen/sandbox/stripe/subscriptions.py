"""Subscriptions and their schedules, as the API changes them."""

from typing import Any, Literal

from pydantic import Field
from starlette.routing import Route

from photogen.sandbox.store import Record
from photogen.sandbox.stripe.account import Account, public
from photogen.sandbox.stripe.calls import ListParams, Params, StripeCall, endpoint, page
from photogen.sandbox.stripe.catalogue import coupon_of
from photogen.sandbox.stripe.customers import default_card
from photogen.sandbox.stripe.discounts import new_discount
from photogen.sandbox.stripe.invoices import Bill, Line, PayParams, collect, new_invoice
from photogen.sandbox.stripe.lifecycle import (
    ENDED,
    Proration,
    Start,
    after,
    begin,
    change,
    discounts_of,
    end,
    item_of,
    pending,
    proration,
    settled,
)


class _Item(Params):
    id: str = ""
    price: str = ""
    quantity: int | None = Field(None, ge=1)
    deleted: bool = False


class _Cancellation(Params):
    comment: str | None = None
    feedback: str | None = None


class _CreateParams(Params):
    customer: str
    items: list[_Item]
    metadata: dict[str, str] = {}
    trial_period_days: int = Field(0, ge=0)
    default_payment_method: str = ""
    payment_behavior: str = "allow_incomplete"
    discounts: list[dict[str, str]] = []
    off_session: bool = False
    payment_settings: dict[str, Any] = {}


class _UpdateParams(Params):
    items: list[_Item] = []
    cancel_at_period_end: bool | None = None
    cancellation_details: _Cancellation | None = None
    proration_behavior: Proration = "create_prorations"
    payment_behavior: Literal["allow_incomplete", "error_if_incomplete", "default_incomplete"] = "allow_incomplete"
    billing_cycle_anchor: Literal["unchanged", "now"] | None = None
    default_payment_method: str = ""
    metadata: dict[str, str] = {}
    trial_end: str = ""
    discounts: list[dict[str, str]] | None = None
    off_session: bool = False


class _CancelParams(Params):
    prorate: bool = False
    invoice_now: bool = False
    cancellation_details: _Cancellation | None = None


class _ListSubscriptions(ListParams):
    customer: str = ""
    price: str = ""
    status: str = ""


@endpoint("subscriptions.create")
def _create(account: Account, call: StripeCall) -> Record:
    params = call.params(_CreateParams)
    customer = call.find(account, "customer", params.customer, "customer")
    price = call.find(account, "price", params.items[0].price, "items[0][price]")
    card = account.find("payment_method", params.default_payment_method) or default_card(account, customer)
    moment = account.now(customer["id"])
    discounts = [
        new_discount(account, customer, coupon, moment)
        for given in params.discounts
        if (coupon := coupon_of(account, given))
    ]
    if card is None and not params.trial_period_days:
        words = "This customer has no attached payment source or default payment method."
        raise call.refuse(400, words, code="resource_missing")
    start = Start(
        customer, price, params.items[0].quantity or 1, params.metadata, discounts, card, params.trial_period_days,
        present=not params.off_session,
    )  # fmt: skip
    return begin(account, start, moment)[0]


@endpoint("subscriptions.get")
def _get(account: Account, call: StripeCall) -> Record:
    return call.find(account, "subscription", call.id)


@endpoint("subscriptions.list")
def _list(account: Account, call: StripeCall) -> Record:
    params = call.params(_ListSubscriptions)
    found = [
        s
        for s in account.all("subscription")
        if params.customer in ("", s["customer"])
        and (not params.price or item_of(s)["price"]["id"] == params.price)
        and (params.status == "all" or (s["status"] == params.status if params.status else s["status"] not in ENDED))
    ]
    return page(call, found, params, "/v1/subscriptions")


@endpoint("subscriptions.update")
def _update(account: Account, call: StripeCall) -> Record:
    params, record = call.params(_UpdateParams), call.find(account, "subscription", call.id)
    if record["status"] in ENDED:
        words = "A canceled subscription can only update its cancellation_details and metadata."
        raise call.refuse(400, words, code="resource_missing")
    moment = account.now(record["customer"])
    if params.metadata:
        merged = {**record["metadata"], **params.metadata}
        record["metadata"] = {name: value for name, value in merged.items() if value}
    if params.default_payment_method:
        call.find(account, "payment_method", params.default_payment_method, "default_payment_method")
        record["default_payment_method"] = params.default_payment_method
    if params.cancellation_details:
        record["cancellation_details"].update(
            params.cancellation_details.model_dump(exclude_unset=True, exclude={"expand"})
        )
    if params.discounts is not None:
        customer = account.get("customer", record["customer"])
        taken = [coupon for given in params.discounts if (coupon := coupon_of(account, given))]
        record["discounts"] = [new_discount(account, customer, c, moment, record["id"])["id"] for c in taken]
    if params.trial_end == "now" and record["status"] == "trialing":
        record["trial_end"] = item_of(record)["current_period_end"] = moment
    if params.items and (params.items[0].price or params.items[0].quantity):
        _change(account, call, record, params, moment)  # refused, it leaves what is below as it was
    elif params.cancel_at_period_end is None:
        account.keep(record, "customer.subscription.updated", at=moment)
    if params.cancel_at_period_end is not None:
        cancel_at_end(account, record, params.cancel_at_period_end, moment)
    return record


def cancel_at_end(account: Account, subscription: Record, wanted: bool, moment: int) -> None:
    """To be ended with the paid period, or no longer."""
    last = item_of(subscription)["current_period_end"]
    before = {name: subscription[name] for name in ("cancel_at_period_end", "cancel_at", "canceled_at")}
    subscription.update(
        cancel_at_period_end=wanted, cancel_at=last if wanted else None, canceled_at=moment if wanted else None
    )
    subscription["cancellation_details"]["reason"] = "cancellation_requested" if wanted else None
    account.keep(subscription, "customer.subscription.updated", at=moment, before=before)


def _change(account: Account, call: StripeCall, record: Record, params: _UpdateParams, moment: int) -> None:
    wanted = params.items[0]
    item = item_of(record)
    if wanted.id and wanted.id != item["id"]:
        raise call.refuse(
            404, f"No such subscription item: '{wanted.id}'", code="resource_missing", param="items[0][id]"
        )
    price = call.find(account, "price", wanted.price, "items[0][price]") if wanted.price else item["price"]
    if not price["active"] or not price["recurring"]:
        words = "The price specified is inactive or not recurring."
        raise call.refuse(400, words, code="price_inactive", param="items[0][price]")
    if record["schedule"]:
        words = "The subscription is managed by a subscription schedule; release it first."
        raise call.refuse(400, words, code="subscription_managed_by_schedule")
    strict = params.payment_behavior == "error_if_incomplete"
    quantity = wanted.quantity or item["quantity"]
    outcome = change(account, record, price, quantity, params.proration_behavior, moment, strict)
    if strict and outcome is not None and outcome.status != "succeeded":
        more = {"code": outcome.code, "decline_code": outcome.decline_code, "type": "card_error"}
        raise call.refuse(402, outcome.words, payment_intent=public(outcome.intent), **more)


@endpoint("subscriptions.cancel")
def _cancel(account: Account, call: StripeCall) -> Record:
    params, record = call.params(_CancelParams), call.find(account, "subscription", call.id)
    if record["status"] in ENDED:
        raise call.refuse(404, f"No such subscription: '{record['id']}'", code="resource_missing", param="id")
    if params.cancellation_details:
        record["cancellation_details"].update(
            params.cancellation_details.model_dump(exclude_unset=True, exclude={"expand"})
        )
    end(account, record, account.now(record["customer"]))
    return record


@endpoint("subscriptions.resume")
def _resume(account: Account, call: StripeCall) -> Record:
    record = call.find(account, "subscription", call.id)
    if record["status"] != "paused":
        raise call.refuse(400, "Only paused subscriptions can be resumed.")
    moment = account.now(record["customer"])
    item = item_of(record)
    item.update(current_period_start=moment, current_period_end=after(moment, item["price"], moment))
    record.update(status="active", billing_cycle_anchor=moment)
    return account.keep(record, "customer.subscription.resumed", "customer.subscription.updated", at=moment)


@endpoint("customers.delete")
def _delete_customer(account: Account, call: StripeCall) -> Record:
    record = call.find(account, "customer", call.id)
    for subscription in account.where("subscription", customer=record["id"]):
        if subscription["status"] not in ENDED:
            end(account, subscription, account.now(record["id"]))
    record["_deleted"] = True
    account.keep(record, "customer.deleted")
    return {"id": record["id"], "object": "customer", "deleted": True}


# --- invoices that need the life of a subscription ------------------------------------------------------------------


@endpoint("invoices.pay")
def _pay(account: Account, call: StripeCall) -> Record:
    params, invoice = call.params(PayParams), call.find(account, "invoice", call.id)
    if invoice["status"] != "open":
        words = "Invoice is already paid" if invoice["status"] == "paid" else "This invoice can't be paid."
        raise call.refuse(400, words, code="invoice_not_open")
    moment = account.now(invoice["customer"])
    card = account.find("payment_method", params.payment_method)
    outcome = collect(account, invoice, moment, card=card, present=not params.off_session, confirmed=True)
    if invoice["status"] != "paid" and outcome is not None:
        raise call.refuse(402, outcome.words, type="card_error", code=outcome.code, decline_code=outcome.decline_code)
    settled(account, invoice, moment)
    return invoice


class _PreviewDetails(Params):
    items: list[_Item] = []
    proration_behavior: Proration = "create_prorations"
    proration_date: int | None = None
    cancel_at_period_end: bool | None = None


class _PreviewParams(Params):
    customer: str = ""
    subscription: str = ""
    subscription_details: _PreviewDetails | None = None


@endpoint("invoices.create_preview")
def _preview(account: Account, call: StripeCall) -> Record:
    params = call.params(_PreviewParams)
    record = call.find(account, "subscription", params.subscription, "subscription")
    details = params.subscription_details or _PreviewDetails()
    ends = record["cancel_at_period_end"] if details.cancel_at_period_end is None else details.cancel_at_period_end
    if record["status"] in ENDED or ends:
        raise call.refuse(404, "No upcoming invoices for customer", code="invoice_upcoming_none")
    customer, item = account.get("customer", record["customer"]), item_of(record)
    moment = details.proration_date or account.now(customer["id"])
    wanted = details.items[0] if details.items else _Item()
    price = call.find(account, "price", wanted.price, "price") if wanted.price else item["price"]
    quantity = wanted.quantity or item["quantity"]
    changed = bool(wanted.price) and details.proration_behavior != "none"
    lines = proration(account, record, price, quantity, moment) if changed else []
    if changed and details.proration_behavior == "always_invoice":
        bill = Bill(customer, "upcoming", lines, record)
        return new_invoice(account, bill, moment, keep=False)
    schedule = account.find("subscription_schedule", record["schedule"])
    at = item["current_period_end"]
    phase = next((p for p in schedule["phases"] if p["start_date"] <= at < p["end_date"]), None) if schedule else None
    if phase is not None:
        price = account.get("price", phase["items"][0]["price"])
    period = Line(
        price["unit_amount"] * quantity, f"{quantity} x {price['nickname'] or price['id']}", at,
        after(at, price, record["billing_cycle_anchor"]), price, item, quantity=quantity,
    )  # fmt: skip
    bill = Bill(
        customer, "upcoming", [*pending(record), *lines, period], record, discounts=discounts_of(account, record)
    )
    return new_invoice(account, bill, at, keep=False)


routes = [
    Route("/v1/subscriptions", _create, methods=["POST"]),
    Route("/v1/subscriptions", _list, methods=["GET"]),
    Route("/v1/subscriptions/{id}", _get, methods=["GET"]),
    Route("/v1/subscriptions/{id}", _update, methods=["POST"]),
    Route("/v1/subscriptions/{id}", _cancel, methods=["DELETE"]),
    Route("/v1/subscriptions/{id}/resume", _resume, methods=["POST"]),
    Route("/v1/customers/{id}", _delete_customer, methods=["DELETE"]),
    Route("/v1/invoices/create_preview", _preview, methods=["POST"]),
    Route("/v1/invoices/{id}/pay", _pay, methods=["POST"]),
]
