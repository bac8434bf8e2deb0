"""What a creator can ask for."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from photogen.kit.commands import Command, wrong
from photogen.kit.text import t
from photogen.models.billing import Interval


def _key(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9_]{1,32}", text):
        raise wrong("not_a_choice", t("{label} is not one of those on offer. Reload the page."))
    return text


def _request(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{8,50}", text):
        raise wrong("request_key", t("This click could not be told from another. Reload the page and try again."))
    return text


Key = Annotated[str, AfterValidator(_key)]
RequestKey = Annotated[str, AfterValidator(_request)]


class BuyPlan(Command):
    """A plan by the month or the year. The same `request_key` is the same purchase."""

    plan: Key = Field(title=t("The plan"))
    interval: Interval = Interval.MONTH
    request_key: RequestKey


class BuyPack(Command):
    """Credits, once."""

    pack: Key = Field(title=t("The pack"))
    request_key: RequestKey


class ChangePlan(Command):
    """Another plan or rhythm for who has one: more at once, less from the next period on."""

    plan: Key = Field(title=t("The plan"))
    interval: Interval = Interval.MONTH
    request_key: RequestKey


class Refund(Command):
    """What was paid, back. `reason` stands with the payment."""

    payment_id: str = Field(max_length=26)
    reason: Literal["", "unwanted", "mistake", "operator"] = ""
