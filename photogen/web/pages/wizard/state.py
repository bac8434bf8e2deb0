"""The wizard's four steps. What is typed is kept in the database at once: a refresh or another device goes on."""

import dataclasses
import re
import unicodedata

import reflex as rx

from photogen.domain.training.commands import LEARNING_RATE, LORA_RANK, PHOTOS, STEPS, SaveDraft, StartTraining
from photogen.errors import Invalid, NotFound, PhotogenError
from photogen.kit.ids import new_id
from photogen.web import routes
from photogen.web.deps import call, services
from photogen.web.notices import toast
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import plural, t
from photogen.web.words import about, credits

LAST = 4
USUAL_STEPS = 1000
STEPS_A_PHOTO = 70
"""Beyond some fifteen photos more steps are usual, so that each is seen often enough."""


@dataclasses.dataclass(frozen=True)
class SetChoice:
    """A photo set of before that can be used again."""

    value: str
    text: str
    disabled: bool = False


@dataclasses.dataclass(frozen=True)
class Price:
    """What the review says about the start."""

    button: str = ""
    after: str = ""
    time: str = ""
    affordable: bool = True


def suggested_word(name: str) -> str:
    """A trigger word from a model's name: rare enough, one word. "Anna Lee" gives "annalee_tok"; "" gives ""."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    letters = re.sub(r"[^a-z0-9]", "", plain)[:16]
    return f"{letters}_tok" if letters else ("my_tok" if name.strip() else "")


def suggested_steps(photos: int) -> int:
    """Steps that are usual for so many photos."""
    return max(USUAL_STEPS, min(2500, photos * STEPS_A_PHOTO // 100 * 100))


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
    steps: int = USUAL_STEPS
    learning_rate: float = 4e-4
    lora_rank: int = 16
    autocaption: bool = True
    public: bool = False
    public_allowed: bool = False
    replace: bool = False
    replaceable: str = ""
    sets: list[SetChoice] = []
    errors: dict[str, str] = {}
    price: Price = Price()
    starting: bool = False
    _word_typed: bool = False
    _replace_id: str = ""
    _request_key: str = ""

    # --- reading and keeping -----------------------------------------------------------------------------------------

    @rx.event
    @allow("user")
    async def load(self):
        account = current().account_id
        try:
            draft = await call(services().training.draft, account)
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
        self.photo_set_id = draft.photo_set_id or ""
        self._word_typed = self.trigger_word not in ("", suggested_word(self.name))
        self._request_key = new_id()
        self._replace_id, self.replaceable = (models[-1].id, models[-1].name) if models else ("", "")
        self.sets = [
            SetChoice(s.id, f"{s.name or t('Photos')} ({plural(s.accepted, '{n} photo', '{n} photos')})")
            for s in sets
            if s.accepted >= PHOTOS[0] and s.id != self.photo_set_id
        ][:20]
        self.errors, self.problem, self.problem_code, self.starting = {}, "", "", False
        self.step = draft.step if draft.name else 1
        if self.step > 1:
            await self._enter(self.step)
        self.ready = True

    async def _keep(self):
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
            step=self.step,
        )
        await call(services().training.save_draft, current().account_id, command)

    # --- fields ------------------------------------------------------------------------------------------------------

    def _clear(self, *fields: str) -> None:
        self.errors = {k: v for k, v in self.errors.items() if k not in fields}

    @rx.event
    @allow("user")
    async def set_name(self, value: str):
        """The name, and with it the suggested trigger word until one was typed."""
        self.name = value[:200]
        self._clear("name")
        if not self._word_typed:
            self.trigger_word = suggested_word(self.name)
            self._clear("trigger_word")
        await self._keep()

    @rx.event
    @allow("user")
    async def set_trigger_word(self, value: str):
        """The trigger word as typed; emptied, it follows the name again."""
        self.trigger_word, self._word_typed = value[:200], bool(value.strip())
        self._clear("trigger_word")
        await self._keep()

    @rx.event
    @allow("user")
    async def set_subject(self, value: str):
        """What the photos show."""
        if value in ("person", "pet", "product", "style"):
            self.subject = value
            await self._keep()

    @rx.event
    @allow("user")
    async def set_steps(self, value: int):
        """Training steps."""
        self.steps = min(STEPS[1], max(STEPS[0], value))
        self._clear("steps")
        await self._keep()

    @rx.event
    @allow("user")
    async def use_suggested_steps(self):
        """The usual number of steps for this many photos."""
        self.steps = suggested_steps(self.accepted)
        await self._keep()

    @rx.event
    @allow("user")
    async def set_learning_rate(self, value: float):
        """Learning rate."""
        self.learning_rate = min(LEARNING_RATE[1], max(LEARNING_RATE[0], value))
        self._clear("learning_rate")
        await self._keep()

    @rx.event
    @allow("user")
    async def set_lora_rank(self, value: int):
        """LoRA rank."""
        self.lora_rank = min(LORA_RANK[1], max(LORA_RANK[0], value))
        self._clear("lora_rank")
        await self._keep()

    @rx.event
    @allow("user")
    async def set_autocaption(self, value: bool):
        """Whether the trainer describes each photo."""
        self.autocaption = value
        await self._keep()

    @rx.event
    @allow("user")
    async def set_public(self, value: bool):
        """Whether the model is shown to everybody on the hub: only by this tick."""
        self.public = value and self.public_allowed
        await self._keep()

    @rx.event
    @allow("user")
    def set_replace(self, value: bool):
        """Whether the old model makes room once the new one is ready."""
        self.replace = value
        self._clear("replace")

    @rx.event
    @allow("user")
    async def use_set(self, value: str):
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
    async def photos_changed(self, accepted: int, rejected: int, busy: int):
        """The list of photos speaks: what counts is asked of the service, not believed."""
        self.busy_photos = max(0, min(busy, 1000))
        await self._count()
        if self.accepted >= PHOTOS[0]:
            self._clear("photos")

    async def _count(self):
        view = await call(services().photosets.get, current().account_id, self.photo_set_id)
        self.accepted = view.accepted

    # --- steps -------------------------------------------------------------------------------------------------------

    async def _ensure_set(self):
        account = current().account_id
        if self.photo_set_id:
            try:
                await self._count()
                return
            except NotFound:
                self.photo_set_id = ""
        view = await call(services().photosets.create, account, self.name.strip()[:80])
        self.photo_set_id, self.accepted = view.id, 0

    async def _enter(self, step: int):
        if step >= 2:
            await self._ensure_set()
        if step == LAST:
            await self._quote()
        self.step = step
        await self._keep()

    async def _quote(self):
        quote = await call(services().training.quote, current().account_id, self.steps)
        included = quote.paid_by == "included"
        self.price = Price(
            button=t("Start training, included in your plan")
            if included
            else t("Start training for {price}", price=credits(quote.credits)),
            after=t("Your {balance} stay as they are.", balance=plural(quote.balance, "{n} credit", "{n} credits"))
            if included
            else t("You have {n} credits now and {m} afterwards.", n=quote.balance, m=max(0, quote.balance_after)),
            time=about(quote.seconds_expected),
            affordable=quote.affordable,
        )

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
        if step == 2:
            if self.busy_photos:
                return {"photos": t("Some photos are still being uploaded. Wait for them, or take them out.")}
            if self.accepted < PHOTOS[0]:
                missing = PHOTOS[0] - self.accepted
                return {
                    "photos": plural(
                        missing,
                        "One more photo is needed; at least {m} in all.",
                        "{n} more photos are needed; at least {m} in all.",
                        m=PHOTOS[0],
                    )
                }
        return {}

    @rx.event
    @allow("user")
    async def next(self):
        """On to the next step, when this one is in order."""
        if self.step >= 2:
            await self._ensure_set()
        self.errors = self._faults(self.step)
        if not self.errors and self.step < LAST:
            await self._enter(self.step + 1)

    @rx.event
    @allow("user")
    async def submit(self, form_data: dict[str, object]):
        """Enter and the main button: on, or start on the last step. The fields' values are known already."""
        return Wizard.start if self.step == LAST else Wizard.next

    @rx.event
    @allow("user")
    async def back(self):
        """Back to the step before; nothing is lost."""
        self.errors = {}
        if self.step > 1:
            await self._enter(self.step - 1)

    @rx.event
    @allow("user")
    async def start(self):
        """Starts the training and goes to its page."""
        if self.starting:
            return
        self.starting, self.errors = True, {}
        yield
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
                replace_model_id=self._replace_id if self.replace and self._replace_id else None,
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
        except PhotogenError as error:
            self.errors = {"start": f"{error.public} ({error.code})"}
            self.starting = False
            return
        self.starting = False
        yield rx.redirect(routes.training(training_id))
