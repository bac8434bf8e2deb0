"""Stripe's events: what of one is kept, and those that it lists, whether or not they could be sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import stripe

from photogen.gateways.base_payments import ListedEvent
from photogen.gateways.payments.stripe_calls import called, plain

_KINDS_MOST = 20
"""Kinds that one call may name (docs.stripe.com/api/events/list)."""
_KEPT = ("id", "object", "customer", "subscription", "payment_intent", "charge", "invoice", "status")


def kept(event: Mapping[str, Any]) -> dict[str, Any]:
    """Ids and kinds only: what happened is asked of Stripe, not believed. Raises LookupError, TypeError,
    AttributeError for what is no event."""
    about = event["data"]["object"]
    found = {name: about[name] for name in _KEPT if isinstance(about.get(name), str)}
    return {name: event.get(name) for name in ("type", "created", "api_version")} | {"object": found}


def listed(client: stripe.StripeClient, since: datetime, kinds: Sequence[str]) -> Iterator[ListedEvent]:
    """Events of these kinds, the newest of each call first. Stripe lists those of the last 30 days."""
    for first in range(0, len(kinds), _KINDS_MOST):
        params: Any = {
            "created": {"gte": int(since.timestamp())},
            "types": list(kinds[first : first + _KINDS_MOST]),
            "limit": 100,
        }
        with called("events.list"):
            pages = client.v1.events.list(params=params).auto_paging_iter()
        while True:
            with called("events.list"):
                event = next(pages, None)
                if event is None:
                    break
                whole = plain(event)
                made = datetime.fromtimestamp(int(whole["created"]), UTC)
                found = ListedEvent(str(whole["id"]), made, kept(whole))
            yield found
