"""What is on offer, as the operator sees it."""

from dataclasses import dataclass

from photogen.models import CreditUnit, PlanTerms, Tier


@dataclass(frozen=True, slots=True)
class PlanOnOffer:
    """A plan with its terms. `subscribers` have this or an earlier version now, `earlier` of them an earlier one."""

    key: str
    version: int
    terms: PlanTerms
    subscribers: int
    earlier: int


@dataclass(frozen=True, slots=True)
class PackTerms:
    """Credits to buy once."""

    key: str
    credits: int
    cents: int
    enabled: bool


@dataclass(frozen=True, slots=True)
class ModelTerms:
    """An image model; `vendors` draw it, the preferred first."""

    key: str
    name: str
    description: str
    tier: Tier
    credits: int
    credit_unit: CreditUnit
    quota_weight: int
    enabled: bool
    beta: bool
    vendors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegistryView:
    """Everything that can be edited."""

    plans: tuple[PlanOnOffer, ...]
    packs: tuple[PackTerms, ...]
    models: tuple[ModelTerms, ...]
