"""Of when the figures are wanted."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from photogen.kit.commands import Command, wrong
from photogen.kit.text import t

DAYS = ("7", "30", "90")


def _span(text: str) -> str:
    if text not in DAYS and not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
        raise wrong("not_a_choice", t("{label} is not one of those on offer."))
    return text


class Period(Command):
    """The last "7", "30" or "90" UTC days, today included, or one UTC month ("2026-11")."""

    span: Annotated[str, AfterValidator(_span)] = Field("30", title=t("The period"))

    def bounds(self, now: datetime) -> tuple[datetime, datetime]:
        """From when until (without) when."""
        if self.span in DAYS:
            end = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            return end - timedelta(days=int(self.span)), end
        year, month = map(int, self.span.split("-"))
        return datetime(year, month, 1, tzinfo=UTC), datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
