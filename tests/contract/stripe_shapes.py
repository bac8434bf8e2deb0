"""Stripe's published sample resources, and how one of the sandbox's is held against them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILE = "stripe.fixtures3.json"

# Samples are of July 2026; these fields are filled differently by nature, or hold one of several kinds.
_FREE = {"metadata", "previous_attributes", "data", "payment", "automatic_payment_methods", "payment_method_options"}
# Fields that a sample leaves out and the installed client (2026-10-28) has.
_YOUNGER: dict[str, set[str]] = {
    "billing_mode": {"flexible"},
    "flexible": {"proration_discounts"},
    "invoice_payment": set(),
    "last_payment_error": {"code", "decline_code", "message"},
    "payment": {"payment_intent"},
    "pricing": {"price_details"},
    "proration_details": {"credited_items"},
    "webhook_endpoint": {"secret"},
    "event": {"previous_attributes"},
}


class Shapes:
    """The samples, by kind."""

    def __init__(self, folder: Path) -> None:
        self._samples: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))["resources"]

    def check(self, value: Any) -> list[str]:
        """What does not fit, in every object within `value`."""
        return [problem for record in _objects(value) for problem in self._check(record)]

    def _check(self, record: dict[str, Any]) -> Iterator[str]:
        kind = record["object"]
        if kind in {"list", "account", "plan"}:
            return
        if record.get("deleted"):
            kind = f"deleted_{kind}"
        sample = self._samples.get(kind)
        if sample is None:
            yield f"Stripe has no {kind}"
            return
        younger = _YOUNGER.get(kind, set())
        if unknown := set(record) - set(sample) - younger:
            yield f"{kind}: Stripe has no {', '.join(sorted(unknown))}"
        if missing := set(sample) - set(record) - _LEFT_OUT.get(kind, set()):
            yield f"{kind}: {', '.join(sorted(missing))} is missing"
        for name in set(record) & set(sample):
            yield from self._field(f"{kind}.{name}", name, record[name], sample[name])

    def _field(self, where: str, name: str, ours: Any, theirs: Any) -> Iterator[str]:
        if ours is None or theirs is None or name in _FREE:
            return
        if _kind(ours) != _kind(theirs) and not (isinstance(ours, str) and isinstance(theirs, dict)):
            yield f"{where} is a {_kind(ours)}, Stripe's a {_kind(theirs)}"
        elif isinstance(ours, dict) and isinstance(theirs, dict) and "object" not in ours:
            for inner, value in ours.items():
                if inner not in theirs and theirs and inner not in _YOUNGER.get(name, set()):
                    yield f"{where}: Stripe has no {inner}"
                elif inner in theirs:
                    yield from self._field(f"{where}.{inner}", inner, value, theirs[inner])


# A sample shows it, the API gives it only in certain cases: on older versions, or when it is asked for.
_LEFT_OUT: dict[str, set[str]] = {
    "charge": {"source"},
    "checkout.session": set(),
    "customer": {"customer_account"},
    "invoice": {"subscription"},
    "event": set(),
}


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("object"), str):
            yield value
        for item in value.values():
            yield from _objects(item)
    elif isinstance(value, list):
        for item in value:
            yield from _objects(item)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return {str: "text", list: "list", dict: "object"}[type(value)]
