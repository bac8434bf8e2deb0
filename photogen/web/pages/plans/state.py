"""Plans, packs and models: what is on offer, and one of them being edited."""

import reflex as rx

from photogen.domain.audit import Operator
from photogen.domain.plans.registry import EditModel, EditPack, EditPlan, RegistryView
from photogen.errors import Invalid, NotFound, PhotogenError
from photogen.web.deps import call, services
from photogen.web.notices import toast
from photogen.web.pages.plans.shown import (
    Change,
    Item,
    change,
    command,
    model,
    model_form,
    pack,
    pack_form,
    plan,
    plan_form,
)
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import plural, t
from photogen.web.typed import Steps

_KINDS: dict[str, type[EditPlan | EditPack | EditModel]] = {"plan": EditPlan, "pack": EditPack, "model": EditModel}
_MISSING_SHOWN = 6


class PlansPage(rx.State):
    """`editing` is plan, pack or model while one is edited; `key` says which, "" for a new pack."""

    ready: bool = False
    problem: str = ""
    code: str = ""
    plans: list[Item] = []
    packs: list[Item] = []
    models: list[Item] = []
    changes: list[Change] = []
    missing: str = ""
    editing: str = ""
    key: str = ""
    fields: dict[str, str] = {}
    errors: dict[str, str] = {}
    busy: bool = False

    async def _view(self) -> RegistryView:
        return await call(services().registry.view)

    async def _read(self) -> None:
        try:
            view = await self._view()
            changes = await call(services().registry.changes)
            missing = await call(services().billing.not_at_the_service)
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self.plans = [plan(row) for row in view.plans]
        self.packs = [pack(row) for row in view.packs]
        self.models = [model(row) for row in view.models]
        self.changes = [change(row) for row in changes]
        self.missing = ""
        if missing:
            names = ", ".join(missing[:_MISSING_SHOWN]) + (", …" if len(missing) > _MISSING_SHOWN else "")
            self.missing = plural(
                len(missing),
                "{n} price is not at the payment service yet: {names}.",
                "{n} prices are not at the payment service yet: {names}.",
                names=names,
            )
        self.problem, self.code, self.ready = "", "", True

    @rx.event
    @allow("admin")
    async def load(self) -> None:
        self.editing, self.errors = "", {}
        await self._read()

    @rx.event
    @allow("admin")
    async def edit(self, kind: str, key: str) -> None:
        """Opens the form of one of them; a pack without a key is a new one."""
        view = await self._view()
        forms = {
            "plan": {row.key: plan_form(row) for row in view.plans},
            "pack": {"": pack_form(None), **{row.key: pack_form(row) for row in view.packs}},
            "model": {row.key: model_form(row) for row in view.models},
        }
        form = forms.get(kind, {}).get(key)
        if form is None:
            raise NotFound(t("There is nothing of that name to edit. Reload the page."), code="nothing_to_edit")
        self.editing, self.key, self.fields, self.errors = kind, key, form, {}

    @rx.event
    @allow("admin")
    def leave(self) -> None:
        """Closes the form; nothing is kept."""
        self.editing, self.errors = "", {}

    @rx.event
    @allow("admin")
    async def save(self, form_data: dict[str, object]) -> Steps:
        """Offers it as the form says from now on."""
        kind = _KINDS.get(self.editing)
        if kind is None or self.busy:
            return
        self.busy, self.errors = True, {}
        yield None
        by = Operator(current().account_id, current().name)
        registry = services().registry
        try:
            sent = {**form_data, "version": self.fields.get("version", "")}
            asked = command(kind, self.key, sent)
            if isinstance(asked, EditPlan):
                await call(registry.edit_plan, by, asked)
            elif isinstance(asked, EditPack):
                await call(registry.edit_pack, by, asked)
            else:
                await call(registry.edit_model, by, asked)
        except Invalid as error:
            self.errors = {error.field or "form": error.public}
        except PhotogenError as error:
            self.errors = {"form": f"{error.public} ({error.code})"}
        else:
            self.editing = ""
            yield toast.good(t("Saved. What was sold before keeps its terms."))
        self.busy = False
        await self._read()

    @rx.event
    @allow("admin")
    async def sync(self) -> Steps:
        """Has what is missing made at the payment service."""
        missing = await call(services().billing.not_at_the_service)
        await call(services().registry.sync, Operator(current().account_id, current().name), len(missing))
        yield toast.info(t("It is made now. Look again in a few seconds."))
        await self._read()
