"""Input that can't be used is refused with a sentence for a person; input that can be is kept as it was meant."""

import unicodedata
from enum import StrEnum
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, SecretStr

from photogen.errors import Invalid
from photogen.kit.commands import Command, Line, Lines, Password, printable


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Order(Command):
    name: Annotated[str, Line(20, least=1), Field(title="Model name")] = "x"
    prompt: Annotated[str, Lines(100)] = ""
    steps: Annotated[int, Field(ge=1, le=50)] = 28
    guidance: Annotated[float, Field(gt=0, lt=10)] = 3.0
    colour: Colour = Colour.RED
    count: Literal[1, 2] = 1
    public: bool = False
    photo_ids: Annotated[list[str], Field(max_length=2)] = Field(default_factory=list)
    password: Annotated[SecretStr, Password(20, least=8)] = SecretStr("long enough")


@pytest.mark.parametrize(
    ("fields", "field", "code", "words"),
    [
        ({"name": ""}, "name", "missing", "Model name is missing."),
        ({"name": "   "}, "name", "missing", "Model name is missing."),
        ({"name": "\u200b\u2060\ufeff"}, "name", "missing", "Model name is missing."),
        ({"name": "\u3164"}, "name", "missing", "Model name is missing."),
        ({"name": "x" * 21}, "name", "too_long", "at most 20 characters; this has 21"),
        ({"name": "x" * 10_000}, "name", "too_long", "at most 20 characters"),
        ({"name": "a\x00b"}, "name", "characters", "type it afresh"),
        ({"name": "a\x1b[31mb"}, "name", "characters", "type it afresh"),
        ({"name": "a\x7fb"}, "name", "characters", "type it afresh"),
        ({"name": "a\ud83d"}, "name", "characters", "type it afresh"),
        ({"name": 3}, "name", "not_text", "Model name has to be text."),
        ({"name": None}, "name", "not_text", "Model name has to be text."),
        ({"prompt": "a\x00"}, "prompt", "characters", "Prompt contains"),
        ({"prompt": "p" * 10_000}, "prompt", "too_long", "Prompt may have at most 100 characters"),
        ({"steps": 0}, "steps", "out_of_range", "Steps has to be at least 1."),
        ({"steps": 51}, "steps", "out_of_range", "Steps may be at most 50."),
        ({"steps": 10**400}, "steps", "out_of_range", "Steps may be at most 50."),
        ({"steps": "9" * 5000}, "steps", "out_of_range", "Steps is far out of range."),
        ({"steps": "many"}, "steps", "not_a_number", "whole number"),
        ({"steps": 1.5}, "steps", "not_a_number", "whole number"),
        ({"steps": None}, "steps", "not_a_number", "whole number"),
        ({"steps": {"$gt": 1}}, "steps", "not_a_number", "whole number"),
        ({"guidance": float("nan")}, "guidance", "not_a_number", "has to be a number"),
        ({"guidance": float("inf")}, "guidance", "not_a_number", "has to be a number"),
        ({"guidance": 0}, "guidance", "out_of_range", "more than 0"),
        ({"guidance": 10}, "guidance", "out_of_range", "less than 10"),
        ({"guidance": "x"}, "guidance", "not_a_number", "has to be a number"),
        ({"colour": "green"}, "colour", "not_a_choice", "Colour has to be one of red or blue."),
        ({"count": 3}, "count", "not_a_choice", "one of 1 or 2"),
        ({"public": "perhaps"}, "public", "not_a_choice", "yes or no"),
        ({"photo_ids": ["a", "b", "c"]}, "photo_ids", "out_of_range", "Photo ids takes at most 2 of them."),
        ({"photo_ids": ["a", 3]}, "photo_ids", "not_text", "Photo ids has to be text."),
        ({"photo_ids": "ab"}, "photo_ids", "invalid", "can't be used"),
        ({"password": "short"}, "password", "too_short", "at least 8 characters"),
        ({"password": "with\nnewline"}, "password", "characters", "can't be typed"),
        ({"password": 12345678}, "password", "not_text", "Password has to be text."),
        ({"is_admin": True}, None, "unknown_field", "does not have"),
        ({"__class__": "x"}, None, "unknown_field", "does not have"),
    ],
)
def test_what_is_wrong_is_said(fields: dict[str, object], field: str | None, code: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        Order.of(**fields)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert words in refused.value.public
    assert "{" not in refused.value.public


def test_what_was_sent_is_not_repeated() -> None:
    for fields in ({"password": "s3cret!"}, {"name": "s3cret!\x00"}, {"s3cret!": 1}, {"colour": "s3cret!"}):
        with pytest.raises(Invalid) as refused:
            Order.of(**fields)
        assert "s3cret" not in f"{refused.value} {refused.value.details} {refused.value.__cause__!r}"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ada \t Lovelace\n", "Ada Lovelace"),
        ("e\u0301le\u0300ve", "élève"),
        ("محمد بن أحمد", "محمد بن أحمد"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("שלום\u200f!", "שלום\u200f!"),
        ("👩\u200d🚀 \U0001f1ea\U0001f1fa ❤\ufe0f", "👩\u200d🚀 \U0001f1ea\U0001f1fa ❤\ufe0f"),
        ("\u202egnp.exe", "gnp.exe"),
        ("\u2066a\u2069 \u202ab\u202c", "a b"),
        ("so\u00adft", "soft"),
        ("one\u2028two", "one two"),
    ],
)
def test_a_line_is_kept_as_it_was_meant(typed: str, kept: str) -> None:
    assert Order.of(name=typed).name == kept


def test_lines_keep_their_newlines_and_tabs() -> None:
    assert Order.of(prompt="\n  a fox\r\n\tin the snow\rat dusk \n").prompt == "a fox\n\tin the snow\nat dusk"
    assert Order.of(prompt=" \n\u200b ").prompt == ""
    assert Order.of(prompt="\u202eمرحبا 🌙").prompt == "\u202eمرحبا 🌙"


def test_a_password_is_taken_as_it_is_but_for_its_composition() -> None:
    typed = Order.of(password="  cafe\u0301 au lait ").password.get_secret_value()
    assert typed == "  café au lait "
    assert "lait" not in repr(Order.of(password="cafe au lait"))


def test_a_command_can_not_be_changed() -> None:
    order = Order.of(name="fox")
    with pytest.raises(ValueError, match="frozen"):
        order.name = "wolf"  # type: ignore[misc]


@given(st.text(alphabet=st.characters(exclude_categories=[]), max_size=200))
def test_whatever_is_sent_is_kept_clean_or_refused(text: str) -> None:
    for field in ("name", "prompt"):
        try:
            kept = getattr(Order.of(**{field: text}), field)
        except Invalid as refused:
            assert refused.field == field  # noqa: PT017  (either outcome is right)
            continue
        kept.encode()
        assert len(kept) <= 100
        assert kept == kept.strip() == unicodedata.normalize("NFC", kept)
        allowed = "\n\t" if field == "prompt" else ""
        assert not [c for c in kept if unicodedata.category(c) in {"Cc", "Cs"} and c not in allowed]


@given(st.text(alphabet=st.characters(exclude_categories=[]), max_size=900))
def test_a_machines_words_are_mended(text: str) -> None:
    kept = printable(text, 300)
    kept.encode()
    assert len(kept) <= 300
    assert not [c for c in kept if unicodedata.category(c) in {"Cc", "Cs"}]
