"""Generations (batches) and their shots: one shot, one call to the vendor, one picture."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from photogen.models.columns import enum_field, id_field, moment, now_field, reference
from photogen.models.training import PaidBy


class ShotStatus(StrEnum):
    """Where a shot stands. The last three are final."""

    QUEUED = "queued"
    RENDERING = "rendering"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Generation(SQLModel, table=True):
    """What was asked for. Its status is computed from its shots. `seed` is the first shot's; shot n has seed + n."""

    __tablename__ = "generation"
    __table_args__ = (
        Index("ix_generation_account_id_created_at_id", "account_id", "created_at", "id"),
        Index("ix_generation_input_image_id", "input_image_id", postgresql_where=text("input_image_id IS NOT NULL")),
    )

    id: str = id_field()
    account_id: str = reference("account.id", index=False)
    request_key: str = Field(max_length=80, unique=True)
    """Made by the page per click, so that a double click is one batch; prefixed with the account's id."""
    model_key: str = Field(max_length=64, foreign_key="image_model.key", ondelete="RESTRICT")
    lora_model_id: str | None = reference("lora_model.id", nullable=True, ondelete="SET NULL")
    lora_version_id: str | None = reference("lora_version.id", nullable=True, ondelete="SET NULL")
    """The version that was current when it was asked for, or the one that was asked for."""
    lab_run_id: str | None = reference("lab_run.id", nullable=True, ondelete="SET NULL")
    """The run of the likeness lab that it is a cell of: its picture is not in the gallery until it is kept."""
    model_name: str = Field(max_length=60)
    """As shown at the time: the LoRA's or the base model's."""
    prompt: str = Field(sa_column=Column(Text, nullable=False))
    """As typed."""
    prompt_sent: str = Field(sa_column=Column(Text, nullable=False))
    """As sent: with trigger word and style."""
    negative_prompt: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    style: str = Field(default="", max_length=40)
    aspect: str = Field(max_length=10)
    width: int
    height: int
    count: int
    seed: int
    seed_chosen: bool = False
    """Whether the creator gave the seed, so that only a vendor that takes one can draw it."""
    steps: int | None = None
    guidance: float | None = None
    lora_scale: float | None = None
    input_image_id: str | None = Field(default=None, max_length=26)
    """The picture that it begins with, which may have been deleted since."""
    strength: float | None = None
    """How much of that is drawn anew. None: it begins with nothing."""
    credits_each: int = 0
    """The model's price at the time, in credits; what a shot really takes stands with the shot."""
    created_at: datetime = now_field()


class Shot(SQLModel, table=True):
    """One picture in the making: the row is the job. Only `settle` writes `status`."""

    __tablename__ = "shot"
    __table_args__ = (
        UniqueConstraint("generation_id", "number"),
        Index("ix_shot_finished_at", "finished_at", postgresql_using="brin"),
        Index("ix_shot_line", "background", "turn", "id", postgresql_where=text("status = 'queued'")),
        Index("ix_shot_active", "account_id", "status", postgresql_where=text("status IN ('queued', 'rendering')")),
        Index("ix_shot_due", "next_check_at", postgresql_where=text("status NOT IN ('done', 'failed', 'cancelled')")),
        Index("ix_shot_stop_owed", "next_check_at", postgresql_where=text("stop_owed")),
    )

    id: str = id_field()
    generation_id: str = reference("generation.id", index=False)
    account_id: str = reference("account.id")
    number: int
    seed: int
    prompt: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    prompt_sent: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """As typed, and as sent, with wildcards drawn; both "" where the batch's prompt has none."""
    status: ShotStatus = enum_field(ShotStatus, ShotStatus.QUEUED)
    background: bool = False
    """Behind everything that somebody waits for: cells of the lab, retries."""
    turn: float = 0
    """Its place in the line, the lowest first: see `photogen.domain.generation.line`."""
    at_once: int = 8
    """How many pictures its plan lets be drawn at once."""
    hold_key: str = Field(max_length=160)
    paid_by: PaidBy = enum_field(PaidBy, PaidBy.CREDITS)
    """Under `hold_key` stand either credits of the ledger or a use of the day's quota."""
    credits: int = 0
    quota_weight: int = 0
    vendor: str = Field(default="", max_length=32)
    vendor_model: str = Field(default="", max_length=120)
    """Who draws it, or may have been asked to, and under which name of the model."""
    tried: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB, nullable=False)
    """Vendors before that one, and why it wasn't them: {"vendor", "vendor_model", "code"}."""
    vendor_cost_cents: float | None = None
    vendor_id: str = Field(default="", max_length=80)
    submit_started_at: datetime | None = moment()
    """Set before the paid request leaves: from then on the vendor is asked by our id before any second try."""
    stop_owed: bool = False
    """It is over here, and `vendor` may still be drawing it: nobody has told it to stop yet."""
    attempts: int = 0
    waiting: str = Field(default="", max_length=300)
    """What it waits for while a vendor is paused, for a person; "" while nothing is in its way."""
    waiting_since: datetime | None = moment()
    error_code: str = Field(default="", max_length=60)
    error_category: str = Field(default="", max_length=32)
    error: str = Field(default="", max_length=500)
    vendor_words: str = Field(default="", max_length=2000)
    image_id: str | None = Field(default=None, max_length=26)
    lease_owner: str = Field(default="", max_length=64)
    lease_until: datetime | None = moment()
    next_check_at: datetime | None = moment()
    cancel_requested_at: datetime | None = moment()
    created_at: datetime = now_field()
    started_at: datetime | None = moment()
    finished_at: datetime | None = moment()
