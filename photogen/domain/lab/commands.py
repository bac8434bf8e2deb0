"""What a creator can ask for."""

from __future__ import annotations

from pydantic import Field

from photogen.domain.generation.commands import Id, RequestKey
from photogen.kit.commands import Command
from photogen.kit.text import t


class StartLab(Command):
    """A grid for a version of a model, with those of the subject's prompts whose keys are given. The same
    `request_key` is the same run."""

    model_id: Id = Field(title=t("Model"))
    version_id: Id = Field(title=t("Version"))
    prompts: tuple[str, ...] = Field(title=t("Prompts"), min_length=1, max_length=8)
    request_key: RequestKey
