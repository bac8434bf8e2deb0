"""The list of trainings: what is looked for stands in the address, a page of it at a time is shown."""

import dataclasses
from urllib.parse import urlencode

import reflex as rx

from photogen.domain.training.history import FindTrainings
from photogen.domain.training.history.views import TrainingTotals
from photogen.domain.training.views import TrainingRow
from photogen.errors import Invalid, PhotogenError
from photogen.web import live, routes
from photogen.web.deps import call, services
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import number, plural, t
from photogen.web.typed import Step
from photogen.web.words import credits, duration, iso

PAGE = 25
TONES = {"completed": "good", "failed": "bad", "cancelled": "", "queued": ""}
FIELDS = {"q": "text", "status": "standing", "subject": "subject", "from": "since", "to": "until", "sort": "sort"}
"""What the address says, and what the command calls it."""


@dataclasses.dataclass(frozen=True)
class Line:
    """One training in the list, in words."""

    id: str
    name: str
    status: str
    status_word: str
    tone: str
    running: bool
    percent: int
    remark: str
    paid: str
    created_at: str


@dataclasses.dataclass(frozen=True)
class Figure:
    """One sum over the whole list, and a line under it."""

    name: str
    value: str
    foot: str


def paid(row: TrainingRow) -> str:
    """What it cost, in words."""
    if row.refunded:
        return t("Returned")
    return t("Included") if row.paid_by == "included" else plural(row.credits, "{n} credit", "{n} credits")


def line(row: TrainingRow) -> Line:
    """A row of the service as the page shows it."""
    running = row.finished_at is None
    remark = (
        t("Waiting for the service")
        if row.waiting
        else (t("{time} left", time=duration(row.seconds_left)) if row.seconds_left is not None else "")
        if running
        else row.error or t("Took {time}", time=duration(row.elapsed_seconds))
    )
    return Line(
        id=row.id,
        name=row.name,
        status=row.status,
        status_word=row.status_word,
        tone=TONES.get(row.status, "accent"),
        running=running,
        percent=row.percent,
        remark=remark,
        paid=paid(row),
        created_at=iso(row.created_at),
    )


def totals(view: TrainingTotals) -> list[Figure]:
    """Sums in words."""
    rate = view.success_rate
    ended = view.completed + view.failed
    also = [
        plural(view.running, "{n} under way", "{n} under way") if view.running else "",
        plural(view.cancelled, "{n} cancelled", "{n} cancelled") if view.cancelled else "",
    ]
    money = [
        t("{price} set aside", price=plural(view.credits_held, "{n} credit", "{n} credits"))
        if view.credits_held
        else "",
        plural(view.included, "{n} included in the plan", "{n} included in the plan") if view.included else "",
    ]
    return [
        Figure(t("Trainings"), number(view.count), ", ".join(filter(None, also))),
        Figure(
            t("Succeeded"),
            "\N{EN DASH}" if rate is None else f"{rate:.0%}",
            t("{n} of {m} that ended", n=number(view.completed), m=number(ended)) if ended else "",
        ),
        Figure(t("Spent"), credits(view.credits_spent), ", ".join(filter(None, money))),
        Figure(
            t("Time"),
            duration(view.seconds),
            t("{time} is usual", time=duration(view.median_seconds)) if view.median_seconds is not None else "",
        ),
    ]


class Trainings(rx.State):
    """A page of trainings, kept up to date. `wanted` is the filter by its names in the address; `_trail` holds the ids
    that end the pages before this one."""

    lines: list[Line] = []
    figures: list[Figure] = []
    wanted: dict[str, str] = dict.fromkeys(FIELDS, "")
    filtered: bool = False
    ready: bool = False
    problem: str = ""
    code: str = ""
    refused: str = ""
    older: bool = False
    newer: bool = False
    _trail: list[str] = []

    async def _read(self) -> None:
        given = {FIELDS[name]: value for name, value in self.wanted.items() if value}
        after = self._trail[-1] if self._trail else None
        try:
            wanted = FindTrainings.of(**given, after=after, limit=PAGE)
        except Invalid as error:
            self.lines, self.older, self.newer = [], False, False
            self.refused, self.ready = error.public, True
            return
        try:
            page = await call(services().training.history.find, current().account_id, wanted)
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self.lines = [line(row) for row in page.rows]
        self.figures = totals(page.totals)
        self.older, self.newer = page.more, bool(self._trail)
        self.problem, self.code, self.refused, self.ready = "", "", "", True

    def _address(self) -> str:
        asked = urlencode({name: value for name, value in self.wanted.items() if value})
        return f"{routes.TRAININGS}?{asked}" if asked else routes.TRAININGS

    @rx.event
    @allow("user")
    async def load(self) -> None:
        asked = self.router.url.query_parameters
        self.wanted = {name: str(asked.get(name, ""))[:100] for name in FIELDS}
        self.filtered = any(value for name, value in self.wanted.items() if name != "sort")
        self._trail = []
        await self._read()
        live.subscribe(self, "training", Trainings.refresh)

    @rx.event
    @allow("user")
    async def refresh(self) -> None:
        """Reads the same page again."""
        await self._read()

    @rx.event
    @allow("user")
    def look_for(self, name: str, value: str) -> Step:
        """Changes one part of the filter: the address changes, and the page reads what stands there."""
        if name in FIELDS and self.wanted.get(name, "") != value:
            self.wanted = {**self.wanted, name: value[:100]}
            return rx.redirect(self._address(), replace=True)
        return None

    @rx.event
    @allow("user")
    def clear(self) -> Step:
        """Shows everything again."""
        self.wanted = dict.fromkeys(FIELDS, "")
        return rx.redirect(routes.TRAININGS, replace=True)

    @rx.event
    @allow("user")
    async def show_older(self) -> None:
        """The next page down."""
        if self.older and self.lines:
            self._trail = [*self._trail, self.lines[-1].id]
            await self._read()

    @rx.event
    @allow("user")
    async def show_newer(self) -> None:
        """Back up one page."""
        self._trail = self._trail[:-1]
        await self._read()
