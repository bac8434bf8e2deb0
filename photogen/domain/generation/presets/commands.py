"""What is asked of presets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from photogen.domain.generation.commands import COUNT, LARGEST_SEED, PROMPT_LENGTH, Id, ModelChoice, Side
from photogen.kit.commands import Command, Line, Lines
from photogen.kit.text import t

NAME_LENGTH = 60


class SetUp(Command):
    """Everything on the form. A `seed` of None is drawn; other numbers that are None take the model's own default."""

    model: ModelChoice
    prompt: Annotated[str, Lines(PROMPT_LENGTH)] = ""
    negative_prompt: Annotated[str, Lines(PROMPT_LENGTH)] = ""
    wildcards: Literal["random", "each"] = "random"
    aspect: str = Field("1:1", max_length=10)
    width: Side = None
    height: Side = None
    count: int = Field(1, title=t("Images"), ge=COUNT[0], le=COUNT[1])
    seed: int | None = Field(None, ge=0, le=LARGEST_SEED)
    steps: int | None = Field(None, ge=1, le=200)
    guidance: float | None = Field(None, ge=0, le=100)
    lora_scale: float | None = Field(None, ge=-10, le=10)
    style: str = Field("", max_length=40)


class SavePreset(Command):
    """A set-up under a new name."""

    name: Annotated[str, Line(NAME_LENGTH, least=1)]
    setup: SetUp


class UpdatePreset(Command):
    """One of my presets becomes this."""

    preset_id: Id
    name: Annotated[str, Line(NAME_LENGTH, least=1)]
    setup: SetUp


class PresetId(Command):
    """One of my presets."""

    preset_id: Id
