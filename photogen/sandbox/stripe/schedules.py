"""Subscription schedules: what a subscription becomes at the end of a period."""

from typing import Literal

from pydantic import Field
from starlette.routing import Route

from photogen.sandbox.store import Record
from photogen.sandbox.stripe.account import Account, new_id, nulls
from photogen.sandbox.stripe.calls import Params, StripeCall, endpoint
from photogen.sandbox.stripe.lifecycle import after, item_of


class _ScheduleCreate(Params):
    from_subscription: str
    metadata: dict[str, str] = {}


class _PhaseItem(Params):
    price: str
    quantity: int = Field(1, ge=1)


class _Duration(Params):
    interval: Literal["day", "week", "month", "year"]
    interval_count: int = 1


class _Phase(Params):
    items: list[_PhaseItem]
    start_date: int | None = None
    end_date: int | None = None
    duration: _Duration | None = None
    proration_behavior: str = "create_prorations"
    metadata: dict[str, str] = {}


class _ScheduleUpdate(Params):
    phases: list[_Phase] = []
    end_behavior: Literal["release", "cancel"] | None = None
    proration_behavior: str = "create_prorations"
    metadata: dict[str, str] = {}


@endpoint("subscription_schedules.create")
def _create_schedule(account: Account, call: StripeCall) -> Record:
    params = call.params(_ScheduleCreate)
    subscription = call.find(account, "subscription", params.from_subscription, "from_subscription")
    if subscription["schedule"]:
        words = "You cannot migrate a subscription that is already attached to a schedule."
        raise call.refuse(400, words, code="subscription_already_attached")
    item, moment = item_of(subscription), account.now(subscription["customer"])
    phase = _phase(item["price"]["id"], item["quantity"], item["current_period_start"], item["current_period_end"])
    record: Record = {
        **nulls("application canceled_at completed_at customer_account released_at released_subscription"),
        "id": new_id("subscription_schedule"),
        "object": "subscription_schedule",
        "billing_mode": subscription["billing_mode"],
        "created": moment,
        "current_phase": {"start_date": phase["start_date"], "end_date": phase["end_date"]},
        "customer": subscription["customer"],
        "default_settings": {
            "application_fee_percent": None,
            "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
            "billing_cycle_anchor": "automatic",
            "billing_thresholds": None,
            "collection_method": "charge_automatically",
            "default_payment_method": None,
            "description": None,
            "invoice_settings": {
                "issuer": {"type": "self"}, **nulls("account_tax_ids days_until_due custom_fields description footer"),
            },
            "on_behalf_of": None,
            "transfer_data": None,
        },
        "end_behavior": "release",
        "livemode": False,
        "metadata": params.metadata,
        "phases": [phase],
        "status": "active",
        "subscription": subscription["id"],
        "test_clock": subscription["test_clock"],
    }  # fmt: skip
    subscription["schedule"] = record["id"]
    account.keep(record, "subscription_schedule.created", at=moment)
    account.keep(subscription, "customer.subscription.updated", at=moment, before={"schedule": None})
    return record


def _phase(price: str, quantity: int, start: int, last: int, metadata: dict[str, str] | None = None) -> Record:
    return {
        **nulls(
            "application_fee_percent billing_cycle_anchor billing_thresholds collection_method default_payment_method "
            "description on_behalf_of transfer_data trial_end"
        ),
        "add_invoice_items": [],
        "currency": "usd",
        "default_tax_rates": [],
        "discounts": [],
        "end_date": last,
        "invoice_settings": None,
        "items": [
            {
                "billing_thresholds": None, "discounts": [], "metadata": {}, "plan": price, "price": price,
                "quantity": quantity, "tax_rates": [],
            }
        ],
        "metadata": metadata or {},
        "proration_behavior": "create_prorations",
        "start_date": start,
    }  # fmt: skip


@endpoint("subscription_schedules.update")
def _update_schedule(account: Account, call: StripeCall) -> Record:
    params, record = call.params(_ScheduleUpdate), call.find(account, "subscription_schedule", call.id)
    if record["status"] not in {"active", "not_started"}:
        raise call.refuse(400, f"This schedule is {record['status']} and can't be updated.")
    start = record["phases"][0]["start_date"]
    phases = []
    for given in params.phases:
        price = call.find(account, "price", given.items[0].price, "phases[items][price]")
        begun = given.start_date or start
        last = given.end_date
        if last is None and given.duration is not None:
            rhythm = {"interval": given.duration.interval, "interval_count": given.duration.interval_count}
            last = after(begun, {"recurring": rhythm}, begun)
        start = last if last is not None else after(begun, price, begun)
        phases.append(_phase(price["id"], given.items[0].quantity, begun, start, given.metadata))
    record.update(phases=phases or record["phases"], end_behavior=params.end_behavior or record["end_behavior"])
    record["metadata"] = {**record["metadata"], **params.metadata}
    return account.keep(record, "subscription_schedule.updated")


@endpoint("subscription_schedules.get")
def _get_schedule(account: Account, call: StripeCall) -> Record:
    return call.find(account, "subscription_schedule", call.id)


@endpoint("subscription_schedules.release")
def _release(account: Account, call: StripeCall) -> Record:
    record = call.find(account, "subscription_schedule", call.id)
    if record["status"] not in {"active", "not_started"}:
        raise call.refuse(400, f"This schedule is {record['status']} and can't be released.")
    moment = account.now(record["customer"])
    subscription = account.get("subscription", record["subscription"])
    subscription["schedule"] = None
    record.update(status="released", released_at=moment, released_subscription=subscription["id"], subscription=None)
    account.keep(record, "subscription_schedule.released", at=moment)
    account.keep(subscription, "customer.subscription.updated", at=moment, before={"schedule": record["id"]})
    return record


routes = [
    Route("/v1/subscription_schedules", _create_schedule, methods=["POST"]),
    Route("/v1/subscription_schedules/{id}", _get_schedule, methods=["GET"]),
    Route("/v1/subscription_schedules/{id}", _update_schedule, methods=["POST"]),
    Route("/v1/subscription_schedules/{id}/release", _release, methods=["POST"]),
]
