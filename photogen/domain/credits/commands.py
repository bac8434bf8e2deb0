"""What an operator or a creator may ask of the ledger."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from photogen.kit.commands import Command, Line, wrong
from photogen.kit.text import t

MOST = 1_000_000
"""Credits in one adjustment, at most: a slip of the finger stays mendable."""


class Adjust(Command):
    """Credits given (+) or taken (-) by hand. `key` makes a repeat harmless; `by` names who did it."""

    amount: Annotated[int, Field(ge=-MOST, le=MOST)]
    reason: Annotated[str, Line(200, least=1)]
    by: Annotated[str, Line(80, least=1), Field(title=t("Name"))]
    key: Annotated[str, Line(120, least=1)]

    @field_validator("amount")
    @classmethod
    def _moves(cls, amount: int) -> int:
        if amount == 0:
            raise wrong("out_of_range", t("{label} has to be more or less than 0."))
        return amount


def _month(text: str) -> str:
    if text and not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
        raise wrong("not_a_month", t("{label} is not one of those on offer."))
    return text


class HistoryQuery(Command):
    """Which entries are wanted: of one kind, of one UTC month ("2026-11"); "all" and "" leave it open."""

    group: Literal["all", "pictures", "trainings", "received", "lost"] = Field("all", title=t("The kind"))
    month: Annotated[str, AfterValidator(_month)] = Field("", title=t("The month"))

    def span(self) -> tuple[datetime, datetime] | None:
        """From when until when; None where it is left open."""
        if not self.month:
            return None
        year, month = map(int, self.month.split("-"))
        start = datetime(year, month, 1, tzinfo=UTC)
        return start, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
