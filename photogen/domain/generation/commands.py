"""What a creator can ask for."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from photogen.domain.generation.wildcards import MOST_COMBINATIONS
from photogen.kit.commands import Command, Lines, wrong
from photogen.kit.ids import is_id
from photogen.kit.text import t

COUNT = (1, 8)
"""Fewest and most pictures of a batch."""
PROMPT_LENGTH = 4000
LARGEST_SEED = 2**31 - 9
"""The last shot of a batch of eight still has a seed that fits 31 bits, which is what vendors take."""


def _key(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{8,50}", text):
        raise wrong("request_key", t("This click could not be told from another. Reload the page and try again."))
    return text


def _choice(text: str) -> str:
    if not re.fullmatch(r"(base|lora):[!-~]{1,64}", text):
        raise wrong("not_a_choice", t("Choose a model to generate with."))
    return text


def _id(text: str) -> str:
    if not is_id(text):
        raise wrong("not_an_id", t("{label} can't be used like this."))
    return text


Id = Annotated[str, AfterValidator(_id)]
RequestKey = Annotated[str, AfterValidator(_key)]
ModelChoice = Annotated[str, AfterValidator(_choice)]
"""`base:<key of the registry>` or `lora:<id of a trained model>`."""


Side = Annotated[int | None, Field(None, ge=1, le=10_000)]
"""Pixels of a side; only where the `aspect` is "custom"."""


class StartGeneration(Command):
    """A batch of pictures. `request_key` is made by the page per click: the same key is the same batch.

    What is None takes the model's own default; a seed of None is drawn. `wildcards` says what becomes of
    `{red|blue}` in the prompt: a `random` one per picture, and shot n has seed + n; or `each` combination once whatever
    the `count`, all with the same seed."""

    request_key: RequestKey
    model: ModelChoice
    version_id: Id | None = None
    """The version of a trained model; None takes its current one."""
    prompt: Annotated[str, Lines(PROMPT_LENGTH, least=1)]
    wildcards: Literal["random", "each"] = "random"
    negative_prompt: Annotated[str, Lines(PROMPT_LENGTH)] = ""
    aspect: str = Field("1:1", max_length=10)
    width: Side = None
    height: Side = None
    count: int = Field(1, title=t("Images"), ge=COUNT[0], le=COUNT[1])
    seed: int | None = Field(None, ge=0, le=LARGEST_SEED)
    steps: int | None = Field(None, ge=1, le=200)
    guidance: float | None = Field(None, ge=0, le=100)
    lora_scale: float | None = Field(None, ge=-10, le=10)
    style: str = Field("", max_length=40)
    input_image_id: Id | None = None
    """A picture of one's own to begin with; the results have its shape, whatever the `aspect`."""
    strength: float | None = Field(None, ge=0, le=1)
    """How much of that is drawn anew: 1 leaves nothing of it."""


class QuoteGeneration(Command):
    """What would `count` pictures of this model and shape cost?"""

    model: ModelChoice
    aspect: str = Field("1:1", max_length=10)
    width: Side = None
    height: Side = None
    count: int = Field(1, title=t("Images"), ge=COUNT[0], le=MOST_COMBINATIONS)
