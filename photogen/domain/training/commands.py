"""What a creator can ask for."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from photogen.kit.commands import Command, Line, wrong
from photogen.kit.ids import is_id
from photogen.kit.text import t
from photogen.models.training import Subject, Visibility

PHOTOS = (5, 50)
"""Fewest and most accepted photos of a training."""
STEPS = (100, 4000)
LEARNING_RATE = (1e-5, 1e-3)
LORA_RANK = (4, 128)


def _id(text: str) -> str:
    if not is_id(text):
        raise wrong("not_an_id", t("{label} can't be used like this."))
    return text


def _key(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{8,50}", text):
        raise wrong("request_key", t("This click could not be told from another. Reload the page and try again."))
    return text


def _word(text: str) -> str:
    if not re.fullmatch(r"[\w-]+", text) or not re.search(r"[^\W_]", text):
        raise wrong(
            "trigger_word", t("{label} has to be one word of letters, digits, hyphens or underscores, without blanks.")
        )
    return text


Id = Annotated[str, AfterValidator(_id)]
RequestKey = Annotated[str, AfterValidator(_key)]
Name = Annotated[str, Line(60, least=1)]
TriggerWord = Annotated[str, Line(40, least=2), AfterValidator(_word)]
"""One word, so that it can be found again in a prompt."""


class StartTraining(Command):
    """A training with these settings. `request_key` is made by the page per click: the same key is the same training.

    `replace_model_id` names a model of the creator's that is deleted once the new one is ready, for plans whose slots
    are all taken. `model_id` names one that this is to be a further version of: it keeps its name, its subject and its
    trigger word, and takes no further slot."""

    photo_set_id: Id = Field(title=t("Photos"))
    name: Name = Field(title=t("Model name"))
    trigger_word: TriggerWord
    subject: Subject = Subject.PERSON
    steps: int = Field(1000, ge=STEPS[0], le=STEPS[1])
    learning_rate: float = Field(4e-4, ge=LEARNING_RATE[0], le=LEARNING_RATE[1])
    lora_rank: int = Field(16, title=t("LoRA rank"), ge=LORA_RANK[0], le=LORA_RANK[1])
    autocaption: bool = True
    visibility: Visibility = Visibility.PRIVATE
    replace_model_id: Id | None = None
    model_id: Id | None = None
    request_key: RequestKey


class SaveDraft(Command):
    """The wizard's fields as far as they are filled in: kept as typed, judged at the start."""

    photo_set_id: Id | None = None
    name: Annotated[str, Line(200)] = ""
    trigger_word: Annotated[str, Line(200)] = ""
    subject: Subject = Subject.PERSON
    steps: int = Field(1000, ge=0, le=1_000_000)
    learning_rate: float = Field(4e-4, ge=0, le=1)
    lora_rank: int = Field(16, ge=0, le=100_000)
    autocaption: bool = True
    visibility: Visibility = Visibility.PRIVATE
    by_hand: tuple[Literal["steps", "learning_rate", "lora_rank"], ...] = Field((), max_length=3)
    """Settings that were changed by hand: they don't follow what is suggested from the photos."""
    model_id: Id | None = None
    step: int = Field(1, ge=1, le=4)
    """The wizard's page, 1 to 4."""
