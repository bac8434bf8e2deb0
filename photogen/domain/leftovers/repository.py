"""The leftovers' rows."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import Session, col, select

from photogen.models.leftover import Leftover, LeftoverOf


def of_owner(session: Session, owner: LeftoverOf, owner_id: str) -> Sequence[Leftover]:
    """What is left of one training or version, locked; for nobody's things the id is ""."""
    return session.exec(
        select(Leftover).where(Leftover.owner == owner, Leftover.owner_id == owner_id).with_for_update()
    ).all()


def oldest(session: Session, limit: int) -> Sequence[Leftover]:
    """The longest left ones first."""
    return session.exec(select(Leftover).order_by(col(Leftover.since), col(Leftover.id)).limit(limit)).all()


def count(session: Session) -> int:
    """How many there are."""
    return session.exec(select(func.count()).select_from(Leftover)).one()


def get(session: Session, leftover_id: str) -> Leftover | None:
    """One of them."""
    return session.get(Leftover, leftover_id)
