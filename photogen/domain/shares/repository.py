"""The SQL of links. For their owners each query names the account; for everybody else the token's hash opens what is
there at this very moment: not ended, not revoked, its owner in good standing, the picture still in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, delete, exists, func, literal, or_, select, tuple_, update
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from photogen.domain.gallery.policy import Position
from photogen.models import Account, Album, AlbumImage, Image, ShareLink, ShareLinkImage

_LIVE = (col(Image.deleted_at).is_(None), col(Image.in_gallery))
_ORDER = (col(Image.created_at), col(Image.id))
LIST_MOST = 1000
"""Links of one list: all that work, and some that have ended."""
COUNTED_MOST = 2000
"""Pictures that are counted; further ones are "more"."""
_Order = tuple[Mapped[datetime], Mapped[str]]


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that works, as its holder may know it."""

    id: str
    account_id: str
    album_id: str | None
    title: str
    cover_id: str | None
    recipe: bool
    downloads: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A link with the name of its album, how many pictures it shows, and the id of the first of them ("" for none)."""

    link: ShareLink
    album: str
    pictures: int
    cover: str


def _listed() -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """How many pictures a link shows, and the newest of them, beside its row."""

    def of(what: Any, table: type[AlbumImage | ShareLinkImage], joined: ColumnElement[bool]) -> Select[Any]:
        mine = col(Image.account_id) == col(ShareLink.account_id)
        there = select(what).select_from(table).join(Image, col(Image.id) == col(table.image_id))
        return there.where(joined, mine, *_LIVE).correlate(ShareLink)

    album = (AlbumImage, col(AlbumImage.album_id) == col(ShareLink.album_id))
    named = (ShareLinkImage, col(ShareLinkImage.link_id) == col(ShareLink.id))
    in_album, in_link = (
        select(func.count()).select_from(_capped(of(literal(1), *source))).scalar_subquery()
        for source in (album, named)
    )
    by_album = of(col(Image.id), *album).order_by(col(AlbumImage.made_at).desc(), col(AlbumImage.image_id).desc())
    by_link = of(col(Image.id), *named).order_by(*(c.desc() for c in _ORDER))
    newest = (by_album.limit(1).scalar_subquery(), by_link.limit(1).scalar_subquery())
    return in_album + in_link, func.coalesce(*newest, "")


def working(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Of a link by itself."""
    return (
        col(ShareLink.revoked_at).is_(None),
        or_(col(ShareLink.expires_at).is_(None), col(ShareLink.expires_at) > now),
    )


