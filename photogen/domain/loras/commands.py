"""What a creator can ask for, and what a training hands over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from photogen.kit.commands import Command, Line
from photogen.kit.text import t
from photogen.models.training import Subject, Visibility


class RenameModel(Command):
    """A new name for a model."""

    name: Annotated[str, Line(60, least=1)] = Field(title=t("Model name"))


class SetScale(Command):
    """A version's usual strength."""

    scale: float = Field(title=t("LoRA scale"), ge=-1, le=2)


@dataclass(frozen=True, kw_only=True)
class NewVersion:
    """What a training has made. Of the model `lora_model_id`, unless that is None or gone: then it is the first version
    of a new model with this name, trigger word and subject."""

    account_id: str
    lora_model_id: str | None
    training_id: str
    name: str
    trigger_word: str
    subject: Subject
    visibility: Visibility
    weights_key: str
    weights_bytes: int
    hub_repository: str
    hub_url: str
