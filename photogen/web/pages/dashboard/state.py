"""What is under way, what was made last, what is left to spend."""

import dataclasses

import reflex as rx

from photogen.domain.training.commands import PHOTOS
from photogen.errors import PhotogenError
from photogen.web import live
from photogen.web.deps import call, services
from photogen.web.pages.trainings.state import Line, line
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import plural
from photogen.web.words import included_left

RECENT = 18


@dataclasses.dataclass(frozen=True)
class Made:
    """A picture made lately."""

    prompt: str
    src: str
    src2x: str
    href: str
    preview: str


class Dashboard(rx.State):
    """Credits, running work, recent pictures: a few of each. `first_step` is where a newcomer stands, 0 for others."""

    ready: bool = False
    problem: str = ""
    code: str = ""
    credits: int = 0
    held: int = 0
    included: str = ""
    plan: str = ""
    models: int = 0
    running: list[Line] = []
    drawing: str = ""
    waiting: list[str] = []
    recent: list[Made] = []
    first_step: int = 0
    newest_model: str = ""

    async def _read(self) -> None:
        account = current().account_id
        try:
            balance = await call(services().credits.balance, account)
            rights = await call(services().plans.entitlements, account)
            trainings = await call(services().training.list, account, None, 20)
            models = await call(services().loras.all, account)
            batches = await call(services().generation.recent, account, 6)
            pictures = await call(services().gallery.recent, account, RECENT)
            sets = [] if pictures or trainings else await call(services().photosets.list, account)
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self.credits, self.held = balance.available, balance.held
        self.plan = rights.name
        self.included = included_left(rights)
        self.models = len(models)
        self.newest_model = models[0].id if models else ""
        begun = bool(trainings) or any(photos.accepted >= PHOTOS[0] for photos in sets)
        self.first_step = 0 if pictures or batches else 3 if models else 2 if begun else 1
        self.running = [line(row) for row in trainings if row.finished_at is None]
        drawn = [batch for batch in batches if batch.can_cancel]
        left = sum(batch.count - batch.done for batch in drawn)
        self.drawing = plural(left, "{n} picture is being made", "{n} pictures are being made") if left else ""
        # What stands in the way of several is said once.
        reasons = (*(row.waiting for row in trainings), *(batch.waiting for batch in drawn))
        self.waiting = list(dict.fromkeys(filter(None, reasons)))
        self.recent = [
            Made(
                prompt=card.prompt,
                src=f"/media/images/{card.id}/512",
                src2x=f"/media/images/{card.id}/1024",
                href=f"/gallery?image={card.id}",
                preview=card.thumbhash,
            )
            for card in pictures
        ]
        self.problem, self.code, self.ready = "", "", True

    @rx.event
    @allow("user")
    async def load(self) -> None:
        await self._read()
        for kind in ("training", "generation", "credits", "gallery"):
            live.subscribe(self, kind, Dashboard.refresh)

    @rx.event
    @allow("user")
    async def refresh(self) -> None:
        """Something changed: reads it all again."""
        await self._read()
