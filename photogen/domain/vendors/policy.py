"""When a vendor is paused, and how often and how soon what failed is tried again. Pure.

The circuit breaker is our own: it has to be one for all workers and pages, so it lives in PostgreSQL. pybreaker,
circuitbreaker and purgatory share their state through Redis at most, lock within one process only, and let every
process send its own probe; what would be left of them behind a storage of ours is less than what stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from photogen.domain.vendors.config import VendorsConfig
from photogen.gateways.base import Category, GatewayError, Retry, Stop, Unknown
from photogen.kit.retry import backoff
from photogen.kit.text import t
from photogen.models.vendor import CircuitState

PAUSED = "vendor_paused"
"""Code of the Retry that an open circuit raises. Nothing was asked: waiting for it is no attempt."""
_HALF_OPEN_WAIT = 2.0
"""Seconds after which those that come during a probe look again: its answer is near."""
RETIRED = "model_retired"
"""Code of a Stop: the vendor no longer serves the model."""
_LOOK = 20.0
"""Seconds between two looks of what waits for a paused vendor."""
_NOT_ANSWERING = frozenset({Category.NETWORK, Category.TIMEOUT, Category.PROVIDER})
_OPERATORS_MATTER = frozenset({"vendor_credentials", "vendor_money"})


# --- trying again ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Patience:
    """Most tries in all, and seconds before the second one; then it doubles."""

    tries: int
    first: float


PATIENCE: Mapping[Category, Patience] = {
    Category.NETWORK: Patience(6, 0.5),
    Category.TIMEOUT: Patience(6, 1.0),
    Category.RATE_LIMIT: Patience(10, 2.0),
    Category.PROVIDER: Patience(8, 1.0),
    Category.FILE: Patience(6, 1.0),
    Category.INTERNAL: Patience(6, 1.0),
    # Repeating these changes nothing.
    Category.AUTHENTICATION: Patience(1, 0.0),
    Category.VALIDATION: Patience(1, 0.0),
    Category.MODERATION: Patience(1, 0.0),
}
"""The one table of retries, for trainings and pictures alike: what failed in a way that may pass, by its category."""


def again(category: Category, attempt: int, *, most: float, after: float | None = None) -> float | None:
    """Seconds until the next try after try `attempt` (from 1) failed, at most `most` unless the vendor itself asks for
    more with `after`; None: give up."""
    patience = PATIENCE[category]
    if attempt >= patience.tries:
        return None
    return backoff(attempt, first=patience.first, most=most, after=after)


LOOKS_FOR_WHAT_IS_MISSING = 3
"""A vendor that says once that it has no such job may be mistaken: one of its machines may not know of it yet."""


def look_again(after: float | None) -> float:
    """Seconds after which what waits for a paused vendor looks again. The circuit may close before its time, by
    somebody else's probe, so it is not slept for to the end."""
    return backoff(1, first=1.0, most=1.0, after=min(after or 1.0, _LOOK))


# --- circuits -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a circuit stands."""

    vendor: str
    operation: str
    state: CircuitState
    failures: int
    opens: int
    opened_at: datetime | None
    retry_at: datetime | None
    code: str
    words: str
    category: Category

    def closed_to(self, now: datetime) -> bool:
        """Whether nobody may ask at `now`, not even for a probe."""
        return self.state is not CircuitState.CLOSED and self.retry_at is not None and self.retry_at > now

    def wait(self, now: datetime) -> float:
        """Seconds until one should look again."""
        if self.retry_at is None or self.state is CircuitState.HALF_OPEN:
            return _HALF_OPEN_WAIT
        return max(1.0, (self.retry_at - now).total_seconds())


@dataclass(frozen=True, slots=True)
class Moved:
    """What a circuit becomes."""

    state: CircuitState
    failures: int
    opens: int
    retry_at: datetime | None


def is_fault(error: GatewayError, *, paid: bool) -> bool:
    """Whether `error` is the vendor's fault or our standing with it. What is wrong with one request (its input, an
    unsafe prompt, a model that is gone) says nothing of the next one; a vendor that names the time to come back is
    healthy. A lost answer counts where something was really asked: `paid`."""
    if isinstance(error, Unknown):
        return paid
    if isinstance(error, Retry):
        if error.category is Category.RATE_LIMIT:
            return error.after is None
        return error.category in _NOT_ANSWERING
    return isinstance(error, Stop) and error.code in _OPERATORS_MATTER


def after_fault(
    state: CircuitState, failures: int, opens: int, *, probe: bool, now: datetime, config: VendorsConfig
) -> Moved | None:
    """What a fault makes of a circuit; None: nothing. Answers that come late, to calls that went before it opened, say
    nothing new; nor does a probe that another one has overtaken say more than any call."""
    if state is not CircuitState.CLOSED and not probe:
        return None
    failures += 1
    if state is CircuitState.CLOSED and failures < config.failures:
        return Moved(CircuitState.CLOSED, failures, opens, None)
    pause = backoff(opens + 1, first=config.first_pause.total_seconds(), most=config.longest_pause.total_seconds())
    return Moved(CircuitState.OPEN, failures, opens + 1, now + timedelta(seconds=pause))


def after_answer(state: CircuitState, *, probe: bool) -> Moved | None:
    """What an answer makes of a circuit that was not healthy; None: nothing. Only the probe closes it."""
    if state is not CircuitState.CLOSED and not probe:
        return None
    return Moved(CircuitState.CLOSED, 0, 0, None)


_WAITS: Mapping[str, str] = {
    "submit": t("Pictures wait for it, or another service draws them. Nothing was charged."),
    "find": t("Pictures wait for it; they go on by themselves."),
    "check": t("Pictures are being drawn there; they are fetched as soon as it answers."),
    "fetch": t("Pictures that are drawn are fetched as soon as it answers."),
    "submit_training": t("Your training waits; it goes on by itself. Nothing was charged."),
    "find_training": t("Your training waits; it goes on by itself. Nothing was charged."),
    "check_training": t("Your training goes on there; it is looked at again by itself."),
    "fetch_weights": t("Your model is trained; its weights are fetched as soon as it answers."),
    "publish": t("Your model is trained and safe here; it is published as soon as it answers."),
}
_WAITS_ANYHOW = t("This goes on by itself.")


def public(name: str, operation: str, code: str, category: Category) -> str:
    """What people are told of the vendor `name` (as they know it) whose `operation` is paused."""
    if code == "vendor_credentials":
        what = t("{name} does not accept this studio's key; whoever runs it has to renew it.", name=name)
    elif code == "vendor_money":
        what = t("This studio's account with {name} is out of money; whoever runs it has to fill it up.", name=name)
    elif category is Category.RATE_LIMIT:
        what = t("{name} is overloaded.", name=name)
    else:
        what = t("{name} is not answering.", name=name)
    return f"{what} {_WAITS.get(operation, _WAITS_ANYHOW)}"
