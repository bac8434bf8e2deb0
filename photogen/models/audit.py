"""What operators changed and what creators gave away: who, when, and how it was before."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from photogen.models.columns import id_field, json_field, now_field, reference


class AuditEntry(SQLModel, table=True):
    """One change by an operator, or by a creator who shares something. Only ever added. `subject` names what was
    changed, `before` and `after` hold the fields that are different; `made_by` is who did it, by the name of then."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject_id", "subject", "id"),)

    id: str = id_field()
    account_id: str | None = reference("account.id", index=True, nullable=True, ondelete="SET NULL")
    made_by: str = Field(max_length=80)
    action: str = Field(max_length=40)
    subject: str = Field(max_length=120)
    before: dict[str, Any] = json_field()
    after: dict[str, Any] = json_field()
    created_at: datetime = now_field()
