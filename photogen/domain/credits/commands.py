"""What an operator may ask of the ledger."""

from typing import Annotated

from pydantic import Field, field_validator

from photogen.kit.commands import Command, Line, wrong

MOST = 1_000_000
"""Credits in one adjustment, at most: a slip of the finger stays mendable."""


class Adjust(Command):
    """Credits given (+) or taken (-) by hand. `key` makes a repeat harmless; `by` names who did it."""

    amount: Annotated[int, Field(ge=-MOST, le=MOST)]
    reason: Annotated[str, Line(200, least=1)]
    by: Annotated[str, Line(80, least=1), Field(title="Name")]
    key: Annotated[str, Line(120, least=1)]

    @field_validator("amount")
    @classmethod
    def _moves(cls, amount: int) -> int:
        if amount == 0:
            raise wrong("out_of_range", "{label} has to be more or less than 0.")
        return amount
