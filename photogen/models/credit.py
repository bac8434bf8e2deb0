"""The ledger: grants, holds, and the append-only entries whose sum is the balance."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, text
from sqlmodel import Field, SQLModel

from photogen.models.columns import enum_field, id_field, moment, now_field, reference


class GrantSource(StrEnum):
    """Where credits came from."""

    WELCOME = "welcome"
    PLAN = "plan"
    PACK = "pack"
    ADMIN = "admin"
    REFUND = "refund"


class HoldState(StrEnum):
    """A hold is open until it is captured (spent) or released (given back); never both."""

    OPEN = "open"
    CAPTURED = "captured"
    RELEASED = "released"


class EntryKind(StrEnum):
    """Why the balance moved: grant +, hold -, release +, expire -, adjust +/-; capture is 0 and closes a hold."""

    GRANT = "grant"
    HOLD = "hold"
    CAPTURE = "capture"
    RELEASE = "release"
    EXPIRE = "expire"
    ADJUST = "adjust"


class CreditGrant(SQLModel, table=True):
    """Credits from one source with one expiry; the earliest expiry burns first. `remaining` is `amount` plus the sum
    of this grant's other entries, kept here so that spending need not add up history."""

    __tablename__ = "credit_grant"
    __table_args__ = (
        CheckConstraint("remaining >= 0 AND remaining <= amount", name="remaining_within"),
        CheckConstraint("amount > 0", name="amount_positive"),
        Index("ix_credit_grant_burn", "account_id", "expires_at", "created_at", postgresql_where=text("remaining > 0")),
    )

    id: str = id_field()
    account_id: str = reference("account.id", index=False)
    amount: int
    remaining: int
    source: GrantSource = enum_field(GrantSource)
    key: str = Field(max_length=160, unique=True)
    note: str = Field(default="", max_length=200)
    created_at: datetime = now_field()
    expires_at: datetime | None = moment()


class CreditHold(SQLModel, table=True):
    """Credits set aside for one thing. `kind` and `subject_id` say for what: training or shot, and its id."""

    __tablename__ = "credit_hold"
    __table_args__ = (CheckConstraint("amount >= 0", name="amount_not_negative"),)

    id: str = id_field()
    account_id: str = reference("account.id")
    amount: int
    state: HoldState = enum_field(HoldState, HoldState.OPEN)
    key: str = Field(max_length=160, unique=True)
    kind: str = Field(max_length=32)
    subject_id: str = Field(max_length=26)
    created_at: datetime = now_field()
    closed_at: datetime | None = moment()


class CreditEntry(SQLModel, table=True):
    """One movement of one grant's credits. Never changed, never deleted; the balance is the sum of `amount`."""

    __tablename__ = "credit_entry"
    __table_args__ = (Index("ix_credit_entry_account_id_id", "account_id", "id"),)

    id: int | None = Field(default=None, sa_column=Column(BigInteger, primary_key=True, autoincrement=True))
    account_id: str = reference("account.id", index=False)
    kind: EntryKind = enum_field(EntryKind)
    amount: int
    grant_id: str | None = reference("credit_grant.id", nullable=True)
    hold_id: str | None = reference("credit_hold.id", nullable=True)
    key: str = Field(max_length=200, unique=True)
    note: str = Field(default="", max_length=200)
    created_at: datetime = now_field()
