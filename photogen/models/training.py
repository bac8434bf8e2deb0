"""Trainings, their attempts, and the wizard's draft."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from photogen.kit.ids import new_id
from photogen.models.columns import enum_field, id_field, json_field, moment, now_field, reference
from photogen.models.credit import HoldState


class TrainingStatus(StrEnum):
    """Where a training stands. The last three are final."""

    QUEUED = "queued"
    PREPARING = "preparing"
    TRAINING = "training"
    PUBLISHING = "publishing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Subject(StrEnum):
    """What the photos show."""

    PERSON = "person"
    PET = "pet"
    PRODUCT = "product"
    STYLE = "style"


class Visibility(StrEnum):
    """Of the hub repository. Private unless the creator ticked otherwise and the plan allows it."""

    PRIVATE = "private"
    PUBLIC = "public"


class PaidBy(StrEnum):
    """How work is paid: a training out of the plan's included ones or with credits, a picture out of the day's quota or
    with credits."""

    INCLUDED = "included"
    QUOTA = "quota"
    CREDITS = "credits"


class AttemptOutcome(StrEnum):
    """How one attempt at one stage ended."""

    RUNNING = "running"
    DONE = "done"
    RETRIED = "retried"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Training(SQLModel, table=True):
    """One LoRA in the making: the row is the job. Only `settle` writes `status`.

    `percent` 0-100 of the whole; `step` of `steps` from the trainer's log; `seconds_left` by that log or by history.
    A row in work belongs to `lease_owner` until `lease_until`; `next_check_at` says when somebody should look again."""

    __tablename__ = "training"
    __table_args__ = (
        Index(
            "ix_training_due",
            "next_check_at",
            postgresql_where=text("status NOT IN ('completed', 'failed', 'cancelled')"),
        ),
        Index("ix_training_account_id_created_at_id", "account_id", "created_at", "id"),
        Index("ix_training_clean", "clean_due_at", postgresql_where=text("clean_due_at IS NOT NULL")),
        Index("ix_training_completed", "finished_at", postgresql_where=text("status = 'completed'")),
    )

    id: str = id_field()
    account_id: str = reference("account.id", index=False)
    photo_set_id: str = reference("photo_set.id", ondelete="RESTRICT")
    lora_model_id: str | None = reference("lora_model.id", nullable=True, ondelete="SET NULL")
    """The model that it makes a further version of, from the start; else the one that came of it, from the end."""
    request_key: str = Field(default_factory=new_id, max_length=80, unique=True)
    """Made by the page per click, so that a double click is one training; prefixed with the account's id."""
    replaces_model_id: str | None = Field(default=None, max_length=26)
    """The model that is deleted once this training has succeeded, because its slot was needed."""
    name: str = Field(max_length=60)
    trigger_word: str = Field(max_length=40)
    subject: Subject = enum_field(Subject, Subject.PERSON)
    visibility: Visibility = enum_field(Visibility, Visibility.PRIVATE)
    steps: int
    learning_rate: float
    lora_rank: int
    autocaption: bool = True
    photo_count: int = 0
    photos: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB, nullable=False)
    """What went into the ZIP, in its order: {"id", "revision", "caption"} of each photo, written when it was built."""

    status: TrainingStatus = enum_field(TrainingStatus, TrainingStatus.QUEUED)
    failed_stage: str = Field(default="", max_length=32)
    percent: int = 0
    step: int = 0
    seconds_left: float | None = None
    error_code: str = Field(default="", max_length=60)
    error_category: str = Field(default="", max_length=32)
    error: str = Field(default="", max_length=500)
    advice: str = Field(default="", max_length=300)

    paid_by: PaidBy = enum_field(PaidBy, PaidBy.CREDITS)
    credits: int = 0
    hold_key: str = Field(default="", max_length=160)
    rounds: int = 1
    """How often it was paid for: a retry after a failure is a round of its own, with a hold of its own
    (`TrainingRound`)."""

    vendor: str = Field(default="", max_length=32)
    vendor_id: str = Field(default="", max_length=80)
    vendor_version: str = Field(default="", max_length=200)
    submit_started_at: datetime | None = moment()
    """Set before the paid request leaves: from then on the vendor is asked by our id before any second try."""
    dataset_key: str = Field(default="", max_length=200)
    weights_key: str = Field(default="", max_length=200)
    hub_repository: str = Field(default="", max_length=200)
    clean_due_at: datetime | None = moment()
    """When what is left of it (dataset, vendor's files, unused weights) is to be deleted; NULL when nothing is."""
    cleaned_at: datetime | None = moment()
    discarded_at: datetime | None = moment()
    """Set when nothing of it is to be kept for a retry: its account is being deleted."""

    attempts: int = 0
    """Attempts at the present stage, for the backoff."""
    troubled_since: datetime | None = moment()
    """When the first of these attempts failed."""
    waiting: str = Field(default="", max_length=300)
    """What it waits for while a vendor is paused, for a person; "" while nothing is in its way."""
    waiting_since: datetime | None = moment()
    lease_owner: str = Field(default="", max_length=64)
    lease_until: datetime | None = moment()
    next_check_at: datetime | None = moment()
    cancel_requested_at: datetime | None = moment()
    idle_seconds: float = 0.0
    """Between its failures and the retries: time in which nobody worked at it."""

    created_at: datetime = now_field()
    stage_started_at: datetime = now_field()
    started_at: datetime | None = moment()
    finished_at: datetime | None = moment()


