"""The life of a subscription: begun, renewed, changed, failed and retried, ended; each step at its own time."""

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from photogen.sandbox.store import Record
from photogen.sandbox.stripe.account import Account, listing, new_id, nulls
from photogen.sandbox.stripe.customers import default_card
from photogen.sandbox.stripe.invoices import Bill, Line, collect, finalize, new_invoice, subscription_of
from photogen.sandbox.stripe.payments import Outcome

DAY = 86_400
_DRAFT = 3600
"""Seconds for which a renewal's invoice stays a draft."""
_TRIAL_WARNING = 3 * DAY
_INCOMPLETE = 23 * 3600
ENDED = frozenset({"canceled", "incomplete_expired"})


@dataclass(frozen=True)
class Start:
    """What a subscription begins with. `present`: the payer is there, and has `confirmed` the second step or not."""

    customer: Record
    price: Record
    quantity: int
    metadata: dict[str, str]
    discounts: list[Record]
    card: Record | None = None
    trial_days: int = 0
    missing_card: str = "create_invoice"
    present: bool = True
    confirmed: bool = False


def after(moment: int, price: Record, anchor: int) -> int:
    """The end of a period of `price` that begins at `moment`; months keep the day of `anchor` where they have it."""
    recurring = price["recurring"]
    count, unit = int(recurring["interval_count"]), recurring["interval"]
    if unit in {"day", "week"}:
        return moment + count * (7 if unit == "week" else 1) * DAY
    begin, day = datetime.fromtimestamp(moment, UTC), datetime.fromtimestamp(anchor, UTC).day
    months = begin.year * 12 + begin.month - 1 + count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return int(begin.replace(year=year, month=month + 1, day=min(day, last)).timestamp())


def begin(account: Account, start: Start, at: int) -> tuple[Record, Outcome | None]:
    """A subscription with its first invoice. Declined: it is `incomplete`, and expires unless it is paid in time."""
    trial_end = at + start.trial_days * DAY if start.trial_days else None
    end = trial_end or after(at, start.price, at)
    record = _subscription(account, start, at, end, trial_end)
    account.keep(record)
    lines = [] if trial_end else [_period(record, at, end)]
    if trial_end:
        words = f"Trial period for {_name(account, start.price)}"
        lines = [Line(0, words, at, end, start.price, record["items"]["data"][0], quantity=start.quantity)]
    bill = Bill(start.customer, "subscription_create", lines, record, discounts=start.discounts)
    invoice = new_invoice(account, bill, at)
    record["latest_invoice"] = invoice["id"]
    outcome = collect(account, invoice, at, card=start.card, present=start.present, confirmed=start.confirmed)
    paid = invoice["status"] == "paid"
    record["status"] = ("trialing" if trial_end else "active") if paid else "incomplete"
    account.keep(record, "customer.subscription.created", at=at)
    return record, outcome


def _subscription(account: Account, start: Start, at: int, end: int, trial_end: int | None) -> Record:
    identity = new_id("subscription")
    item = _item(identity, start.price, start.quantity, at, end)
    record: Record = {
        **nulls(
            "application application_fee_percent billing_cycle_anchor_config billing_schedules billing_thresholds "
            "cancel_at canceled_at customer_account days_until_due default_payment_method default_source description "
            "ended_at latest_invoice next_pending_invoice_item_invoice on_behalf_of pause_collection "
            "pending_invoice_item_interval pending_setup_intent pending_update schedule transfer_data managed_payments"
        ),
        "id": identity,
        "object": "subscription",
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": trial_end or at,
        "billing_mode": {"type": "flexible", "flexible": {"proration_discounts": "included"}},
        "cancel_at_period_end": False,
        "cancellation_details": {**nulls("comment feedback reason")},
        "collection_method": "charge_automatically",
        "created": at,
        "currency": "usd",
        "customer": start.customer["id"],
        "default_tax_rates": [],
        "discounts": [discount["id"] for discount in start.discounts],
        "invoice_settings": {"issuer": {"type": "self"}, **nulls("account_tax_ids custom_fields description footer")},
        "items": listing([item], f"/v1/subscription_items?subscription={identity}"),
        "livemode": False,
        "metadata": start.metadata,
        "payment_settings": {
            "payment_method_options": None, "payment_method_types": None, "save_default_payment_method": "off",
        },
        "start_date": at,
        "status": "incomplete",
        "test_clock": start.customer["test_clock"],
        "trial_end": trial_end,
        "trial_settings": {"end_behavior": {"missing_payment_method": start.missing_card}},
        "trial_start": at if trial_end else None,
        "_pending": [],
        "_told": [],
    }  # fmt: skip
    for discount in start.discounts:
        discount["subscription"] = identity
        account.keep(discount)
    if start.card is not None:
        record["default_payment_method"] = start.card["id"]
    return record


