"""The likeness lab: runs of a version against fixed prompts and seeds, and what was liked in them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from photogen.models.columns import id_field, json_field, now_field, reference


class LabRun(SQLModel, table=True):
    """One grid: prompts x strengths, each cell a generation of one picture that names this run.

    `grid` holds `prompts` (a list of {"key", "text", "seed"}) and `scales` (a list of numbers, 0 first)."""

    __tablename__ = "lab_run"
    __table_args__ = (Index("ix_lab_run_lora_model_id_created_at", "lora_model_id", "created_at"),)

    id: str = id_field()
    account_id: str = reference("account.id")
    lora_model_id: str = reference("lora_model.id", index=False)
    lora_version_id: str = reference("lora_version.id")
    request_key: str = Field(max_length=80, unique=True)
    """Made by the page per click, so that a double click is one run; prefixed with the account's id."""
    grid: dict[str, Any] = json_field()
    created_at: datetime = now_field()


class LabVote(SQLModel, table=True):
    """A picture of a run that its owner found right."""

    __tablename__ = "lab_vote"

    generation_id: str = Field(primary_key=True, foreign_key="generation.id", ondelete="CASCADE", max_length=26)
    lab_run_id: str = reference("lab_run.id")
    created_at: datetime = now_field()
