"""The rules of generations, without any I/O."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from photogen.domain.generation import wildcards
from photogen.domain.generation.commands import StartGeneration
from photogen.domain.generation.line.views import Place
from photogen.domain.generation.styles import ASPECTS, STYLES
from photogen.domain.vendors import policy as vendors
from photogen.domain.vendors.routing import CUSTOM, Wanted
from photogen.errors import Invalid
from photogen.gateways.base import Capabilities, Category, GatewayError, Missing, Retry, Stop
from photogen.kit.retry import backoff
from photogen.kit.text import number, plural, t
from photogen.models.generation import Generation, ShotStatus

S = ShotStatus

FINAL = frozenset({S.DONE, S.FAILED, S.CANCELLED})
ACTIVE = (S.QUEUED.value, S.RENDERING.value)
_MOVES: Mapping[ShotStatus, frozenset[ShotStatus]] = {
    S.QUEUED: frozenset({S.RENDERING, S.FAILED, S.CANCELLED}),
    S.RENDERING: frozenset({S.DONE, S.FAILED, S.CANCELLED}),
    S.DONE: frozenset(),
    S.FAILED: frozenset(),
    S.CANCELLED: frozenset(),
}
_LONGEST_WAIT = 30.0
"""Seconds between two tries at most, unless the vendor asks for more."""
WORDS: Mapping[str, str] = {
    "queued": t("Queued"),
    "running": t("Drawing"),
    "done": t("Done"),
    "partly": t("Partly done"),
    "failed": t("Failed"),
    "cancelled": t("Cancelled"),
}


def can_move(here: ShotStatus, to: ShotStatus) -> bool:
    """Whether a shot may go from `here` to `to`."""
    return to in _MOVES[here]


def batch_status(shots: Iterable[ShotStatus]) -> str:
    """queued, running, done, partly, failed or cancelled."""
    seen = set(shots)
    if seen == {S.QUEUED}:
        return "queued"
    if seen & {S.QUEUED, S.RENDERING}:
        return "running"
    if seen == {S.DONE}:
        return "done"
    if S.DONE in seen:
        return "partly"
    return "cancelled" if seen == {S.CANCELLED} else "failed"


def has_word(prompt: str, word: str) -> bool:
    """Whether `prompt` contains `word` as a whole word, in whatever case."""
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", prompt, re.IGNORECASE) is not None


def prompt_sent(prompt: str, trigger_word: str, style: str) -> str:
    """The prompt as the vendor gets it: the trigger word in front unless it is there, the style's words behind."""
    parts = [prompt] if not trigger_word or has_word(prompt, trigger_word) else [trigger_word, prompt]
    suffix = next((s.suffix for s in STYLES if s.key == style), "")
    return ", ".join([*parts, suffix] if suffix else parts)


@dataclass(frozen=True, slots=True)
class Take:
    """A picture to be made. `prompt` has its wildcards drawn; "" where it is as typed."""

    seed: int
    prompt: str = ""


def takes(command: StartGeneration, first: int) -> list[Take]:
    """What is to be drawn, the first with seed `first`. Raises Invalid (at the prompt: what is wrong with its
    wildcards)."""
    if command.wildcards == "each" and wildcards.count(command.prompt) > 1:
        drawn = [(first, prompt) for prompt in wildcards.each(command.prompt)]
    else:
        drawn = [(first + n, wildcards.pick(command.prompt, first + n)) for n in range(command.count)]
    return [Take(seed, "" if prompt == command.prompt else prompt) for seed, prompt in drawn]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Parameters after the model's defaults were filled in; None where the model has no such control."""

    steps: int | None
    guidance: float | None
    lora_scale: float | None
    strength: float | None


def choose(command: StartGeneration, can: Capabilities, lora_default: float | None) -> Chosen:
    """Holds the command against what the model can do. Raises Invalid for what it can't."""
    if command.style and command.style not in {style.key for style in STYLES}:
        raise Invalid(t("There is no such style."), field="style", code="not_a_choice")
    if command.aspect == CUSTOM:
        if not can.any_size and command.input_image_id is None:
            raise Invalid(
                t("This model draws certain shapes only. Choose one of them."), field="aspect", code="not_supported"
            )
    elif command.aspect not in can.aspects or command.aspect not in {aspect.key for aspect in ASPECTS}:
        raise Invalid(
            t("This model can't draw pictures of {aspect}.", aspect=command.aspect), field="aspect", code="not_a_choice"
        )
    if command.negative_prompt and not can.negative_prompt:
        raise Invalid(t("This model takes no negative prompt."), field="negative_prompt", code="not_supported")
    steps = _within("steps", t("Steps"), command.steps, can.steps)
    guidance = _within("guidance", t("Guidance"), command.guidance, can.guidance)
    scale = command.lora_scale if command.lora_scale is not None else lora_default
    lora_scale = _within("lora_scale", t("LoRA scale"), scale, can.lora_scale if can.lora else None)
    return Chosen(None if steps is None else int(steps), guidance, lora_scale, _strength(command, can))


def _strength(command: StartGeneration, can: Capabilities) -> float | None:
    if command.input_image_id is None:
        return None
    if not can.image_input:
        raise Invalid(t("This model can't begin with a picture."), field="input", code="not_supported")
    return _within("strength", t("Strength"), command.strength, can.strength or (0, 1, 0.8))


def nearest_aspect(width: int, height: int) -> str:
    """The shape that is most like a picture of so many pixels; a side of less than one counts as one."""
    width, height = max(1, width), max(1, height)
    return min(ASPECTS, key=lambda one: abs(math.log(one.width * height / (one.height * width)))).key


