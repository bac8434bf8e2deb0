"""The rows of the audit."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from photogen.models import AuditEntry


def newest(session: Session, actions: Sequence[str], limit: int) -> Sequence[AuditEntry]:
    """The last changes of these kinds, the newest first."""
    return session.exec(
        select(AuditEntry).where(col(AuditEntry.action).in_(actions)).order_by(col(AuditEntry.id).desc()).limit(limit)
    ).all()
