"""Photo sets and their photos."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from photogen.models.columns import enum_field, id_field, moment, now_field, reference


class PhotoStatus(StrEnum):
    """What became of an uploaded file."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class PhotoSet(SQLModel, table=True):
    """Training photos that belong together; reused by any number of trainings."""

    __tablename__ = "photo_set"

    id: str = id_field()
    account_id: str = reference("account.id")
    name: str = Field(default="", max_length=80)
    created_at: datetime = now_field()
    deleted_at: datetime | None = moment()


class Photo(SQLModel, table=True):
    """One uploaded file. Accepted ones have `storage_key` (normalised JPEG, upright, without EXIF); thumbnails lie
    beside it: `photos/<id>/256.webp` and `512.webp`. Rejected ones have only `problem_code` and `problem`, so that
    the message can stand next to the name.

    Widths, heights in pixels of the normalised picture; `sha256` (hex) is of the uploaded bytes."""

    __tablename__ = "photo"
    __table_args__ = (
        Index("uq_photo_set_id_sha256", "set_id", "sha256", unique=True, postgresql_where=text("status = 'accepted'")),
        UniqueConstraint("set_id", "upload_id"),
    )

    id: str = id_field()
    set_id: str = reference("photo_set.id")
    account_id: str = reference("account.id")
    upload_id: str = Field(max_length=64)
    """Chosen by the browser per file, so that a repeated request is not a second photo."""
    position: int = 0
    status: PhotoStatus = enum_field(PhotoStatus)
    original_name: str = Field(max_length=255)
    original_bytes: int = 0
    sha256: str = Field(default="", max_length=64)
    width: int = 0
    height: int = 0
    bytes: int = 0
    storage_key: str = Field(default="", max_length=200)
    thumbhash: str = Field(default="", max_length=64)
    problem_code: str = Field(default="", max_length=40)
    problem: str = Field(default="", max_length=300)
    caption: str = Field(default="", max_length=1000)
    created_at: datetime = now_field()
