"""The rows that an operator edits, locked while that is done."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from photogen.errors import NotFound
from photogen.kit.text import t
from photogen.models import (
    CreditPack,
    ImageModel,
    ImageRoute,
    Plan,
    PlanVersion,
    Subscription,
    SubscriptionStatus,
)

_GIVING = (SubscriptionStatus.TRIALING, SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE)


def plans(session: Session) -> Sequence[Plan]:
    """In the order of the price list."""
    return session.exec(select(Plan).order_by(col(Plan.sort), Plan.key)).all()


def packs(session: Session) -> Sequence[CreditPack]:
    """All, on sale or not."""
    return session.exec(select(CreditPack).order_by(col(CreditPack.sort), CreditPack.key)).all()


def models(session: Session) -> Sequence[ImageModel]:
    """All, offered or not."""
    return session.exec(select(ImageModel).order_by(col(ImageModel.sort), ImageModel.key)).all()


def vendors(session: Session) -> dict[str, tuple[str, ...]]:
    """Who draws each model, the preferred first."""
    found: dict[str, tuple[str, ...]] = {}
    rows = session.exec(
        select(ImageRoute.model_key, ImageRoute.vendor)
        .where(col(ImageRoute.enabled), col(ImageRoute.available))
        .order_by(col(ImageRoute.model_key), col(ImageRoute.sort))
    )
    for key, vendor in rows:
        found[key] = (*found.get(key, ()), vendor)
    return found


def subscribers(session: Session, now: datetime) -> dict[tuple[str, int], int]:
    """How many pay for each version of each plan now."""
    rows = session.exec(
        select(Subscription.plan_key, Subscription.plan_version, func.count())
        .where(col(Subscription.entitled_until) > now, col(Subscription.status).in_(_GIVING))
        .group_by(col(Subscription.plan_key), col(Subscription.plan_version))
    )
    return {(key, version): count for key, version, count in rows}


def plan(session: Session, key: str) -> Plan:
    """Locked. Raises NotFound."""
    found = session.get(Plan, key, with_for_update={"key_share": True}, populate_existing=True)
    if found is None:
        raise NotFound(t("There is no such plan."), code="plan_not_found")
    return found


def sold_as(session: Session, row: Plan) -> PlanVersion | None:
    """The version that the plan is offered at."""
    return session.get(PlanVersion, (row.key, row.version))


def pack(session: Session, key: str) -> CreditPack:
    """Locked. Raises NotFound."""
    found = session.get(CreditPack, key, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(t("There is no such pack."), code="pack_not_found")
    return found


def pack_there(session: Session, key: str) -> bool:
    """Whether a pack has this key."""
    return session.get(CreditPack, key) is not None


def model(session: Session, key: str) -> ImageModel:
    """Locked. Raises NotFound."""
    found = session.get(ImageModel, key, with_for_update={"key_share": True}, populate_existing=True)
    if found is None:
        raise NotFound(t("There is no such model."), code="model_not_found")
    return found
