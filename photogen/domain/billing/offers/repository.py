"""The SQL of what is on offer: plans as they are and as they were sold, packs, and their prices at the service."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from photogen.domain.billing.policy import Sold
from photogen.models import CreditPack, GatewayPrice, Interval, Plan, PlanVersion


def plans(session: Session) -> Sequence[Plan]:
    """In the order of the price list."""
    return session.exec(select(Plan).order_by(col(Plan.sort), Plan.key)).all()


def version(session: Session, plan_key: str, number: int) -> PlanVersion | None:
    """A plan as it was sold."""
    return session.get(PlanVersion, (plan_key, number))


def packs(session: Session) -> Sequence[CreditPack]:
    """Those on sale."""
    return session.exec(select(CreditPack).where(col(CreditPack.enabled)).order_by(col(CreditPack.sort))).all()


def price(session: Session, lookup_key: str) -> GatewayPrice | None:
    """The newest price with this key."""
    return session.exec(
        select(GatewayPrice)
        .where(GatewayPrice.lookup_key == lookup_key)
        .order_by(col(GatewayPrice.created_at).desc())
        .limit(1)
    ).one_or_none()


def price_cents(session: Session) -> dict[str, int]:
    """Of each key that has a price, what it came to last, in cents."""
    rows = session.exec(select(GatewayPrice.lookup_key, GatewayPrice.cents).order_by(col(GatewayPrice.created_at)))
    return dict(rows.all())


def prices(session: Session, ids: Iterable[str]) -> dict[str, Sold]:
    """What these prices of plans stand for; those that are none of ours are left out."""
    rows = session.exec(
        select(GatewayPrice, PlanVersion)
        .join(
            PlanVersion,
            (col(PlanVersion.plan_key) == col(GatewayPrice.plan_key))
            & (col(PlanVersion.number) == col(GatewayPrice.plan_version)),
        )
        .where(col(GatewayPrice.price_id).in_(list(ids)))
    ).all()
    return {
        row.price_id: Sold(terms.plan_key, terms.number, row.interval or Interval.MONTH, row.cents, terms)
        for row, terms in rows
    }
