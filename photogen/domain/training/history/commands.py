"""What of the trainings somebody wants to see."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from photogen.domain.training.commands import Id
from photogen.kit.commands import Command, Line, wrong
from photogen.kit.text import t
from photogen.models.training import Subject


class Standing(StrEnum):
    """How a training stands, as far as a filter tells them apart."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Sort(StrEnum):
    """What comes first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LONGEST = "longest"
    NAME = "name"


class FindTrainings(Command):
    """Trainings that fulfil all that is given; `text` is looked for in name and trigger word, days are of UTC and both
    included. `after` is the last one seen."""

    standing: Standing | None = Field(None, title=t("Status"))
    subject: Subject | None = None
    text: Annotated[str, Line(80)] = Field("", title=t("Search"))
    since: date | None = Field(None, title=t("The first day"))
    until: date | None = Field(None, title=t("The last day"))
    sort: Sort = Field(Sort.NEWEST, title=t("Order"))
    after: Id | None = None
    limit: int = Field(50, ge=1, le=200)

    @model_validator(mode="after")
    def _in_order(self) -> FindTrainings:
        if self.since and self.until and self.since > self.until:
            raise wrong("days_reversed", t("The first day has to come before the last one."))
        return self
