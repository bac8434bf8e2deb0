"""The SQL of albums. An album of somebody else is not there, and takes nobody else's picture."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from photogen.domain.gallery.views import AlbumView
from photogen.models import Album, AlbumImage, Image

_LIVE = (col(Image.deleted_at).is_(None), col(Image.in_gallery))


def albums_of(session: Session, account_id: str, image_id: str) -> Sequence[str]:
    """Ids of the account's albums that a picture is in."""
    return session.scalars(
        select(col(Album.id))
        .join(AlbumImage, col(AlbumImage.album_id) == col(Album.id))
        .where(col(Album.account_id) == account_id, col(AlbumImage.image_id) == image_id)
        .order_by(col(Album.id))
    ).all()


class AlbumRepository:
    """Rows of `album` and `album_image`, within the caller's transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self, account_id: str) -> list[AlbumView]:
        """By name, with how many pictures of each are in the gallery, and the one that stands for it."""
        newest = (
            select(col(AlbumImage.image_id))
            .join(Image, col(Image.id) == col(AlbumImage.image_id))
            .where(col(AlbumImage.album_id) == col(Album.id), *_LIVE)
            .order_by(col(AlbumImage.made_at).desc(), col(AlbumImage.image_id).desc())
            .limit(1)
            .correlate(Album)
            .scalar_subquery()
        )
        chosen = (
            select(col(Image.id)).where(col(Image.id) == col(Album.cover_id), *_LIVE).correlate(Album).scalar_subquery()
        )
        count = (
            select(func.count())
            .select_from(AlbumImage)
            .join(Image, col(Image.id) == col(AlbumImage.image_id))
            .where(col(AlbumImage.album_id) == col(Album.id), *_LIVE)
            .correlate(Album)
            .scalar_subquery()
        )
        rows = self._session.execute(
            select(col(Album.id), col(Album.name), count, func.coalesce(chosen, newest, ""))
            .where(col(Album.account_id) == account_id)
            .order_by(func.lower(col(Album.name)), col(Album.id))
        )
        return [AlbumView(*row) for row in rows]

    def names(self, account_id: str) -> dict[str, str]:
        """Names by id."""
        rows = self._session.execute(select(col(Album.id), col(Album.name)).where(col(Album.account_id) == account_id))
        return {row.id: row.name for row in rows}

    def get(self, account_id: str, album_id: str) -> Album | None:
        """The account's album; it stays until the transaction ends."""
        return self._session.execute(
            select(Album)
            .where(col(Album.id) == album_id, col(Album.account_id) == account_id)
            .with_for_update(key_share=True)
        ).scalar_one_or_none()

    def add(self, account_id: str, album_id: str, ids: Sequence[str], at: datetime) -> int:
        """Puts the account's pictures in. How many weren't in it."""
        mine = (
            select(col(Album.id), col(Image.id), col(Image.created_at), literal(at))
            .join(Image, col(Image.account_id) == col(Album.account_id))
            .where(col(Album.id) == album_id, col(Album.account_id) == account_id, col(Image.id).in_(ids))
        )
        columns = ["album_id", "image_id", "made_at", "added_at"]
        added = insert(AlbumImage).from_select(columns, mine.order_by(col(Image.id))).on_conflict_do_nothing()
        return len(self._session.execute(added.returning(col(AlbumImage.image_id))).all())

    def take(self, account_id: str, album_id: str, ids: Sequence[str]) -> int:
        """Takes pictures out. How many were in it."""
        return self._take(account_id, album_id, col(AlbumImage.image_id).in_(ids))

    def take_back(self, account_id: str, album_id: str, added_at: datetime) -> int:
        """Takes out what was put in at that very instant. How many."""
        return self._take(account_id, album_id, col(AlbumImage.added_at) == added_at)

    def contains(self, album_id: str, image_id: str) -> bool:
        """Whether the picture is in it."""
        return self._session.get(AlbumImage, (album_id, image_id)) is not None

    def _take(self, account_id: str, album_id: str, which: ColumnElement[bool]) -> int:
        mine = select(col(Album.id)).where(col(Album.id) == album_id, col(Album.account_id) == account_id)
        gone = delete(AlbumImage).where(col(AlbumImage.album_id) == mine.scalar_subquery(), which)
        return len(self._session.execute(gone.returning(col(AlbumImage.image_id))).all())
