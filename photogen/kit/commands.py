"""What a caller wants, checked before anybody acts on it.

A command is frozen, takes no field that it doesn't know, and speaks to a person when something is wrong:
`StartTraining.of(**fields)` gives the command or raises `Invalid` with a sentence, a code and the field's name.

Text types go into annotations: `name: Annotated[str, Line(80)]`, `prompt: Annotated[str, Lines(2000)]`.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, SecretStr, ValidationError
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema

from photogen.errors import Invalid
from photogen.kit.text import number, t

_PERSON = "person."
"""Errors of our own types begin with this; the rest is the code. Their message is a sentence with {label} in it."""

# Embeddings, overrides and isolates reorder what stands around them; in a one-line name, that is the page's own text.
# The marks (LRM, RLM, ALM) and the joiners stay: right-to-left names, Persian and emoji need them.
_REORDERING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_INVISIBLE = dict.fromkeys([0x200B, 0x2060, 0xFEFF, 0x00AD])
_BLANK = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_BREAKS = str.maketrans({"\x85": "\n", "\u2028": "\n", "\u2029": "\n"})


def wrong(code: str, sentence: str) -> PydanticCustomError:
    """An error for a validator to raise: `sentence` is for a person and may contain {label}, the field's name."""
    return PydanticCustomError(_PERSON + code, sentence)


def _clean(text: str, most: int) -> str:
    """NFC, line ends as \\n. Raises for what no text may hold, and early for what is far too long to be looked at."""
    if len(text) > 4 * most + 1000:
        raise wrong("too_long", t("{{label}} may have at most {most} characters.", most=number(most)))
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_BREAKS)
    for character in text:
        kind = unicodedata.category(character)
        if kind == "Cs" or (kind == "Cc" and character not in "\n\t"):
            raise wrong("characters", t("{label} contains characters that can't be shown. Please type it afresh."))
    return unicodedata.normalize("NFC", text)


def _visible(text: str) -> bool:
    return any(c not in _BLANK_LETTERS and unicodedata.category(c) not in _BLANK for c in text)


def _measured(text: str, least: int, most: int) -> str:
    if least and not text:
        raise wrong("missing", t("{label} is missing."))
    if len(text) < least:
        raise wrong("too_short", t("{{label}} needs at least {least} characters.", least=least))
    if len(text) > most:
        raise wrong(
            "too_long",
            t("{{label}} may have at most {most} characters; this has {n}.", most=number(most), n=number(len(text))),
        )
    return text


class _Text:
    """A string type for `Annotated`: `least` and `most` are in characters (code points) after cleaning."""

    __slots__ = ("least", "most")

    def __init__(self, most: int, *, least: int = 0) -> None:
        self.most = most
        self.least = least

    def clean(self, text: str) -> str:
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.clean, core_schema.str_schema(strict=True))


class Line(_Text):
    """One line, such as a name: stripped, runs of white space made one blank, reordering controls taken out."""

    __slots__ = ()

    def clean(self, text: str) -> str:
        text = _clean(text, self.most).translate(_REORDERING).translate(_INVISIBLE)
        text = " ".join(text.split())
        return _measured(text if _visible(text) else "", self.least, self.most)


class Lines(_Text):
    """Text of several lines, such as a prompt: stripped; newlines and tabs inside stay as they are."""

    __slots__ = ()

    def clean(self, text: str) -> str:
        text = _clean(text, self.most).strip()
        return _measured(text if _visible(text) else "", self.least, self.most)


class Password(_Text):
    """A `SecretStr`, taken as it is but for NFC (two keyboards write the same é), never stripped."""

    __slots__ = ()

    def secret(self, text: str) -> SecretStr:
        if "\n" in text or "\t" in text:
            raise wrong("characters", t("{label} contains characters that can't be typed into a log-in page."))
        return SecretStr(_measured(_clean(text, self.most), self.least, self.most))

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.no_info_before_validator_function(
            lambda value: value.get_secret_value() if isinstance(value, SecretStr) else value,
            core_schema.str_schema(strict=True),
        )
        return core_schema.no_info_after_validator_function(self.secret, text)


