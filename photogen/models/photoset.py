"""Photo sets and their photos."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from photogen.models.columns import enum_field, id_field, json_field, moment, now_field, reference


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

    Widths, heights in pixels of the normalised picture, edited as it stands; `sha256` (hex) is of the uploaded bytes.
    What was uploaded stays under `photos/<id>/`; an edited photo's files lie beside it, each edit under a number of its
    own: `storage_key` is the one in use."""

    __tablename__ = "photo"
    __table_args__ = (
        Index("uq_photo_set_id_sha256", "set_id", "sha256", unique=True, postgresql_where=text("status = 'accepted'")),
        UniqueConstraint("set_id", "upload_id"),
        Index("ix_photo_analysis_version", "analysis_version", postgresql_where=text("status = 'accepted'")),
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
    dropped: bool = False
    """Stays in the set and can be put back; trainings leave it out."""
    kept: bool = False
    """The creator wants it as it is: its remarks are quiet."""
    rotation: int = 0
    """Degrees that it is turned clockwise: 0, 90, 180 or 270."""
    crop: list[float] | None = Field(default=None, sa_type=JSONB(none_as_null=True), nullable=True)
    """Left, top, width, height as fractions of the turned photo; NULL for all of it."""
    revision: int = 0
    """Counts the edits: a number stands for the same picture for ever, so that caches never lie."""
    last_revision: int = 0
    """The last number that an edit was given, whether or not anything came of it."""
    analysis: dict[str, Any] = json_field()
    """What was measured in the picture as it is edited; its words are photosets.analysis's."""
    analysis_version: int = 0
    """Of the rules it was measured by; older ones are measured again."""
    created_at: datetime = now_field()

    @property
    def edited(self) -> bool:
        """Whether it is turned or cut, and so has files of its own beside the upload's."""
        return self.rotation != 0 or self.crop is not None
