"""Invoices: lines, discounts, the customer's balance, and being paid."""

from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.routing import Route

from photogen.sandbox.store import Record
from photogen.sandbox.stripe.account import Account, listing, new_id, nulls
from photogen.sandbox.stripe.calls import ListParams, Params, StripeCall, endpoint, page
from photogen.sandbox.stripe.catalogue import duration_left, reduction
from photogen.sandbox.stripe.customers import default_card
from photogen.sandbox.stripe.payments import Outcome, Payment, pay

RETRY_DAYS = (3, 5, 7)
"""Days from a failed payment to the next try; after the last the subscription ends."""


@dataclass(frozen=True)
class Line:
    """One line of an invoice, in cents."""

    amount: int
    description: str
    start: int
    end: int
    price: Record
    item: Record | None = None
    proration: bool = False
    quantity: int = 1


@dataclass(frozen=True)
class Bill:
    """What an invoice is made of. `reason` is Stripe's billing_reason."""

    customer: Record
    reason: str
    lines: list[Line]
    subscription: Record | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    discounts: list[Record] = field(default_factory=list)
    since: int = 0
    """When the discounts were taken."""


def new_invoice(account: Account, bill: Bill, at: int, *, draft_until: int | None = None, keep: bool = True) -> Record:
    """A draft, or with `draft_until` None a finalized, open invoice. Not kept: a preview."""
    identity = new_id("invoice") if keep else f"upcoming_{new_id('invoice')}"
    lines, off = _lines(account, bill, identity, at)
    subtotal = sum(line.amount for line in bill.lines)
    total = subtotal - sum(off.values())
    starting = int(bill.customer["balance"])
    due = max(0, total + starting)
    subscription = bill.subscription
    record: Record = {
        **nulls(
            "account_name account_tax_ids application automatically_finalizes_at custom_fields customer_account "
            "customer_phone customer_shipping default_payment_method default_source description due_date effective_at "
            "ending_balance footer from_invoice hosted_invoice_url invoice_pdf last_finalization_error latest_revision "
            "next_payment_attempt number on_behalf_of receipt_number rendering shipping_cost shipping_details "
            "statement_descriptor total_pretax_credit_amounts webhooks_delivered_at"
        ),
        "id": identity,
        "object": "invoice",
        "account_country": "US",
        "amount_due": due,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_remaining": due,
        "amount_shipping": 0,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "billing_reason": bill.reason,
        "collection_method": "charge_automatically",
        "created": at,
        "currency": "usd",
        "customer": bill.customer["id"],
        "customer_address": bill.customer["address"],
        "customer_email": bill.customer["email"],
        "customer_name": bill.customer["name"],
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [discount["id"] for discount in bill.discounts],
        "issuer": {"type": "self"},
        "lines": listing(lines, f"/v1/invoices/{identity}/lines"),
        "livemode": False,
        "metadata": bill.metadata,
        "parent": None
        if subscription is None
        else {
            "quote_details": None,
            "subscription_details": {"metadata": subscription["metadata"], "subscription": subscription["id"]},
            "type": "subscription_details",
        },
        "payment_settings": {"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        "period_end": max((line.start for line in bill.lines), default=at),
        "period_start": min((line.start for line in bill.lines), default=at),
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": starting,
        "status": "draft",
        "status_transitions": {**nulls("finalized_at marked_uncollectible_at paid_at voided_at")},
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal,
        "test_clock": bill.customer["test_clock"],
        "total": total,
        "total_discount_amounts": [{"amount": cents, "discount": name} for name, cents in off.items() if cents],
        "total_excluding_tax": total,
        "total_taxes": [],
    }
    if not keep:
        return record
    account.keep(record, "invoice.created", at=at)
    if draft_until is None:
        finalize(account, record, at)
    else:
        record["automatically_finalizes_at"] = draft_until
        account.keep(record)
    return record


def _lines(account: Account, bill: Bill, invoice: str, at: int) -> tuple[list[Record], dict[str, int]]:
    off: dict[str, int] = {discount["id"]: 0 for discount in bill.discounts}
    rows = []
    for line in bill.lines:
        amounts, left = [], line.amount
        for discount in bill.discounts:
            coupon = account.find("coupon", discount["source"]["coupon"])
            if line.proration or coupon is None or not duration_left(coupon, discount["start"], at):
                continue
            cents = reduction(coupon, left)
            left -= cents
            off[discount["id"]] += cents
            amounts.append({"amount": cents, "discount": discount["id"]})
        rows.append(_line(line, invoice, bill.subscription, amounts))
    return rows, off


def _line(line: Line, invoice: str, subscription: Record | None, discounts: list[Record]) -> Record:
    parent = None
    if line.item is not None and subscription is not None:
        details: Record = {
            "invoice_item": None,
            "proration": line.proration,
            "proration_details": {"credited_items": None},
            "subscription": subscription["id"],
            "subscription_item": line.item["id"],
        }
        parent = {
            "invoice_item_details": None, "subscription_item_details": details, "type": "subscription_item_details",
        }  # fmt: skip
    return {
        "id": new_id("line_item"),
        "object": "line_item",
        "amount": line.amount,
        "currency": "usd",
        "description": line.description,
        "discount_amounts": discounts,
        "discountable": not line.proration,
        "discounts": [],
        "invoice": invoice,
        "livemode": False,
        "metadata": {},
        "parent": parent,
        "period": {"start": line.start, "end": line.end},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": line.price["id"], "product": line.price["product"]},
            "type": "price_details",
            "unit_amount_decimal": str(line.price["unit_amount"]),
        },
        "quantity": line.quantity,
        "quantity_decimal": str(line.quantity),
        "subscription": subscription["id"] if subscription else None,
        "subtotal": line.amount,
        "taxes": [],
    }


