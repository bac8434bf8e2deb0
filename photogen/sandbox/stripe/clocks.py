"""Test clocks, webhook endpoints, events, and the time that passes by itself."""

import asyncio
import os
import secrets

from starlette.routing import Route

from photogen.sandbox.context import Sandbox
from photogen.sandbox.store import Record
from photogen.sandbox.stripe.account import API_VERSION, Account, new_id
from photogen.sandbox.stripe.calls import Created, ListParams, Params, StripeCall, endpoint, page
from photogen.sandbox.stripe.checkout import expire
from photogen.sandbox.stripe.deliveries import account_of
from photogen.sandbox.stripe.lifecycle import DAY, ENDED, run

_TICK = 2.0
"""Seconds between two looks for what has fallen due by itself."""
_TYPES_MOST = 20


class _ClockParams(Params):
    frozen_time: int
    name: str | None = None


class _AdvanceParams(Params):
    frozen_time: int


class _EndpointParams(Params):
    url: str
    enabled_events: list[str]
    api_version: str | None = None
    description: str | None = None
    metadata: dict[str, str] = {}


class _EndpointUpdate(Params):
    url: str | None = None
    enabled_events: list[str] | None = None
    disabled: bool | None = None
    description: str | None = None
    metadata: dict[str, str] | None = None


class _EventsParams(ListParams):
    type: str = ""
    types: list[str] = []
    created: Created = Created()


def pass_time(account: Account) -> None:
    """What has fallen due for everybody."""
    for subscription in account.all("subscription"):
        if subscription["status"] not in ENDED:
            run(account, subscription, account.now(subscription["customer"]))
    for session in account.where("checkout.session", status="open"):
        if session["expires_at"] <= account.now(session["customer"]):
            expire(account, session)


def move_on(account: Account, customer: Record, seconds: int) -> None:
    """Moves one customer's time on, on a test clock of theirs or without one."""
    clock = account.find("test_helpers.test_clock", customer.get("test_clock"))
    if clock is not None:
        _advance_to(account, clock, clock["frozen_time"] + seconds)
        return
    customer["_ahead"] = int(customer.get("_ahead", 0)) + seconds
    account.keep(customer)
    pass_time(account)


def _advance_to(account: Account, clock: Record, moment: int) -> None:
    clock["frozen_time"] = moment
    account.keep(clock)
    for customer in account.where("customer", test_clock=clock["id"]):
        for subscription in account.where("subscription", customer=customer["id"]):
            run(account, subscription, moment)
    clock["status"] = "ready"
    account.keep(clock, "test_helpers.test_clock.ready")


async def keep_time(sandbox: Sandbox) -> None:
    """Looks every now and then, for as long as the sandbox runs."""
    while True:
        pass_time(account_of(sandbox))
        await asyncio.sleep(_TICK)


@endpoint("test_clocks.create")
def _create_clock(account: Account, call: StripeCall) -> Record:
    params = call.params(_ClockParams)
    record: Record = {
        "id": new_id("test_helpers.test_clock"),
        "object": "test_helpers.test_clock",
        "created": account.now(),
        "deletes_after": account.now() + 30 * DAY,
        "frozen_time": params.frozen_time,
        "livemode": False,
        "name": params.name,
        "status": "ready",
        "status_details": {},
    }
    return account.keep(record, "test_helpers.test_clock.created")


@endpoint("test_clocks.get")
def _get_clock(account: Account, call: StripeCall) -> Record:
    return call.find(account, "test_helpers.test_clock", call.id)


@endpoint("test_clocks.advance")
def _advance(account: Account, call: StripeCall) -> Record:
    params, clock = call.params(_AdvanceParams), call.find(account, "test_helpers.test_clock", call.id)
    if params.frozen_time <= clock["frozen_time"]:
        raise call.refuse(400, "The clock can only be advanced to a later time.", param="frozen_time")
    clock["status"] = "advancing"
    account.keep(clock, "test_helpers.test_clock.advancing")
    _advance_to(account, clock, params.frozen_time)
    return clock


