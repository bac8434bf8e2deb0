r"""Wildcards: `{red|blue} coat` stands for two prompts. Pure.

Options may hold groups of their own and may be empty. Braces without a `|` of their own, or without their other half,
are braces; so is what has a backslash in front: `\{`, `\}`, `\|`, and `\\` for the backslash.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from photogen.errors import Invalid
from photogen.kit.text import number, t

MOST_COMBINATIONS = 24
"""Pictures of a batch that draws each combination once."""
DEEPEST = 10
"""Groups within groups."""
_ESCAPED = frozenset("{}|\\")


@dataclass(frozen=True, slots=True)
class _Text:
    """Parts one after the other: words, and groups of which one option is taken."""

    parts: tuple[str | _Group, ...]

    def count(self) -> int:
        return math.prod(part.count() for part in self.parts if isinstance(part, _Group))

    def pick(self, seed: int) -> str:
        return "".join(part if isinstance(part, str) else part.pick(seed) for part in self.parts)

    def each(self) -> Iterator[str]:
        options = ([part] if isinstance(part, str) else list(part.each()) for part in self.parts)
        return map("".join, itertools.product(*options))


@dataclass(frozen=True, slots=True)
class _Group:
    """`at` is where it begins in what was typed."""

    at: int
    options: tuple[_Text, ...]

    def count(self) -> int:
        return sum(option.count() for option in self.options)

    def pick(self, seed: int) -> str:
        # Of seed and place alone: whatever else is in the batch, the same text with the same seed is the same prompt.
        drawn = hashlib.blake2b(f"{seed}:{self.at}".encode(), digest_size=8).digest()
        return self.options[int.from_bytes(drawn) % len(self.options)].pick(seed)

    def each(self) -> Iterator[str]:
        return itertools.chain.from_iterable(option.each() for option in self.options)


@dataclass(slots=True)
class _Open:
    """A brace that waits for its other half."""

    at: int
    options: list[list[str | _Group]] = field(default_factory=lambda: [[]])

    def as_typed(self) -> list[str | _Group]:
        parts: list[str | _Group] = ["{"]
        for place, option in enumerate(self.options):
            parts += ["|", *option] if place else option
        return parts


def count(text: str) -> int:
    """How many combinations the groups of `text` have; 1 without any. Raises Invalid (`wildcards_too_deep`)."""
    return _parsed(text).count()


def pick(text: str, seed: int) -> str:
    """The prompt that `seed` makes of `text`. Raises Invalid (`wildcards_too_deep`, `prompt_missing`)."""
    return _visible(_parsed(text).pick(seed))


def each(text: str) -> list[str]:
    """Every prompt that `text` stands for, once, in the order of its options.

    Raises Invalid (`wildcards_too_deep`, `too_many_combinations`, `prompt_missing`)."""
    parsed = _parsed(text)
    total = parsed.count()
    if total > MOST_COMBINATIONS:
        raise Invalid(
            t(
                "This has {n} combinations; {most} at once are the most. Take one at random per picture, or leave some "
                "out.",
                n=_many(total),
                most=MOST_COMBINATIONS,
            ),
            field="prompt",
            code="too_many_combinations",
        )
    return list(dict.fromkeys(_visible(one) for one in parsed.each()))


def literal(text: str) -> str:
    """What has to be typed so that `text` is drawn as it is."""
    return re.sub(r"[{}|\\]", r"\\\g<0>", text)


def _many(total: int) -> str:
    return number(total) if total < 10**9 else t("billions of")


def _visible(text: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid(
            t("One of the combinations is empty. Write something beside it."), field="prompt", code="prompt_missing"
        )
    return text


def _parsed(text: str) -> _Text:
    stack: list[_Open] = [_Open(-1)]
    at = 0
    while at < len(text):
        letter = text[at]
        if letter == "\\" and text[at + 1 : at + 2] in _ESCAPED and at + 1 < len(text):
            at += 1
            stack[-1].options[-1].append(text[at])
        elif letter == "{":
            stack.append(_Open(at))
        elif letter == "|" and len(stack) > 1:
            stack[-1].options.append([])
        elif letter == "}" and len(stack) > 1:
            _close(stack)
        else:
            stack[-1].options[-1].append(letter)
        at += 1
    while len(stack) > 1:  # never closed
        lost = stack.pop()
        stack[-1].options[-1] += lost.as_typed()
    whole = _text(stack[0].options[0])
    if _depth(whole) > DEEPEST:
        raise Invalid(
            t("Wildcards can stand within each other {deepest} deep at most.", deepest=DEEPEST),
            field="prompt",
            code="wildcards_too_deep",
        )
    return whole


def _close(stack: list[_Open]) -> None:
    done = stack.pop()
    if len(done.options) == 1:
        stack[-1].options[-1] += [*done.as_typed(), "}"]
    else:
        stack[-1].options[-1].append(_Group(done.at, tuple(_text(option) for option in done.options)))


def _text(parts: list[str | _Group]) -> _Text:
    joined: list[str | _Group] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, str) and isinstance(last, str):
            joined[-1] = last + part
        else:
            joined.append(part)
    return _Text(tuple(joined))


def _depth(text: _Text) -> int:
    """Level by level, so that no depth is too deep to be measured."""
    depth, level = 0, [text]
    while level := [o for t in level for p in t.parts if isinstance(p, _Group) for o in p.options]:
        depth += 1
    return depth
