"""Which credits burn first."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from photogen.domain.credits.policy import Lot, burn, has_lapsed

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def lot(name: str, remaining: int, days: int | None, age: int = 0) -> Lot:
    return Lot(name, remaining, None if days is None else NOW + timedelta(days=days), NOW - timedelta(days=age))


def test_the_earliest_expiry_burns_first_and_bought_credits_last() -> None:
    lots = [lot("bought", 10, None, age=99), lot("late", 5, 20), lot("soon", 3, 2), lot("gone", 7, 0)]
    assert [(p.grant_id, p.amount) for p in burn(lots, 10, NOW)] == [("soon", 3), ("late", 5), ("bought", 2)]


def test_of_two_with_the_same_expiry_the_older_burns_first() -> None:
    assert [p.grant_id for p in burn([lot("young", 1, None, 1), lot("old", 1, None, 2)], 1, NOW)] == ["old"]


def test_credits_lapse_at_their_moment() -> None:
    assert has_lapsed(NOW, NOW)
    assert not has_lapsed(NOW + timedelta(microseconds=1), NOW)
    assert not has_lapsed(None, NOW)


@given(
    st.lists(st.tuples(st.integers(0, 20), st.none() | st.integers(-3, 3), st.integers(0, 3)), max_size=8),
    st.integers(0, 100),
)
def test_it_takes_what_is_asked_or_all_there_is(lots: list[tuple[int, int | None, int]], amount: int) -> None:
    made = [lot(str(number), *values) for number, values in enumerate(lots)]
    portions = burn(made, amount, NOW)
    there = {one.grant_id: one.remaining for one in made if not has_lapsed(one.expires_at, NOW)}
    assert sum(p.amount for p in portions) == min(amount, sum(there.values()))
    assert all(0 < p.amount <= there[p.grant_id] for p in portions)
    assert len({p.grant_id for p in portions}) == len(portions)
