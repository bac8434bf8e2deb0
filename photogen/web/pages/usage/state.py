"""The balance and every movement of it, a page at a time."""

import dataclasses

import reflex as rx

from photogen.domain.credits.views import EntryView
from photogen.errors import PhotogenError
from photogen.web import live, routes
from photogen.web.deps import call, services
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import plural, t
from photogen.web.words import iso

PAGE = 40


@dataclasses.dataclass(frozen=True)
class Movement:
    """One entry of the ledger, in words."""

    id: int
    words: str
    amount: str
    tone: str
    balance: str
    href: str
    at: str


def movement(entry: EntryView) -> Movement:
    """An entry, in words."""
    thing = {"training": t("a training"), "shot": t("a picture")}.get(entry.subject_kind, "")
    words = {
        "grant": entry.note or t("Credits received"),
        "hold": t("Set aside for {thing}", thing=thing),
        "capture": t("Spent on {thing}", thing=thing),
        "release": t("Returned from {thing}", thing=thing),
        "expire": t("Lapsed"),
        "adjust": entry.note or t("Adjusted by the operator"),
    }[entry.kind.value]
    return Movement(
        id=entry.id,
        words=words,
        amount=f"{entry.amount:+,}" if entry.amount else "0",
        tone="text-good" if entry.amount > 0 else "text-muted" if entry.amount == 0 else "text-text",
        balance=f"{entry.balance_after:,}",
        href=routes.training(entry.subject_id) if entry.subject_kind == "training" else "",
        at=iso(entry.created_at),
    )


class Usage(rx.State):
    """What the usage page shows."""

    ready: bool = False
    problem: str = ""
    code: str = ""
    available: int = 0
    held: str = ""
    movements: list[Movement] = []
    older: bool = False
    newer: bool = False
    _trail: list[int] = []

    async def _read(self):
        account = current().account_id
        before = self._trail[-1] if self._trail else None
        try:
            balance = await call(services().credits.balance, account)
            entries = await call(services().credits.history, account, before, PAGE + 1)
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
        self.movements = [movement(entry) for entry in entries[:PAGE]]
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
        if self.older and self.movements:
            self._trail = [*self._trail, self.movements[-1].id]
            await self._read()

    @rx.event
    @allow("user")
    async def show_newer(self):
        """Towards now."""
        self._trail = self._trail[:-1]
        await self._read()
