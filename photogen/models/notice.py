"""What a person is told of, in the app and by mail."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from photogen.models.columns import enum_field, id_field, json_field, moment, now_field, reference


class NoticeKind(StrEnum):
    """What it says."""

    LOW_CREDITS = "low_credits"
    CREDITS_LAPSE = "credits_lapse"
    PLAN_STARTED = "plan_started"
    RECEIPT = "receipt"
    PAYMENT_FAILED = "payment_failed"
    PAYMENT_RECOVERED = "payment_recovered"
    RENEWAL = "renewal"
    TRIAL_ENDS = "trial_ends"
    PLAN_ENDED = "plan_ended"
    REFUND = "refund"
    DISPUTED = "disputed"
    DISPUTE_WON = "dispute_won"
    TRAINING_DONE = "training_done"
    TRAINING_FAILED = "training_failed"
    QUOTA_LOW = "quota_low"
    QUOTA_OUT = "quota_out"


class Topic(StrEnum):
    """What it is about; mails are switched on and off by topic."""

    PAYMENTS = "payments"
    CREDITS = "credits"
    TRAININGS = "trainings"
    QUOTA = "quota"


class Notice(SQLModel, table=True):
    """One thing that an account is told of, once per `key`. `data` are the facts, from which the words are made when
    they are read. `resolved_at` is when what it is about was over: a payment that had failed was made.

    `mail_due_at` is when a worker (next) tries to mail it, NULL when nothing is to be mailed (any more). `mail_unsure`
    counts the tries of which nobody knows whether the server took the mail; `mail_error` is the code of the last
    trouble."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_notice_account_id_id", "account_id", "id"),
        Index("ix_notice_mail", "mail_due_at", postgresql_where=text("mail_due_at IS NOT NULL")),
        Index("ix_notice_created_at", "created_at"),
    )

    id: str = id_field()
    account_id: str = reference("account.id", index=False)
    kind: NoticeKind = enum_field(NoticeKind)
    key: str = Field(max_length=200)
    data: dict[str, Any] = json_field()
    created_at: datetime = now_field()
    read_at: datetime | None = moment()
    dismissed_at: datetime | None = moment()
    resolved_at: datetime | None = moment()
    mail_due_at: datetime | None = moment()
    mail_attempts: int = 0
    mail_unsure: int = 0
    mailed_at: datetime | None = moment()
    mail_error: str = Field(default="", max_length=60)


class MailChoice(SQLModel, table=True):
    """Whether an account wants mails of a topic; without a row it does."""

    __tablename__ = "mail_choice"

    account_id: str = Field(primary_key=True, foreign_key="account.id", ondelete="CASCADE", max_length=26)
    topic: Topic = enum_field(Topic, primary_key=True)
    wanted: bool
    changed_at: datetime = now_field()
