"""Receipts of deletions."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from photogen.models.columns import enum_field, id_field, json_field, moment, now_field, reference


class ReceiptKind(StrEnum):
    """What was deleted."""

    MODEL = "model"
    VERSION = "version"
    ACCOUNT = "account"


class DeletionReceipt(SQLModel, table=True):
    """What was deleted, where and when, and what is still pending. `number` can't be guessed and opens the receipt to
    whoever has it; `name` says nothing of the person. `items` maps a key to {what, place, gone_at (ISO, "" while
    pending)}. `account_id` is the creator's for a model or a version of one; an account's own receipt names nobody."""

    __tablename__ = "deletion_receipt"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id"),
        Index("ix_deletion_receipt_account_id", "account_id", postgresql_where=text("account_id IS NOT NULL")),
    )

    id: str = id_field()
    number: str = Field(max_length=40, unique=True)
    kind: ReceiptKind = enum_field(ReceiptKind)
    subject_id: str = Field(max_length=26)
    account_id: str | None = reference("account.id", index=False, nullable=True, ondelete="SET NULL")
    name: str = Field(max_length=60)
    items: dict[str, Any] = json_field()
    requested_at: datetime = now_field()
    finished_at: datetime | None = moment()