class ShareRepository:
    """Rows of `share_link`, within the caller's transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # --- the owner's ------------------------------------------------------------------------------------------------

    def owner_name(self, account_id: str) -> str:
        """The account's name."""
        return self._session.scalars(select(col(Account.name)).where(col(Account.id) == account_id)).one()

    def working(self, account_id: str, now: datetime) -> int:
        """How many links of the account work."""
        statement = select(func.count()).select_from(ShareLink)
        return self._session.scalars(statement.where(col(ShareLink.account_id) == account_id, *working(now))).one()

    def shareable(self, account_id: str, ids: Sequence[str]) -> set[str]:
        """Those of `ids` that are in the account's gallery."""
        return set(
            self._session.scalars(
                select(col(Image.id)).where(col(Image.account_id) == account_id, col(Image.id).in_(ids), *_LIVE)
            )
        )

    def of_account(
        self, account_id: str, since: datetime, *, image_id: str = "", album_id: str = "", link_id: str = ""
    ) -> list[Listed]:
        """The account's links, newest first, those that have not ended before `since`: of them the one asked for, or
        those that were made for one picture alone, or for one album."""
        ended = func.least(col(ShareLink.revoked_at), col(ShareLink.expires_at))
        statement = (
            select(ShareLink, func.coalesce(col(Album.name), ""), *_listed())
            .outerjoin(Album, col(Album.id) == col(ShareLink.album_id))
            .where(col(ShareLink.account_id) == account_id, or_(ended.is_(None), ended > since))
            .order_by(col(ShareLink.id).desc())
            .limit(LIST_MOST)
        )
        if link_id:
            statement = statement.where(col(ShareLink.id) == link_id)
        if album_id:
            statement = statement.where(col(ShareLink.album_id) == album_id)
        if image_id:
            named = col(ShareLinkImage.link_id) == col(ShareLink.id)
            statement = statement.where(
                exists().where(named, col(ShareLinkImage.image_id) == image_id),
                ~exists().where(named, col(ShareLinkImage.image_id) != image_id),
            )
        return [Listed(*row) for row in self._session.execute(statement)]

    def own(self, account_id: str, link_id: str) -> ShareLink | None:
        """The account's link, locked."""
        statement = select(ShareLink).where(col(ShareLink.id) == link_id, col(ShareLink.account_id) == account_id)
        return self._session.scalars(statement.with_for_update()).one_or_none()

    def any_by(self, token_hash: str) -> ShareLink | None:
        """A link whosever, working or not, locked: for the operator."""
        statement = select(ShareLink).where(col(ShareLink.token_hash) == token_hash)
        return self._session.scalars(statement.with_for_update()).one_or_none()

    def purge(self, until: datetime) -> int:
        """Deletes links that had ended at `until`, and those of which nothing is left. How many."""
        ended = func.least(col(ShareLink.revoked_at), col(ShareLink.expires_at))
        none_left = ~exists().where(col(ShareLinkImage.link_id) == col(ShareLink.id))
        gone = delete(ShareLink).where(or_(ended <= until, col(ShareLink.album_id).is_(None) & none_left))
        return len(self._session.execute(gone.returning(col(ShareLink.id))).all())

    # --- the holder's -----------------------------------------------------------------------------------------------

    def opened(self, token_hash: str, now: datetime) -> Opened | None:
        """The link behind a token, if it works."""
        row = self._session.execute(
            select(
                col(ShareLink.id),
                col(ShareLink.account_id),
                col(ShareLink.album_id),
                func.coalesce(col(Album.name), ""),
                col(Album.cover_id),
                col(ShareLink.recipe),
                col(ShareLink.downloads),
            )
            .join(Account, col(Account.id) == col(ShareLink.account_id))
            .outerjoin(Album, col(Album.id) == col(ShareLink.album_id))
            .where(
                col(ShareLink.token_hash) == token_hash,
                *working(now),
                col(Account.suspended_at).is_(None),
                col(Account.deleted_at).is_(None),
            )
        ).one_or_none()
        return Opened(*row) if row else None

    def visit(self, link_id: str, now: datetime) -> None:
        """Counts one."""
        counted = update(ShareLink).where(col(ShareLink.id) == link_id)
        self._session.execute(counted.values(visits=col(ShareLink.visits) + 1, last_visit_at=now))

    def count(self, link: Opened) -> int:
        """How many pictures it shows, `COUNTED_MOST` + 1 for more than those."""
        return self._counted(_within(literal(1), link)[0])

    def page(self, link: Opened, after: Position | None, limit: int) -> Sequence[Image]:
        """Pictures behind a place, newest first."""
        statement, order = _within(Image, link)
        if after is not None:
            statement = statement.where(tuple_(*order) < (after.at, after.id))
        return self._session.scalars(statement.order_by(*(c.desc() for c in order)).limit(limit)).all()

    def picture(self, link: Opened, image_id: str) -> Image | None:
        """One of its pictures."""
        statement, order = _within(Image, link)
        return self._session.scalars(statement.where(order[1] == image_id)).one_or_none()

    def around(self, link: Opened, image: Image) -> tuple[int, str, str]:
        """The number of a picture among the others, from 1 (0 for one far down), and the ids of those before and behind
        it ("" for none)."""
        ids, order = _within(col(Image.id), link)
        place = (image.created_at, image.id)
        newer = ids.where(tuple_(*order) > place)
        older = ids.where(tuple_(*order) < place)
        before = self._session.scalars(newer.order_by(*order).limit(1)).first()
        behind = self._session.scalars(older.order_by(*(c.desc() for c in order)).limit(1)).first()
        ahead = self._counted(newer)
        return (ahead + 1 if ahead < COUNTED_MOST else 0), before or "", behind or ""

    def first(self, link: Opened) -> Image | None:
        """The picture that stands for it: the album's chosen one while that is in it, else the newest."""
        chosen = self.picture(link, link.cover_id) if link.cover_id else None
        return chosen or next(iter(self.page(link, None, 1)), None)

    def _counted(self, statement: Select[Any]) -> int:
        return int(self._session.scalars(select(func.count()).select_from(_capped(statement))).one())


def _within(what: Any, link: Opened) -> tuple[Select[Any], _Order]:
    """`what` of the pictures that the link shows now, and what they are ordered by."""
    # The owner once more: an album takes nobody else's pictures, and no mistake elsewhere shall show one.
    mine = col(Image.account_id) == link.account_id
    if link.album_id is not None:  # read in the order of its own index, however large album and gallery are
        there = select(what).select_from(AlbumImage).join(Image, col(Image.id) == col(AlbumImage.image_id))
        statement = there.where(col(AlbumImage.album_id) == link.album_id, mine, *_LIVE)
        return statement, (col(AlbumImage.made_at), col(AlbumImage.image_id))
    there = select(what).select_from(ShareLinkImage).join(Image, col(Image.id) == col(ShareLinkImage.image_id))
    return there.where(col(ShareLinkImage.link_id) == link.id, mine, *_LIVE), _ORDER


def _capped(statement: Select[Any]) -> Subquery:
    """No more rows than are counted: to count a hundred thousand takes a tenth of a second."""
    return statement.limit(COUNTED_MOST + 1).subquery()
