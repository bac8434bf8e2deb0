"""When an event is tried again, and what of it is kept."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from photogen.domain.inbox.policy import MOST_ATTEMPTS, patience, storable


def test_patience_grows_and_ends() -> None:
    waits = [patience(attempt) for attempt in range(1, MOST_ATTEMPTS)]
    assert waits[0] == timedelta(seconds=30)
    assert all(later is not None and earlier is not None and later >= earlier for earlier, later in pairwise(waits))
    total = sum((wait for wait in waits if wait is not None), timedelta())
    assert timedelta(hours=12) < total < timedelta(days=2)
    assert patience(MOST_ATTEMPTS) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet=st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_what_is_stored_has_neither_nul_nor_lone_surrogates(value: object) -> None:
    kept = storable(value)
    text = repr(kept)
    assert "\\x00" not in text
    assert "\\ud8" not in text
    assert storable(kept) == kept


def test_everything_else_stays() -> None:
    value = {"id": "é🌙\n", "list": [1, 2.5, None, True, {"a": "b"}]}
    assert storable(value) == value
