"""What the operator asks of the books."""

from typing import Annotated, Literal

from pydantic import Field

from photogen.kit.commands import Command, Line
from photogen.kit.text import t

PAGE = 100
"""Entries at a time."""


class Explain(Command):
    """Which entries are wanted: the newest or the oldest first, those beyond the entry `beyond` (0: from the end)."""

    order: Literal["newest", "oldest"] = Field("newest", title=t("The order"))
    beyond: int = Field(0, ge=0, le=2**63 - 1)
    limit: int = Field(PAGE, ge=1, le=1000)


class FindAccounts(Command):
    """Accounts whose address or name has `words` in it, or whose id they are; the newest first, those beyond the
    account `beyond`."""

    words: Annotated[str, Line(254)] = Field("", title=t("The search"))
    beyond: str = Field("", max_length=26)
    limit: int = Field(25, ge=1, le=100)
