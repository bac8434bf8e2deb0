"""One training: what it shows, and what can be done about it."""

import reflex as rx

from photogen.errors import NotFound, PhotogenError
from photogen.web import live, routes
from photogen.web.deps import call, services
from photogen.web.notices import toast
from photogen.web.pages.training.shown import STAGE_STATES, Attempt, Figures, Shown, Stage, attempt, figures, shown
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import plural
from photogen.web.typed import Steps
from photogen.web.words import clock

PAGE = 20
"""Attempts shown at once."""


class TrainingPage(rx.State):
    """The training whose page this tab shows. Attempts are a page of them, the newest first; `_trail` holds where the
    pages before it ended."""

    view: Shown = Shown()
    stages: list[Stage] = []
    attempts: list[Attempt] = []
    figures: Figures = Figures()
    count: str = ""
    older: bool = False
    newer: bool = False
    ready: bool = False
    missing: bool = False
    problem: str = ""
    code: str = ""
    asking: bool = False
    busy: bool = False
    _id: str = ""
    _seen: tuple[str, int, int, bool] = ("", 0, 0, False)
    _trail: list[str] = []

    async def _read(self, *, shared: bool = False) -> None:
        who, training = current(), services().training
        try:
            if shared:
                view = await live.read("training", training.get, who.account_id, self._id)
            else:
                view = await call(training.get, who.account_id, self._id)
            # Times and money move when a stage, a round or an attempt ends, not with every step.
            seen = (view.status, view.rounds, view.attempts_count, view.cleaning)
            if seen != self._seen:
                told = await call(training.history.figures, who.account_id, self._id)
                costs = await call(training.history.vendor_costs, self._id) if str(who.role) == "admin" else ()
                self.figures, self._seen = figures(told, costs), seen
        except NotFound:
            self.missing, self.ready = True, True
            return
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self.view = shown(view)
        self.stages = [Stage(s.name, STAGE_STATES.get(s.state, "todo"), clock(s.seconds)) for s in view.stages]
        self.count = plural(view.attempts_count, "{n} attempt", "{n} attempts")
        if not self._trail:
            self.attempts = [attempt(a) for a in reversed(view.attempts)]
            self.older, self.newer = view.attempts_count > len(view.attempts), False
        self.ready, self.missing, self.problem, self.code = True, False, "", ""

    async def _turn(self) -> None:
        """Another page of attempts."""
        before = self._trail[-1] if self._trail else None
        history = services().training.history
        found = await call(history.attempts, current().account_id, self._id, before, PAGE + 1)
        self.attempts = [attempt(a) for a in reversed(found[-PAGE:])]
        self.older, self.newer = len(found) > PAGE, bool(self._trail)

    @rx.event
    @allow("user")
    async def load(self) -> None:
        wanted = routes.last_part(str(self.router.url.path))
        if wanted != self._id:
            self.reset()
            self._id = wanted
        await self._read()
        if not self.missing:
            live.subscribe(self, "training", TrainingPage.refresh)

    @rx.event
    @allow("user")
    async def refresh(self) -> None:
        """Reads the row again."""
        await self._read(shared=True)

    @rx.event
    @allow("user")
    async def show_older(self) -> None:
        """Earlier attempts."""
        if self.older and self.attempts:
            self._trail = [*self._trail, self.attempts[-1].id]
            await self._turn()

    @rx.event
    @allow("user")
    async def show_newer(self) -> None:
        """Later attempts."""
        self._trail = self._trail[:-1]
        await self._turn()

    @rx.event
    @allow("user")
    def ask_cancel(self) -> None:
        """Opens the question."""
        self.asking = True

    @rx.event
    @allow("user")
    def keep(self) -> None:
        """Closes the question."""
        self.asking = False

    @rx.event
    @allow("user")
    async def cancel(self) -> Steps:
        """Ends the training; what was set aside comes back."""
        self.busy = True
        yield None
        try:
            await call(services().training.cancel, current().account_id, self._id)
        except PhotogenError as error:
            yield toast.error(error)
        self.busy, self.asking = False, False
        await self._read()

    @rx.event
    @allow("user")
    async def retry(self) -> Steps:
        """Tries a failed training again, from the stage that failed where possible."""
        self.busy = True
        yield None
        try:
            again = await call(services().training.retry, current().account_id, self._id)
        except PhotogenError as error:
            self.busy = False
            yield toast.error(error)
            return
        self.busy = False
        yield toast.info(again.words)
        if again.id != self._id:
            yield rx.redirect(routes.training(again.id))
        else:
            await self._read()
