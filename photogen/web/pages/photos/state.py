"""The creator's photo sets, each with how ready it is and what was made of it."""

import dataclasses
from collections.abc import Sequence

import reflex as rx

from photogen.domain.photosets import PhotoSetView
from photogen.domain.training.views import SetUse
from photogen.errors import PhotogenError
from photogen.web import live, routes
from photogen.web.deps import call, services
from photogen.web.notices import toast
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import plural, t
from photogen.web.typed import Steps
from photogen.web.words import iso

PAGE = 24
TONES = {"Ready": "good", "Good": "good", "Thin": "warn", "Not ready": "bad"}


@dataclasses.dataclass(frozen=True)
class SetCard:
    """A set in the list."""

    id: str
    name: str
    cover: str
    photos: str
    readiness: str
    tone: str
    used: str
    created_at: str


def used_by(uses: Sequence[SetUse]) -> str:
    """ "2 trainings"; says so when there was none."""
    return plural(len(uses), "{n} training", "{n} trainings") if uses else t("not trained with yet")


def _cards(account: str, sets: Sequence[PhotoSetView]) -> list[SetCard]:
    """Of one page of sets: each is judged by the rules for what it was trained as last."""
    uses = services().training.uses_of_sets(account, [s.id for s in sets])
    cards = []
    for photo_set in sets:
        mine = [use for use in uses if use.photo_set_id == photo_set.id]
        report = services().photosets.report(account, photo_set.id, mine[0].subject if mine else "person")
        cards.append(
            SetCard(
                id=photo_set.id,
                name=photo_set.name or t("Photos"),
                cover=photo_set.cover_url,
                photos=plural(photo_set.accepted, "{n} photo", "{n} photos"),
                readiness=t("{word}, {n}", word=t(report.word), n=report.score),
                tone=TONES.get(report.word, ""),
                used=used_by(mine),
                created_at=iso(photo_set.created_at),
            )
        )
    return cards


class PhotoSets(rx.State):
    """A page of the sets that have photos, newest first."""

    ready: bool = False
    problem: str = ""
    code: str = ""
    cards: list[SetCard] = []
    older: bool = False
    newer: bool = False
    creating: bool = False
    _at: int = 0

    async def _read(self) -> None:
        account = current().account_id
        try:
            sets = [s for s in await call(services().photosets.list, account) if s.accepted + s.rejected + s.dropped]
            self._at = max(0, min(self._at, (len(sets) - 1) // PAGE * PAGE))
            self.cards = await call(_cards, account, sets[self._at : self._at + PAGE])
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self.newer, self.older = self._at > 0, len(sets) > self._at + PAGE
        self.problem, self.code, self.ready = "", "", True

    @rx.event
    @allow("user")
    async def load(self) -> None:
        self.creating = False
        await self._read()
        live.subscribe(self, "photoset", PhotoSets.refresh)
        live.subscribe(self, "training", PhotoSets.refresh)

    @rx.event
    @allow("user")
    async def refresh(self) -> None:
        """Something changed: reads them again."""
        await self._read()

    @rx.event
    @allow("user")
    async def show_older(self) -> None:
        """The next page down in time."""
        if self.older:
            self._at += PAGE
            await self._read()

    @rx.event
    @allow("user")
    async def show_newer(self) -> None:
        """Back up one page."""
        self._at = max(0, self._at - PAGE)
        await self._read()

    @rx.event
    @allow("user")
    async def create_set(self) -> Steps:
        """A new, empty set, and to its page. It is listed as soon as it has a photo."""
        if self.creating:
            return
        self.creating = True
        yield None
        try:
            made = await call(services().photosets.create, current().account_id, t("New photos"))
        except PhotogenError as error:
            self.creating = False
            yield toast.error(error)
            return
        self.creating = False
        yield rx.redirect(routes.photo_set(made.id))
