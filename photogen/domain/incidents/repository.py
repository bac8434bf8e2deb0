"""The incidents' rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from photogen.kit.ids import new_id
from photogen.models.incident import Incident


def report(
    session: Session,
    kind: str,
    subject_id: str,
    message: str,
    account_id: str | None,
    details: Mapping[str, Any],
    now: datetime,
) -> Incident:
    """The open incident of this kind and subject: a new one, or the known one counted up, with the newest words."""
    statement = insert(Incident).values(
        id=new_id(), kind=kind, subject_id=subject_id, account_id=account_id, message=message, details=dict(details),
        count=1, first_seen_at=now, last_seen_at=now, resolved_by="",
    )  # fmt: skip
    kept = statement.on_conflict_do_update(
        index_elements=["kind", "subject_id"],
        index_where=text("resolved_at IS NULL"),
        set_={
            "count": Incident.__table__.c.count + 1,  # type: ignore[attr-defined]
            "message": statement.excluded.message,
            "details": statement.excluded.details,
            "last_seen_at": statement.excluded.last_seen_at,
        },
    ).returning(Incident)
    return session.scalars(kept, execution_options={"populate_existing": True}).one()


def resolve(session: Session, kind: str, subject_id: str, by: str, now: datetime) -> bool:
    """Ends the open incident of this kind and subject; False when there is none."""
    ended = (
        update(Incident)
        .where(col(Incident.kind) == kind, col(Incident.subject_id) == subject_id, col(Incident.resolved_at).is_(None))
        .values(resolved_at=now, resolved_by=by)
        .returning(col(Incident.id))
    )
    return session.execute(ended).first() is not None


def resolve_one(session: Session, incident_id: str, by: str, now: datetime) -> bool:
    """The same by its id."""
    ended = (
        update(Incident)
        .where(col(Incident.id) == incident_id, col(Incident.resolved_at).is_(None))
        .values(resolved_at=now, resolved_by=by)
        .returning(col(Incident.id))
    )
    return session.execute(ended).first() is not None


def still_open(session: Session, limit: int) -> Sequence[Incident]:
    """Open ones, the last seen first."""
    return session.exec(
        select(Incident)
        .where(col(Incident.resolved_at).is_(None))
        .order_by(col(Incident.last_seen_at).desc(), col(Incident.id))
        .limit(limit)
    ).all()


def open_count(session: Session) -> int:
    """How many are open."""
    return session.exec(select(func.count()).where(col(Incident.resolved_at).is_(None))).one()
