"""The likeness lab of one model: what a run would cost, the runs, the votes."""

import reflex as rx

from photogen.domain.lab.commands import StartLab
from photogen.domain.lab.views import LabOffer
from photogen.errors import NotFound, PhotogenError
from photogen.kit.ids import new_id
from photogen.web import live, routes
from photogen.web.deps import call, services
from photogen.web.notices import toast
from photogen.web.pages.generate.shown import Option
from photogen.web.pages.lab.shown import Offer, RunShown, offer_of, run_of
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import t
from photogen.web.typed import Steps


class Lab(rx.State):
    """The lab of the model that this tab shows. `run` is the one looked at, `other` the one held against it."""

    ready: bool = False
    missing: bool = False
    problem: str = ""
    code: str = ""
    model_id: str = ""
    name: str = ""
    offer: Offer = Offer()
    versions: list[Option] = []
    version: str = ""
    choices: list[Option] = []
    run: RunShown = RunShown()
    other: RunShown = RunShown()
    starting: bool = False
    _taken: list[str] = []
    _offer: LabOffer | None = None
    _shown: str = ""
    _other: str = ""
    _request_key: str = ""
    _wanted: str = ""

    async def _read(self) -> None:
        account = current().account_id
        try:
            story = await call(services().loras.story, account, self._wanted)
            known = {v.id for v in story.versions}
            self.version = self.version if self.version in known else story.model.version_id
            runs = await call(services().lab.runs, account, self._wanted)
            self._offer = await call(services().lab.offer, account, self._wanted, self.version)
        except NotFound:
            self.missing, self.ready = True, True
            return
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self.model_id, self.name = self._wanted, story.model.name
        self.versions = [Option(v.id, t("Version {n}", n=v.number)) for v in story.versions]
        if not self._taken:
            self._taken = list(self._offer.suggested)
        self.offer = offer_of(self._offer, self._taken)
        ids = [run.id for run in runs]
        self._shown = self._shown if self._shown in ids else ids[0] if ids else ""
        self._other = self._other if self._other in ids and self._other != self._shown else ""
        by_id = {run.id: run_of(run) for run in runs}
        self.run = by_id.get(self._shown, RunShown())
        self.other = by_id.get(self._other, RunShown())
        self.choices = [
            Option(run.id, t("{version}, {date}", version=by_id[run.id].title, date=f"{run.created_at:%Y-%m-%d %H:%M}"))
            for run in runs
        ]
        self.ready, self.missing, self.problem, self.code = True, False, "", ""

    @rx.event
    @allow("user")
    async def load(self) -> None:
        wanted = routes.model_of(str(self.router.url.path))
        if wanted != self._wanted:
            self.reset()
            self._wanted = wanted
        self._request_key = self._request_key or new_id()
        await self._read()
        if not self.missing:
            live.subscribe(self, "generation", Lab.refresh)
            live.subscribe(self, "model", Lab.refresh)

    @rx.event
    @allow("user")
    async def refresh(self) -> None:
        """A picture has come, or a vote: reads it again."""
        await self._read()

    @rx.event
    @allow("user")
    async def set_version(self, value: str) -> None:
        """Which version the next run is of."""
        self.version = value
        await self._read()

    @rx.event
    @allow("user")
    def take(self, key: str) -> None:
        """A prompt into the next run, or out of it."""
        if self._offer is None or key not in {p.key for p in self._offer.prompts}:
            return
        self._taken = [k for k in self._taken if k != key] if key in self._taken else [*self._taken, key]
        self.offer = offer_of(self._offer, self._taken)

    @rx.event
    @allow("user")
    async def start(self) -> Steps:
        """Sets the credits aside and lets the grid be drawn. A second click is the same run."""
        if self.starting:
            return
        self.starting = True
        yield None
        try:
            command = StartLab.of(
                model_id=self.model_id,
                version_id=self.version,
                prompts=tuple(self._taken),
                request_key=self._request_key or new_id(),
            )
            before, self._shown = self._shown, await call(services().lab.start, current().account_id, command)
            self._other = before
            self._request_key = new_id()
        except PhotogenError as error:
            yield toast.error(error)
        self.starting = False
        await self._read()

    @rx.event
    @allow("user")
    async def look_at(self, value: str) -> None:
        """Another run."""
        self._shown = value
        await self._read()

    @rx.event
    @allow("user")
    async def hold_against(self, value: str) -> None:
        """A second run below the first; "" for none."""
        self._other = value
        await self._read()

    @rx.event
    @allow("user")
    async def vote(self, run_id: str, generation_id: str, right: bool) -> Steps:
        """This picture is right, or not after all."""
        try:
            await call(services().lab.vote, current().account_id, run_id, generation_id, right=right)
        except PhotogenError as error:
            yield toast.error(error)
        await self._read()

    @rx.event
    @allow("user")
    async def keep(self, run_id: str, generation_id: str) -> Steps:
        """Puts the picture into the gallery."""
        try:
            await call(services().lab.keep, current().account_id, run_id, generation_id)
            yield toast.good(t("The picture is in your gallery"))
        except PhotogenError as error:
            yield toast.error(error)
        await self._read()

    @rx.event
    @allow("user")
    async def use(self) -> Steps:
        """Makes the strength that leads the usual one."""
        try:
            await call(services().lab.use_scale, current().account_id, self._shown, self.run.use)
            yield toast.good(t("{scale} is the usual strength of this version now", scale=f"{self.run.use:g}"))
        except PhotogenError as error:
            yield toast.error(error)
        await self._read()

    @rx.event
    @allow("user")
    async def retry(self) -> Steps:
        """Asks again for what failed."""
        try:
            await call(services().lab.retry, current().account_id, self._shown)
        except PhotogenError as error:
            yield toast.error(error)
        await self._read()

    @rx.event
    @allow("user")
    async def cancel(self) -> Steps:
        """Ends what has not been drawn yet; its credits come back."""
        try:
            await call(services().lab.cancel, current().account_id, self._shown)
        except PhotogenError as error:
            yield toast.error(error)
        await self._read()
