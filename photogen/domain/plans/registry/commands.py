"""What an operator may write into the plan table and the registry of models."""

from typing import Annotated

from pydantic import Field, model_validator

from photogen.kit.commands import Command, Line, wrong
from photogen.kit.text import t
from photogen.models import CreditUnit, Tier

MOST_CENTS = 1_000_000
"""$10,000: more is a slip of the finger."""
LEAST_CENTS = 50
"""Stripe charges nothing smaller. https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts"""
MOST = 1_000_000


def _sold(cents: int) -> bool:
    return cents >= LEAST_CENTS


class EditPlan(Command):
    """A plan's terms from now on. `version` is the one that the form was filled from."""

    key: str = Field(title=t("The plan"), max_length=32)
    version: int = Field(ge=1)
    name: Annotated[str, Line(40, least=1)] = Field(title=t("Name"))
    month_cents: int = Field(title=t("Price by the month"), ge=0, le=MOST_CENTS)
    year_cents: int = Field(title=t("Price by the year"), ge=0, le=MOST_CENTS)
    credits_month: int = Field(title=t("Credits a month"), ge=0, le=MOST)
    credits_once: int = Field(title=t("Credits to begin with"), ge=0, le=MOST)
    trainings_included: int = Field(title=t("Included trainings"), ge=0, le=1000)
    trainings_once: bool = Field(title=t("Once"))
    daily_quota: int = Field(title=t("Daily quota"), ge=0, le=MOST)
    model_slots: int = Field(title=t("Model slots"), ge=1, le=1000)
    tier: Tier = Field(title=t("Models up to tier"))
    public_allowed: bool = Field(title=t("Public models"))
    pictures_at_once: int = Field(title=t("Pictures at once"), ge=1, le=1000)
    queue_weight: int = Field(title=t("Share of the line"), ge=1, le=100)

    @model_validator(mode="after")
    def _prices(self) -> "EditPlan":
        free = self.month_cents == 0 and self.year_cents == 0
        if not free and not (_sold(self.month_cents) and _sold(self.year_cents)):
            raise wrong(
                "out_of_range", t("A plan costs nothing at all, or $0.50 and more, by the month and by the year.")
            )
        return self


class EditPack(Command):
    """Credits to buy once. An empty `key` makes a new pack."""

    key: str = Field("", title=t("The pack"), max_length=32, pattern=r"^[a-z0-9_]*$")
    credits: int = Field(title=t("Credits"), ge=1, le=MOST)
    cents: int = Field(title=t("Price"), ge=LEAST_CENTS, le=MOST_CENTS)
    enabled: bool = Field(title=t("On sale"))


class EditModel(Command):
    """An image model as creators see it, and its price."""

    key: str = Field(title=t("The model"), max_length=64)
    name: Annotated[str, Line(60, least=1)] = Field(title=t("Name"))
    description: Annotated[str, Line(200)] = Field(title=t("Description"))
    tier: Tier = Field(title=t("Tier"))
    credits: int = Field(title=t("Credits"), ge=0, le=10_000)
    credit_unit: CreditUnit = Field(title=t("Priced by the"))
    quota_weight: int = Field(title=t("Weight in the quota"), ge=0, le=1000)
    enabled: bool = Field(title=t("Offered"))
    beta: bool = Field(title=t("Beta"))

    @model_validator(mode="after")
    def _suitable(self) -> "EditModel":
        if self.credit_unit is CreditUnit.SECOND:
            raise wrong(
                "unit_not_suitable", t("Pictures have no length: price this model by the picture or the megapixel.")
            )
        return self
