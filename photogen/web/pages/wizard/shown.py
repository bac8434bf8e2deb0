"""What the wizard shows, in words: the price, what the coach says of the photos, the settings that suit them."""

import dataclasses
import re
import unicodedata
from collections.abc import Sequence

from photogen.domain.loras.views import LoraModelView
from photogen.domain.photosets import PhotoSetView, SetReport
from photogen.domain.training.commands import PHOTOS
from photogen.domain.training.views import DraftView, TrainingQuote
from photogen.web.text import plural, t
from photogen.web.words import about, credits

_CHOICES = 20


@dataclasses.dataclass(frozen=True)
class SetChoice:
    """A photo set of before that can be used again."""

    value: str
    text: str
    disabled: bool = False


@dataclasses.dataclass(frozen=True)
class Price:
    """What the start costs: `cost` in short, the rest as the review says it."""

    cost: str = ""
    button: str = ""
    after: str = ""
    time: str = ""
    affordable: bool = True


@dataclasses.dataclass(frozen=True)
class Advice:
    """What the coach says of the set: "Good, 82 of 100", and the settings that suit it; `reasons` say why."""

    readiness: str = ""
    steps: int = 0
    learning_rate: float = 0
    lora_rank: int = 0
    reasons: list[str] = dataclasses.field(default_factory=list)


def draft_of(model: LoraModelView, empty: DraftView) -> DraftView:
    """The beginning of a further version: the same set and settings, from the second step on. Private, whatever the
    version before is: a repository is opened by an explicit tick only."""
    return dataclasses.replace(
        empty,
        name=model.name,
        trigger_word=model.trigger_word,
        subject=model.subject,
        photo_set_id=model.photo_set_id,
        steps=model.steps or empty.steps,
        learning_rate=model.learning_rate or empty.learning_rate,
        lora_rank=model.lora_rank or empty.lora_rank,
        step=2,
    )


def suggested_word(name: str) -> str:
    """A trigger word from a model's name: rare enough, one word. "Anna Lee" gives "annalee_tok"; "" gives ""."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    letters = re.sub(r"[^a-z0-9]", "", plain)[:16]
    return f"{letters}_tok" if letters else ("my_tok" if name.strip() else "")


def choices(sets: Sequence[PhotoSetView], chosen: str) -> list[SetChoice]:
    """The sets that can be trained with as they are, without the one in use."""
    return [
        SetChoice(s.id, f"{s.name or t('Photos')} ({plural(s.accepted, '{n} photo', '{n} photos')})")
        for s in sets
        if s.accepted >= PHOTOS[0] and s.id != chosen
    ][:_CHOICES]


def price_of(quote: TrainingQuote) -> Price:
    """A quote, in words."""
    included = quote.paid_by == "included"
    return Price(
        cost=t("included in your plan") if included else credits(quote.credits),
        button=t("Start training, included in your plan")
        if included
        else t("Start training for {price}", price=credits(quote.credits)),
        after=t("Your {balance} stay as they are.", balance=plural(quote.balance, "{n} credit", "{n} credits"))
        if included
        else t("You have {n} credits now and {m} afterwards.", n=quote.balance, m=max(0, quote.balance_after)),
        time=about(quote.seconds_expected),
        affordable=quote.affordable,
    )


def advice_of(report: SetReport) -> Advice:
    """A report, as far as the steps after the photos need it."""
    suggestion = report.suggestion
    return Advice(
        readiness=t("{word}, {n} of 100", word=t(report.word), n=report.score),
        steps=suggestion.steps,
        learning_rate=suggestion.learning_rate,
        lora_rank=suggestion.lora_rank,
        reasons=list(suggestion.sentences),
    )


def missing_photos(accepted: int, busy: int) -> str:
    """Why step 2 can't be left yet; "" when it can."""
    if busy:
        return t("Some photos are still being uploaded. Wait for them, or take them out.")
    missing = PHOTOS[0] - accepted
    if missing <= 0:
        return ""
    return plural(
        missing,
        "One more photo is needed; at least {m} in all.",
        "{n} more photos are needed; at least {m} in all.",
        m=PHOTOS[0],
    )
