"""The day's quota: what of it is used and held, and by which pictures."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, Index
from sqlmodel import Field, SQLModel

from photogen.models.columns import enum_field, moment, now_field


class QuotaState(StrEnum):
    """A use is held until its picture is there (used) or is not going to be (released); never both."""

    HELD = "held"
    USED = "used"
    RELEASED = "released"


class QuotaDay(SQLModel, table=True):
    """One account's UTC day. Both numbers are sums of that day's uses, kept here so that a check reads one row.

    Nothing resets it: the next day is another row. The limit is the plan's, not the day's: it may change at noon."""

    __tablename__ = "quota_day"
    __table_args__ = (CheckConstraint("used >= 0 AND held >= 0", name="not_negative"),)

    account_id: str = Field(primary_key=True, foreign_key="account.id", ondelete="CASCADE", max_length=26)
    day: date = Field(primary_key=True, sa_type=Date)
    used: int = 0
    held: int = 0


class QuotaUse(SQLModel, table=True):
    """What one picture takes of the day on which it was asked for, whenever it is drawn."""

    __tablename__ = "quota_use"
    __table_args__ = (
        CheckConstraint("weight >= 0", name="weight_not_negative"),
        Index("ix_quota_use_account_id_day", "account_id", "day"),
    )

    key: str = Field(primary_key=True, max_length=160)
    account_id: str = Field(foreign_key="account.id", ondelete="CASCADE", max_length=26)
    day: date = Field(sa_type=Date)
    weight: int
    model_key: str = Field(max_length=64)
    state: QuotaState = enum_field(QuotaState, QuotaState.HELD)
    created_at: datetime = now_field()
    closed_at: datetime | None = moment()
