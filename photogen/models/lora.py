"""Trained models and their versions."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from photogen.models.columns import enum_field, id_field, moment, now_field, reference
from photogen.models.training import Subject, Visibility


class LoraStatus(StrEnum):
    """Ready ones can be used; quarantined ones (versions alone) stood open at the hub against their owner's will, and
    wait for the operator; deleted ones are being removed everywhere."""

    READY = "ready"
    QUARANTINED = "quarantined"
    DELETED = "deleted"


class LoraModel(SQLModel, table=True):
    """What a creator has, and what a slot of the plan holds: a name, a trigger word, and one version or more.

    Its status is ready or deleted; whether it can be drawn with is its current version's to say."""

    __tablename__ = "lora_model"
    __table_args__ = (Index("ix_lora_model_account_id_created_at_id", "account_id", "created_at", "id"),)

    id: str = id_field()
    account_id: str = reference("account.id", index=False)
    name: str = Field(max_length=60)
    trigger_word: str = Field(max_length=40)
    """The same in all versions, so that prompts go on working."""
    subject: Subject = enum_field(Subject, Subject.PERSON)
    base_model: str = Field(default="FLUX.1-dev", max_length=60)
    status: LoraStatus = enum_field(LoraStatus, LoraStatus.READY)
    uses: int = 0
    created_at: datetime = now_field()
    deleted_at: datetime | None = moment()


class LoraVersion(SQLModel, table=True):
    """What one training made of a model. Exactly one of a model that is not deleted is its current one: what pictures
    are drawn with unless another was asked for.

    The weights live in our storage under `weights_key`; `default_scale` is their usual strength; `status_reason` says
    to a person why it is quarantined."""

    __tablename__ = "lora_version"
    __table_args__ = (
        UniqueConstraint("lora_model_id", "number"),
        Index("uq_lora_version_current", "lora_model_id", unique=True, postgresql_where=text("is_current")),
        Index(
            "ix_lora_version_audit",
            "hub_checked_at",
            postgresql_where=text("status <> 'deleted' AND hub_repository <> ''"),
        ),
        Index("ix_lora_version_remove", "remove_due_at", postgresql_where=text("remove_due_at IS NOT NULL")),
    )

    id: str = id_field()
    lora_model_id: str = reference("lora_model.id", index=False)
    number: int
    """From 1, in the order of the trainings' ends; never given twice."""
    is_current: bool = False
    training_id: str | None = reference("training.id", nullable=True, ondelete="SET NULL")
    status: LoraStatus = enum_field(LoraStatus, LoraStatus.READY)
    status_reason: str = Field(default="", max_length=300)
    visibility: Visibility = enum_field(Visibility, Visibility.PRIVATE)
    weights_key: str = Field(max_length=200)
    weights_bytes: int = 0
    default_scale: float = 1.0
    hub_repository: str = Field(default="", max_length=200)
    hub_url: str = Field(default="", max_length=300)
    hub_checked_at: datetime | None = moment()
    """When the hub was last looked at, whether it holds this as the row says."""
    created_at: datetime = now_field()
    deleted_at: datetime | None = moment()
    remove_due_at: datetime | None = moment()
    """When its weights and its hub repository are to be deleted (again); NULL when nothing of it is left."""
