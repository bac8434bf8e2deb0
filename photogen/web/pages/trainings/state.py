"""The list of trainings, a page of them at a time."""

import dataclasses

import reflex as rx

from photogen.domain.training.views import TrainingRow
from photogen.errors import PhotogenError
from photogen.web import live
from photogen.web.deps import call, services
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import plural, t
from photogen.web.words import duration, iso

PAGE = 25
TONES = {"completed": "good", "failed": "bad", "cancelled": "", "queued": ""}


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


class Trainings(rx.State):
    """A page of trainings, newest first, kept up to date. `before` is the id that ends the page before."""

    lines: list[Line] = []
    ready: bool = False
    problem: str = ""
    code: str = ""
    older: bool = False
    newer: bool = False
    _trail: list[str] = []

    async def _read(self):
        before = self._trail[-1] if self._trail else None
        try:
            rows = await call(services().training.list, current().account_id, before, PAGE + 1)
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self.lines = [line(row) for row in rows[:PAGE]]
        self.older, self.newer = len(rows) > PAGE, bool(self._trail)
        self.problem, self.code, self.ready = "", "", True

    @rx.event
    @allow("user")
    async def load(self):
        self._trail = []
        await self._read()
        live.subscribe(self, "training", Trainings.refresh)

    @rx.event
    @allow("user")
    async def refresh(self):
        """Reads the same page again."""
        await self._read()

    @rx.event
    @allow("user")
    async def show_older(self):
        """The next page down in time."""
        if self.older and self.lines:
            self._trail = [*self._trail, self.lines[-1].id]
            await self._read()

    @rx.event
    @allow("user")
    async def show_newer(self):
        """Back up one page."""
        self._trail = self._trail[:-1]
        await self._read()