def _item(subscription: str, price: Record, quantity: int, start: int, end: int) -> Record:
    return {
        "id": new_id("subscription_item"),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": start,
        "current_period_end": end,
        "current_period_start": start,
        "discounts": [],
        "metadata": {},
        "plan": _plan(price),
        "price": price,
        "quantity": quantity,
        "subscription": subscription,
        "tax_rates": [],
    }


def _plan(price: Record) -> Record:
    recurring = price["recurring"]
    return {
        **nulls("meter nickname tiers_mode transform_usage trial_period_days"),
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": "per_unit",
        "created": price["created"],
        "currency": price["currency"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "livemode": False,
        "metadata": price["metadata"],
        "product": price["product"],
        "usage_type": "licensed",
    }


def item_of(subscription: Record) -> Record:
    """The one item of a subscription."""
    found: Record = subscription["items"]["data"][0]
    return found


def _name(account: Account, price: Record) -> str:
    product = account.find("product", price["product"])
    return str(product["name"] if product else price["id"])


def _period(subscription: Record, start: int, end: int) -> Line:
    item = item_of(subscription)
    price, quantity = item["price"], item["quantity"]
    amount = price["unit_amount"] * quantity
    words = f"{quantity} x {price['nickname'] or price['id']} (at ${price['unit_amount'] / 100:.2f} / period)"
    return Line(amount, words, start, end, price, item, quantity=quantity)


def discounts_of(account: Account, subscription: Record) -> list[Record]:
    """The discounts that a subscription carries."""
    return [found for name in subscription["discounts"] if (found := account.find("discount", name))]


# --- change ---------------------------------------------------------------------------------------------------------

Proration = Literal["always_invoice", "create_prorations", "none"]


def proration(account: Account, subscription: Record, price: Record, quantity: int, at: int) -> list[Line]:
    """What an immediate change to `price` costs: unused time comes back, the rest of the period is paid anew."""
    item = item_of(subscription)
    start, end, old = item["current_period_start"], item["current_period_end"], item["price"]
    share = max(0.0, min(1.0, (end - at) / max(1, end - start)))
    if subscription["status"] == "trialing":
        return []
    back = Line(
        -round(old["unit_amount"] * item["quantity"] * share), f"Unused time on {_name(account, old)}", at, end, old,
        item, proration=True, quantity=item["quantity"],
    )  # fmt: skip
    if same_rhythm(old, price):
        amount, until = round(price["unit_amount"] * quantity * share), end
    else:
        amount, until = price["unit_amount"] * quantity, after(at, price, at)
    words = f"Remaining time on {_name(account, price)}"
    return [back, Line(amount, words, at, until, price, item, proration=True, quantity=quantity)]


def same_rhythm(one: Record, other: Record) -> bool:
    """Whether two prices recur alike."""
    return all(one["recurring"][name] == other["recurring"][name] for name in ("interval", "interval_count"))


def change(
    account: Account, subscription: Record, price: Record, quantity: int, how: Proration, at: int, strict: bool
) -> Outcome | None:
    """Another price from now on. `strict`: a payment that fails undoes the change, and its outcome is returned."""
    lines = [] if how == "none" else proration(account, subscription, price, quantity, at)
    item = item_of(subscription)
    before = {name: item[name] for name in ("price", "plan", "quantity", "current_period_start", "current_period_end")}
    anchor = subscription["billing_cycle_anchor"]
    if not same_rhythm(item["price"], price) and subscription["status"] != "trialing":
        item.update(current_period_start=at, current_period_end=after(at, price, at))
        subscription["billing_cycle_anchor"] = at
    item.update(price=price, plan=_plan(price), quantity=quantity)
    changed = {"items": {"data": [{**item, **before}]}}
    outcome = None
    if lines and how == "always_invoice":
        customer = account.get("customer", subscription["customer"])
        bill = Bill(customer, "subscription_update", lines, subscription)
        invoice = new_invoice(account, bill, at)
        subscription["latest_invoice"] = invoice["id"]
        outcome = collect(account, invoice, at)
        if invoice["status"] != "paid":
            if strict:
                item.update(before)
                subscription["billing_cycle_anchor"] = anchor
                invoice.update(status="void", next_payment_attempt=None)
                invoice["status_transitions"]["voided_at"] = at
                account.keep(invoice, "invoice.voided", at=at)
                account.keep(subscription)
                return outcome
            subscription["status"] = "past_due"
    elif lines:
        subscription["_pending"] += [_packed(line) for line in lines]
    account.keep(subscription, "customer.subscription.updated", at=at, before=changed)
    return outcome


def _packed(line: Line) -> Record:
    return {
        "amount": line.amount, "description": line.description, "start": line.start, "end": line.end,
        "price": line.price, "quantity": line.quantity,
    }  # fmt: skip


def pending(subscription: Record) -> list[Line]:
    """Prorations that wait for the next invoice."""
    item = item_of(subscription)
    return [Line(**packed, item=item, proration=True) for packed in subscription["_pending"]]


def end(account: Account, subscription: Record, at: int, reason: str = "cancellation_requested") -> None:
    """It ends now; what it still owes is not collected any more."""
    subscription.update(status="canceled", ended_at=at, canceled_at=subscription["canceled_at"] or at)
    subscription["cancellation_details"]["reason"] = subscription["cancellation_details"]["reason"] or reason
    for invoice in account.where("invoice", customer=subscription["customer"]):
        if subscription_of(invoice) == subscription["id"] and invoice["status"] in {"open", "draft"}:
            invoice.update(next_payment_attempt=None, automatically_finalizes_at=None, auto_advance=False)
            account.keep(invoice)
    if schedule := account.find("subscription_schedule", subscription["schedule"]):
        schedule.update(status="canceled", canceled_at=at)
        account.keep(schedule, "subscription_schedule.canceled", at=at)
    account.keep(subscription, "customer.subscription.deleted", at=at)


# --- time -----------------------------------------------------------------------------------------------------------


def run(account: Account, subscription: Record, now: int) -> None:
    """Does everything that falls due until `now`, each at its own moment."""
    while (moment := _next(account, subscription)) is not None and moment <= now:
        _step(account, subscription, moment)


def _open(account: Account, subscription: Record) -> Record | None:
    invoice = account.find("invoice", subscription["latest_invoice"])
    return invoice if invoice and invoice["status"] in {"draft", "open"} else None


def _next(account: Account, subscription: Record) -> int | None:
    if subscription["status"] in ENDED or subscription["status"] == "paused":
        return None
    moments = []
    invoice = _open(account, subscription)
    if invoice:
        moments += [invoice["automatically_finalizes_at"], invoice["next_payment_attempt"]]
    if subscription["status"] == "incomplete":
        return int(subscription["created"]) + _INCOMPLETE
    if subscription["status"] == "trialing" and "trial" not in subscription["_told"]:
        moments.append(max(subscription["trial_end"] - _TRIAL_WARNING, subscription["created"]))
    moments += [item_of(subscription)["current_period_end"], subscription["cancel_at"]]
    return min(int(moment) for moment in moments if moment is not None)


def _step(account: Account, subscription: Record, at: int) -> None:
    invoice = _open(account, subscription)
    if subscription["status"] == "incomplete":
        subscription.update(status="incomplete_expired", ended_at=at)
        account.keep(subscription, "customer.subscription.updated", at=at, before={"status": "incomplete"})
    elif invoice and invoice["automatically_finalizes_at"] is not None and invoice["automatically_finalizes_at"] <= at:
        finalize(account, invoice, at)
        _collected(account, subscription, invoice, at)
    elif invoice and invoice["next_payment_attempt"] is not None and invoice["next_payment_attempt"] <= at:
        _collected(account, subscription, invoice, at)
    elif (
        subscription["status"] == "trialing" and "trial" not in subscription["_told"] and at < subscription["trial_end"]
    ):
        subscription["_told"].append("trial")
        account.keep(subscription, "customer.subscription.trial_will_end", at=at)
    elif subscription["cancel_at"] is not None and subscription["cancel_at"] <= at:
        end(account, subscription, at)
    else:
        _renew(account, subscription, at)


def _collected(account: Account, subscription: Record, invoice: Record, at: int) -> None:
    collect(account, invoice, at)
    before = subscription["status"]
    if invoice["status"] == "paid":
        subscription["status"] = "active"
    elif invoice["next_payment_attempt"] is None:
        end(account, subscription, at, "payment_failed")
        return
    else:
        subscription["status"] = "past_due"
    if subscription["status"] != before:
        account.keep(subscription, "customer.subscription.updated", at=at, before={"status": before})


def settled(account: Account, invoice: Record, at: int) -> None:
    """What a payment by hand means for the invoice's subscription."""
    subscription = account.find("subscription", subscription_of(invoice))
    if subscription is None or invoice["status"] != "paid" or subscription["status"] in ENDED:
        return
    if subscription["status"] in {"past_due", "incomplete", "unpaid"}:
        before, subscription["status"] = subscription["status"], "active"
        account.keep(subscription, "customer.subscription.updated", at=at, before={"status": before})


def _renew(account: Account, subscription: Record, at: int) -> None:
    item = item_of(subscription)
    customer = account.get("customer", subscription["customer"])
    if subscription["status"] == "trialing" and default_card(account, customer, subscription) is None:
        behaviour = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
        if behaviour == "cancel":
            end(account, subscription, at)
            return
        if behaviour == "pause":
            subscription["status"] = "paused"
            account.keep(subscription, "customer.subscription.paused", at=at)
            return
    _apply_phase(account, subscription, at)
    price = item["price"]
    until = after(at, price, subscription["billing_cycle_anchor"])
    before = {"current_period_start": item["current_period_start"], "current_period_end": item["current_period_end"]}
    item.update(current_period_start=at, current_period_end=until)
    lines = [*pending(subscription), _period(subscription, at, until)]
    subscription["_pending"] = []
    if subscription["status"] == "trialing":
        subscription["status"] = "active"
    discounts = discounts_of(account, subscription)
    bill = Bill(customer, "subscription_cycle", lines, subscription, discounts=discounts)
    invoice = new_invoice(account, bill, at, draft_until=at + _DRAFT)
    subscription["latest_invoice"] = invoice["id"]
    changed = {"items": {"data": [{**item, **before}]}}
    account.keep(subscription, "customer.subscription.updated", at=at, before=changed)


def _apply_phase(account: Account, subscription: Record, at: int) -> None:
    """What a schedule says for the period that begins now."""
    schedule = account.find("subscription_schedule", subscription["schedule"])
    if schedule is None:
        return
    phase = next((p for p in schedule["phases"] if p["start_date"] <= at < p["end_date"]), None)
    if phase is not None:
        first = phase["items"][0]
        price = account.get("price", first["price"])
        item_of(subscription).update(price=price, plan=_plan(price), quantity=first["quantity"])
        subscription["metadata"] = {**subscription["metadata"], **phase["metadata"]}
        if not same_rhythm(item_of(subscription)["price"], price):
            subscription["billing_cycle_anchor"] = at
        schedule["current_phase"] = {"start_date": phase["start_date"], "end_date": phase["end_date"]}
    if phase is None or phase is schedule["phases"][-1]:
        released = schedule["end_behavior"] == "release"
        schedule.update(
            status="released" if released else "completed", released_at=at if released else None,
            released_subscription=subscription["id"] if released else None, subscription=None, current_phase=None,
        )  # fmt: skip
        subscription["schedule"] = None
        account.keep(schedule, f"subscription_schedule.{schedule['status']}", at=at)
    else:
        account.keep(schedule, "subscription_schedule.updated", at=at)
