"""The creator's models."""

import dataclasses

import reflex as rx

from photogen.domain.loras.views import LoraModelView
from photogen.errors import PhotogenError
from photogen.web import live
from photogen.web.deps import call, services
from photogen.web.pages.trainings.state import Line, line
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import plural, t
from photogen.web.words import iso


@dataclasses.dataclass(frozen=True)
class Card:
    """A model in the list."""

    id: str
    name: str
    trigger_word: str
    subject: str
    preview: str
    blurred: str
    uses: str
    public: bool
    quarantined: bool
    created_at: str


def card(view: LoraModelView) -> Card:
    """A model, in words."""
    return Card(
        id=view.id,
        name=view.name,
        trigger_word=view.trigger_word,
        subject=t(view.subject.capitalize()),
        preview=view.preview_url,
        blurred=view.preview_thumbhash,
        uses=plural(view.uses, "{n} picture", "{n} pictures"),
        public=view.visibility == "public",
        quarantined=view.status == "quarantined",
        created_at=iso(view.created_at),
    )


class Models(rx.State):
    """Models, trainings on their way to one, and the slots of the plan. A plan has at most a few dozen slots."""

    ready: bool = False
    problem: str = ""
    code: str = ""
    cards: list[Card] = []
    coming: list[Line] = []
    slots: str = ""

    async def _read(self):
        account = current().account_id
        try:
            models = await call(services().loras.all, account)
            rows = await call(services().training.list, account, None, 20)
            slots = await call(services().training.slots, account)
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self.cards = [card(m) for m in models]
        self.coming = [line(row) for row in rows if row.finished_at is None]
        self.slots = t("{n} of {m} model slots used.", n=slots.used, m=slots.total)
        self.problem, self.code, self.ready = "", "", True

    @rx.event
    @allow("user")
    async def load(self):
        await self._read()
        live.subscribe(self, "training", Models.refresh)
        live.subscribe(self, "model", Models.refresh)

    @rx.event
    @allow("user")
    async def refresh(self):
        """Something changed: reads them again."""
        await self._read()
