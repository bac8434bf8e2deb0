"""The inbox's rows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from photogen.kit.ids import new_id
from photogen.models import InboxEvent


def insert_or_ignore(
    session: Session, source: str, event_id: str, kind: str, subject: str, payload: Mapping[str, Any], now: datetime
) -> str | None:
    """The new row's id, or None when the source sent this event before."""
    statement = (
        insert(InboxEvent)
        .values(
            id=new_id(), source=source, event_id=event_id, kind=kind, subject=subject, payload=dict(payload),
            attempts=0, error="", received_at=now, next_attempt_at=now,
        )
        .on_conflict_do_nothing(index_elements=["source", "event_id"])
        .returning(col(InboxEvent.id))
    )  # fmt: skip
    return session.execute(statement).scalar_one_or_none()


def locked(session: Session, row_id: str, *, wait: bool) -> InboxEvent | None:
    """The row, locked until the unit of work ends; None when there is none or, unless `wait`, it is locked."""
    return session.exec(select(InboxEvent).where(InboxEvent.id == row_id).with_for_update(skip_locked=not wait)).first()


def due(session: Session, now: datetime, limit: int) -> list[str]:
    """Ids of events to be taken up, the longest waiting first."""
    return list(
        session.exec(
            select(InboxEvent.id)
            .where(col(InboxEvent.next_attempt_at) <= now)
            .order_by(col(InboxEvent.next_attempt_at))
            .limit(limit)
        )
    )


def delete_handled(session: Session, before: datetime, limit: int) -> int:
    """Deletes so many events that were handled before then; how many there were."""
    old = (
        select(InboxEvent.id)
        .where(col(InboxEvent.handled_at) < before)
        .order_by(col(InboxEvent.handled_at))
        .limit(limit)
    )
    deleted = session.execute(
        delete(InboxEvent).where(col(InboxEvent.id).in_(old)).execution_options(synchronize_session=False)
    )
    return cast("CursorResult[object]", deleted).rowcount


def oldest_unhandled(session: Session) -> datetime | None:
    """When the longest unhandled event came in, given up or not."""
    return session.exec(
        select(InboxEvent.received_at)
        .where(col(InboxEvent.handled_at).is_(None))
        .order_by(col(InboxEvent.received_at))
        .limit(1)
    ).first()
