"""A training in the words of its page. Pure."""

import dataclasses

from photogen.domain.training.history.views import RoundView, TimingView, TrainingFigures, VendorCostView
from photogen.domain.training.views import AttemptView, RetryView, TrainingView
from photogen.web.text import dollars, number, plural, t, within
from photogen.web.words import clock, credits, duration, iso, subject

TONES = {"completed": "good", "failed": "bad", "cancelled": "", "queued": ""}
STAGE_STATES = {"done": "done", "now": "current", "failed": "failed", "cancelled": "failed"}
CATEGORIES = {
    "network": t("The connection"),
    "authentication": t("Access to the service"),
    "validation": t("The settings"),
    "rate_limit": t("The service is busy"),
    "provider": t("The service"),
    "file": t("The photos or a file"),
    "timeout": t("It took too long"),
    "moderation": t("Safety rules"),
    "internal": t("Our own fault"),
}
STAGES = {
    "queued": t("Waiting for a worker"),
    "preparing": t("Preparing"),
    "training": t("Training"),
    "vendor_wait": t("waiting at the trainer"),
    "vendor_run": t("at work there"),
    "overhead": t("handing over and looking (ours)"),
    "publishing": t("Publishing"),
    "clean_up": t("Clean-up"),
    "whole": t("From start to end"),
}
NOTHING = "\N{EN DASH}"
INSIDE = frozenset({"vendor_wait", "vendor_run", "overhead"})


@dataclasses.dataclass(frozen=True)
class Stage:
    """One stage of the stepper; `time` is "0:12" or ""."""

    name: str = ""
    state: str = "todo"
    time: str = ""


@dataclasses.dataclass(frozen=True)
class Attempt:
    """One line of the history; `facts` are its details, name and value."""

    id: str
    stage: str
    tone: str
    outcome: str
    message: str
    action: str
    advice: str
    words: str
    started_at: str
    time: str
    facts: list[tuple[str, str]]


@dataclasses.dataclass(frozen=True)
class Timing:
    """How long a part took, against what is usual; `inside`: it is a part of the line above. `late`: it took longer
    than nine of ten."""

    name: str
    inside: bool
    took: str
    tries: str
    usual: str
    slow: str
    late: bool


@dataclasses.dataclass(frozen=True)
class Round:
    """One time that it was paid for."""

    name: str
    words: str
    tone: str
    at: str
    vendor: str


@dataclasses.dataclass(frozen=True)
class Figures:
    """What stands below the story: times and money."""

    timings: list[Timing] = dataclasses.field(default_factory=list)
    sample: str = ""
    compared: bool = False
    rounds: list[Round] = dataclasses.field(default_factory=list)
    spent: str = ""


@dataclasses.dataclass(frozen=True)
class Shown:
    """A training as the page shows it."""

    id: str = ""
    name: str = ""
    status: str = ""
    status_word: str = ""
    tone: str = ""
    percent: int = 0
    steps: int = 0
    step_text: str = ""
    left: str = ""
    loss: str = ""
    loss_words: str = ""
    loss_version: str = ""
    log_end: int = 0
    waiting: str = ""
    error: str = ""
    code: str = ""
    category: str = ""
    advice: str = ""
    money: str = ""
    can_cancel: bool = False
    can_retry: bool = False
    retry_button: str = ""
    retry_text: str = ""
    model_id: str = ""
    hub_url: str = ""
    counts_from: str = ""
    finished_at: str = ""
    running: bool = False
    left_over: str = ""
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
        (t("Subject"), subject(view.subject)),
        (t("Photos"), str(view.photo_count)),
        (t("Steps"), number(view.steps)),
        (t("Learning rate"), f"{view.learning_rate:g}"),
        (t("LoRA rank"), str(view.lora_rank)),
        (t("Captions"), t("Automatic") if view.autocaption else t("Trigger word only")),
        (t("Visibility"), t("Public on the hub") if view.visibility == "public" else t("Private")),
    ]


def retry_button(retry: RetryView | None) -> str:
    """The button that retries: what it does and what that costs."""
    if retry is None:
        return ""
    what = {
        "publishing": t("Retry from publishing"),
        "preparing": t("Retry from the photos"),
    }.get(retry.stage, t("Retry as a new training"))
    if retry.paid_by == "included":
        return t("{what}, included in your plan", what=what)
    return t("{what} for {price}", what=what, price=credits(retry.credits))


def _retry_text(retry: RetryView | None) -> str:
    if retry is None:
        return ""
    if not retry.affordable:
        return t("A retry needs {price}, which you don't have just now.", price=credits(retry.credits))
    if retry.stage == "publishing":
        return t("A retry goes on with publishing; nothing is trained twice.")
    if retry.stage == "preparing":
        return t("A retry begins again with your photos, on this page.")
    return t("A retry starts a new training with the same photos and settings.")


def _left_over(view: TrainingView) -> str:
    """What is still to be deleted, in words; "" where there is nothing to say."""
    if view.cleaning and view.status == "cancelled":
        return t(
            "The trainer has not confirmed yet that it stopped and deleted everything. It is asked until it has; "
            "nothing of that costs you anything, and there is nothing to do."
        )
    if view.cleaning:
        return t("What this training left at the services is being deleted. That goes on by itself until it is done.")
    if view.cleaned_at is not None:
        return t("Nothing of this training is left at the trainer.")
    return ""


