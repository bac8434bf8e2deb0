"""What the generate page shows, in words: what there is to choose from, and the batches."""

import dataclasses
from collections.abc import Sequence

from photogen.domain.generation import wildcards
from photogen.domain.generation.prompts.views import Suggestion
from photogen.domain.generation.styles import ASPECTS, SIDES, SQUARE, STEP, pixels
from photogen.domain.generation.views import GenerationQuote, GenerationView, ModelChoiceView
from photogen.domain.vendors.routing import CUSTOM
from photogen.domain.vendors.views import VendorTrouble
from photogen.web.text import plural, t
from photogen.web.words import about, credits, iso, tier

_EXAMPLES = 6
_WORTH_TELLING = 10  # seconds
TONES = {"done": "good", "partly": "warn", "failed": "bad", "running": "accent"}


@dataclasses.dataclass(frozen=True)
class Option:
    """A line of a select."""

    value: str
    text: str
    disabled: bool = False


@dataclasses.dataclass(frozen=True)
class Suggested:
    """What the prompt `of` could become; each of `items` with where it is from (history, trigger, phrase)."""

    of: str = ""
    items: tuple[Suggestion, ...] = ()


@dataclasses.dataclass(frozen=True)
class Wild:
    """The wildcards of the prompt: how many combinations (1: there are none), and the first of them in words."""

    count: int = 1
    text: str = ""
    examples: tuple[str, ...] = ()
    more: str = ""


@dataclasses.dataclass(frozen=True)
class Range:
    """A number that the chosen model takes; `shown` is False where it takes none."""

    shown: bool = False
    low: float = 0
    high: float = 1


@dataclasses.dataclass(frozen=True)
class ModelCard:
    """A model in the picker. `lock` says what keeps it shut, "" where it is open."""

    value: str
    name: str
    note: str
    preview: str
    tier: str
    cost: str
    lock: str
    beta: bool
    mine: bool
    disabled: bool


@dataclasses.dataclass(frozen=True)
class Controls:
    """What the chosen model can do; `sides` are pixels, where any size can be drawn. `trouble` is what is in its way
    now, `plan` the plan that opens it, "" where it is open."""

    description: str = ""
    trigger_word: str = ""
    subject: str = ""
    trouble: str = ""
    plan: str = ""
    image_input: bool = False
    seed: bool = True
    negative: bool = False
    steps: Range = Range()
    guidance: Range = Range()
    lora_scale: Range = Range()
    sides: Range = Range()
    usual_scale: str = ""
    card: ModelCard = ModelCard("", "", "", "", "", "", "", False, False, False)


@dataclasses.dataclass(frozen=True)
class InputShown:
    """The picture to begin with; an `id` of "" is none. `aspect` is the shape of what comes of it, and is priced."""

    id: str = ""
    aspect: str = ""
    src: str = ""
    ratio: str = "1/1"
    preview: str = ""


@dataclasses.dataclass(frozen=True)
class ShotShown:
    """One place in a batch; `caption` is its own prompt where that of the batch has wildcards."""

    id: str
    status: str
    prompt: str
    caption: str
    image: str
    src: str
    src2x: str
    preview: str
    href: str
    error: str
    code: str


@dataclasses.dataclass(frozen=True)
class Batch:
    """A batch as the page shows it. `place` says where it stands in line, `can_cut` is the button that ends what has
    not begun, "" without. `fault` and `code`: all of it failed for this one reason, which is said once."""

    id: str
    prompt: str
    line: str
    ratio: str
    tile: str
    status: str
    status_word: str
    tone: str
    notice: str
    waiting: str
    place: str
    can_cancel: bool
    can_cut: str
    can_retry: bool
    created_at: str
    fault: str
    code: str
    shots: list[ShotShown]


