"""Plans and the registry of image models: the operator's tables, seeded by a migration."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from photogen.models.columns import enum_field, now_field


class Tier(StrEnum):
    """Classes of image models, lowest first."""

    FREE = "free"
    BASIC = "basic"
    PRO = "pro"
    ENTERPRISE = "enterprise"

    def opens(self, other: "Tier") -> bool:
        """Whether a plan of this tier may use a model of tier `other`."""
        order = list(Tier)
        return order.index(self) >= order.index(other)


class CreditUnit(StrEnum):
    """What a model's price in credits is for."""

    PICTURE = "picture"
    MEGAPIXEL = "megapixel"
    SECOND = "second"
    """Of a video: a picture has none."""


class PlanTerms(SQLModel):
    """What a plan gives, and for how much. `credits_once` comes at registration, `credits_month` with each paid month.

    `trainings_included` are per month, or once in a lifetime where `trainings_once`; `daily_quota` 0 means none.
    `pictures_at_once` are drawn at the same time, what else was asked for waits; `queue_weight` is the share of the
    line against a creator of weight 1. `public_allowed` says whether a creator may have a model published. Private
    needs no permission on any plan: a repository begins private and is opened only on an explicit choice."""

    name: str = Field(max_length=40)
    month_cents: int = Field(ge=0)
    year_cents: int = Field(ge=0)
    credits_month: int = Field(default=0, ge=0)
    credits_once: int = Field(default=0, ge=0)
    trainings_included: int = Field(default=0, ge=0)
    trainings_once: bool = False
    daily_quota: int = Field(default=0, ge=0)
    model_slots: int = Field(default=1, ge=1)
    tier: Tier = enum_field(Tier, Tier.FREE)
    public_allowed: bool = True
    pictures_at_once: int = Field(default=8, ge=1)
    queue_weight: int = Field(default=1, ge=1)


class Plan(PlanTerms, table=True):
    """A plan as it is offered now. Whoever bought it keeps the `version` that was sold."""

    __tablename__ = "plan"

    key: str = Field(primary_key=True, max_length=32)
    version: int = 1
    sort: int = 0


class PlanVersion(PlanTerms, table=True):
    """A plan as it is or was sold: never changed. The operator's edit of a plan adds one."""

    __tablename__ = "plan_version"

    plan_key: str = Field(primary_key=True, max_length=32, foreign_key="plan.key", ondelete="RESTRICT")
    number: int = Field(primary_key=True)
    created_at: datetime = now_field()


class CreditPack(SQLModel, table=True):
    """Credits to buy once. They don't lapse."""

    __tablename__ = "credit_pack"

    key: str = Field(primary_key=True, max_length=32)
    credits: int = Field(ge=1)
    cents: int = Field(ge=0)
    enabled: bool = True
    sort: int = 0


class ImageModel(SQLModel, table=True):
    """A model that pictures can be made with, as a creator chooses it. `key` is `app:model`.

    What it can do, and which vendors draw it, its routes say. A model of which some route can do LoRAs renders people's
    own models; the others are offered as base models."""

    __tablename__ = "image_model"

    key: str = Field(primary_key=True, max_length=64)
    name: str = Field(max_length=60)
    description: str = Field(default="", max_length=200)
    tier: Tier = enum_field(Tier, Tier.FREE)
    credits: int = Field(ge=0)
    credit_unit: CreditUnit = enum_field(CreditUnit, CreditUnit.PICTURE)
    """What `credits` are for; what a picture costs, `photogen.domain.plans.policy.picture_price` says."""
    quota_weight: int = Field(default=1, ge=0)
    enabled: bool = True
    beta: bool = False
    sort: int = 0
