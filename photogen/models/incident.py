"""What the operator has to know of: things that should not have happened."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from photogen.models.columns import id_field, json_field, moment, now_field, reference


class Incident(SQLModel, table=True):
    """One thing that went wrong, open until it is resolved. While it is open there is one row per (`kind`,
    `subject_id`), and a repeat counts it up. `details` are for the operator and hold no secrets."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("uq_incident_open", "kind", "subject_id", unique=True, postgresql_where=text("resolved_at IS NULL")),
        Index("ix_incident_last_seen_at", "last_seen_at"),
    )

    id: str = id_field()
    kind: str = Field(max_length=40)
    subject_id: str = Field(max_length=200)
    account_id: str | None = reference("account.id", nullable=True, ondelete="SET NULL")
    message: str = Field(max_length=500)
    details: dict[str, Any] = json_field()
    count: int = 1
    first_seen_at: datetime = now_field()
    last_seen_at: datetime = now_field()
    resolved_at: datetime | None = moment()
    resolved_by: str = Field(default="", max_length=80)
    """Who says that it is over: an operator, or photogen itself."""