def _loss_words(view: TrainingView) -> str:
    losses = view.losses
    if losses.last is None or losses.lowest is None:
        return ""
    words = t(
        "The loss is {last} at step {step}; the lowest was {lowest} at step {best}.",
        last=f"{losses.last[1]:.3g}",
        step=number(losses.last[0]),
        lowest=f"{losses.lowest[1]:.3g}",
        best=number(losses.lowest[0]),
    )
    trend = {
        "falling": t("It has been falling, as it should."),
        "level": t("It has hardly changed."),
        "rising": t("It has been rising: the learning rate may be too high."),
    }.get(losses.trend)
    return f"{words} {trend}" if trend else words


def shown(view: TrainingView) -> Shown:
    """A view of the service, in words."""
    last = view.losses.last
    return Shown(
        id=view.id,
        name=view.name,
        status=view.status,
        status_word=view.status_word,
        tone=TONES.get(view.status, "accent"),
        percent=view.percent,
        steps=view.steps,
        step_text=t("Step {n} of {m}", n=number(view.step), m=number(view.steps)) if view.step else "",
        left=t("{time} left", time=duration(view.seconds_left)) if view.seconds_left is not None else "",
        loss=number(last[1], 3) if last else "",
        loss_words=_loss_words(view),
        loss_version=f"{view.rounds}:{last[0]:.0f}:{view.losses.count}" if last else "",
        log_end=view.log_end,
        waiting=view.waiting,
        error=view.error,
        code=view.error_code,
        category=CATEGORIES.get(view.error_category, view.error_category),
        advice=view.advice,
        money=_money(view),
        can_cancel=view.can_cancel,
        can_retry=view.can_retry,
        retry_button=retry_button(view.retry),
        retry_text=_retry_text(view.retry),
        model_id=(view.lora_model_id or "") if view.status == "completed" else "",
        hub_url=view.hub_url,
        counts_from=iso(view.counts_from),
        finished_at=iso(view.finished_at),
        running=view.finished_at is None,
        left_over=_left_over(view),
        facts=_facts(view),
    )


def attempt(view: AttemptView) -> Attempt:
    """One attempt, in words: what happened first, the rest as details."""
    tone = {"done": "good", "failed": "bad", "retried": "warn", "running": "accent"}.get(view.outcome, "")
    outcome = {
        "done": t("Done"),
        "failed": t("Failed"),
        "retried": t("Tried again"),
        "running": t("Running"),
        "cancelled": t("Cancelled"),
    }.get(view.outcome, view.outcome)
    facts = [
        (t("Attempt"), str(view.number)),
        (t("Started"), f"{view.started_at:%Y-%m-%d %H:%M:%S} UTC"),
        (t("Ended"), f"{view.finished_at:%Y-%m-%d %H:%M:%S} UTC" if view.finished_at else ""),
        (t("Cause"), CATEGORIES.get(view.category, view.category)),
        (t("Code to quote"), view.code),
        (t("Name at the service"), view.request_id),
    ]
    return Attempt(
        id=view.id,
        stage=STAGES.get(view.stage, view.stage),
        tone=tone,
        outcome=outcome,
        message=view.message,
        action=view.action,
        advice=view.advice,
        words=view.vendor_words,
        started_at=iso(view.started_at),
        time=clock(view.seconds),
        facts=[(name, value) for name, value in facts if value],
    )


def _timing(view: TimingView) -> Timing:
    return Timing(
        name=STAGES.get(view.key, view.key),
        inside=view.key in INSIDE,
        took=clock(view.seconds) or NOTHING,
        tries=t("{n} attempts", n=number(view.tries)) if view.tries > 1 else "",
        usual=clock(view.usual) or NOTHING,
        slow=clock(view.slow) or NOTHING,
        late=view.seconds is not None and view.slow is not None and view.seconds > view.slow + 1,
    )


def _round(view: RoundView, cost: VendorCostView | None, many: bool) -> Round:
    amount = (
        t("The training included in your plan")
        if view.paid_by == "included"
        else plural(view.credits, "{n} credit", "{n} credits")
    )
    words, tone = {
        "open": (t("{amount}: set aside until it is done", amount=amount), "accent"),
        "captured": (t("{amount}: spent", amount=amount), ""),
        "released": (t("{amount}: came back to you", amount=amount), "good"),
    }.get(view.state, (amount, ""))
    name = t("Round {n}", n=view.number)
    if many and view.number > 1:
        name = t("Round {n}, from {stage}", n=view.number, stage=within(STAGES.get(view.stage, view.stage)))
    return Round(name if many else t("Price"), words, tone, iso(view.started_at), _vendor_cost(cost))


def _vendor_cost(cost: VendorCostView | None) -> str:
    """For the operator alone."""
    if cost is None or not cost.vendor_id:
        return ""
    if cost.cents is None:
        return t("Vendor: {id}, no cost known", id=cost.vendor_id)
    return t(
        "Vendor: {id}, about {price} for {time} at work",
        id=cost.vendor_id,
        price=dollars(cost.cents, 2),
        time=clock(cost.run_seconds),
    )


def figures(view: TrainingFigures, costs: tuple[VendorCostView, ...] = ()) -> Figures:
    """Times and money, in words. `costs` only where an operator looks."""
    by_number = {cost.number: cost for cost in costs}
    many = len(view.rounds) > 1
    spent = sum(r.credits for r in view.rounds if r.state == "captured")
    compared = any(line.usual is not None for line in view.timings)
    return Figures(
        timings=[_timing(line) for line in view.timings],
        sample=plural(
            view.sample,
            "Usual times are those of {n} completed training of about as many steps here.",
            "Usual times are the median of {n} completed trainings of about as many steps here; nine of ten were "
            "done within the last column.",
        )
        if compared
        else t("Too few trainings of about as many steps have been completed here to say what is usual."),
        compared=compared,
        rounds=[_round(r, by_number.get(r.number), many) for r in view.rounds],
        spent=t("Spent in all: {price}.", price=credits(spent)) if many else "",
    )
