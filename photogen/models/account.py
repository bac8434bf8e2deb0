"""Accounts and their log-in sessions."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from photogen.models.columns import enum_field, id_field, moment, now_field, reference


class Role(StrEnum):
    """What an account may do."""

    CREATOR = "creator"
    MODERATOR = "moderator"
    ADMIN = "admin"


class Account(SQLModel, table=True):
    """A person who can log in. `email` is stored in lower case; `plan_key` names a row of `plan`."""

    __tablename__ = "account"
    __table_args__ = (Index("ix_account_erase", "erase_due_at", postgresql_where=text("erase_due_at IS NOT NULL")),)

    id: str = id_field()
    email: str = Field(max_length=254, unique=True)
    name: str = Field(max_length=80)
    password_hash: str = Field(max_length=255)
    role: Role = enum_field(Role, Role.CREATOR)
    plan_key: str = Field(default="free", max_length=32, foreign_key="plan.key", ondelete="RESTRICT")
    overage: bool = False
    """Whether pictures beyond the day's quota are paid with credits, on a plan that has a quota."""
    created_at: datetime = now_field()
    suspended_at: datetime | None = moment()
    deleted_at: datetime | None = moment()
    """Since then the row names nobody: it is kept for the ledger that hangs on it."""
    erase_due_at: datetime | None = moment()
    """When what belonged to it is to be deleted (again); NULL when nothing is left."""


class LoginSession(SQLModel, table=True):
    """A log-in: `id` is the SHA-256 (hex) of the token in the cookie; the token itself is stored nowhere."""

    __tablename__ = "login_session"

    id: str = Field(primary_key=True, max_length=64)
    account_id: str = reference("account.id")
    created_at: datetime = now_field()
    last_seen_at: datetime = now_field()
    expires_at: datetime = now_field()
    ip: str = Field(default="", max_length=64)
    user_agent: str = Field(default="", max_length=300)
