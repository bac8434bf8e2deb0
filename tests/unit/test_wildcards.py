r"""Wildcards in prompts: `{red|blue} coat`."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from photogen.domain.generation.wildcards import DEEPEST, MOST_COMBINATIONS, count, each, pick
from photogen.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "prompts"),
    [
        ("a fox", ["a fox"]),
        ("{red|blue} coat", ["red coat", "blue coat"]),
        ("{a|b} {c|d}", ["a c", "a d", "b c", "b d"]),
        ("{red|{light|dark} blue} coat", ["red coat", "light blue coat", "dark blue coat"]),
        ("{red |}coat", ["red coat", "coat"]),
        ("{a|a} b", ["a b"]),
        (r"\{a|b\} {c\|d|e}", ["{a|b} c|d", "{a|b} e"]),
        (r"a\\{b|c} \u0000 \ ", [r"a\b \u0000 \ ".strip(), r"a\c \u0000 \ ".strip()]),
        ("%s {0} ${x} | }", ["%s {0} ${x} | }"]),
        ("{a {b|c}}", ["{a b}", "{a c}"]),
        ("{a|b", ["{a|b"]),
        ("{x {a|b}", ["{x a", "{x b"]),
    ],
)
def test_what_stands_for_what(typed: str, prompts: list[str]) -> None:
    assert each(typed) == prompts
    assert {pick(typed, seed) for seed in range(64)} == set(prompts)


def test_what_is_too_much_is_said() -> None:
    for typed, code in (
        ("{a|b}" * 5, "too_many_combinations"),
        ("{a|b}" * 800, "too_many_combinations"),
        ("{|a}", "prompt_missing"),
        ("{a|" * (DEEPEST + 1) + "b" + "}" * (DEEPEST + 1), "wildcards_too_deep"),
        ("{a|" * 1300 + "}" * 1300, "wildcards_too_deep"),
    ):
        with pytest.raises(Invalid) as refused:
            each(typed)
        assert (refused.value.code, refused.value.field) == (code, "prompt")
    assert count("{a|b}" * 5) == 32
    assert len(each("{a|b|c}{d|e|f|g}{h|i}")) == MOST_COMBINATIONS
    assert each("{a|" * DEEPEST + "b" + "}" * DEEPEST) == ["a", "b"]


words = st.text("ab {}|\\,ü", max_size=24)


@given(words, st.integers(0, 2**31))
@example("{a|b", 3)
def test_a_seed_takes_one_of_the_combinations_and_always_the_same(typed: str, seed: int) -> None:
    try:
        prompts = each(typed)
        drawn = pick(typed, seed)
    except Invalid as refused:
        assert refused.code in {"prompt_missing", "too_many_combinations"}  # noqa: PT017
        return
    assert drawn in prompts
    assert drawn == pick(typed, seed)
    assert len(prompts) <= count(typed) <= MOST_COMBINATIONS
    assert len(set(prompts)) == len(prompts)


@given(st.text("ab{}|\\ ", min_size=1, max_size=20))
def test_what_is_escaped_is_as_it_was(plain: str) -> None:
    escaped = "".join(f"\\{letter}" if letter in "{}|\\" else letter for letter in f"x{plain}x")
    assert each(escaped) == [f"x{plain}x"]


@given(
    st.lists(st.text("abc", min_size=1, max_size=3), min_size=2, max_size=4, unique=True), st.text("xyz ", max_size=5)
)
def test_what_stands_behind_a_group_changes_nothing_in_it(options: list[str], behind: str) -> None:
    group = "{" + "|".join(options) + "}"
    for seed in range(8):
        assert pick(f"{group}.{behind}", seed).split(".")[0] == pick(f"{group}.", seed).split(".")[0]
    assert {pick(f"{group}.", seed)[:-1] for seed in range(200)} == set(options)
