"""One photo set: its name, what it is judged as, what was made of it; rename, copy, delete."""

import dataclasses

import reflex as rx

from photogen.errors import Invalid, NotFound, PhotogenError
from photogen.web import live, routes
from photogen.web.deps import call, services
from photogen.web.notices import toast
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import plural, t
from photogen.web.typed import Steps
from photogen.web.words import iso

SUBJECTS = ("person", "pet", "product", "style")


@dataclasses.dataclass(frozen=True)
class Use:
    """A training with the set, and the model that came of it ("" without one)."""

    training_id: str
    name: str
    status: str
    model_id: str
    created_at: str


@dataclasses.dataclass(frozen=True)
class SetShown:
    """The set as its page shows it."""

    id: str = ""
    name: str = ""
    about: str = ""
    trainable: bool = False
    uses: list[Use] = dataclasses.field(default_factory=list)


class PhotoSetPage(rx.State):
    """The set whose page this tab shows. Its photos are the island's own business."""

    view: SetShown = SetShown()
    subject: str = "person"
    trigger_word: str = ""
    ready: bool = False
    missing: bool = False
    problem: str = ""
    code: str = ""
    renaming: bool = False
    new_name: str = ""
    name_error: str = ""
    deleting: bool = False
    busy: bool = False
    _id: str = ""

    async def _read(self) -> None:
        account = current().account_id
        try:
            photo_set = await call(services().photosets.get, account, self._id)
            uses = await call(services().training.uses_of_sets, account, [self._id])
        except NotFound:
            self.missing, self.ready = True, True
            return
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        if uses and not self.view.id:
            self.subject, self.trigger_word = uses[0].subject, uses[0].trigger_word
        self.view = SetShown(
            id=photo_set.id,
            name=photo_set.name or t("Photos"),
            about=plural(photo_set.accepted, "{n} photo to train on.", "{n} photos to train on."),
            trainable=photo_set.accepted > 0,
            uses=[
                Use(use.training_id, use.name, use.status_word, use.lora_model_id or "", iso(use.created_at))
                for use in uses
            ],
        )
        self.ready, self.missing, self.problem, self.code = True, False, "", ""

    @rx.event
    @allow("user")
    async def load(self) -> None:
        wanted = routes.last_part(str(self.router.url.path))
        if wanted != self._id:
            self.reset()
            self._id = wanted
        await self._read()
        if not self.missing:
            live.subscribe(self, "photoset", PhotoSetPage.refresh)
            live.subscribe(self, "training", PhotoSetPage.refresh)

    @rx.event
    @allow("user")
    async def refresh(self) -> None:
        """Reads it again."""
        await self._read()

    @rx.event
    @allow("user")
    async def photos_changed(self, accepted: int, rejected: int, busy: int) -> None:
        """The list of photos speaks: what counts is asked of the service, not believed."""
        await self._read()

    @rx.event
    @allow("user")
    def set_subject(self, value: str) -> None:
        """What the photos show: the coach has rules of its own for each."""
        if value in SUBJECTS:
            self.subject = value

    @rx.event
    @allow("user")
    def ask_rename(self) -> None:
        """Opens the dialog."""
        self.renaming, self.new_name, self.name_error = True, self.view.name, ""

    @rx.event
    @allow("user")
    def set_new_name(self, value: str) -> None:
        """The new name as typed."""
        self.new_name, self.name_error = value[:200], ""

    @rx.event
    @allow("user")
    async def rename(self, form_data: dict[str, object]) -> Steps:
        """Gives the set its new name."""
        try:
            await call(services().photosets.rename, current().account_id, self._id, self.new_name)
        except Invalid as error:
            self.name_error = error.public
            return
        except PhotogenError as error:
            yield toast.error(error)
        self.renaming = False
        await self._read()

    @rx.event
    @allow("user")
    async def copy_set(self) -> Steps:
        """Makes a second set with the same photos, and goes there."""
        if self.busy:
            return
        self.busy = True
        yield None
        try:
            made = await call(services().photosets.copy, current().account_id, self._id)
        except PhotogenError as error:
            self.busy = False
            yield toast.error(error)
            return
        self.busy = False
        yield toast.good(t("{name} is copied", name=self.view.name))
        yield rx.redirect(routes.photo_set(made.id))

    @rx.event
    @allow("user")
    def ask_delete(self) -> None:
        """Opens the question."""
        self.deleting = True

    @rx.event
    @allow("user")
    def close(self) -> None:
        """Closes whichever dialog is open."""
        self.deleting = self.renaming = False

    @rx.event
    @allow("user")
    async def delete(self) -> Steps:
        """Deletes the set with its photos; models and trainings made of it stay."""
        self.busy = True
        yield None
        try:
            await call(services().photosets.delete, current().account_id, self._id)
        except PhotogenError as error:
            self.busy = self.deleting = False
            yield toast.error(error)
            return
        self.busy = self.deleting = False
        yield toast.good(t("{name} is deleted", name=self.view.name))
        yield rx.redirect(routes.PHOTOS)
