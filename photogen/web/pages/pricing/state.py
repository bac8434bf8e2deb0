"""The price list: written into the page as it is delivered, then read from the plan table, which the operator may
have changed."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import reflex as rx

from photogen.web import deps, live
from photogen.web.deps import call
from photogen.web.pages.pricing.packs import Pack, pack
from photogen.web.security.policy import allow
from photogen.web.session import current, maybe
from photogen.web.text import number, plural, t
from photogen.web.words import dollars


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
    cells: list[str]


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
        cells=[
            f"{dollars(plan.month_cents)}",
            dollars(plan.year_cents) if plan.year_cents else t("None"),
            _per(plan.credits_once, once=True) if plan.credits_once else _per(plan.credits_month),
            _per(plan.trainings_included, once=plan.trainings_once),
            number(plan.daily_quota) if plan.daily_quota else t("Paid by credit"),
            number(plan.model_slots),
            _TIERS.get(str(plan.tier), str(plan.tier)),
            t("Private, public if you choose") if plan.public_allowed else t("Private"),
        ],
    )


ROWS = (
    t("By the month"),
    t("By the year"),
    t("Credits"),
    t("Trainings included"),
    t("Pictures a day"),
    t("Models kept"),
    t("Image models"),
    t("Your models are"),
)
"""What `cells` say, in their order."""
_TIERS = {
    "free": t("Free ones"),
    "basic": t("Up to Basic"),
    "pro": t("Up to Pro"),
    "enterprise": t("All of them"),
}


def _per(amount: int, *, once: bool = False) -> str:
    return t("{n} once", n=number(amount)) if once else t("{n} a month", n=number(amount))


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
    tier: str
    public_allowed: bool


def delivered() -> list[PlanCard]:
    """The plans as the migrations make them; `tests/integration` holds the two together."""
    text = (Path(__file__).parent / "price_list.json").read_text(encoding="utf-8")
    return [card(_Delivered(**plan)) for plan in json.loads(text)]


class PriceList(rx.State):
    """The plans of this installation. `mine` and `mine_interval` are the plan of who is logged in; the interval is
    empty while nothing is paid for it. `wanted` is the plan that the address asks to mark."""

    plans: list[PlanCard] = delivered()
    mine: str = ""
    mine_interval: str = ""
    wanted: str = ""
    packs: list[Pack] = []

    @rx.event
    @allow("public")
    async def load(self) -> None:
        found = [card(plan) for plan in await call(deps.services().plans.plans)]
        if found != self.plans:
            self.plans = found
        asked = str(self.router.url.query_parameters.get("plan", ""))
        self.wanted = next((plan.key for plan in self.plans if asked in {plan.key, plan.name}), "")
        self.packs = [pack(view) for view in await call(deps.services().billing.packs)]
        if maybe() is not None:
            await self._read_mine()
            live.subscribe(self, "billing", PriceList.refresh)

    @rx.event
    @allow("user")
    async def refresh(self) -> None:
        """A plan was bought or changed: which one is it now."""
        await self._read_mine()

    async def _read_mine(self) -> None:
        account, services = current().account_id, deps.services()
        paid = await call(services.billing.subscription, account)
        if paid is not None:
            self.mine, self.mine_interval = paid.plan_key, paid.interval
        else:
            self.mine, self.mine_interval = (await call(services.plans.entitlements, account)).plan_key, ""