@endpoint("webhook_endpoints.create")
def _create_endpoint(account: Account, call: StripeCall) -> Record:
    params = call.params(_EndpointParams)
    record: Record = {
        "id": new_id("webhook_endpoint"),
        "object": "webhook_endpoint",
        "api_version": params.api_version or API_VERSION,
        "application": None,
        "created": account.now(),
        "description": params.description,
        "enabled_events": params.enabled_events,
        "livemode": False,
        "metadata": params.metadata,
        "status": "enabled",
        "url": params.url,
        # The vendor makes one up; the sandbox takes what this installation was told, so that both know it.
        "_secret": os.environ.get("STRIPE_WEBHOOK_SECRET") or f"whsec_{secrets.token_hex(16)}",
    }
    account.keep(record)
    return {**record, "secret": record["_secret"]}


@endpoint("webhook_endpoints.get")
def _get_endpoint(account: Account, call: StripeCall) -> Record:
    return call.find(account, "webhook_endpoint", call.id)


@endpoint("webhook_endpoints.update")
def _update_endpoint(account: Account, call: StripeCall) -> Record:
    params, record = call.params(_EndpointUpdate), call.find(account, "webhook_endpoint", call.id)
    record.update(params.model_dump(exclude={"expand", "disabled"}, exclude_none=True))
    if params.disabled is not None:
        record["status"] = "disabled" if params.disabled else "enabled"
    return account.keep(record)


@endpoint("webhook_endpoints.list")
def _endpoints(account: Account, call: StripeCall) -> Record:
    return page(call, account.all("webhook_endpoint"), call.params(ListParams), "/v1/webhook_endpoints")


@endpoint("webhook_endpoints.delete")
def _delete_endpoint(account: Account, call: StripeCall) -> Record:
    record = call.find(account, "webhook_endpoint", call.id)
    account.drop(record)
    return {"id": record["id"], "object": "webhook_endpoint", "deleted": True}


@endpoint("events.get")
def _event(account: Account, call: StripeCall) -> Record:
    return call.find(account, "event", call.id)


@endpoint("events.list")
def _events(account: Account, call: StripeCall) -> Record:
    params = call.params(_EventsParams)
    if len(params.types) > _TYPES_MOST:
        raise call.refuse(400, f"Invalid array: types may have at most {_TYPES_MOST} entries", param="types")
    wanted = {*params.types, *([params.type] if params.type else [])}
    found = [event for event in account.all("event") if not wanted or event["type"] in wanted]
    found = [event for event in found if params.created.has(event["created"])]
    return page(call, found, params, "/v1/events")


@endpoint("account.get")
def _account(_account: Account, _call: StripeCall) -> Record:
    return {
        "id": "acct_sandbox",
        "object": "account",
        "business_profile": {"name": "Sandbox", "support_email": None, "url": None},
        "charges_enabled": True,
        "country": "US",
        "default_currency": "usd",
        "details_submitted": True,
        "email": None,
        "payouts_enabled": True,
        "type": "standard",
    }


routes = [
    Route("/v1/test_helpers/test_clocks", _create_clock, methods=["POST"]),
    Route("/v1/test_helpers/test_clocks/{id}", _get_clock, methods=["GET"]),
    Route("/v1/test_helpers/test_clocks/{id}/advance", _advance, methods=["POST"]),
    Route("/v1/webhook_endpoints", _create_endpoint, methods=["POST"]),
    Route("/v1/webhook_endpoints", _endpoints, methods=["GET"]),
    Route("/v1/webhook_endpoints/{id}", _get_endpoint, methods=["GET"]),
    Route("/v1/webhook_endpoints/{id}", _update_endpoint, methods=["POST"]),
    Route("/v1/webhook_endpoints/{id}", _delete_endpoint, methods=["DELETE"]),
    Route("/v1/events", _events, methods=["GET"]),
    Route("/v1/events/{id}", _event, methods=["GET"]),
    Route("/v1/account", _account, methods=["GET"]),
]
