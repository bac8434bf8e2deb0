"""Who may call a handler. Deny by default: what carries no level is refused by the guard and by a test.

@rx.event
@allow("user")
async def rename(self, model_id: str, name: str): ...
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar

Level = Literal["public", "user", "moderator", "admin"]

_RANK: dict[str, int] = {"public": 0, "user": 1, "creator": 1, "moderator": 2, "admin": 3}
_MARK = "_photogen_level"

F = TypeVar("F", bound=Callable[..., object])


def allow(level: Level) -> Callable[[F], F]:
    """Marks a handler with the level that may call it. Stands below `@rx.event`."""

    def mark(fn: F) -> F:
        setattr(fn, _MARK, level)
        return fn

    return mark


def level_of(fn: object) -> Level | None:
    """The level that `allow` put on a handler's function; None when it has none and nobody may call it."""
    level: Level | None = getattr(fn, _MARK, None)
    return level


def permits(level: Level | None, role: str | None) -> bool:
    """Whether somebody with `role` (None: nobody logged in) may call what is marked with `level`."""
    if level is None:
        return False
    return _RANK.get(role, 1) >= _RANK[level] if role is not None else level == "public"
