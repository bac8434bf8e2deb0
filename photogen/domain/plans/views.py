"""What plans and image models look like from outside. Prices in cents, the rest in credits or pieces."""

from dataclasses import dataclass

from photogen.domain.plans.policy import picture_price
from photogen.gateways.base import Capabilities
from photogen.models import CreditUnit, Tier


@dataclass(frozen=True, slots=True)
class PlanView:
    """One plan, as on the price list. `trainings_included` are a month's, or for good where `trainings_once`."""

    key: str
    name: str
    tier: Tier
    month_cents: int
    year_cents: int
    credits_month: int
    credits_once: int
    trainings_included: int
    trainings_once: bool
    daily_quota: int
    model_slots: int
    public_allowed: bool


@dataclass(frozen=True, slots=True)
class Paying:
    """How an account's pictures are paid now. `daily_quota` units come with each UTC day of a plan that is paid for,
    0 where there is none; `overage` says whether credits pay beyond them."""

    daily_quota: int
    overage: bool

    @property
    def way(self) -> str:
        """ "subscription": the day's quota first; "payg": credits alone."""
        return "subscription" if self.daily_quota else "payg"


@dataclass(frozen=True, slots=True)
class LineTerms:
    """How an account's pictures wait: so many are drawn at the same time, and the line serves `weight` of them for each
    one of a creator of weight 1."""

    at_once: int
    weight: int


@dataclass(frozen=True, slots=True)
class Entitlements:
    """What an account may do now. `trainings_*` count the included ones of the present period."""

    plan_key: str
    name: str
    tier: Tier
    model_slots: int
    public_allowed: bool
    trainings_included: int
    trainings_used: int
    paying: Paying

    @property
    def trainings_left(self) -> int:
        """Included trainings that can still be started."""
        return max(0, self.trainings_included - self.trainings_used)


@dataclass(frozen=True, slots=True)
class ImageModelView:
    """A model that pictures are made with. `locked` for who asks; `unlocked_by` then names the cheapest plan that opens
    it. `credits` are per `credit_unit`, whoever draws it; `draws_loras` marks the ones that draw people's own models.

    `capabilities` are what the vendors that draw it now can do, in sum; `vendors` are those, the preferred first: none
    where it can't be had."""

    key: str
    name: str
    description: str
    tier: Tier
    credits: int
    credit_unit: CreditUnit
    quota_weight: int
    capabilities: Capabilities
    locked: bool
    unlocked_by: str
    beta: bool
    draws_loras: bool
    vendors: tuple[str, ...]

    @property
    def available(self) -> bool:
        """Whether any vendor draws it now."""
        return bool(self.vendors)

    def price(self, width: int, height: int) -> int:
        """Credits for one picture of so many pixels. Raises Conflict (`unit_not_suitable`)."""
        return picture_price(self.credits, self.credit_unit, width, height)
