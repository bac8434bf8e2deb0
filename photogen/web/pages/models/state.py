"""The creator's models."""

import dataclasses
from collections.abc import Mapping

import reflex as rx

from photogen.domain.loras.views import LoraModelView
from photogen.errors import PhotogenError
from photogen.web import live
from photogen.web.deps import call, services
from photogen.web.pages.model.shown import held
from photogen.web.pages.trainings.state import Line, line
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import plural, t
from photogen.web.words import iso, subject

FEW = 6
"""Models that need no search."""
ORDERS = ("new", "name", "uses")


@dataclasses.dataclass(frozen=True)
class Card:
    """A model in the list. `held` says why it is held back; `coming` is the percentage of a new version, -1 without;
    `used` how many pictures were made with it."""

    id: str
    name: str
    trigger_word: str
    subject: str
    preview: str
    blurred: str
    uses: str
    public: bool
    held: str
    version: str
    coming: int
    created_at: str
    used: int


def card(view: LoraModelView, coming: Mapping[str, int]) -> Card:
    """A model, in words. `coming` has the percentage of new versions under way, by model."""
    return Card(
        id=view.id,
        name=view.name,
        trigger_word=view.trigger_word,
        subject=subject(view.subject),
        preview=view.preview_url,
        blurred=view.preview_thumbhash,
        uses=plural(view.uses, "{n} picture", "{n} pictures"),
        public=view.visibility == "public",
        held=held(view.status, view.status_reason),
        version=t("Version {n}", n=view.version_number) if view.version_number > 1 else "",
        coming=coming.get(view.id, -1),
        created_at=iso(view.created_at),
        used=view.uses,
    )


def _full(used: int, total: int) -> str:
    """What full slots mean; "" while there is room."""
    if used < total:
        return ""
    if used > total:
        return t(
            "Your plan has room for {m} and you have {n}. All of them stay usable; a new one needs room first.",
            n=used,
            m=total,
        )
    return t("All slots are taken: a new model takes the place of one that you choose, once it is ready.")


class Models(rx.State):
    """Models, trainings on their way to one, and the slots of the plan. A plan has at most a few dozen slots."""

    ready: bool = False
    problem: str = ""
    code: str = ""
    cards: list[Card] = []
    coming: list[Line] = []
    slots: str = ""
    full: str = ""
    search: str = ""
    order: str = "new"
    many: bool = False
    _all: list[Card] = []

    async def _read(self) -> None:
        account = current().account_id
        try:
            models = await call(services().loras.all, account)
            rows = await call(services().training.list, account, None, 20)
            slots = await call(services().training.slots, account)
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        under_way = [row for row in rows if row.finished_at is None]
        known = {m.id for m in models}
        versions = {row.new_version_of: row.percent for row in under_way if row.new_version_of}
        self._all = [card(m, versions) for m in models]
        self.many = len(models) > FEW
        self.coming = [line(row) for row in under_way if row.new_version_of not in known]
        self.full = _full(slots.used, slots.total)
        self._show()
        self.slots = t("{n} of {m} model slots used.", n=slots.used, m=slots.total)
        self.problem, self.code, self.ready = "", "", True

    def _show(self) -> None:
        wanted = self.search.casefold().strip()
        found = [c for c in self._all if wanted in f"{c.name} {c.trigger_word} {c.subject}".casefold()]
        if self.order == "name":
            found.sort(key=lambda c: c.name.casefold())
        elif self.order == "uses":
            found.sort(key=lambda c: c.used, reverse=True)
        self.cards = found

    @rx.event
    @allow("user")
    def set_search(self, value: str) -> None:
        """Part of a name, a trigger word or a subject."""
        self.search = value[:100]
        self._show()

    @rx.event
    @allow("user")
    def set_order(self, value: str) -> None:
        """Newest first, by name, or most used first."""
        if value in ORDERS:
            self.order = value
            self._show()

    @rx.event
    @allow("user")
    async def load(self) -> None:
        await self._read()
        live.subscribe(self, "training", Models.refresh)
        live.subscribe(self, "model", Models.refresh)

    @rx.event
    @allow("user")
    async def refresh(self) -> None:
        """Something changed: reads them again."""
        await self._read()
