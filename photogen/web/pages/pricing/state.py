"""The price list: written into the page as it is delivered, then read from the plan table, which the operator may
have changed."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import reflex as rx

from photogen.web import deps
from photogen.web.deps import call
from photogen.web.security.policy import allow
from photogen.web.text import plural, t


@dataclasses.dataclass(frozen=True)
class PlanCard:
    """A plan in words. Prices are dollars without cents where there are none: "$20", "$79.20"."""

    key: str
    name: str
    month: str
    year_month: str
    year: str
    paid: bool
    popular: bool
    lines: list[str]


def dollars(cents: float) -> str:
    """ "$20" or "$79.20"."""
    return f"${cents / 100:,.0f}" if cents % 100 == 0 else f"${cents / 100:,.2f}"


def card(plan: Any) -> PlanCard:
    """The card of a plan (a PlanView, or anything with its fields)."""
    if plan.credits_once:
        first = plural(plan.credits_once, "{n} credit to begin with", "{n} credits to begin with")
    else:
        first = plural(plan.credits_month, "{n} credit a month", "{n} credits a month")
    if plan.trainings_once:
        trainings = plural(plan.trainings_included, "{n} training included", "{n} trainings included")
    else:
        trainings = plural(plan.trainings_included, "{n} training a month included", "{n} trainings a month included")
    quota = t("{n} pictures a day", n=plan.daily_quota) if plan.daily_quota else t("Pictures paid by credit")
    return PlanCard(
        key=plan.key,
        name=plan.name,
        month=dollars(plan.month_cents),
        year_month=dollars(plan.year_cents / 12),
        year=dollars(plan.year_cents),
        paid=plan.month_cents > 0,
        popular=plan.key == "pro",
        lines=[
            first,
            trainings,
            quota,
            plural(plan.model_slots, "{n} model kept", "{n} models kept"),
            t("Private models"),
        ],
    )


@dataclasses.dataclass(frozen=True)
class _Delivered:
    key: str
    name: str
    month_cents: int
    year_cents: int
    credits_month: int
    credits_once: int
    trainings_included: int
    trainings_once: bool
    daily_quota: int
    model_slots: int


def delivered() -> list[PlanCard]:
    """The plans as the migrations make them; `tests/integration` holds the two together."""
    text = (Path(__file__).parent / "price_list.json").read_text(encoding="utf-8")
    return [card(_Delivered(**plan)) for plan in json.loads(text)]


class PriceList(rx.State):
    """The plans of this installation."""

    plans: list[PlanCard] = delivered()

    @rx.event
    @allow("public")
    async def load(self):
        found = [card(plan) for plan in await call(deps.services().plans.plans)]
        if found != self.plans:
            self.plans = found
