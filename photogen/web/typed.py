"""What mypy needs to read pages and States as it reads everything else: a Var as the value it stands for, and what a
handler gives back.

`State.rows` is a Var when the page is drawn, and mypy takes it for the field's own type. What draws a row says
`def _row(row: Shown[Row])`: a wrong attribute of `row` is named, and so is a Var of something else. What only a Var
has, and its value has not, stands here as a function.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Container, Sequence, Sized
from typing import Annotated, Any, TypeVar, cast

from reflex.event import EventCallback, EventSpec

T = TypeVar("T")

Shown = Annotated[T, "a Var"]

_Event = EventSpec | EventCallback[()]

Step = _Event | Sequence[_Event] | None
"""What a handler may return or yield: events of other handlers, in their order; None only sends the changes."""

Steps = AsyncIterator[Step]
"""What a handler with `yield` returns."""


def length(items: Sized) -> int:
    """How many there are, where a Var stands for `items`."""
    return cast(int, cast(Any, items).length())


def contains(items: Container[str], item: str) -> bool:
    """Whether `item` is among `items`, a list, the keys of a dict or a text, where a Var stands for them."""
    return cast(bool, cast(Any, items).contains(item))


def not_(value: bool) -> bool:
    """The opposite, where a Var stands for `value`."""
    return cast(bool, ~value)


def digits(value: float) -> str:
    """The digits of `value`, where a Var stands for it."""
    return cast(str, cast(Any, value).to(str))
