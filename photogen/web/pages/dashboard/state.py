"""What is under way, what was made last, what is left to spend."""

import dataclasses

import reflex as rx

from photogen.errors import PhotogenError
from photogen.web import live
from photogen.web.deps import call, services
from photogen.web.pages.trainings.state import Line, line
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import plural, t

RECENT = 12


@dataclasses.dataclass(frozen=True)
class Made:
    """A picture made lately."""

    prompt: str
    src: str
    src2x: str
    href: str
    ratio: str


class Dashboard(rx.State):
    """Credits, running work, recent pictures. Thin: at most a dozen of each."""

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
    recent: list[Made] = []

    async def _read(self):
        account = current().account_id
        try:
            balance = await call(services().credits.balance, account)
            rights = await call(services().plans.entitlements, account)
            trainings = await call(services().training.list, account, None, 20)
            models = await call(services().training.models, account)
            batches = await call(services().generation.recent, account, 6)
            pictures = await call(services().gallery.recent, account, RECENT)
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self.credits, self.held = balance.available, balance.held
        self.plan = rights.name
        self.included = plural(rights.trainings_left, "{n} training included", "{n} trainings included")
        self.models = len(models)
        self.running = [line(row) for row in trainings if row.finished_at is None]
        waiting = sum(batch.count - batch.done for batch in batches if batch.can_cancel)
        self.drawing = plural(waiting, "{n} picture is being made", "{n} pictures are being made") if waiting else ""
        self.recent = [
            Made(
                prompt=card.prompt,
                src=f"/media/images/{card.id}/512",
                src2x=f"/media/images/{card.id}/1024",
                href=f"/gallery?image={card.id}",
                ratio=f"{card.width}/{card.height}",
            )
            for card in pictures
        ]
        self.problem, self.code, self.ready = "", "", True

    @rx.event
    @allow("user")
    async def load(self):
        await self._read()
        for kind in ("training", "generation", "credits", "gallery"):
            live.subscribe(self, kind, Dashboard.refresh)

    @rx.event
    @allow("user")
    async def refresh(self):
        """Something changed: reads it all again."""
        await self._read()


WELCOME = t("Train a model on a handful of photos, then put your subject anywhere.")