def _within(field: str, label: str, value: float | None, limits: tuple[float, float, float] | None) -> float | None:
    if limits is None:
        if value is not None:
            raise Invalid(t("{label} can't be set for this model.", label=label), field=field, code="not_supported")
        return None
    low, high, default = limits
    if value is None:
        return default
    if not low <= value <= high:
        raise Invalid(
            t("{label} has to be between {low} and {high}.", label=label, low=f"{low:g}", high=f"{high:g}"),
            field=field,
            code="out_of_range",
        )
    return value


def poll_after(age: timedelta, poll: timedelta) -> timedelta:
    """When to ask the vendor again."""
    return max(poll, min(age / 5, timedelta(seconds=5)))


def again(category: Category, attempt: int, age: timedelta, longest: timedelta, after: float | None) -> float | None:
    """Seconds until the next try after try `attempt` (from 1) failed; None: give up."""
    if age + timedelta(seconds=after or 0) > longest:
        return None
    return vendors.again(category, attempt, most=_LONGEST_WAIT, after=after)


def look_again(attempt: int, age: timedelta, longest: timedelta, after: float | None) -> float | None:
    """The same for a picture that the vendor took `age` ago and that can't be seen, or kept, just now: it was paid for,
    so it is given up only when it could not be wanted any more."""
    if age + timedelta(seconds=after or 0) > longest:
        return None
    return backoff(attempt, first=0.5, most=_LONGEST_WAIT, after=after)


def wait(waited: timedelta, longest: timedelta, after: float | None) -> float | None:
    """Seconds until a shot that has waited for a paused vendor for so long looks again; None: it was in vain."""
    return vendors.look_again(after) if waited <= longest else None


_TRIES_BEFORE_ANOTHER = 2
_LONGEST_BEFORE_ANOTHER = 3.0
"""Seconds that a vendor may ask for before another one is asked instead."""


def wanted(batch: Generation) -> Wanted:
    """What a batch uses of its model."""
    return Wanted(
        aspect=batch.aspect,
        width=batch.width,
        height=batch.height,
        seed=batch.seed_chosen,
        lora=batch.lora_scale is not None,
        image_input=batch.strength is not None,
        negative_prompt=bool(batch.negative_prompt),
        steps=batch.steps,
        guidance=batch.guidance,
        lora_scale=batch.lora_scale,
    )


def leaves(error: GatewayError, attempt: int) -> bool:
    """Whether a vendor that has certainly not taken a picture, at try `attempt` (from 1), is left for another one that
    can draw it too. What is wrong with the picture itself (Fix) is so everywhere."""
    if isinstance(error, Retry):
        patient = attempt < _TRIES_BEFORE_ANOTHER and (error.after or 0) <= _LONGEST_BEFORE_ANOTHER
        return error.code == vendors.PAUSED or not patient
    return isinstance(error, Stop | Missing)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a shot ended without a picture."""

    code: str
    category: Category
    public: str
    words: str = ""

    @classmethod
    def of(cls, error: GatewayError) -> Failure:
        """From what a vendor's gateway says."""
        return cls(error.code, error.category, error.public, error.words)


OUTCOME_UNKNOWN = Failure(
    "outcome_unknown",
    Category.PROVIDER,
    t("The connection broke while this picture was being drawn, and asking twice could cost twice. Try again."),
)


def waited_in_vain(error: GatewayError) -> Failure:
    """The end of a shot whose vendor stayed paused, where no other could draw it."""
    return Failure(
        error.code,
        error.category,
        t("The service that draws with this model stayed away for too long. Try again later, or choose another model."),
        error.words,
    )


NO_VENDOR = Failure(
    "model_unavailable",
    Category.PROVIDER,
    t("No service draws with this model at the moment. Choose another model, or try again later."),
)


def returned_words(credits: int, quota: int) -> str:
    """That so much came back, with a space in front; "" where nothing did."""
    line = ""
    if credits:
        line = " " + plural(credits, "{n} credit was returned.", "{n} credits were returned.")
    if quota:
        line += " " + t("{n} went back to the quota of the day on which you asked.", n=number(quota))
    return line


def cancelled(count: int, credits: int, quota: int) -> str:
    """The line under a batch of which so many pictures were cancelled. "" without any."""
    if not count:
        return ""
    what = plural(count, "{n} picture was cancelled.", "{n} pictures were cancelled.")
    return what + returned_words(credits, quota)


def seconds_left(place: Place | None, seconds: float, drawn_for: float) -> float:
    """How long until all of a batch is there, where a picture takes `seconds`. What stands in line takes so many rounds
    of as many as are drawn at once; of what is drawn, the youngest has been so for `drawn_for` seconds."""
    if place is None:
        return max(0.0, seconds - drawn_for)
    rounds = math.ceil((place.ahead + place.waiting) / max(1, place.drawing))
    return (rounds + 1) * seconds


def notice(failures: Mapping[str, int], returned: int, quota: int = 0) -> str:
    """The line under a batch that lost pictures: how many, why, and that credits and quota are back. "" without any.

    `failures` counts by category."""
    lost = sum(failures.values())
    if not lost:
        return ""
    dropped = failures.get(Category.MODERATION, 0)
    if dropped == lost:
        line = plural(lost, "The safety filter dropped {n} picture.", "The safety filter dropped {n} pictures.")
    elif dropped:
        line = t(
            "{n} pictures failed, {dropped} of them dropped by the safety filter.",
            n=number(lost),
            dropped=number(dropped),
        )
    else:
        line = plural(lost, "{n} picture failed.", "{n} pictures failed.")
    return line + returned_words(returned, quota)