def name(model: ModelChoiceView) -> str:
    """A model in the picker, with what keeps one from choosing it."""
    if not model.available:
        return t("{name} (can't be had at the moment)", name=model.name)
    if model.locked:
        return t("{name} (with the {plan} plan)", name=model.name, plan=model.unlocked_by)
    return t("{name} (your model)", name=model.name) if model.trigger_word else model.name


def card(model: ModelChoiceView) -> ModelCard:
    """A model in the picker."""
    lock = ""
    if not model.available:
        lock = t("Can't be had at the moment")
    elif model.locked:
        lock = t("Comes with the {plan} plan", plan=model.unlocked_by)
    return ModelCard(
        value=model.choice,
        name=model.name,
        note=model.description,
        preview=model.preview_url,
        tier=tier(model.tier),
        cost=plural(model.credits, "{n} credit", "{n} credits"),
        lock=lock,
        beta=model.beta,
        mine=bool(model.trigger_word),
        disabled=not model.available,
    )


def trouble(model: ModelChoiceView, troubles: Sequence[VendorTrouble]) -> str:
    """What to know before drawing with a model of which every vendor is paused; "" where one of them can draw, and
    where there is none at all: then there is no price either, and that is said in its place."""
    if not model.available:
        return ""
    paused = {one.vendor: one.public for one in troubles if one.operation == "submit"}
    return paused[model.vendors[0]] if set(model.vendors) <= set(paused) else ""


def wild(prompt: str) -> Wild:
    """Of what the prompt stands for. Raises Invalid."""
    total = wildcards.count(prompt)
    if total == 1:
        return Wild()
    if total > wildcards.MOST_COMBINATIONS:
        shown = tuple(dict.fromkeys(wildcards.pick(prompt, seed) for seed in range(_EXAMPLES)))
        return Wild(min(total, 10**9), t("Many combinations") if total > 9999 else _combinations(total), shown, "")
    every = wildcards.each(prompt)
    rest = len(every) - _EXAMPLES
    more = plural(rest, "and {n} more", "and {n} more") if rest > 0 else ""
    return Wild(len(every), _combinations(len(every)), tuple(every[:_EXAMPLES]), more)


def _combinations(n: int) -> str:
    return plural(n, "{n} combination", "{n} combinations")


def _limits(values: tuple[float, float, float] | None) -> Range:
    return Range(True, values[0], values[1]) if values else Range()


def controls(found: ModelChoiceView, troubles: Sequence[VendorTrouble]) -> Controls:
    """What the form offers for a model."""
    can = found.capabilities
    low, high = max(can.sides[0], SIDES[0]), min(can.sides[1], SIDES[1])
    return Controls(
        description="" if found.trigger_word else found.description,
        trigger_word=found.trigger_word,
        subject=found.subject,
        trouble=trouble(found, troubles),
        plan=found.unlocked_by if found.locked else "",
        seed=can.seed,
        image_input=can.image_input,
        negative=can.negative_prompt,
        steps=_limits(can.steps),
        guidance=_limits(can.guidance),
        lora_scale=_limits(can.lora_scale),
        sides=Range(can.any_size, low, high),
        usual_scale=f"{found.default_scale:g}" if found.default_scale is not None else "",
        card=card(found),
    )


def near(aspect: str, sides: Range) -> tuple[int, int]:
    """Where a size of one's own begins: the shape that stood there before; a square after one that nobody draws (a
    preset that is shared, or a socket, may have any)."""
    known = aspect if aspect in {one.key for one in ASPECTS} else SQUARE
    width, height = (min(max(round(side / STEP) * STEP, int(sides.low)), int(sides.high)) for side in pixels(known))
    return width, height


def cost(quote: GenerationQuote) -> str:
    """What stands on the button: "4 of today's quota", "2 of today's quota and 2 credits ($0.20)"."""
    if not quote.quota_pictures:
        return credits(quote.total)
    quota = t("{n} of today's quota", n=quote.from_quota)
    return t("{quota} and {credits}", quota=quota, credits=credits(quote.total)) if quote.total else quota


