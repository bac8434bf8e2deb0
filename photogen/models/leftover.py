"""What should be gone and is not."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from photogen.models.columns import enum_field, id_field, now_field


class LeftoverOf(StrEnum):
    """Whose it was, and so who tries again: a training's clean-up, a deleted version's removal, the erasure of an
    account, or the search for what no row knows."""

    TRAINING = "training"
    VERSION = "version"
    ACCOUNT = "account"
    NOBODY = "nobody"


class Leftover(SQLModel, table=True):
    """One thing that a deletion has not got rid of yet; the row goes when the thing is gone. `what` it is (dataset,
    vendor, weights, repository, file, version, photos, images, customer), at which `place` (storage, or the vendor's
    name) and under which `name` there. `since` when it should have been gone; `words` are the last that the other side
    said about it."""

    __tablename__ = "leftover"
    __table_args__ = (
        UniqueConstraint("owner", "owner_id", "what", "name"),
        Index("ix_leftover_since", "since"),
    )

    id: str = id_field()
    owner: LeftoverOf = enum_field(LeftoverOf)
    owner_id: str = Field(default="", max_length=26)
    what: str = Field(max_length=20)
    place: str = Field(max_length=32)
    name: str = Field(max_length=200)
    since: datetime = now_field()
    tried_at: datetime = now_field()
    tries: int = 1
    code: str = Field(default="", max_length=60)
    words: str = Field(default="", max_length=2000)
