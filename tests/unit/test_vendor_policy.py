"""When a vendor is paused, and how often what failed is tried again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from photogen.domain.vendors import policy
from photogen.domain.vendors.config import VendorsConfig
from photogen.gateways.base import Category, Fix, GatewayError, Missing, Retry, Stop, Unknown
from photogen.models import CircuitState

NOW = datetime(2026, 11, 1, tzinfo=UTC)
CONFIG = VendorsConfig()
C = CircuitState


def error(kind: type[GatewayError], category: Category, code: str = "odd", **more: float) -> GatewayError:
    return kind("It failed.", vendor="fake", code=code, category=category, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "category", "code", "counts"),
    [
        (Retry, Category.NETWORK, "vendor_unreachable", True),
        (Retry, Category.TIMEOUT, "vendor_timeout", True),
        (Retry, Category.PROVIDER, "vendor_trouble", True),
        (Retry, Category.RATE_LIMIT, "rate_limited", True),
        (Retry, Category.FILE, "weights", False),
        (Stop, Category.AUTHENTICATION, "vendor_credentials", True),
        (Stop, Category.PROVIDER, "vendor_money", True),
        (Stop, Category.PROVIDER, "model_retired", False),
        (Fix, Category.VALIDATION, "input_refused", False),
        (Fix, Category.MODERATION, "moderation", False),
        (Fix, Category.PROVIDER, "picture_failed", False),
        (Missing, Category.PROVIDER, "vendor_missing", False),
    ],
)
def test_only_what_concerns_the_next_request_too_is_the_vendors_fault(
    kind: type[GatewayError], category: Category, code: str, counts: bool
) -> None:
    assert policy.is_fault(error(kind, category, code), paid=True) is counts


def test_a_vendor_that_names_the_time_to_come_back_is_healthy() -> None:
    assert not policy.is_fault(error(Retry, Category.RATE_LIMIT, after=30.0), paid=True)


def test_a_lost_answer_counts_where_something_was_asked() -> None:
    lost = error(Unknown, Category.PROVIDER, "outcome_unknown")
    assert policy.is_fault(lost, paid=True)
    assert not policy.is_fault(lost, paid=False)


def test_pauses_grow_to_the_longest() -> None:
    opens, waits = 0, []
    for _ in range(12):
        moved = policy.after_fault(C.HALF_OPEN, 9, opens, probe=True, now=NOW, config=CONFIG)
        assert moved is not None
        assert moved.retry_at is not None
        opens, seconds = moved.opens, (moved.retry_at - NOW).total_seconds()
        waits.append(seconds)
    first, longest = CONFIG.first_pause.total_seconds(), CONFIG.longest_pause.total_seconds()
    assert first / 2 <= waits[0] <= first
    assert all(longest / 2 <= seconds <= longest for seconds in waits[-5:])


def test_late_answers_of_calls_that_went_before_say_nothing_new() -> None:
    for state in (C.OPEN, C.HALF_OPEN):
        assert policy.after_fault(state, 5, 1, probe=False, now=NOW, config=CONFIG) is None
        assert policy.after_answer(state, probe=False) is None


def test_a_probe_that_another_has_overtaken_is_a_call_like_any() -> None:
    moved = policy.after_fault(C.CLOSED, 0, 0, probe=True, now=NOW, config=CONFIG)
    assert moved == policy.Moved(C.CLOSED, 1, 0, None)


@pytest.mark.parametrize("category", list(Category))
def test_every_category_has_its_patience(category: Category) -> None:
    tries = policy.PATIENCE[category].tries
    waits = [policy.again(category, n, most=30.0) for n in range(1, tries)]
    assert all(wait is not None and 0 < wait <= 30 for wait in waits)
    assert policy.again(category, tries, most=30.0) is None


@pytest.mark.parametrize("category", [Category.VALIDATION, Category.MODERATION, Category.AUTHENTICATION])
def test_what_repeating_does_not_change_is_not_repeated(category: Category) -> None:
    assert policy.again(category, 1, most=30.0, after=1.0) is None


def test_the_vendors_own_wish_is_never_undercut_and_not_kept_to_the_moment_by_all() -> None:
    waits = {policy.again(Category.RATE_LIMIT, 1, most=30.0, after=60.0) for _ in range(20)}
    assert all(wait is not None and 60 <= wait <= 61 for wait in waits)
    assert len(waits) > 10


def test_the_sentence_says_who_what_and_that_nothing_was_charged() -> None:
    said = policy.public("Replicate", "submit_training", "vendor_unreachable", Category.NETWORK)
    assert said == "Replicate is not answering. Your training waits; it goes on by itself. Nothing was charged."
    assert "renew it" in policy.public("Replicate", "submit", "vendor_credentials", Category.AUTHENTICATION)
    assert "out of money" in policy.public("Together", "submit", "vendor_money", Category.PROVIDER)
    assert "overloaded" in policy.public("Together", "submit", "rate_limited", Category.RATE_LIMIT)