def after(quote: GenerationQuote) -> str:
    """What is left then; or what is missing."""
    if quote.refusal == "quota_exhausted":
        return t(
            "{n} of {m} are left of today's quota. The next day begins at {time} UTC.",
            n=quote.quota_left,
            m=quote.quota_limit,
            time=f"{quote.resets_at:%H:%M}",
        )
    if quote.refusal == "insufficient_credits":
        return t("This needs {n} credits and you have {m}.", n=quote.total, m=quote.balance)
    money = t("You have {n} credits, {m} afterwards.", n=quote.balance, m=quote.balance_after)
    if not quote.quota_pictures:
        return money
    day = t("{n} of {m} left today, {k} afterwards.", n=quote.quota_left, m=quote.quota_limit, k=quote.quota_after)
    return f"{day} {money}" if quote.total else day


def _spent(view: GenerationView) -> str:
    amounts = [
        t("{n} of the day's quota", n=view.quota_held or view.quota) if view.quota_held or view.quota else "",
        plural(view.held or view.credits, "{n} credit", "{n} credits") if view.held or view.credits else "",
    ]
    amount = ", ".join(one for one in amounts if one)
    if view.held or view.quota_held:
        return t("{credits} set aside", credits=amount)
    return amount or t("nothing spent")


def _place(view: GenerationView) -> str:
    """Where it stands in line, and how long it will take, where that is long enough to be told."""
    left = t("{time} left", time=about(view.seconds_left)) if (view.seconds_left or 0) >= _WORTH_TELLING else ""
    if view.ahead is None:
        return left
    here = (
        plural(view.ahead, "{n} picture ahead of it", "{n} pictures ahead of it") if view.ahead else t("Next in line")
    )
    return f"{here} · {left}" if left else here


def _can_cut(view: GenerationView) -> str:
    """The words of the button that ends what has not begun; "" where that would be nothing, or all of it."""
    waiting = sum(shot.status == "queued" for shot in view.shots)
    begun = any(shot.status == "rendering" for shot in view.shots)
    return plural(waiting, "Cancel the {n} waiting", "Cancel the {n} waiting") if waiting and begun else ""


def _shape(view: GenerationView) -> str:
    return f"{view.width} \u00d7 {view.height}" if view.aspect == CUSTOM else view.aspect


def batch(view: GenerationView) -> Batch:
    shots = [
        ShotShown(
            id=shot.id,
            status=shot.status,
            prompt=shot.prompt,
            caption=shot.prompt if shot.prompt != view.prompt else "",
            image=shot.image_id or "",
            src=shot.thumb_url,
            src2x=f"/media/images/{shot.image_id}/1024" if shot.image_id else "",
            preview=shot.thumbhash,
            href=f"/gallery?image={shot.image_id}" if shot.image_id else "",
            error=shot.error,
            code=shot.error_code,
        )
        for shot in view.shots
        if shot.status != "cancelled"
    ]
    faults = {(shot.error, shot.code) for shot in shots}
    alike = view.status == "failed" and len(faults) == 1
    fault, code = faults.pop() if alike else ("", "")
    wide = view.width > view.height
    return Batch(
        id=view.id,
        prompt=view.prompt,
        line=f"{view.model_name} · {_shape(view)} · {_spent(view)}",
        ratio=f"{view.width}/{view.height}",
        tile="280px" if wide or view.count < 3 else "150px" if view.count > 3 else "210px",
        status=view.status,
        status_word=t("Waiting") if view.waiting else view.status_word,
        tone="warn" if view.waiting else TONES.get(view.status, ""),
        notice=view.notice,
        waiting=view.waiting,
        place=_place(view),
        can_cancel=view.can_cancel,
        can_cut=_can_cut(view),
        can_retry=view.can_retry,
        created_at=iso(view.created_at),
        fault=fault,
        code=code,
        shots=[] if alike else shots,
    )
