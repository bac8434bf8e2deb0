"""Events that others sent us (rule 6)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from photogen.models.columns import id_field, json_field, moment, now_field


class InboxEvent(SQLModel, table=True):
    """A verified event, kept once per (`source`, `event_id`), handled in the worker. `subject` is our own row's id.

    `next_attempt_at` is when it may be taken up (again), NULL once it was handled or given up."""

    __tablename__ = "inbox_event"
    __table_args__ = (
        UniqueConstraint("source", "event_id"),
        Index("ix_inbox_event_due", "next_attempt_at", postgresql_where=text("next_attempt_at IS NOT NULL")),
        Index("ix_inbox_event_unhandled", "received_at", postgresql_where=text("handled_at IS NULL")),
        Index("ix_inbox_event_handled", "handled_at", postgresql_where=text("handled_at IS NOT NULL")),
    )

    id: str = id_field()
    source: str = Field(max_length=32)
    event_id: str = Field(max_length=200)
    kind: str = Field(default="", max_length=80)
    subject: str = Field(default="", max_length=80)
    payload: dict[str, Any] = json_field()
    attempts: int = 0
    error: str = Field(default="", max_length=500)
    received_at: datetime = now_field()
    next_attempt_at: datetime | None = moment()
    handled_at: datetime | None = moment()
