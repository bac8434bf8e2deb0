"""The list of trainings: found by what they are, in every order, a page at a time, with totals over all of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from photogen.domain.training.history import FindTrainings, Sort, Standing
from photogen.errors import Invalid
from photogen.kit.ids import new_id
from photogen.models import PaidBy, Subject, Training, TrainingStatus
from tests.factories.work import Works

S = TrainingStatus
DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def bob(works: Works) -> str:
    """Somebody with five trainings of all kinds, a day apart; the third took longest."""
    account = works.studio.account(plan="creator")
    photo_set = works.photo_set(account)
    rows: list[dict[str, Any]] = [
        {"name": "Luna", "subject": Subject.PET, "status": S.COMPLETED, "credits": 20, "seconds": 100},
        {"name": "Ada", "status": S.FAILED, "credits": 40, "seconds": 50},
        {"name": "Zed", "status": S.COMPLETED, "credits": 60, "seconds": 900},
        {"name": "mug 100%", "subject": Subject.PRODUCT, "status": S.CANCELLED, "credits": 20, "seconds": 10},
        {"name": "Boots", "status": S.COMPLETED, "paid_by": PaidBy.INCLUDED, "credits": 0, "seconds": 300},
    ]
    with works.studio.uow() as uow:
        for n, values in enumerate(rows):
            began = DAY + timedelta(days=n)
            seconds = values.pop("seconds")
            uow.session.add(
                Training(
                    account_id=account, photo_set_id=photo_set, trigger_word=f"word{n}", steps=1000, learning_rate=4e-4,
                    lora_rank=16, created_at=began, finished_at=began + timedelta(seconds=seconds), **values,
                )
            )  # fmt: skip
    return account


def names(works: Works, account: str, **wanted: Any) -> list[str]:
    return [row.name for row in works.training.history.find(account, FindTrainings.of(**wanted)).rows]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["Boots", "mug 100%", "Zed", "Ada", "Luna"]),
        ({"sort": "oldest"}, ["Luna", "Ada", "Zed", "mug 100%", "Boots"]),
        ({"sort": "longest"}, ["Zed", "Boots", "Luna", "Ada", "mug 100%"]),
        ({"sort": "name"}, ["Ada", "Boots", "Luna", "mug 100%", "Zed"]),
        ({"standing": "completed"}, ["Boots", "Zed", "Luna"]),
        ({"standing": "running"}, []),
        ({"subject": "pet"}, ["Luna"]),
        ({"text": "lun"}, ["Luna"]),
        ({"text": "WORD3"}, ["mug 100%"]),
        ({"text": "100%"}, ["mug 100%"]),
        ({"text": "1_0%"}, []),
        ({"since": "2026-03-03"}, ["Boots", "mug 100%", "Zed"]),
        ({"since": "2026-03-02", "until": "2026-03-02"}, ["Ada"]),
        ({"standing": "completed", "until": "2026-03-02"}, ["Luna"]),
    ],
)
def test_what_fits_is_found_in_order(works: Works, bob: str, wanted: dict[str, str], found: list[str]) -> None:
    assert names(works, bob, **wanted) == found


@pytest.mark.parametrize("sort", list(Sort))
def test_pages_follow_each_other_without_gap_or_overlap(works: Works, bob: str, sort: Sort) -> None:
    seen: list[str] = []
    after = None
    for _ in range(10):
        page = works.training.history.find(bob, FindTrainings.of(sort=sort, limit=2, after=after))
        seen += [row.name for row in page.rows]
        if not page.more:
            break
        after = page.rows[-1].id
    assert seen == names(works, bob, sort=sort)


def test_totals_are_of_all_that_fit_and_not_of_the_page(works: Works, bob: str) -> None:
    totals = works.training.history.find(bob, FindTrainings.of(limit=1)).totals
    assert (totals.count, totals.completed, totals.failed, totals.cancelled, totals.running) == (5, 3, 1, 1, 0)
    assert (totals.credits_spent, totals.included) == (80, 1), "what failed or was cancelled came back"
    assert (totals.seconds, totals.median_seconds) == (1360, 300)
    assert totals.success_rate == 0.75
    few = works.training.history.find(bob, FindTrainings.of(standing=Standing.FAILED)).totals
    assert (few.count, few.credits_spent, few.median_seconds, few.success_rate) == (1, 0, None, 0)
    none = works.training.history.find(bob, FindTrainings.of(text="nobody")).totals
    assert (none.count, none.seconds, none.success_rate) == (0, 0, None)


def test_what_runs_counts_as_set_aside(works: Works) -> None:
    account = works.studio.account(credits=20, plan="pro")
    for n in range(4):  # three are included in the plan
        works.start(account, trigger_word=f"now{n}")
    page = works.training.history.find(account, FindTrainings.of(standing="running"))
    assert (page.totals.running, page.totals.credits_held, page.totals.credits_spent) == (4, 20, 0)


def test_nobody_finds_what_is_somebody_elses(works: Works, bob: str) -> None:
    eve = works.studio.account()
    assert names(works, eve) == []
    page = works.training.history.find(bob, FindTrainings.of(limit=1))
    assert names(works, eve, after=page.rows[0].id) == []
    assert names(works, bob, after=new_id()) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("standing", "lost"),
        ("since", "yesterday"),
        ("sort", "random"),
        ("after", "x"),
        ("limit", 0),
        ("text", "x" * 81),
    ],
)
def test_what_is_no_filter_is_refused(field: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        FindTrainings.of(**{field: value})
    assert refused.value.field == field


def test_days_in_the_wrong_order_are_told() -> None:
    with pytest.raises(Invalid) as refused:
        FindTrainings.of(since="2026-03-02", until="2026-03-01")
    assert refused.value.code == "days_reversed"


def test_the_totals_go_by_the_accounts_index(works: Works, bob: str) -> None:
    with works.studio.session() as session:
        session.execute(text("SET enable_seqscan = off"))
        plan = session.execute(
            text("EXPLAIN SELECT count(*) FROM training WHERE account_id = :id AND created_at >= :day"),
            {"id": bob, "day": DAY},
        ).scalars()
        assert "ix_training_account_id_created_at_id" in "\n".join(plan)
