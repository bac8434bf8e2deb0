"""What is suggested while somebody types."""

from hypothesis import given
from hypothesis import strategies as st

from photogen.domain.generation.prompts.phrases import BY_SUBJECT, phrases
from photogen.domain.generation.prompts.policy import MOST, suggest
from photogen.models import Subject

CATALOGUE = ("soft morning light", "by a window, soft side light", "close-up")


def texts(typed: str, **rest: object) -> list[str]:
    return [one.text for one in suggest(typed, **{"mine": (), "catalogue": CATALOGUE} | rest)]  # type: ignore[arg-type]


def test_a_phrase_is_completed_where_it_was_begun() -> None:
    assert texts("a fox in soft mo") == ["a fox in soft morning light"]
    assert texts("a fox, by a Win") == ["a fox, by a window, soft side light"]
    assert texts("a fox") == []
    assert texts("s") == []
    assert texts("a fox, ") == [f"a fox, {phrase}" for phrase in CATALOGUE]
    assert texts("soft morning light, ") == [f"soft morning light, {phrase}" for phrase in CATALOGUE[1:]]


def test_my_own_come_first_and_the_trigger_word_before_phrases() -> None:
    mine = ("a clown, close", "a clown, close-up")
    found = suggest("a clown, cl", mine=mine, trigger_word="clara", catalogue=CATALOGUE)
    assert [(one.source, one.text) for one in found] == [
        ("history", "a clown, close"), ("history", "a clown, close-up"), ("trigger", "a clown, clara"),
    ]  # fmt: skip
    assert texts("clara, cla", trigger_word="clara") == []  # it is there


def test_every_subject_has_phrases_of_its_own() -> None:
    assert set(BY_SUBJECT) == {subject.value for subject in Subject}
    assert phrases("person")[0] != phrases("pet")[1] != phrases("")[0]


@given(st.text(max_size=60), st.lists(st.text(max_size=30), max_size=5), st.text(max_size=10))
def test_whatever_is_typed_stays_in_front(typed: str, mine: list[str], word: str) -> None:
    found = suggest(typed, mine=mine, trigger_word=word, catalogue=CATALOGUE)
    assert len(found) <= MOST
    assert len({one.text.casefold() for one in found}) == len(found)
    for one in found:
        if one.source == "history":
            assert one.text in mine
        else:
            assert one.text.endswith(one.label)
            kept = one.text.removesuffix(one.label)
            assert typed.startswith(kept)
            assert one.label.casefold().startswith(typed[len(kept) :].casefold())
