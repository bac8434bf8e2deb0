"""One Stripe account as the sandbox keeps it: objects by id, each change an event, time by customer."""

import secrets
import string
import time
from collections.abc import Callable, Iterable
from typing import Any

from photogen.sandbox.context import Sandbox
from photogen.sandbox.store import Record

API_VERSION = "2026-10-28.endive"
"""The version whose shapes these are, and that an endpoint gets which names none."""

KINDS = {
    "cus": "customer",
    "prod": "product",
    "price": "price",
    "cs": "checkout.session",
    "bps": "billing_portal.session",
    "bpc": "billing_portal.configuration",
    "sub": "subscription",
    "si": "subscription_item",
    "sub_sched": "subscription_schedule",
    "in": "invoice",
    "inpay": "invoice_payment",
    "pi": "payment_intent",
    "ch": "charge",
    "pm": "payment_method",
    "re": "refund",
    "dp": "dispute",
    "promo": "promotion_code",
    "di": "discount",
    "il": "line_item",
    "evt": "event",
    "we": "webhook_endpoint",
    "clock": "test_helpers.test_clock",
}
"""What an id's beginning says."""
_PREFIXES = {kind: prefix for prefix, kind in KINDS.items()}
_LETTERS = string.ascii_letters + string.digits

Listener = Callable[["Account", Record], None]


def new_id(kind: str) -> str:
    """An id as Stripe makes them: prefix, underscore, letters and digits."""
    tail = "".join(secrets.choice(_LETTERS) for _ in range(24))
    return f"{_PREFIXES[kind]}_{'test_' if kind == 'checkout.session' else ''}{tail}"


def kind_of(identity: str) -> str | None:
    """The kind of object that an id names; None for what is no id of ours (a coupon's is its owner's choice)."""
    prefix = identity.rpartition("_")[0].removesuffix("_test")
    return KINDS.get(prefix)


class Account:
    """Reads and writes of objects. `listener` hears of every event: the deliveries."""

    def __init__(self, sandbox: Sandbox, listener: Listener) -> None:
        self.sandbox = sandbox
        self._listener = listener

    def find(self, kind: str, identity: Any) -> Record | None:
        """The object, or None."""
        return self.sandbox.store.get(f"stripe {kind}", identity) if isinstance(identity, str) else None

    def get(self, kind: str, identity: Any) -> Record:
        """The object, which is known to be there. Raises LookupError."""
        found = self.find(kind, identity)
        if found is None:
            raise LookupError(f"no {kind} {identity}")
        return found

    def all(self, kind: str) -> list[Record]:
        """Every object of a kind, oldest first."""
        return self.sandbox.store.all(f"stripe {kind}")

    def where(self, kind: str, **values: Any) -> list[Record]:
        """Those whose fields have these values, oldest first."""
        return [r for r in self.all(kind) if all(r.get(name) == value for name, value in values.items())]

    def keep(self, record: Record, *events: str, at: int | None = None, before: Record | None = None) -> Record:
        """Keeps an object, new or changed, and says `events` of it. `before` holds the changed fields' old values."""
        self.sandbox.store.put(f"stripe {record['object']}", record["id"], record)
        for name in events:
            self.say(name, record, at=at, before=before)
        return record

    def drop(self, record: Record) -> None:
        """Forgets an object."""
        self.sandbox.store.delete(f"stripe {record['object']}", record["id"])

    def say(self, name: str, record: Record, *, at: int | None = None, before: Record | None = None) -> Record:
        """An event about an object, as the object is now."""
        data: Record = {"object": public(record)}
        if before:
            data["previous_attributes"] = before
        event: Record = {
            "id": new_id("event"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(record.get("customer") if record["object"] != "customer" else record["id"], at),
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": {"id": None, "idempotency_key": None},
            "type": name,
        }
        self.keep(event)
        self._listener(self, event)
        return event

    # --- time ---

    def now(self, customer: Any = None, at: int | None = None) -> int:
        """Seconds since 1970 as this customer's objects see them: a test clock's, or ours plus what it was moved on."""
        if at is not None:
            return at
        record = self.find("customer", customer)
        if record is None:
            return int(time.time())
        clock = self.find("test_helpers.test_clock", record.get("test_clock"))
        if clock is not None:
            return int(clock["frozen_time"])
        return int(time.time()) + int(record.get("_ahead", 0))


def public(record: Record) -> Record:
    """An object as the API shows it: what begins with an underscore is the sandbox's own."""
    return {key: _shown(value) for key, value in record.items() if not key.startswith("_")}


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return public(value)
    return [_shown(item) for item in value] if isinstance(value, list) else value


def nulls(names: str) -> Record:
    """Fields that are there and hold nothing, from their names in one text."""
    return dict.fromkeys(names.split())


def listing(items: Iterable[Record], url: str) -> Record:
    """A list object that holds everything."""
    return {"object": "list", "data": list(items), "has_more": False, "url": url}
