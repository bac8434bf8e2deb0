"""Albums: pictures that somebody put together."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from photogen.models.columns import id_field, now_field, reference


class Album(SQLModel, table=True):
    """A named collection. Without a `cover_id` its newest picture stands for it."""

    __tablename__ = "album"
    __table_args__ = (
        UniqueConstraint("account_id", "name"),
        Index("ix_album_cover_id", "cover_id", postgresql_where=text("cover_id IS NOT NULL")),
    )

    id: str = id_field()
    account_id: str = reference("account.id", index=False)
    name: str = Field(max_length=60)
    cover_id: str | None = reference("image.id", index=False, nullable=True, ondelete="SET NULL")
    created_at: datetime = now_field()


class AlbumImage(SQLModel, table=True):
    """A picture in an album. `made_at` is the picture's `created_at`: the album is read in order from its own index."""

    __tablename__ = "album_image"
    __table_args__ = (Index("ix_album_image_order", "album_id", text("made_at DESC"), text("image_id DESC")),)

    album_id: str = Field(foreign_key="album.id", primary_key=True, max_length=26, ondelete="CASCADE")
    image_id: str = Field(foreign_key="image.id", primary_key=True, max_length=26, ondelete="CASCADE", index=True)
    made_at: datetime = now_field()
    added_at: datetime = now_field()


class ImageMonth(SQLModel, table=True):
    """How many pictures of a month (`month` = year * 100 + month, by UTC) are in the gallery. Triggers on `image` write
    it within the transaction that changes the pictures, and nothing else does."""

    __tablename__ = "image_month"

    account_id: str = Field(foreign_key="account.id", primary_key=True, max_length=26, ondelete="CASCADE")
    month: int = Field(primary_key=True)
    count: int
