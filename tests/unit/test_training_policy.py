"""The rules of trainings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photogen.domain.training import policy, show
from photogen.domain.training.card import model_card
from photogen.domain.training.config import TrainingConfig
from photogen.gateways.base import Category
from photogen.kit.retry import backoff
from photogen.models import PaidBy, Training, TrainingStatus

S = TrainingStatus
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CONFIG = TrainingConfig()


def row(**changes: object) -> Training:
    values: dict[str, object] = {
        "account_id": "a", "photo_set_id": "p", "name": "Ada", "trigger_word": "adalove", "steps": 1000,
        "learning_rate": 4e-4, "lora_rank": 16, "created_at": NOW - timedelta(seconds=100), "paid_by": PaidBy.CREDITS,
    }  # fmt: skip
    return Training(**values | changes)


@pytest.mark.parametrize("end", [S.COMPLETED, S.CANCELLED])
@pytest.mark.parametrize("to", list(S))
def test_an_end_is_an_end(end: TrainingStatus, to: TrainingStatus) -> None:
    assert not policy.can_move(end, to)
    assert not policy.can_move(end, to, retry=True)


def test_only_a_retry_leaves_a_failure() -> None:
    assert [to for to in S if policy.can_move(S.FAILED, to)] == []
    assert [to for to in S if policy.can_move(S.FAILED, to, retry=True)] == [S.PREPARING, S.PUBLISHING]


def test_no_stage_is_skipped() -> None:
    order = [*policy.STAGES, S.COMPLETED]
    for here, there in pairwise(order):
        assert policy.can_move(here, there)
    assert not policy.can_move(S.QUEUED, S.TRAINING)
    assert not policy.can_move(S.TRAINING, S.COMPLETED)


@given(
    st.lists(st.tuples(st.sampled_from([*policy.STAGES, S.FAILED]), st.integers(-5, 5000)), max_size=30),
    st.integers(0, 4000),
)
def test_percent_never_goes_back_and_ends_only_at_the_end(moves: list[tuple[TrainingStatus, int]], steps: int) -> None:
    before = 0
    for status, step in moves:
        now = policy.percent(status, step, steps, before)
        assert before <= now <= 99
        before = now
    assert policy.percent(S.COMPLETED, 0, steps, before) == 100


@given(st.integers(1, 60), st.floats(0.1, 10), st.floats(10, 600), st.none() | st.floats(0, 900))
def test_backoff_stays_within_its_bounds(attempt: int, first: float, most: float, after: float | None) -> None:
    wait = backoff(attempt, first=first, most=most, after=after)
    assert wait <= max(most, (after or 0) + 1)
    assert wait >= (after or 0)
    assert wait > 0


def test_a_wish_longer_than_our_patience_is_a_no() -> None:
    hour = policy.again(Category.PROVIDER, 1, timedelta(0), 3500)
    assert hour is not None
    assert hour.seconds >= 3500
    assert policy.again(Category.PROVIDER, 1, timedelta(0), 3700) is None
    assert policy.again(Category.PROVIDER, 10, timedelta(0), None) is None
    assert policy.again(Category.PROVIDER, 1, timedelta(hours=2), None) is None


def test_long_trainings_are_asked_about_seldom() -> None:
    poll = timedelta(seconds=2)
    assert policy.poll_after(timedelta(seconds=10), poll) == poll
    assert policy.poll_after(timedelta(minutes=5), poll) == timedelta(seconds=10)
    assert policy.poll_after(timedelta(hours=5), poll) == timedelta(seconds=30)


def test_the_more_are_watched_the_more_seldom_each_is_asked_about() -> None:
    poll = timedelta(seconds=2)
    assert policy.poll_after(timedelta(0), poll, 20) == poll
    assert policy.poll_after(timedelta(0), poll, 300) == timedelta(seconds=20)
    assert policy.poll_after(timedelta(minutes=5), poll, 100) == timedelta(seconds=10)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Ada Lovelace", "ada-lovelace"),
        ("Ädä / ../..", "ada"),
        ("日本語", "lora"),
        ("x" * 60, "x" * 40),
        ("--", "lora"),
    ],
)
def test_a_repository_has_a_plain_name(name: str, slug: str) -> None:
    assert policy.repository_name(name, "01j" + "k" * 23) == f"{slug}-{'k' * 12}"


def test_what_is_left_depends_on_what_a_retry_could_use() -> None:
    failed = row(status=S.FAILED, failed_stage="publishing", finished_at=NOW, weights_key="w", vendor_id="t")
    soon, later = NOW + timedelta(minutes=1), NOW + timedelta(days=8)
    assert policy.resumable(failed, soon, CONFIG)
    left = policy.leftovers(failed, soon, CONFIG)
    assert (left.weights, left.hub, left.vendor) == (False, True, True)
    assert left.again_at == NOW + CONFIG.keep_weights
    assert policy.leftovers(failed, later, CONFIG).weights
    at_vendor = row(status=S.FAILED, failed_stage="publishing", finished_at=NOW, vendor_id="t")
    assert not policy.leftovers(at_vendor, soon, CONFIG).vendor
    assert policy.leftovers(at_vendor, NOW + timedelta(hours=2), CONFIG).vendor
    corrupt = row(
        status=S.FAILED, failed_stage="publishing", finished_at=NOW, vendor_id="t", error_code="weights_corrupt"
    )
    assert not policy.resumable(corrupt, soon, CONFIG)
    done = policy.leftovers(row(status=S.COMPLETED, weights_key="w"), later, CONFIG)
    assert (done.vendor, done.weights, done.hub) == (True, False, False)


def test_a_failed_training_goes_on_where_that_costs_nothing_twice() -> None:
    def at(**values: Any) -> S | None:
        return policy.resumes_at(row(status=S.FAILED, finished_at=NOW, **values), NOW, CONFIG)

    assert at(failed_stage="preparing") is S.PREPARING
    assert at(failed_stage="publishing", vendor_id="t", weights_key="w") is S.PUBLISHING
    assert at(failed_stage="training", vendor_id="t") is None, "it may still run at the vendor"
    assert at(failed_stage="training", submit_started_at=NOW) is None, "nobody knows whether it was taken"
    assert at(failed_stage="training", vendor_id="t", cleaned_at=NOW) is S.PREPARING
    assert policy.resumes_at(row(status=S.CANCELLED, finished_at=NOW), NOW, CONFIG) is None


def test_each_round_is_found_again_by_a_name_of_its_own() -> None:
    first, third = row(rounds=1), row(rounds=3)
    assert policy.reference(first) == first.id
    assert policy.reference(third) == f"{third.id}-3"


def test_the_card_cannot_be_broken_out_of() -> None:
    card = model_card(row(name="<script>alert(1)</script> [x](http://e.vil)\n---\nlicense: mit")).decode()
    assert "<script>" not in card
    assert "](http" not in card
    assert card.count("\n---\n") == 1


def test_seconds_left_by_the_trainers_word_else_by_what_is_usual() -> None:
    assert show.seconds_left(row(status=S.TRAINING, seconds_left=30.0), 400, NOW) == 35
    assert show.seconds_left(row(status=S.QUEUED), 400, NOW) == 300
    assert show.seconds_left(row(status=S.QUEUED), 10, NOW) == 1
    assert show.seconds_left(row(status=S.COMPLETED), 400, NOW) is None


def test_a_cancelled_training_shows_where_it_was_stopped() -> None:
    spans = {
        "preparing": policy.Span(NOW, NOW, 1.0, tries=1, cancelled=False),
        "training": policy.Span(NOW, NOW, 2.0, tries=3, cancelled=True),
    }
    stages = show.stages(row(status=S.CANCELLED, finished_at=NOW), spans, NOW)
    assert [stage.state for stage in stages] == ["done", "done", "cancelled", "todo", "todo"]
