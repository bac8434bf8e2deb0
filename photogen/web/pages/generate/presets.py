"""Presets of the whole set-up: a dialog to use, save, update, share and delete them."""

import dataclasses

import reflex as rx

from photogen.domain.generation.presets.commands import PresetId, SavePreset, UpdatePreset
from photogen.domain.generation.presets.views import PresetView
from photogen.errors import Invalid, PhotogenError
from photogen.web import routes
from photogen.web.deps import call, services, settings
from photogen.web.notices import toast
from photogen.web.pages.generate.filling import as_preset, keep, use
from photogen.web.pages.generate.state import Generate
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import t
from photogen.web.typed import Steps


@dataclasses.dataclass(frozen=True)
class Line:
    """A preset. `link` is "" where it is not shared."""

    id: str
    name: str
    note: str
    link: str


def line(view: PresetView) -> Line:
    address = f"{settings().address}{routes.GENERATE}?preset={view.share_token}" if view.share_token else ""
    return Line(view.id, view.name, view.setup.prompt or t("No prompt"), address)


class Presets(rx.State):
    """The open dialog."""

    open: bool = False
    items: list[Line] = []
    name: str = ""
    error: str = ""
    going: str = ""
    """The one that is about to be deleted."""
    _views: list[PresetView] = []

    async def _read(self) -> None:
        self._views = await call(services().presets.mine, current().account_id)
        self.items = [line(view) for view in self._views]

    @rx.event
    @allow("user")
    async def show(self) -> None:
        """Opens it."""
        form = await self.get_state(Generate)
        self.open, self.name, self.error, self.going = True, form.preset_name, "", ""
        await self._read()

    @rx.event
    @allow("user")
    def close(self) -> None:
        """Closes it."""
        self._shut()

    def _shut(self) -> None:
        self.open, self.going, self.items, self._views = False, "", [], []

    @rx.event
    @allow("user")
    def set_name(self, value: str) -> None:
        """The name to save under."""
        self.name, self.error = value[:200], ""

    @rx.event
    @allow("user")
    async def use(self, preset_id: str) -> None:
        """Puts one into the form."""
        found = next((view for view in self._views if view.id == preset_id), None)
        if found is not None:
            form = await self.get_state(Generate)
            await use(form, found.id, found.name, found.setup)
            self._shut()

    @rx.event
    @allow("user")
    async def save(self, form_data: dict[str, object]) -> None:
        """The form as it stands, under a new name."""
        await self._save("")

    @rx.event
    @allow("user")
    async def update_current(self) -> None:
        """The form as it stands is the preset now."""
        form = await self.get_state(Generate)
        await self._save(form.preset)

    async def _save(self, preset_id: str) -> None:
        form = await self.get_state(Generate)
        account = current().account_id
        try:
            setup = as_preset(form)
            if preset_id:
                kept = await call(
                    services().presets.update,
                    account,
                    UpdatePreset.of(preset_id=preset_id, name=self.name, setup=setup),
                )
            else:
                kept = await call(services().presets.save, account, SavePreset.of(name=self.name, setup=setup))
        except Invalid as error:
            self.error = error.public
        except PhotogenError as error:
            self.error = f"{error.public} ({error.code})"
        else:
            keep(form, kept.id, kept.name)
            self.name, self.error = kept.name, ""
            await self._read()

    @rx.event
    @allow("user")
    async def share(self, preset_id: str) -> Steps:
        """Gives it a link."""
        try:
            await call(services().presets.share, current().account_id, PresetId.of(preset_id=preset_id))
        except PhotogenError as error:
            yield toast.error(error)
        await self._read()

    @rx.event
    @allow("user")
    async def unshare(self, preset_id: str) -> Steps:
        """Its link is dead at once."""
        try:
            await call(services().presets.unshare, current().account_id, PresetId.of(preset_id=preset_id))
        except PhotogenError as error:
            yield toast.error(error)
        await self._read()

    @rx.event
    @allow("user")
    def ask(self, preset_id: str) -> None:
        """Asks before one is deleted; "" keeps it."""
        self.going = preset_id[:30]

    @rx.event
    @allow("user")
    async def delete(self, preset_id: str) -> Steps:
        """Deletes it, and its link."""
        try:
            await call(services().presets.delete, current().account_id, PresetId.of(preset_id=preset_id))
        except PhotogenError as error:
            yield toast.error(error)
        form = await self.get_state(Generate)
        if form.preset == preset_id:
            keep(form, "", "")
        self.going = ""
        await self._read()
