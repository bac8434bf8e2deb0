"""One training: what it shows, and what can be done about it."""

import dataclasses

import reflex as rx

from photogen.domain.training.views import AttemptView, TrainingView
from photogen.errors import NotFound, PhotogenError
from photogen.web import live, routes
from photogen.web.deps import call, services
from photogen.web.notices import toast
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import plural, t
from photogen.web.words import clock, duration, iso

TONES = {"completed": "good", "failed": "bad", "cancelled": "", "queued": ""}
STAGE_STATES = {"done": "done", "now": "current", "failed": "failed", "cancelled": "failed"}


@dataclasses.dataclass(frozen=True)
class Stage:
    """One stage of the stepper; `time` is "0:12" or ""."""

    name: str = ""
    state: str = "todo"
    time: str = ""


@dataclasses.dataclass(frozen=True)
class Attempt:
    """One line of the history."""

    stage: str
    tone: str
    outcome: str
    message: str
    action: str
    words: str
    code: str
    category: str
    request_id: str
    started_at: str
    time: str


@dataclasses.dataclass(frozen=True)
class Shown:
    """A training as the page shows it."""

    id: str = ""
    name: str = ""
    status: str = ""
    status_word: str = ""
    tone: str = ""
    percent: int = 0
    step_text: str = ""
    left: str = ""
    waiting: str = ""
    error: str = ""
    code: str = ""
    category: str = ""
    advice: str = ""
    money: str = ""
    can_cancel: bool = False
    cancelling: bool = False
    can_retry: bool = False
    retry_text: str = ""
    model_id: str = ""
    hub_url: str = ""
    created_at: str = ""
    finished_at: str = ""
    running: bool = False
    facts: list[tuple[str, str]] = dataclasses.field(default_factory=list)


def _money(view: TrainingView) -> str:
    cost = (
        t("the training included in your plan")
        if view.paid_by == "included"
        else plural(view.credits, "{n} credit", "{n} credits")
    )
    if view.refunded:
        return t("Returned: {cost}.", cost=cost)
    return t("Paid with {cost}.", cost=cost) if view.status == "completed" else t("Set aside: {cost}.", cost=cost)


def _facts(view: TrainingView) -> list[tuple[str, str]]:
    return [
        (t("Trigger word"), view.trigger_word),
        (t("Subject"), t(view.subject.capitalize())),
        (t("Photos"), str(view.photo_count)),
        (t("Steps"), f"{view.steps:,}"),
        (t("Learning rate"), f"{view.learning_rate:g}"),
        (t("LoRA rank"), str(view.lora_rank)),
        (t("Captions"), t("Automatic") if view.autocaption else t("Trigger word only")),
        (t("Visibility"), t("Public on the hub") if view.visibility == "public" else t("Private")),
    ]


def shown(view: TrainingView) -> Shown:
    """A view of the service, in words."""
    return Shown(
        id=view.id,
        name=view.name,
        status=view.status,
        status_word=view.status_word,
        tone=TONES.get(view.status, "accent"),
        percent=view.percent,
        step_text=t("Step {n} of {m}", n=f"{view.step:,}", m=f"{view.steps:,}") if view.step else "",
        left=t("{time} left", time=duration(view.seconds_left)) if view.seconds_left is not None else "",
        waiting=view.waiting,
        error=view.error,
        code=view.error_code,
        category=view.error_category.replace("_", " "),
        advice=view.advice,
        money=_money(view),
        can_cancel=view.can_cancel,
        cancelling=view.cancel_requested and view.finished_at is None,
        can_retry=view.can_retry,
        retry_text=t("Goes on where it stopped; nothing is trained twice.")
        if view.retry_resumes
        else t("Starts again from your photos."),
        model_id=view.lora_model_id or "",
        hub_url=view.hub_url,
        created_at=iso(view.created_at),
        finished_at=iso(view.finished_at),
        running=view.finished_at is None,
        facts=_facts(view),
    )


def attempt(view: AttemptView) -> Attempt:
    """One attempt, in words."""
    tone = {"done": "good", "failed": "bad", "retried": "warn", "running": "accent"}.get(view.outcome, "")
    outcome = {
        "done": t("Done"),
        "failed": t("Failed"),
        "retried": t("Tried again"),
        "running": t("Running"),
        "cancelled": t("Cancelled"),
    }.get(view.outcome, view.outcome)
    return Attempt(
        stage=t(view.stage.capitalize()),
        tone=tone,
        outcome=outcome,
        message=view.message,
        action=view.action,
        words=view.vendor_words,
        code=view.code,
        category=view.category.replace("_", " "),
        request_id=view.request_id,
        started_at=iso(view.started_at),
        time=clock(view.seconds),
    )


class TrainingPage(rx.State):
    """The training whose page this tab shows."""

    view: Shown = Shown()
    stages: list[Stage] = []
    attempts: list[Attempt] = []
    ready: bool = False
    missing: bool = False
    problem: str = ""
    code: str = ""
    asking: bool = False
    busy: bool = False
    _id: str = ""

    async def _read(self):
        try:
            view = await call(services().training.get, current().account_id, self._id)
        except NotFound:
            self.missing, self.ready = True, True
            return
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self.view = shown(view)
        self.stages = [Stage(t(s.name), STAGE_STATES.get(s.state, "todo"), clock(s.seconds)) for s in view.stages]
        self.attempts = [attempt(a) for a in view.attempts][-40:]
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
            live.subscribe(self, "training", TrainingPage.refresh)

    @rx.event
    @allow("user")
    async def refresh(self):
        """Reads the row again."""
        await self._read()

    @rx.event
    @allow("user")
    def ask_cancel(self):
        """Opens the question."""
        self.asking = True

    @rx.event
    @allow("user")
    def keep(self):
        """Closes the question."""
        self.asking = False

    @rx.event
    @allow("user")
    async def cancel(self):
        """Ends the training; what was set aside comes back."""
        self.busy = True
        yield
        try:
            await call(services().training.cancel, current().account_id, self._id)
        except PhotogenError as error:
            yield toast.error(error)
        self.busy, self.asking = False, False
        await self._read()

    @rx.event
    @allow("user")
    async def retry(self):
        """Tries a failed training again, from the stage that failed where possible."""
        self.busy = True
        yield
        try:
            again = await call(services().training.retry, current().account_id, self._id)
        except PhotogenError as error:
            self.busy = False
            yield toast.error(error)
            return
        self.busy = False
        yield toast.info(again.words)
        if again.id != self._id:
            yield rx.redirect(routes.training(again.id))
        else:
            await self._read()
