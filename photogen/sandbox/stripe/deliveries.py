"""Events on their way to webhook endpoints, signed as docs.stripe.com/webhooks says, tried again, struck by faults."""

import asyncio
import hashlib
import hmac
import json
import logging
import time

import httpx

from photogen.sandbox.context import Sandbox
from photogen.sandbox.faults import WEBHOOK_FAULTS
from photogen.sandbox.store import Record
from photogen.sandbox.stripe.account import Account

_log = logging.getLogger("photogen.sandbox")
_DELAYS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)
"""Seconds before each further try. The vendor goes on for three days in live mode, for some hours in test mode."""


def account_of(sandbox: Sandbox) -> Account:
    """The account of this sandbox."""
    return Account(sandbox, _deliver_event)


def _deliver_event(account: Account, event: Record) -> None:
    for endpoint in account.all("webhook_endpoint"):
        wanted = endpoint["enabled_events"]
        if endpoint["status"] == "enabled" and ("*" in wanted or event["type"] in wanted):
            send(account, event, endpoint)


def send(account: Account, event: Record, endpoint: Record) -> None:
    """Delivers an event to an endpoint (again)."""
    sandbox, body = account.sandbox, json.dumps({**event, "api_version": endpoint["api_version"]})
    fault = sandbox.faults.take("stripe", "webhook", WEBHOOK_FAULTS, body)
    name = fault.fault if fault else ""
    if name == "lost":
        _log.info("webhook %s of %s lost on purpose", event["type"], event["id"])
        return
    late = 0.0
    if fault is not None and name in {"late", "reordered"}:
        late = float(fault.args.get("seconds", 3.0 if name == "late" else 0.4))
    for copy in range(2 if name == "doubled" else 1):
        work = _deliver(sandbox, endpoint, body, late, forged=name == "badly_signed")
        sandbox.spawn(f"stripe webhook {event['id']} {endpoint['id']} {copy} {time.monotonic_ns()}", work)


async def _deliver(sandbox: Sandbox, endpoint: Record, body: str, wait: float, *, forged: bool) -> None:
    await asyncio.sleep(wait)
    for delay in (*_DELAYS, None):
        headers = {
            "content-type": "application/json; charset=utf-8",
            "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "stripe-signature": signature("whsec_forged" if forged else endpoint["_secret"], body),
        }
        try:
            answer = await sandbox.http.post(endpoint["url"], content=body, headers=headers, timeout=10)
            if answer.is_success:
                return
            _log.info("stripe webhook to %s answered %d", httpx.URL(endpoint["url"]).path, answer.status_code)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            _log.info("stripe webhook failed: %s", type(error).__name__)
        if delay is not None:
            await asyncio.sleep(delay)


def signature(secret: str, body: str, at: int | None = None) -> str:
    """The header of a delivery: HMAC-SHA256 of "time.body"."""
    moment = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), f"{moment}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"
