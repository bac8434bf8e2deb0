"""The balance and every movement of it, a page at a time."""

import dataclasses
from collections.abc import Sequence
from itertools import groupby

import reflex as rx

from photogen.domain.credits import EntryKind, EntryView, HoldState
from photogen.errors import PhotogenError
from photogen.web import live, routes
from photogen.web.deps import call, services
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import plural, t
from photogen.web.words import included_left, iso

PAGE = 80
"""Entries of the ledger; fewer lines, for a batch is one line and what was set aside and then spent is one movement."""
TONES = {HoldState.OPEN: "accent", HoldState.RELEASED: "warn"}
STATES = {HoldState.OPEN: t("Set aside"), HoldState.RELEASED: t("Returned")}


@dataclasses.dataclass(frozen=True)
class Movement:
    """A movement of the balance, in words. `state` is empty where there is nothing to add."""

    id: int
    words: str
    state: str
    state_tone: str
    amount: str
    tone: str
    balance: str
    href: str
    at: str


def _words(entry: EntryView, count: int) -> str:
    training = entry.subject_kind == "training"
    match entry.kind:
        case EntryKind.HOLD:
            return t("Training") if training else plural(count, "{n} picture", "{n} pictures")
        case EntryKind.RELEASE:
            return (
                t("Returned from a training")
                if training
                else plural(count, "Returned from {n} picture", "Returned from {n} pictures")
            )
        case EntryKind.EXPIRE:
            return t("Lapsed")
        case EntryKind.ADJUST:
            return entry.note or t("Adjusted by the operator")
        case _:
            return entry.note or t("Credits received")


def _together(entry: EntryView) -> object:
    """Pictures are asked for in one moment; what comes back comes within a minute or so."""
    if entry.subject_kind != "shot":
        return entry.id
    returned = entry.kind is EntryKind.RELEASE
    return (
        entry.kind,
        entry.settled,
        entry.created_at.replace(second=0, microsecond=0) if returned else entry.created_at,
    )


def movements(entries: Sequence[EntryView]) -> list[Movement]:
    """Entries, newest first, in words: captures move nothing and are left out; pictures of one batch are one line."""
    alike = groupby(
        (entry for entry in entries if entry.kind is not EntryKind.CAPTURE),
        _together,
    )
    lines = []
    for _, group in alike:
        together = list(group)
        entry, amount = together[0], sum(e.amount for e in together)
        held = entry.kind is EntryKind.HOLD and entry.settled is not None
        lines.append(
            Movement(
                id=entry.id,
                words=_words(entry, len({e.subject_id for e in together})),
                state=STATES.get(entry.settled, "") if held else "",
                state_tone=TONES.get(entry.settled, "") if held else "",
                amount=f"{amount:+,}".replace("-", "\N{MINUS SIGN}"),
                tone="text-good" if amount > 0 else "text-text",
                balance=f"{entry.balance_after:,}",
                href=routes.training(entry.subject_id) if entry.subject_kind == "training" else "",
                at=iso(entry.created_at),
            )
        )
    return lines


class Usage(rx.State):
    """What the usage page shows."""

    ready: bool = False
    problem: str = ""
    code: str = ""
    available: int = 0
    held: str = ""
    movements: list[Movement] = []
    included: str = ""
    plan: str = ""
    older: bool = False
    newer: bool = False
    _trail: list[int] = []
    _last: int = 0

    async def _read(self):
        account = current().account_id
        before = self._trail[-1] if self._trail else None
        try:
            balance = await call(services().credits.balance, account)
            entries = await call(services().credits.history, account, before, PAGE + 1)
            rights = await call(services().plans.entitlements, account)
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self.available = balance.available
        self.held = (
            plural(
                balance.held,
                "{n} more credit is set aside for running work.",
                "{n} more credits are set aside for running work.",
            )
            if balance.held
            else ""
        )
        self.movements = movements(entries[:PAGE])
        self._last = entries[:PAGE][-1].id if entries else 0
        self.plan, self.included = rights.name, included_left(rights)
        self.older, self.newer = len(entries) > PAGE, bool(self._trail)
        self.problem, self.code, self.ready = "", "", True

    @rx.event
    @allow("user")
    async def load(self):
        self._trail = []
        await self._read()
        live.subscribe(self, "credits", Usage.refresh)

    @rx.event
    @allow("user")
    async def refresh(self):
        """The balance moved: reads the same page again."""
        await self._read()

    @rx.event
    @allow("user")
    async def show_older(self):
        """Further back."""
        if self.older:
            self._trail = [*self._trail, self._last]
            await self._read()

    @rx.event
    @allow("user")
    async def show_newer(self):
        """Towards now."""
        self._trail = self._trail[:-1]
        await self._read()
