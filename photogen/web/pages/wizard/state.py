"""The wizard's four steps. What is typed is kept in the database at once: a refresh or another device goes on."""

import dataclasses
from typing import Any

import reflex as rx

from photogen.domain.training.commands import LEARNING_RATE, LORA_RANK, PHOTOS, STEPS, SaveDraft, StartTraining
from photogen.domain.training.views import DraftView
from photogen.errors import Invalid, NotFound, PhotogenError, Rejected
from photogen.kit.ids import new_id
from photogen.web import routes
from photogen.web.deps import call, services
from photogen.web.notices import toast
from photogen.web.pages.wizard.shown import (
    Advice,
    Price,
    SetChoice,
    advice_of,
    choices,
    draft_of,
    missing_photos,
    price_of,
    suggested_word,
)
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import t
from photogen.web.typed import Step, Steps

LAST = 4
SETTINGS = ("steps", "learning_rate", "lora_rank")
"""What is suggested from the photos; each stays as it is once it was changed by hand."""


class Wizard(rx.State):
    """The draft as far as it has come, and what is wrong with it."""

    step: int = 1
    ready: bool = False
    problem: str = ""
    problem_code: str = ""
    name: str = ""
    trigger_word: str = ""
    subject: str = "person"
    photo_set_id: str = ""
    accepted: int = 0
    busy_photos: int = 0
    steps: int = 1000
    learning_rate: float = 4e-4
    lora_rank: int = 16
    autocaption: bool = True
    public: bool = False
    public_allowed: bool = False
    further: str = ""
    replace: bool = False
    replaceable: list[SetChoice] = []
    replaced: str = ""
    sets: list[SetChoice] = []
    errors: dict[str, str] = {}
    price: Price = Price()
    advice: Advice = Advice()
    by_hand: list[str] = []
    starting: bool = False
    _word_typed: bool = False
    _model_id: str = ""
    _request_key: str = ""

    # --- reading and keeping -----------------------------------------------------------------------------------------

    @rx.event
    @allow("user")
    async def load(self) -> Steps:
        account = current().account_id
        try:
            draft = await self._draft(account)
            rights = await call(services().plans.entitlements, account)
            slots = await call(services().training.slots, account)
            models = await call(services().loras.all, account) if not slots.free else []
            sets = await call(services().photosets.list, account)
        except PhotogenError as error:
            self.problem, self.problem_code, self.ready = error.public, error.code, True
            return
        self.name, self.trigger_word, self.subject = draft.name, draft.trigger_word, draft.subject
        self.steps, self.learning_rate, self.lora_rank = draft.steps, draft.learning_rate, draft.lora_rank
        self.autocaption, self.public = draft.autocaption, draft.visibility == "public"
        self.public_allowed = rights.public_allowed
        self.by_hand = list(draft.by_hand)
        asked = next((s for s in sets if s.id == self.router.url.query_parameters.get("set")), None)
        self.photo_set_id = asked.id if asked else draft.photo_set_id or ""
        if asked and not self.name:
            self.name = asked.name
            self.trigger_word = suggested_word(self.name)
        self._word_typed = self.trigger_word not in ("", suggested_word(self.name))
        self._request_key = new_id()
        free = [] if self.further else models[::-1]  # oldest first
        self.replaceable = [SetChoice(m.id, m.name) for m in free]
        self.replaced = free[0].id if free else ""
        self.sets = choices(sets, self.photo_set_id)
        self.errors, self.problem, self.problem_code, self.starting = {}, "", "", False
        self.step = draft.step if draft.name else 1
        if self.further:
            self.step = max(2, self.step)
        if self.step > 1:
            await self._enter(min(self.step, 2) if asked else self.step)
        elif asked:
            await self._keep()
        self.ready = True
        if asked:  # it is in the draft now: a refresh doesn't undo what is chosen after it
            yield rx.redirect(routes.NEW_MODEL, replace=True)

    async def _draft(self, account: str) -> DraftView:
        """The draft to go on with: of a new version where the address asks for one, else of a new model."""
        draft = await call(services().training.draft, account)
        wanted = str(self.router.url.query_parameters.get("version_of", ""))
        self._model_id, self.further = wanted, ""
        if not wanted:
            if draft.model_id is not None:  # what a model suggested is no beginning of another
                await call(services().training.clear_draft, account)
                draft = await call(services().training.draft, account)
            return draft
        model = await call(services().loras.get, account, wanted)
        self.further = model.name
        if draft.model_id == wanted:
            return draft
        return dataclasses.replace(draft_of(model, draft), by_hand=SETTINGS)

    async def _keep(self) -> None:
        """Writes the draft. What is typed is kept as it is and judged later, so nothing is refused here."""
        command = SaveDraft.of(
            photo_set_id=self.photo_set_id or None,
            name=self.name[:200],
            trigger_word=self.trigger_word[:200],
            subject=self.subject,
            steps=self.steps,
            learning_rate=self.learning_rate,
            lora_rank=self.lora_rank,
            autocaption=self.autocaption,
            visibility="public" if self.public else "private",
            by_hand=tuple(self.by_hand),
            model_id=self._model_id or None,
            step=self.step,
        )
        await call(services().training.save_draft, current().account_id, command)

    # --- fields ------------------------------------------------------------------------------------------------------

    def _clear(self, *fields: str) -> None:
        self.errors = {k: v for k, v in self.errors.items() if k not in fields}

    @rx.event
    @allow("user")
    async def set_name(self, value: str) -> None:
        """The name, and with it the suggested trigger word until one was typed."""
        self.name = value[:200]
        self._clear("name")
        if not self._word_typed:
            self.trigger_word = suggested_word(self.name)
            self._clear("trigger_word")
        await self._keep()

    @rx.event
    @allow("user")
    async def set_trigger_word(self, value: str) -> None:
        """The trigger word as typed; emptied, it follows the name again."""
        self.trigger_word, self._word_typed = value[:200], bool(value.strip())
        self._clear("trigger_word")
        await self._keep()

    @rx.event
    @allow("user")
    async def set_subject(self, value: str) -> None:
        """What the photos show."""
        if value in ("person", "pet", "product", "style"):
            self.subject = value
            await self._keep()

    async def _set(self, field: str, value: Any, *, by_hand: bool = True) -> None:
        if by_hand and value != getattr(self, field) and field not in self.by_hand:
            self.by_hand = [*self.by_hand, field]
        setattr(self, field, value)
        self._clear(field)
        if field == "steps":
            await self._quote()
        await self._keep()

    @rx.event
    @allow("user")
    async def set_steps(self, value: int) -> None:
        """Training steps; price and time follow."""
        await self._set("steps", min(STEPS[1], max(STEPS[0], value)))

    @rx.event
    @allow("user")
    async def set_learning_rate(self, value: float) -> None:
        """Learning rate."""
        await self._set("learning_rate", min(LEARNING_RATE[1], max(LEARNING_RATE[0], value)))

    @rx.event
    @allow("user")
    async def set_lora_rank(self, value: int) -> None:
        """LoRA rank."""
        await self._set("lora_rank", min(LORA_RANK[1], max(LORA_RANK[0], value)))

    @rx.event
    @allow("user")
    async def use_suggestion(self) -> None:
        """The settings that suit the photos, but for what was changed by hand."""
        for field in SETTINGS:
            if field not in self.by_hand:
                await self._set(field, getattr(self.advice, field), by_hand=False)

    @rx.event
    @allow("user")
    async def use_suggested(self, field: str) -> None:
        """The suggestion for one setting, which follows it again from now on."""
        if field in SETTINGS:
            self.by_hand = [other for other in self.by_hand if other != field]
            await self._set(field, getattr(self.advice, field), by_hand=False)

    @rx.event
    @allow("user")
    async def set_autocaption(self, value: bool) -> None:
        """Whether the trainer describes each photo."""
        self.autocaption = value
        await self._keep()

    @rx.event
    @allow("user")
    async def set_public(self, value: bool) -> None:
        """Whether the model is shown to everybody on the hub: only by this tick."""
        self.public = value and self.public_allowed
        await self._keep()

    @rx.event
    @allow("user")
    def set_replace(self, value: bool) -> None:
        """Whether the old model makes room once the new one is ready."""
        self.replace = value
        self._clear("replace")

    @rx.event
    @allow("user")
    def set_replaced(self, value: str) -> None:
        """Which model makes room."""
        if value in {choice.value for choice in self.replaceable}:
            self.replaced, self.replace = value, False
            self._clear("replace")

    @rx.event
    @allow("user")
    async def use_set(self, value: str) -> Steps:
        """Takes the photos of before."""
        if not value:
            return
        try:
            await call(services().photosets.get, current().account_id, value)
        except PhotogenError as error:
            yield toast.error(error)
            return
        self.photo_set_id = value
        self._clear("photos")
        await self._count()
        await self._keep()

    @rx.event
    @allow("user")
    async def photos_changed(self, accepted: int, rejected: int, busy: int) -> None:
        """The list of photos speaks: what counts is asked of the service, not believed."""
        self.busy_photos = max(0, min(busy, 1000))
        await self._count()
        if self.accepted >= PHOTOS[0]:
            self._clear("photos")

    async def _count(self) -> None:
        """How many photos there are to train on, and what the coach says of them."""
        account = current().account_id
        report = await call(services().photosets.report, account, self.photo_set_id, self.subject, self.trigger_word)
        self.accepted, self.advice = report.photos_used, advice_of(report)

    # --- steps -------------------------------------------------------------------------------------------------------

    async def _ensure_set(self) -> None:
        account = current().account_id
        if self.photo_set_id:
            try:
                await self._count()
                return
            except NotFound:
                self.photo_set_id = ""
        view = await call(services().photosets.create, account, self.name.strip()[:80])
        self.photo_set_id = view.id
        await self._count()

    async def _enter(self, step: int) -> None:
        if step >= 2:
            await self._ensure_set()
        if step >= 3:
            await self._quote()
        self.step = step
        await self._keep()

    async def _quote(self) -> None:
        self.price = price_of(await call(services().training.quote, current().account_id, self.steps))

    def _faults(self, step: int) -> dict[str, str]:
        if step == 1:
            try:
                StartTraining.of(
                    photo_set_id=new_id(),
                    name=self.name,
                    trigger_word=self.trigger_word,
                    subject=self.subject,
                    request_key=new_id(),
                )
            except Invalid as error:
                return {error.field or "name": error.public}
        if step == 2 and (missing := missing_photos(self.accepted, self.busy_photos)):
            return {"photos": missing}
        return {}

    @rx.event
    @allow("user")
    async def next(self) -> None:
        """On to the next step, when this one is in order."""
        if self.step >= 2:
            await self._ensure_set()
        self.errors = self._faults(self.step)
        if not self.errors and self.step < LAST:
            await self._enter(self.step + 1)

    @rx.event
    @allow("user")
    async def submit(self, form_data: dict[str, object]) -> Step:
        """Enter and the main button: on, or start on the last step. The fields' values are known already."""
        return Wizard.start if self.step == LAST else Wizard.next

    @rx.event
    @allow("user")
    async def back(self) -> None:
        """Back to the step before; nothing is lost. A new version has no first step: its model is known."""
        self.errors = {}
        if self.step > (2 if self.further else 1):
            await self._enter(self.step - 1)

    @rx.event
    @allow("user")
    async def start(self) -> Steps:
        """Starts the training and goes to its page."""
        if self.starting:
            return
        if self.replaceable and not self.replace:
            missing = t("All model slots of your plan are taken: say which model makes room.")
            self.errors = {"replace": missing}
            yield toast.warn(missing)  # the field may be out of sight, the button never is
            return
        self.starting, self.errors = True, {}
        yield None
        try:
            command = StartTraining.of(
                photo_set_id=self.photo_set_id,
                name=self.name,
                trigger_word=self.trigger_word,
                subject=self.subject,
                steps=self.steps,
                learning_rate=self.learning_rate,
                lora_rank=self.lora_rank,
                autocaption=self.autocaption,
                visibility="public" if self.public else "private",
                replace_model_id=self.replaced if self.replace and self.replaced else None,
                model_id=self._model_id or None,
                request_key=self._request_key or new_id(),
            )
            training_id = await call(services().training.start, current().account_id, command)
        except Invalid as error:
            field = error.field or ""
            self.errors = {field or "start": error.public}
            self.starting = False
            await self._enter(
                {"name": 1, "trigger_word": 1, "photo_set_id": 2, "steps": 3, "learning_rate": 3, "lora_rank": 3}.get(
                    field, LAST
                )
            )
            if field == "photo_set_id":
                self.errors = {"photos": error.public}
            return
        except Rejected as error:
            self.starting = False
            yield toast.error(error)
            return
        except PhotogenError as error:
            self.errors = {"start": f"{error.public} ({error.code})"}
            self.starting = False
            return
        self.starting = False
        yield rx.redirect(routes.training(training_id))
