"""Links by which pictures are shown to people without an account."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from photogen.models.columns import id_field, moment, now_field, reference


class ShareLink(SQLModel, table=True):
    """Opens an album, whatever is in it at the time, or the pictures of its `share_link_image` rows.

    `token_hash` is the SHA-256 (hex) of the token in the address; the token itself is stored nowhere. `withdrawn` says
    that `revoked_at` was the operator's doing. `visits` counts openings of the page by people who are not its owner."""

    __tablename__ = "share_link"
    __table_args__ = (Index("ix_share_link_account_id", "account_id", "id"),)

    id: str = id_field()
    account_id: str = reference("account.id", index=False)
    album_id: str | None = reference("album.id", nullable=True)
    token_hash: str = Field(max_length=64, unique=True)
    recipe: bool = False
    downloads: bool = False
    expires_at: datetime | None = moment()
    revoked_at: datetime | None = moment()
    withdrawn: bool = False
    visits: int = 0
    last_visit_at: datetime | None = moment()
    created_at: datetime = now_field()


class ShareLinkImage(SQLModel, table=True):
    """A picture that a link shows."""

    __tablename__ = "share_link_image"

    link_id: str = Field(foreign_key="share_link.id", primary_key=True, max_length=26, ondelete="CASCADE")
    image_id: str = Field(foreign_key="image.id", primary_key=True, max_length=26, ondelete="CASCADE", index=True)