class TrainingAttempt(SQLModel, table=True):
    """One attempt of one stage of a training: what happened, for the page and for the operator."""

    __tablename__ = "training_attempt"
    __table_args__ = (Index("ix_training_attempt_training_id_started_at_id", "training_id", "started_at", "id"),)

    id: str = id_field()
    training_id: str = reference("training.id", index=False)
    stage: str = Field(max_length=32)
    number: int = 1
    outcome: AttemptOutcome = enum_field(AttemptOutcome, AttemptOutcome.RUNNING)
    request_id: str = Field(default="", max_length=120)
    """The vendor's own name of it: of the request, the training or the repository, whichever it gave last."""
    category: str = Field(default="", max_length=32)
    code: str = Field(default="", max_length=60)
    message: str = Field(default="", max_length=500)
    vendor_words: str = Field(default="", max_length=2000)
    action: str = Field(default="", max_length=200)
    """What was done about it: tried again in n seconds, credits returned ..."""
    advice: str = Field(default="", max_length=300)
    """What the creator can do about it."""
    started_at: datetime = now_field()
    finished_at: datetime | None = moment()


class TrainingRound(SQLModel, table=True):
    """One time that a training was paid for, from `stage` on, and what became of the money.

    The vendor's own figures are of the vendor's training that this round began: `run_seconds` at work, `vendor_seconds`
    from its acceptance to its end; what it costs is for the operator's eyes only."""

    __tablename__ = "training_round"

    training_id: str = Field(primary_key=True, foreign_key="training.id", ondelete="CASCADE", max_length=26)
    number: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    stage: str = Field(max_length=32)
    paid_by: PaidBy = enum_field(PaidBy)
    credits: int = 0
    state: HoldState = enum_field(HoldState, HoldState.OPEN)
    vendor_id: str = Field(default="", max_length=80)
    run_seconds: float | None = None
    vendor_seconds: float | None = None
    vendor_cost_cents: int | None = None
    started_at: datetime = now_field()
    ended_at: datetime | None = moment()


class TrainingLog(SQLModel, table=True):
    """What is known of a trainer's log: `seen` characters of `source` (the vendor's training) have been taken over,
    whose end had the hash `anchor`; `length` characters were kept or left out so far. `losses` is the curve, a few
    hundred times [step, loss] at most; it outlives the log."""

    __tablename__ = "training_log"

    training_id: str = Field(primary_key=True, foreign_key="training.id", ondelete="CASCADE", max_length=26)
    source: str = Field(default="", max_length=80)
    seen: int = 0
    anchor: str = Field(default="", max_length=16)
    length: int = Field(default=0, sa_type=BigInteger)
    losses: list[list[float]] = Field(default_factory=list, sa_type=JSONB, nullable=False)
    updated_at: datetime = now_field()


class TrainingLogPart(SQLModel, table=True):
    """Whole lines of a training's log, from its character `start` on. Only ever added, and taken out of the middle."""

    __tablename__ = "training_log_part"

    training_id: str = Field(primary_key=True, foreign_key="training.id", ondelete="CASCADE", max_length=26)
    start: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    text: str = Field(sa_column=Column(Text, nullable=False))


class TrainingDraft(SQLModel, table=True):
    """The wizard's unfinished work, one per account, so that it survives a refresh and another device."""

    __tablename__ = "training_draft"

    account_id: str = Field(primary_key=True, foreign_key="account.id", ondelete="CASCADE", max_length=26)
    photo_set_id: str | None = reference("photo_set.id", nullable=True, ondelete="SET NULL")
    fields: dict[str, Any] = json_field()
    updated_at: datetime = now_field()
