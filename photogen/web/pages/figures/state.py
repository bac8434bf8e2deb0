"""The owner's figures of a period."""

import dataclasses

import reflex as rx

from photogen.domain.analytics import Period
from photogen.errors import PhotogenError
from photogen.kit.clock import utc_now
from photogen.web.deps import call, services
from photogen.web.pages.figures.shown import Board, board
from photogen.web.security.policy import allow
from photogen.web.text import t
from photogen.web.typed import Steps
from photogen.web.words import month

MONTHS = 24
NOTHING = Board()


@dataclasses.dataclass(frozen=True)
class Choice:
    """A month on offer."""

    value: str
    text: str


def months() -> list[Choice]:
    """The last months, this one first; before them the choice of none."""
    now = utc_now()
    counted = [divmod(now.year * 12 + now.month - 1 - back, 12) for back in range(MONTHS)]
    return [Choice("", t("A month")), *(Choice(f"{y}-{m + 1:02}", month(y, m + 1)) for y, m in counted)]


class FiguresPage(rx.State):
    """What the page shows. `span` is "7", "30", "90" or a month."""

    ready: bool = False
    problem: str = ""
    code: str = ""
    span: str = "30"
    months: list[Choice] = []
    board: Board = NOTHING
    busy: bool = False

    async def _read(self) -> None:
        try:
            view = await call(services().analytics.figures, Period.of(span=self.span))
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self.board = board(view)
        self.problem, self.code, self.ready = "", "", True

    @rx.event
    @allow("admin")
    async def load(self) -> None:
        self.months = months()
        await self._read()

    @rx.event
    @allow("admin")
    async def show(self, span: str) -> Steps:
        """Another period; "" stays with this one."""
        self.span = Period.of(span=span or self.span).span
        self.busy = True
        yield None
        await self._read()
        self.busy = False