def finalize(account: Account, invoice: Record, at: int) -> None:
    """A draft becomes open: it has a number, and a page; the customer's balance has been taken."""
    customer = account.get("customer", invoice["customer"])
    number = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04}"
    customer["next_invoice_sequence"] += 1
    starting = int(customer["balance"])
    left = invoice["total"] + starting  # a negative balance is the customer's credit
    due, customer["balance"] = max(0, left), min(0, left)
    account.keep(customer)
    address = f"{account.sandbox.base_url}/stripe/pages/invoices/{invoice['id']}"
    invoice.update(
        amount_due=due, amount_remaining=due, automatically_finalizes_at=None, effective_at=at,
        ending_balance=customer["balance"], starting_balance=starting, hosted_invoice_url=address,
        invoice_pdf=f"{address}.pdf", number=number, status="open",
    )  # fmt: skip
    invoice["status_transitions"]["finalized_at"] = at
    account.keep(invoice, "invoice.finalized", at=at)


def collect(
    account: Account, invoice: Record, at: int, *, card: Record | None = None, present: bool = False,
    confirmed: bool = False,
) -> Outcome | None:  # fmt: skip
    """Tries to have an open invoice paid, by `card` or the default one. None: there was nothing to pay."""
    customer = account.get("customer", invoice["customer"])
    if invoice["amount_due"] == 0:
        _paid(account, invoice, at)
        return None
    details = (invoice["parent"] or {}).get("subscription_details") or {}
    subscription = account.find("subscription", details.get("subscription"))
    payment = Payment(
        invoice["amount_remaining"], customer["id"], f"Invoice {invoice['number']}", {}, present, confirmed,
        customer["email"],
    )  # fmt: skip
    known = account.where("invoice_payment", invoice=invoice["id"])
    intent = account.find("payment_intent", known[-1]["payment"]["payment_intent"]) if known else None
    outcome = pay(account, payment, card or default_card(account, customer, subscription), at, intent)
    if not known:
        known = [_invoice_payment(invoice, outcome.intent, at)]
        account.keep(known[0])
    invoice["attempted"] = True
    invoice["attempt_count"] += 1
    if outcome.status == "succeeded":
        known[-1].update(amount_paid=invoice["amount_remaining"], status="paid")
        known[-1]["status_transitions"]["paid_at"] = at
        account.keep(known[-1], "invoice_payment.paid", at=at)
        _paid(account, invoice, at)
        return outcome
    tries = invoice["attempt_count"]
    again = subscription is not None and not present and tries <= len(RETRY_DAYS)
    invoice["next_payment_attempt"] = at + RETRY_DAYS[tries - 1] * 86_400 if again else None
    account.keep(invoice, "invoice.payment_failed", at=at)
    if outcome.status == "requires_action":
        account.say("invoice.payment_action_required", invoice, at=at)
    return outcome


def _paid(account: Account, invoice: Record, at: int) -> None:
    invoice.update(
        status="paid", amount_paid=invoice["amount_due"], amount_remaining=0, next_payment_attempt=None, attempted=True
    )
    invoice["status_transitions"]["paid_at"] = at
    account.keep(invoice, "invoice.paid", "invoice.payment_succeeded", at=at)


def _invoice_payment(invoice: Record, intent: Record, at: int) -> Record:
    return {
        "id": new_id("invoice_payment"),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": invoice["amount_remaining"],
        "created": at,
        "currency": "usd",
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }


class _InvoicesParams(ListParams):
    customer: str = ""
    subscription: str = ""
    status: Literal["draft", "open", "paid", "uncollectible", "void"] | None = None


class PayParams(Params):
    payment_method: str = ""
    off_session: bool = False


class _InvoicePaymentsParams(ListParams):
    invoice: str = ""
    status: str = ""
    payment: dict[str, Any] = {}


@endpoint("invoices.get")
def _get(account: Account, call: StripeCall) -> Record:
    return call.find(account, "invoice", call.id)


@endpoint("invoices.list")
def _list(account: Account, call: StripeCall) -> Record:
    params = call.params(_InvoicesParams)
    found = [
        i
        for i in account.all("invoice")
        if params.customer in ("", i["customer"])
        and params.status in (None, i["status"])
        and (not params.subscription or subscription_of(i) == params.subscription)
    ]
    return page(call, found, params, "/v1/invoices")


def subscription_of(invoice: Record) -> str:
    """The id of the subscription that an invoice is for; "" without one."""
    details = (invoice["parent"] or {}).get("subscription_details") or {}
    return str(details.get("subscription") or "")


@endpoint("invoice_payments.list")
def _payments(account: Account, call: StripeCall) -> Record:
    params = call.params(_InvoicePaymentsParams)
    found = account.all("invoice_payment")
    if params.invoice:
        found = [p for p in found if p["invoice"] == params.invoice]
    if intent := params.payment.get("payment_intent"):
        found = [p for p in found if p["payment"]["payment_intent"] == intent]
    return page(call, found, params, "/v1/invoice_payments")


routes = [
    Route("/v1/invoices", _list, methods=["GET"]),
    Route("/v1/invoices/{id}", _get, methods=["GET"]),
    Route("/v1/invoice_payments", _payments, methods=["GET"]),
]
