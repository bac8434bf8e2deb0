"""One model: what it is, what was made with it, rename and delete."""

import dataclasses

import reflex as rx

from photogen.domain.loras.views import LoraModelView
from photogen.domain.photosets import PhotoView
from photogen.errors import Invalid, NotFound, PhotogenError
from photogen.web import live, routes
from photogen.web.deps import call, services
from photogen.web.notices import toast
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import plural, t
from photogen.web.words import duration, iso, megabytes


@dataclasses.dataclass(frozen=True)
class ModelShown:
    """A model as its page shows it."""

    id: str = ""
    name: str = ""
    status: str = ""
    preview: str = ""
    blurred: str = ""
    trigger_word: str = ""
    training_id: str = ""
    hub_url: str = ""
    created_at: str = ""
    facts: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    photos: list[str] = dataclasses.field(default_factory=list)


def _facts(view: LoraModelView) -> list[tuple[str, str]]:
    known = [
        (t("Trigger word"), view.trigger_word),
        (t("Subject"), t(view.subject.capitalize())),
        (t("Base model"), view.base_model),
        (t("Pictures made"), str(view.uses)),
        (t("Photos"), str(view.photo_count) if view.photo_count else ""),
        (t("Steps"), f"{view.steps:,}" if view.steps else ""),
        (t("Learning rate"), f"{view.learning_rate:g}" if view.learning_rate else ""),
        (t("LoRA rank"), str(view.lora_rank) if view.lora_rank else ""),
        (t("Training time"), duration(view.seconds)),
        (t("Paid"), plural(view.credits, "{n} credit", "{n} credits") if view.credits else t("Included")),
        (t("Size"), megabytes(view.weights_bytes)),
        (t("Visibility"), t("Public on the hub") if view.visibility == "public" else t("Private")),
    ]
    return [(name, value) for name, value in known if value]


async def _photos(account: str, set_id: str | None) -> list[PhotoView]:
    """What it was trained on; nothing once the set is deleted."""
    if not set_id:
        return []
    try:
        return await call(services().photosets.photos, account, set_id)
    except NotFound:
        return []


class ModelPage(rx.State):
    """The model whose page this tab shows."""

    view: ModelShown = ModelShown()
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

    async def _read(self):
        account = current().account_id
        try:
            view = await call(services().loras.get, account, self._id)
            photos = await _photos(account, view.photo_set_id)
        except NotFound:
            self.missing, self.ready = True, True
            return
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self.view = ModelShown(
            id=view.id,
            name=view.name,
            status=view.status,
            preview=view.preview_url,
            blurred=view.preview_thumbhash,
            trigger_word=view.trigger_word,
            training_id=view.training_id or "",
            hub_url=view.hub_url,
            created_at=iso(view.created_at),
            facts=_facts(view),
            photos=[photo.thumb_url for photo in photos if photo.thumb_url],
        )
        self.ready, self.missing, self.problem, self.code = True, False, "", ""

    @rx.event
    @allow("user")
    async def load(self):
        wanted = routes.last_part(str(self.router.url.path))
        if wanted != self._id:
            self.reset()
            self._id = wanted
        await self._read()
        if not self.missing:
            live.subscribe(self, "model", ModelPage.refresh)
            live.subscribe(self, "gallery", ModelPage.refresh)

    @rx.event
    @allow("user")
    async def refresh(self):
        """Reads it again."""
        await self._read()

    @rx.event
    @allow("user")
    def ask_rename(self):
        """Opens the dialog."""
        self.renaming, self.new_name, self.name_error = True, self.view.name, ""

    @rx.event
    @allow("user")
    def set_new_name(self, value: str):
        """The new name as typed."""
        self.new_name, self.name_error = value, ""

    @rx.event
    @allow("user")
    async def rename(self, form_data: dict[str, object]):
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
    def ask_delete(self):
        """Opens the question."""
        self.deleting = True

    @rx.event
    @allow("user")
    def close(self):
        """Closes whichever dialog is open."""
        self.deleting = self.renaming = False

    @rx.event
    @allow("user")
    async def delete(self):
        """Deletes the model here and at the vendors; its pictures stay."""
        self.busy = True
        yield
        try:
            await call(services().loras.delete, current().account_id, self._id)
        except PhotogenError as error:
            self.busy = self.deleting = False
            yield toast.error(error)
            return
        self.busy = self.deleting = False
        yield toast.good(t("{name} is deleted", name=self.view.name))
        yield rx.redirect(routes.MODELS)
