"""The balance and what makes it up, the last days, and every movement, a page at a time."""

import dataclasses

import reflex as rx

from photogen.domain.credits import HistoryQuery
from photogen.errors import PhotogenError
from photogen.kit.clock import utc_now
from photogen.web import live
from photogen.web.deps import call, services
from photogen.web.movements import Movement, movements
from photogen.web.pages.usage.shown import Lot, ModelRow, Trend, by_model, lot, trend
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import plural, t
from photogen.web.words import included_left, month

PAGE = 80
"""Entries of the ledger; fewer lines, for a batch is one line and what was set aside and then spent is one movement."""
MONTHS = 12


@dataclasses.dataclass(frozen=True)
class Option:
    """An entry of a select."""

    value: str
    text: str
    disabled: bool


def months() -> list[Option]:
    """The last months, this one first, with the choice of all of them before."""
    now = utc_now()
    counted = [divmod(now.year * 12 + now.month - 1 - back, 12) for back in range(MONTHS)]
    return [
        Option("", t("All months"), False),
        *(Option(f"{y}-{m + 1:02}", month(y, m + 1), False) for y, m in counted),
    ]


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
    lots: list[Lot] = []
    trend: Trend = Trend()
    group: str = "all"
    month: str = ""
    months: list[Option] = []
    older: bool = False
    newer: bool = False
    _trail: list[int] = []
    _last: int = 0

    async def _read(self) -> None:
        account = current().account_id
        before = self._trail[-1] if self._trail else None
        try:
            balance = await call(services().credits.balance, account)
            only = HistoryQuery.of(group=self.group, month=self.month)
            entries = await call(services().credits.history, account, before, PAGE + 1, only)
            shots = list({e.subject_id for e in entries if e.subject_kind == "shot"})
            pictures = await call(services().gallery.of_shots, account, shots) if shots else {}
            grants = await call(services().credits.grants, account)
            uses = await call(services().credits.use_by_day, account)
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
        self.movements = movements(entries[:PAGE], pictures)
        self.lots = [lot(grant) for grant in grants][:50]
        self.trend = trend(uses, utc_now().date())
        self._last = entries[:PAGE][-1].id if entries else 0
        self.plan, self.included = rights.name, included_left(rights)
        self.older, self.newer = len(entries) > PAGE, bool(self._trail)
        self.problem, self.code, self.ready = "", "", True

    @rx.event
    @allow("user")
    async def load(self) -> None:
        self._trail, self.group, self.month, self.months = [], "all", "", months()
        await self._read()
        live.subscribe(self, "credits", Usage.refresh)

    @rx.event
    @allow("user")
    async def refresh(self) -> None:
        """The balance moved: reads the same page again."""
        await self._read()

    @rx.event
    @allow("user")
    async def show_group(self, group: str) -> None:
        """Only movements of one kind."""
        self.group = HistoryQuery.of(group=group).group
        self._trail = []
        await self._read()

    @rx.event
    @allow("user")
    async def show_month(self, month: str) -> None:
        """Only movements of one month."""
        self.month = HistoryQuery.of(month=month).month
        self._trail = []
        await self._read()

    @rx.event
    @allow("user")
    async def show_older(self) -> None:
        """Further back."""
        if self.older:
            self._trail = [*self._trail, self._last]
            await self._read()

    @rx.event
    @allow("user")
    async def show_newer(self) -> None:
        """Towards now."""
        self._trail = self._trail[:-1]
        await self._read()


class UsageByModel(rx.State):
    """The last days by model."""

    rows: list[ModelRow] = []

    @rx.event
    @allow("user")
    async def load(self) -> None:
        """The page was opened."""
        await self._read()
        live.subscribe(self, "credits", UsageByModel.refresh)
        live.subscribe(self, "quota", UsageByModel.refresh)

    async def _read(self) -> None:
        self.rows = by_model(await call(services().generation.by_model, current().account_id))

    @rx.event
    @allow("user")
    async def refresh(self) -> None:
        """A picture was paid: adds up again."""
        await self._read()
