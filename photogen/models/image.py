"""Pictures that were made, with everything needed to make them again."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Computed, Index, Text, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, SQLModel

from photogen.models.columns import id_field, json_field, moment, now_field, reference


class Image(SQLModel, table=True):
    """One delivered picture. The row comes after its bytes (rule 8). Lists run by (`created_at`, `id`), newest first.

    `recipe` holds steps, guidance, lora_scale, style, negative_prompt, vendor_model, seconds; `search` is made of the
    prompt as typed, for searching in it. Thumbnails lie beside the picture: `images/<id>/512.webp` and `1024.webp`."""

    __tablename__ = "image"
    __table_args__ = (
        Index(
            "ix_image_gallery",
            "account_id",
            text("created_at DESC"),
            text("id DESC"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index("ix_image_trash", "account_id", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
        Index("ix_image_search", "search", postgresql_using="gin"),
    )

    id: str = id_field()
    account_id: str = reference("account.id", index=False)
    generation_id: str | None = reference("generation.id", nullable=True, ondelete="SET NULL")
    shot_id: str = Field(max_length=26, unique=True)
    model_key: str = Field(max_length=64)
    model_name: str = Field(max_length=60)
    lora_model_id: str | None = reference("lora_model.id", nullable=True, ondelete="SET NULL")
    prompt: str = Field(sa_column=Column(Text, nullable=False))
    prompt_sent: str = Field(sa_column=Column(Text, nullable=False))
    aspect: str = Field(max_length=10)
    width: int
    height: int
    seed: int
    recipe: dict[str, Any] = json_field()
    vendor: str = Field(max_length=32)
    credits: int = 0
    storage_key: str = Field(max_length=200)
    content_type: str = Field(max_length=40)
    bytes: int = 0
    thumbhash: str = Field(default="", max_length=64)
    search: Any = Field(
        default=None,
        sa_column=Column(TSVECTOR, Computed("to_tsvector('simple', prompt)", persisted=True), nullable=True),
    )
    created_at: datetime = now_field()
    deleted_at: datetime | None = moment()
