"""The SQL of links. For their owners each query names the account; for everybody else the token's hash opens what is
there at this very moment: not ended, not revoked, its owner in good standing, the picture still in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select, tuple_, update
from sqlmodel import Session, col

from photogen.domain.gallery.policy import Position
from photogen.models import Account, Album, AlbumImage, Image, ShareLink, ShareLinkImage

_LIVE = (col(Image.deleted_at).is_(None), col(Image.in_gallery))
_ORDER = (col(Image.created_at), col(Image.id))
LIST_MOST = 1000
"""Links of one list: all that work, and some that have ended."""


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

    sources: tuple[tuple[type[AlbumImage | ShareLinkImage], ColumnElement[bool]], ...] = (
        (AlbumImage, col(AlbumImage.album_id) == col(ShareLink.album_id)),
        (ShareLinkImage, col(ShareLinkImage.link_id) == col(ShareLink.id)),
    )
    in_album, named = (of(func.count(), *source).scalar_subquery() for source in sources)
    newest = (
        of(col(Image.id), *source).order_by(*(c.desc() for c in _ORDER)).limit(1).scalar_subquery()
        for source in sources
    )
    return in_album + named, func.coalesce(*newest, "")


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
        """How many pictures it shows."""
        return int(self._session.scalars(self._within(select(func.count()), link)).one())

    def page(self, link: Opened, after: Position | None, limit: int) -> Sequence[Image]:
        """Pictures behind a place, newest first."""
        statement = self._within(select(Image), link)
        if after is not None:
            statement = statement.where(tuple_(*_ORDER) < (after.at, after.id))
        return self._session.scalars(statement.order_by(*(c.desc() for c in _ORDER)).limit(limit)).all()

    def picture(self, link: Opened, image_id: str) -> Image | None:
        """One of its pictures."""
        statement = self._within(select(Image), link).where(col(Image.id) == image_id)
        return self._session.scalars(statement).one_or_none()

    def around(self, link: Opened, image: Image) -> tuple[int, str, str]:
        """The number of a picture among the others, from 1, and the ids of those before and behind it."""
        newer, older = tuple_(*_ORDER) > (image.created_at, image.id), tuple_(*_ORDER) < (image.created_at, image.id)
        ids = self._within(select(col(Image.id)), link)
        before = self._session.scalars(ids.where(newer).order_by(*_ORDER).limit(1)).first()
        behind = self._session.scalars(ids.where(older).order_by(*(c.desc() for c in _ORDER)).limit(1)).first()
        number = self._session.scalars(self._within(select(func.count()), link).where(newer)).one() + 1
        return number, before or "", behind or ""

    def first(self, link: Opened) -> Image | None:
        """The picture that stands for it: the album's chosen one while that is in it, else the newest."""
        chosen = self.picture(link, link.cover_id) if link.cover_id else None
        if chosen is not None:
            return chosen
        within = self._within(select(Image), link)
        return self._session.scalars(within.order_by(*(c.desc() for c in _ORDER)).limit(1)).first()

    @staticmethod
    def _within(statement: Select[Any], link: Opened) -> Select[Any]:
        """`statement` over pictures, held to those that the link shows now."""
        if link.album_id is not None:
            there = select(col(AlbumImage.image_id)).where(col(AlbumImage.album_id) == link.album_id)
        else:
            there = select(col(ShareLinkImage.image_id)).where(col(ShareLinkImage.link_id) == link.id)
        # The owner once more: an album takes nobody else's pictures, and no mistake elsewhere shall show one.
        mine = col(Image.account_id) == link.account_id
        return statement.select_from(Image).where(col(Image.id).in_(there), mine, *_LIVE)
