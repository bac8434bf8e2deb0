"""The gallery's SQL. What is done for a person names the account: a picture of somebody else is not there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, cast, delete, func, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import REGCONFIG, TSQUERY, insert
from sqlmodel import Session, SQLModel

from photogen.domain.gallery.commands import NewImage
from photogen.domain.gallery.policy import Position
from photogen.domain.gallery.views import ImageCard
from photogen.models import Image
from photogen.models.image import OWNER

WALK = 6000
"""How many pictures a search looks through in order before it asks the index of words. A word that is on one picture in
sixty fills a page of 100 on the way and costs no more than that; a rarer one is rare enough for the index to gather
and sort all that carry it."""

_C = SQLModel.metadata.tables["image"].c
_CARD: tuple[Column[Any], ...] = (
    _C.id,
    _C.prompt,
    _C.width,
    _C.height,
    _C.aspect,
    _C.thumbhash,
    _C.created_at,
    _C.deleted_at,
)


class ImageRepository:
    """Rows of `image`, within the caller's transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, image: NewImage, created_at: datetime) -> bool:
        """Inserts; False when the picture is there already."""
        values = {name: getattr(image, name) for name in NewImage.__dataclass_fields__} | {"created_at": created_at}
        added = self._session.execute(
            insert(Image).values(values).on_conflict_do_nothing(index_elements=["id"]).returning(_C.id)
        )
        return added.first() is not None

    def page(self, account_id: str, before: Position | None, limit: int) -> list[ImageCard]:
        """The newest `limit` pictures that are older than `before`."""
        return self._cards(self._listed(_CARD, account_id, before).limit(limit))

    def search(self, account_id: str, query: str, before: Position | None, limit: int) -> list[ImageCard]:
        """The same among those whose prompt meets `query` (see policy.search_query)."""
        words = func.to_tsquery(cast("simple", REGCONFIG), query, type_=TSQUERY)
        hit = _C.search.bool_op("@@")(words)
        walk = self._listed((*_CARD, hit.label("hit")), account_id, before).limit(WALK).subquery()
        cards = [walk.c[column.name] for column in _CARD]
        found = self._cards(
            select(*cards).where(walk.c.hit).order_by(walk.c.created_at.desc(), walk.c.id.desc()).limit(limit)
        )
        if len(found) == limit:
            return found
        # Materialised, so that the planner doesn't fall back to walking the whole gallery in order.
        owned = cast(literal(f"'{OWNER}{account_id}'"), TSQUERY).bool_op("&&")(words)
        jump = (
            select(*_CARD)
            .where(
                _C.search.bool_op("@@")(owned),
                _C.account_id == account_id,
                _C.deleted_at.is_(None),
                _C.in_gallery,
                *self._older(_C.created_at, before),
            )
            .cte("found")
            .prefix_with("MATERIALIZED", dialect="postgresql")
        )
        return self._cards(select(jump).order_by(jump.c.created_at.desc(), jump.c.id.desc()).limit(limit))

    def trash(
        self, account_id: str, query: str | None, before: Position | None, limit: int, since: datetime
    ) -> list[ImageCard]:
        """Pictures in the trash since `since` or later, by when they were put there, latest first."""
        statement = select(*_CARD).where(
            _C.account_id == account_id,
            _C.deleted_at > since,
            *self._older(_C.deleted_at, before),
        )
        if query is not None:
            words = func.to_tsquery(cast("simple", REGCONFIG), query, type_=TSQUERY)
            statement = statement.where(_C.search.bool_op("@@")(words))
        return self._cards(statement.order_by(_C.deleted_at.desc(), _C.id.desc()).limit(limit))

    def count(self, account_id: str) -> int:
        """How many pictures there are outside of the trash."""
        statement = select(func.count()).where(_C.account_id == account_id, _C.deleted_at.is_(None), _C.in_gallery)
        return int(self._session.execute(statement).scalar_one())

    def get(self, account_id: str, image_id: str, since: datetime) -> Image | None:
        """A whole picture, in the gallery or in the trash since `since`."""
        statement = select(Image).where(
            _C.id == image_id,
            _C.account_id == account_id,
            or_(_C.deleted_at.is_(None), _C.deleted_at > since),
        )
        return self._session.execute(statement).scalar_one_or_none()

    def owned(self, account_id: str, ids: Sequence[str], since: datetime) -> set[str]:
        """Those of `ids` that the account has, in the gallery or in the trash since `since`."""
        statement = select(_C.id).where(
            _C.account_id == account_id,
            _C.id.in_(ids),
            or_(_C.deleted_at.is_(None), _C.deleted_at > since),
        )
        return set(self._session.execute(statement).scalars())

    def of_shots(self, account_id: str, shots: Sequence[str]) -> dict[str, str]:
        """Ids of the account's pictures by the shot that drew them, those in the trash left out."""
        rows = self._session.execute(
            select(_C.shot_id, _C.id).where(
                _C.account_id == account_id, _C.shot_id.in_(list(shots)), _C.deleted_at.is_(None)
            )
        )
        return {row.shot_id: row.id for row in rows}

    def mark(self, account_id: str, ids: Sequence[str], deleted_at: datetime | None) -> int:
        """Puts pictures into the trash, or takes them out (None). How many of them moved."""
        elsewhere = _C.deleted_at.is_(None) if deleted_at else _C.deleted_at.is_not(None)
        # In the order of the ids: two tabs that trash the same pictures must not wait for each other.
        locked = (
            select(_C.id)
            .where(_C.account_id == account_id, _C.id.in_(ids), elsewhere)
            .order_by(_C.id)
            .with_for_update()
        )
        moved = list(self._session.execute(locked).scalars())
        if moved:
            values: dict[str, Any] = (
                {"deleted_at": deleted_at} if deleted_at else {"deleted_at": None, "in_gallery": True}
            )
            self._session.execute(update(Image).where(_C.id.in_(moved)).values(values))
        return len(moved)

    def keep(self, account_id: str, image_id: str) -> bool:
        """Puts a picture that was made elsewhere into the gallery; False when there is none. Again is fine."""
        kept = (
            update(Image)
            .where(_C.id == image_id, _C.account_id == account_id, _C.deleted_at.is_(None))
            .values(in_gallery=True)
            .returning(_C.id)
        )
        return self._session.execute(kept).first() is not None

    def due(self, until: datetime, limit: int) -> list[tuple[str, str]]:
        """Id and storage key of pictures that have been in the trash since before `until`."""
        statement = select(_C.id, _C.storage_key).where(_C.deleted_at <= until).limit(limit)
        return [(row.id, row.storage_key) for row in self._session.execute(statement)]

    def known(self, ids: Sequence[str]) -> set[str]:
        """Those of `ids` that are pictures, whosever."""
        return set(self._session.execute(select(_C.id).where(_C.id.in_(ids))).scalars())

    def stored(self, after: str, until: str, limit: int) -> list[tuple[str, str]]:
        """Id and storage key of pictures with ids behind `after` and up to `until`, in their order."""
        between = select(_C.id, _C.storage_key).where(_C.id > after, _C.id <= until)
        return [(row.id, row.storage_key) for row in self._session.execute(between.order_by(_C.id).limit(limit))]

    def delete(self, ids: Sequence[str], until: datetime) -> int:
        """Deletes rows for good, unless they have left the trash since. How many went."""
        gone = delete(Image).where(_C.id.in_(ids), _C.deleted_at <= until).returning(_C.id)
        return len(self._session.execute(gone).all())

    def _listed(self, columns: Sequence[ColumnElement[Any]], account_id: str, before: Position | None) -> Select[Any]:
        return (
            select(*columns)
            .where(
                _C.account_id == account_id,
                _C.deleted_at.is_(None),
                _C.in_gallery,
                *self._older(_C.created_at, before),
            )
            .order_by(_C.created_at.desc(), _C.id.desc())
        )

    @staticmethod
    def _older(column: ColumnElement[Any], before: Position | None) -> list[ColumnElement[bool]]:
        # As one comparison of pairs: the index is entered at the place itself, however deep it lies.
        return [tuple_(column, _C.id) < tuple_(literal(before.at), literal(before.id))] if before else []

    def _cards(self, statement: Select[Any]) -> list[ImageCard]:
        return [ImageCard(*row) for row in self._session.execute(statement)]
