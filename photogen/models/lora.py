"""Trained models."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from photogen.models.columns import enum_field, id_field, moment, now_field, reference
from photogen.models.training import Subject, Visibility


class LoraStatus(StrEnum):
    """Ready models can be used; deleted ones are being removed everywhere."""

    READY = "ready"
    QUARANTINED = "quarantined"
    DELETED = "deleted"


class LoraModel(SQLModel, table=True):
    """A trained LoRA. Its weights live in our storage under `weights_key`; `default_scale` is its usual strength."""

    __tablename__ = "lora_model"
    __table_args__ = (
        Index("ix_lora_model_account_id_created_at_id", "account_id", "created_at", "id"),
        Index("ix_lora_model_remove", "remove_due_at", postgresql_where=text("remove_due_at IS NOT NULL")),
    )

    id: str = id_field()
    account_id: str = reference("account.id", index=False)
    name: str = Field(max_length=60)
    trigger_word: str = Field(max_length=40)
    subject: Subject = enum_field(Subject, Subject.PERSON)
    base_model: str = Field(default="FLUX.1-dev", max_length=60)
    status: LoraStatus = enum_field(LoraStatus, LoraStatus.READY)
    visibility: Visibility = enum_field(Visibility, Visibility.PRIVATE)
    weights_key: str = Field(max_length=200)
    weights_bytes: int = 0
    default_scale: float = 1.0
    hub_repository: str = Field(default="", max_length=200)
    hub_url: str = Field(default="", max_length=300)
    uses: int = 0
    created_at: datetime = now_field()
    deleted_at: datetime | None = moment()
    remove_due_at: datetime | None = moment()
    """When its weights and its hub repository are to be deleted (again); NULL when nothing of it is left."""
