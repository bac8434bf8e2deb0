"""One model: what it is, what was made with it, its versions, and what can be done with it."""

import reflex as rx

from photogen.errors import Invalid, NotFound, PhotogenError
from photogen.web import live, routes
from photogen.web.deps import call, services
from photogen.web.notices import toast
from photogen.web.pages.model.shown import ModelShown, Past, Shot, VersionShown, past, shots, shown, version
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import t, within
from photogen.web.typed import Steps


class ModelPage(rx.State):
    """The model whose page this tab shows."""

    view: ModelShown = ModelShown()
    pictures: list[Shot] = []
    versions: list[VersionShown] = []
    trainings: list[Past] = []
    photos: list[str] = []
    ready: bool = False
    missing: bool = False
    problem: str = ""
    code: str = ""
    renaming: bool = False
    new_name: str = ""
    name_error: str = ""
    deleting: bool = False
    dropping: str = ""
    busy: bool = False
    _id: str = ""

    async def _read(self) -> None:
        account = current().account_id
        try:
            story = await call(services().loras.story, account, self._id)
            set_id = story.model.photo_set_id
            photos = await call(services().photosets.photos, account, set_id) if set_id else []
        except NotFound:
            self.missing, self.ready = True, True
            return
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self.view = shown(story)
        self.pictures = shots(story)
        self.versions = [version(view) for view in story.versions]
        self.trainings = [past(view) for view in story.trainings]
        self.photos = [photo.thumb_url for photo in photos if photo.thumb_url and not photo.dropped]
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
            live.subscribe(self, "model", ModelPage.refresh)
            live.subscribe(self, "training", ModelPage.refresh)
            live.subscribe(self, "gallery", ModelPage.refresh)

    @rx.event
    @allow("user")
    async def refresh(self) -> None:
        """Reads it again."""
        await self._read()

    @rx.event
    @allow("user")
    def ask_rename(self) -> None:
        """Opens the dialog."""
        self.renaming, self.new_name, self.name_error = True, self.view.name, ""

    @rx.event
    @allow("user")
    def set_new_name(self, value: str) -> None:
        """The new name as typed."""
        self.new_name, self.name_error = value, ""

    @rx.event
    @allow("user")
    async def rename(self, form_data: dict[str, object]) -> Steps:
        """Gives the model its new name."""
        try:
            await call(services().loras.rename, current().account_id, self._id, self.new_name)
        except Invalid as error:
            self.name_error = error.public
            return
        except PhotogenError as error:
            yield toast.error(error)
        self.renaming = False
        await self._read()

    @rx.event
    @allow("user")
    def ask_delete(self) -> None:
        """Opens the question."""
        self.deleting = True

    @rx.event
    @allow("user")
    def ask_drop(self, version_id: str) -> None:
        """Opens the question about one version."""
        self.dropping = version_id

    @rx.event
    @allow("user")
    def close(self) -> None:
        """Closes whichever dialog is open."""
        self.deleting = self.renaming = False
        self.dropping = ""

    @rx.event
    @allow("user")
    async def switch(self, version_id: str) -> Steps:
        """Lets pictures be drawn with this version from now on."""
        try:
            await call(services().loras.switch, current().account_id, self._id, version_id)
        except PhotogenError as error:
            yield toast.error(error)
            return
        await self._read()
        yield toast.good(t("Pictures are drawn with {version} from now on", version=within(self.view.version)))

    @rx.event
    @allow("user")
    async def drop(self) -> Steps:
        """Deletes one version here and at the vendors; pictures made with it stay."""
        self.busy = True
        yield None
        try:
            number = await call(services().loras.delete_version, current().account_id, self._id, self.dropping)
        except PhotogenError as error:
            yield toast.error(error)
        else:
            yield toast.good(t("The version is deleted. Receipt {number}", number=number))
        self.busy, self.dropping = False, ""
        await self._read()

    @rx.event
    @allow("user")
    async def delete(self) -> Steps:
        """Deletes the model here and at the vendors; its pictures stay."""
        self.busy = True
        yield None
        try:
            number = await call(services().loras.delete, current().account_id, self._id)
        except PhotogenError as error:
            self.busy = self.deleting = False
            yield toast.error(error)
            return
        self.busy = self.deleting = False
        yield toast.good(t("{name} is deleted. Receipt {number}", name=self.view.name, number=number))
        yield rx.redirect(routes.MODELS)
