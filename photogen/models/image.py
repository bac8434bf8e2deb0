"""Pictures that were made, with everything needed to make them again."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Computed, Index, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, SQLModel

from photogen.models.columns import id_field, json_field, moment, now_field, reference

SEPARATORS = (
    r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf"
    r"\u2000-\u206f\u3000-\u3004\u3008-\u3020\uff01-\uff0f\uff1a-\uff20]+"
)
"""What stands between words: everything of ASCII but letters and digits, and the punctuation of other scripts. In the
notation of PostgreSQL, which Python's `re` reads alike."""

SINGLES = (
    r"([\u2600-\u27bf\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U0001f000-\U0001faff\U00020000-\U0003ffff])"
)
"""Characters that are words by themselves (Han, kana, emoji), so that a part of an unspaced sentence is found."""

OWNER = "@"
"""Marks the word of `search` that is the owner's id: the index then answers for one account, however many there are.
With a letter and a colon it marks what a picture is found by besides its words: `@m:` LoRA or base model, `@a:` aspect,
`@s:` style, `@n:` seed, `@y:` month of UTC as 202603. Words of prompts never begin with it."""

MODEL = r"^$|^base:[a-z0-9][a-z0-9:._-]{0,63}$|^lora:[0-9a-z]{26}$"
"""How a model is named to choose pictures by it."""

# Written as PostgreSQL gives it back, casts and all: Alembic compares the two texts.
_SEARCH = (
    f"array_to_tsvector(ARRAY['{OWNER}'::text || account_id::text, "
    f"'{OWNER}m:'::text || COALESCE(lora_model_id, model_key)::text, '{OWNER}a:'::text || aspect::text, "
    f"'{OWNER}s:'::text || COALESCE(recipe ->> 'style'::text, ''::text), '{OWNER}n:'::text || seed, "
    f"'{OWNER}y:'::text || (EXTRACT(year FROM (created_at AT TIME ZONE 'UTC'::text)) * 100::numeric "
    "+ EXTRACT(month FROM (created_at AT TIME ZONE 'UTC'::text)))::integer]) || to_tsvector('simple'::regconfig, "
    f"regexp_replace(regexp_replace(prompt, '{SEPARATORS}'::text, ' '::text, 'g'::text), "
    f"'{SINGLES}'::text, ' \\1 '::text, 'g'::text))"
)


class Image(SQLModel, table=True):
    """One delivered picture. The row comes after its bytes (rule 8). Lists run by (`created_at`, `id`), newest first.

    `recipe` holds prompt_drawn (as typed, wildcards drawn; "" without any), steps, guidance, lora_scale, strength,
    model_version, style, negative_prompt, vendor_model, seconds; `search` is made of the owner and the words of the
    prompt as typed. Beside the picture lie `images/<id>/512.webp` and `1024.webp`. An uploaded picture to begin with
    stands here too, with `vendor` "upload" and outside of the gallery."""

    __tablename__ = "image"
    __table_args__ = (
        Index(
            "ix_image_gallery",
            "account_id",
            text("created_at DESC"),
            text("id DESC"),
            postgresql_where=text("deleted_at IS NULL AND in_gallery"),
        ),
        Index("ix_image_trash", "account_id", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
        Index("ix_image_parent_id", "parent_id", "id", postgresql_where=text("parent_id IS NOT NULL")),
        *(
            Index(
                f"ix_image_{name}",
                "account_id",
                text("created_at DESC"),
                text("id DESC"),
                postgresql_where=text(f"{what} AND deleted_at IS NULL AND in_gallery"),
            )
            for name, what in (("favourite", "favourite_at IS NOT NULL"), ("rated", "rating > 0"))
        ),
        Index(
            "ix_image_model",
            "account_id",
            text("COALESCE(lora_model_id, model_key)"),
            "created_at",
            "id",
            postgresql_where=text("deleted_at IS NULL AND in_gallery"),
        ),
        Index("ix_image_search", "search", postgresql_using="gin"),
        Index("ix_image_lora_model_id", "lora_model_id", "id", postgresql_where=text("lora_model_id IS NOT NULL")),
        Index(
            "ix_image_lora_version_id", "lora_version_id", "id", postgresql_where=text("lora_version_id IS NOT NULL")
        ),
    )

    id: str = id_field()
    account_id: str = reference("account.id", index=False)
    generation_id: str | None = reference("generation.id", nullable=True, ondelete="SET NULL")
    shot_id: str = Field(max_length=26, unique=True)
    model_key: str = Field(max_length=64)
    model_name: str = Field(max_length=60)
    lora_model_id: str | None = reference("lora_model.id", index=False, nullable=True, ondelete="SET NULL")
    lora_version_id: str | None = reference("lora_version.id", index=False, nullable=True, ondelete="SET NULL")
    parent_id: str | None = reference("image.id", index=False, nullable=True, ondelete="SET NULL")
    """The picture that it began with."""
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
        sa_column=Column(TSVECTOR, Computed(_SEARCH, persisted=True), nullable=True),
    )
    favourite_at: datetime | None = moment()
    rating: int = Field(default=0, sa_type=SmallInteger, sa_column_kwargs={"server_default": text("0")})
    """0 (none) to 5."""
    in_gallery: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    """Pictures of the likeness lab are not, until they are kept."""
    created_at: datetime = now_field()
    deleted_at: datetime | None = moment()
