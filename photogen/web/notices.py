"""Toasts: `return toast.good("Saved")` or `yield toast.error(problem)` from any handler; they need no eval, so the
strict CSP holds.

toast.good("Model renamed")
toast.undo("3 pictures moved to the trash", Gallery.restore(ids))
toast.error(problem)                    # a PhotogenError: its sentence and its code to quote
"""

import dataclasses
from collections.abc import Callable
from typing import Any, cast

import reflex as rx
from reflex_base.event import Event, EventSpec

from photogen.errors import PhotogenError, Rejected
from photogen.kit.ids import new_id
from photogen.web.security.policy import allow
from photogen.web.text import t
from photogen.web.walls import STATUS, Walls

_KEPT = 5
_LARGEST = 64 * 1024  # characters of a button's payload: the ids of a few hundred pictures


@dataclasses.dataclass(frozen=True)
class Notice:
    """One toast. `tone` is info, good, warn or bad; `event` with `payload` is what the button `action` sends."""

    id: str
    tone: str
    text: str
    code: str = ""
    action: str = ""
    event: str = ""
    payload: dict[str, Any] = dataclasses.field(default_factory=dict)


class Notices(rx.State):
    """The last few toasts of this tab."""

    items: list[Notice] = []

    @rx.event
    @allow("public")
    def show(
        self,
        tone: str,
        text: str,
        code: str = "",
        action: str = "",
        event: str = "",
        payload: dict[str, Any] = {},  # noqa: B006 - never changed
    ) -> None:
        """Adds one, cut to what a toast can be: anybody's socket may send this."""
        kept = payload if len(str(payload)) <= _LARGEST else {}
        notice = Notice(new_id(), tone[:20], text[:1000], code[:100], action[:100], event[:200], kept)
        self.items = [*self.items, notice][-_KEPT:]


# `EventCallback` has no defaults.
_show = cast(Callable[..., EventSpec], Notices.show)


class _Toast:
    def info(self, text: str) -> EventSpec:
        """A neutral line."""
        return _show("info", text)

    def good(self, text: str) -> EventSpec:
        """Something was done."""
        return _show("good", text)

    def warn(self, text: str) -> EventSpec:
        """Something wants attention, nothing is lost."""
        return _show("warn", text)

    def bad(self, text: str, code: str = "") -> EventSpec:
        """Something failed: what happened, what to do, and a code to quote. Stays until closed."""
        return _show("bad", text, code)

    def error(self, problem: PhotogenError) -> EventSpec:
        """`bad` with the public sentence and the code of `problem`; one of the three refusals opens its dialog."""
        if isinstance(problem, Rejected) and problem.code in STATUS:
            return Walls.show(problem.code, problem.public, problem.details)
        return _show("bad", problem.public, problem.code)

    def undo(self, text: str, event: EventSpec, label: str = "") -> EventSpec:
        """`good` with a button that sends `event`, such as `Gallery.restore(ids)`."""
        sent = Event.from_event_type(event)[0]
        return _show("good", text, "", label or t("Undo"), sent.name, dict(sent.payload))


toast = _Toast()
"""The way to speak to a person from a handler."""
