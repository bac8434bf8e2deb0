"""Prices of trainings, periods of included ones, and what opens what."""

from datetime import UTC, datetime

import pytest

from photogen.domain.plans import policy
from photogen.models import Tier


@pytest.mark.parametrize(("steps", "credits"), [(1, 20), (999, 20), (1000, 20), (1001, 40), (2000, 40), (4000, 80)])
def test_a_training_costs_twenty_credits_per_begun_thousand_steps(steps: int, credits: int) -> None:
    assert policy.training_price(steps) == credits


def test_trainings_count_from_the_utc_month_or_the_purchase_in_it_or_ever() -> None:
    now = datetime(2026, 3, 31, 23, 59, 59, 999999, tzinfo=UTC)
    month, bought, long_ago = (
        datetime(2026, 3, 1, tzinfo=UTC),
        datetime(2026, 3, 9, tzinfo=UTC),
        datetime(2025, 1, 1, tzinfo=UTC),
    )
    assert policy.trainings_since(now, None, once=False) == month
    assert policy.trainings_since(now, bought, once=False) == bought
    assert policy.trainings_since(now, long_ago, once=False) == month
    assert policy.trainings_since(now, bought, once=True) is None


def test_a_tier_opens_itself_and_what_is_below() -> None:
    assert [[a.opens(b) for b in Tier] for a in Tier] == [
        [True, False, False, False],
        [True, True, False, False],
        [True, True, True, False],
        [True, True, True, True],
    ]
