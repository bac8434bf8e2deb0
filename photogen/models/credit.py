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
    """Why the balance moved: grant +, hold -, release +, expire -, adjust +/-, clawback - (a payment went back);
    capture is 0 and closes a hold."""

    GRANT = "grant"
    HOLD = "hold"
    CAPTURE = "capture"
    RELEASE = "release"
    EXPIRE = "expire"
    ADJUST = "adjust"
    CLAWBACK = "clawback"


class CreditGrant(SQLModel, table=True):
    """Credits from one source with one expiry; the earliest expiry burns first. `remaining` is `amount` plus the sum
    of this grant's other entries, kept here so that spending need not add up history."""

    __tablename__ = "credit_grant"
    __table_args__ = (
        CheckConstraint("remaining >= 0 AND remaining <= amount", name="remaining_within"),
        CheckConstraint("amount > 0", name="amount_positive"),
        Index("ix_credit_grant_burn", "account_id", postgresql_where=text("remaining > 0")),
        Index("ix_credit_grant_lapse", "expires_at", postgresql_where=text("remaining > 0 AND expires_at IS NOT NULL")),
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
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        Index("ix_credit_hold_open", "account_id", postgresql_where=text("state = 'open'")),
        Index("ix_credit_hold_closed_at", "closed_at", postgresql_using="brin"),
    )

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
    """One movement of one grant's credits (a capture moves none). Only ever added: a trigger refuses changes and direct
    deletes, only an account's own deletion takes its entries along. The balance is the sum of `amount`.

    `balance_after` is the account's balance once this entry counts; `made_by` names the operator of an adjustment."""

    __tablename__ = "credit_entry"
    __table_args__ = (
        CheckConstraint("balance_after >= 0", name="balance_not_negative"),
        CheckConstraint(
            "CASE kind WHEN 'grant' THEN amount > 0 WHEN 'release' THEN amount > 0 WHEN 'hold' THEN amount < 0 "
            "WHEN 'expire' THEN amount < 0 WHEN 'capture' THEN amount = 0 ELSE amount <> 0 END",
            name="sign_of_kind",
        ),
        CheckConstraint("kind = 'capture' OR grant_id IS NOT NULL", name="moves_a_grant"),
        Index("ix_credit_entry_account_id_id", "account_id", "id"),
        Index("ix_credit_entry_created_at", "created_at", postgresql_using="brin"),
        Index(
            "ix_credit_entry_rest",
            "created_at",
            postgresql_where=text("kind IN ('expire', 'clawback', 'adjust')"),
        ),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, primary_key=True, autoincrement=True))
    account_id: str = reference("account.id", index=False)
    kind: EntryKind = enum_field(EntryKind)
    amount: int
    balance_after: int
    grant_id: str | None = reference("credit_grant.id", nullable=True, ondelete="NO ACTION")
    hold_id: str | None = reference("credit_hold.id", nullable=True, ondelete="NO ACTION")
    key: str = Field(max_length=200, unique=True)
    note: str = Field(default="", max_length=200)
    made_by: str = Field(default="", max_length=80)
    created_at: datetime = now_field()