def printable(text: str, most: int) -> str:
    """`text` on one line, without what can't be shown or stored, cut to `most` characters. For what machines say of
    themselves (a user agent): nobody could correct it, so it is mended instead of refused."""
    kept = "".join(c if unicodedata.category(c) not in {"Cc", "Cs", "Zl", "Zp"} else " " for c in text[: 4 * most])
    return " ".join(kept.translate(_REORDERING).split())[:most].rstrip()


class Command(BaseModel):
    """Base of all commands. A field's `title` is what a person calls it; without one its name is used."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True, validate_default=True
    )

    @classmethod
    def of(cls, /, **fields: object) -> Self:
        """The command made of `fields`. Raises Invalid, naming the first field that is wrong."""
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            raise cls._explained(error.errors(include_url=False, include_input=False)[0]) from None

    @classmethod
    def _explained(cls, problem: ErrorDetails) -> Invalid:
        name = str(problem["loc"][0]) if problem["loc"] else None
        known = cls.model_fields.get(name or "")
        if name is not None and known is None:
            return Invalid(t("Something was sent that this form does not have."), code="unknown_field")
        label = (known.title if known else None) or (name or t("This")).replace("_", " ").capitalize()
        code, sentence = _sentence(problem["type"], problem.get("ctx", {}), problem["msg"])
        return Invalid(sentence.replace("{label}", label), field=name, code=code)


_FIXED: Mapping[str, tuple[str, str]] = {
    "missing": ("missing", t("{label} is missing.")),
    "none_required": ("out_of_range", t("{label} has to be left empty.")),
    "int_parsing": ("not_a_number", t("{label} has to be a whole number.")),
    "int_type": ("not_a_number", t("{label} has to be a whole number.")),
    "int_from_float": ("not_a_number", t("{label} has to be a whole number.")),
    "int_parsing_size": ("out_of_range", t("{label} is far out of range.")),
    "float_parsing": ("not_a_number", t("{label} has to be a number.")),
    "float_type": ("not_a_number", t("{label} has to be a number.")),
    "finite_number": ("not_a_number", t("{label} has to be a number.")),
    "bool_parsing": ("not_a_choice", t("{label} has to be yes or no.")),
    "bool_type": ("not_a_choice", t("{label} has to be yes or no.")),
    "string_type": ("not_text", t("{label} has to be text.")),
    "string_unicode": ("characters", t("{label} contains characters that can't be shown. Please type it afresh.")),
    "string_pattern_mismatch": ("characters", t("{label} contains something that is not allowed there.")),
}
_BOUNDS: Mapping[str, tuple[str, str]] = {
    "greater_than_equal": ("ge", t("{label} has to be at least %s.")),
    "greater_than": ("gt", t("{label} has to be more than %s.")),
    "less_than_equal": ("le", t("{label} may be at most %s.")),
    "less_than": ("lt", t("{label} has to be less than %s.")),
    "too_short": ("min_length", t("{label} needs at least %s of them.")),
    "too_long": ("max_length", t("{label} takes at most %s of them.")),
}


def _sentence(kind: str, context: Mapping[str, Any], message: str) -> tuple[str, str]:
    """Code and sentence for one error of pydantic's. https://docs.pydantic.dev/latest/errors/validation_errors/"""
    if kind.startswith(_PERSON):
        return kind.removeprefix(_PERSON), message
    if kind in _FIXED:
        return _FIXED[kind]
    if kind in _BOUNDS:
        key, sentence = _BOUNDS[kind]
        return "out_of_range", sentence % context[key]
    if kind in {"enum", "literal_error"}:
        return "not_a_choice", t(
            "{{label}} has to be one of {choices}.", choices=context["expected"].replace(chr(39), "")
        )
    return "invalid", t("{label} can't be used like this.")
