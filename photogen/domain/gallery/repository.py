"""The gallery's SQL. What is done for a person names the account: a picture of somebody else is not there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, column, delete, func, literal, or_, select, true, update, values
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, SQLModel

from photogen.domain.gallery.commands import NewImage
from photogen.models import Image

_C = SQLModel.metadata.tables["image"].c
_ANCESTORS = 20


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

    def get(self, account_id: str, image_id: str, since: datetime) -> Image | None:
        """A whole picture, in the gallery or in the trash since `since`."""
        statement = select(Image).where(
            _C.id == image_id,
            _C.account_id == account_id,
            or_(_C.deleted_at.is_(None), _C.deleted_at > since),
        )
        return self._session.execute(statement).scalar_one_or_none()

    def ancestors(self, account_id: str, parent_id: str) -> list[str]:
        """The account's pictures from the first one to `parent_id`, each made from the one before, up to where one was
        deleted; the nearest 20."""
        line = (
            select(_C.id, _C.parent_id, literal(1).label("step"))
            .where(_C.id == parent_id, _C.account_id == account_id, _C.deleted_at.is_(None))
            .cte(recursive=True)
        )
        above = select(_C.id, _C.parent_id, line.c.step + 1).where(
            _C.id == line.c.parent_id, _C.account_id == account_id, _C.deleted_at.is_(None), line.c.step < _ANCESTORS
        )
        line = line.union_all(above)
        return list(self._session.execute(select(line.c.id).order_by(line.c.step.desc())).scalars())

    def whole(self, account_id: str, ids: Sequence[str]) -> Sequence[Image]:
        """The account's pictures of these, outside of the trash, in the order of `ids`."""
        statement = select(Image).where(_C.account_id == account_id, _C.id.in_(ids), _C.deleted_at.is_(None))
        found = {image.id: image for image in self._session.execute(statement).scalars()}
        return [found[id_] for id_ in ids if id_ in found]

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

    def newest_of(self, account_id: str, models: Sequence[str]) -> dict[str, str]:
        """The id of the account's newest picture by each of these models (keys of base models, ids of its own) that
        has one. One step in the index for each model, however many pictures it has."""
        if not models:
            return {}
        asked = values(column("model", String), name="asked").data([(model,) for model in models])
        newest = (
            select(_C.id)
            .where(
                _C.account_id == account_id,
                func.coalesce(_C.lora_model_id, _C.model_key) == asked.c.model,
                _C.deleted_at.is_(None),
                _C.in_gallery,
            )
            .order_by(_C.created_at.desc(), _C.id.desc())
            .limit(1)
            .lateral()
        )
        return {
            row.model: row.id for row in self._session.execute(select(asked.c.model, newest.c.id).join(newest, true()))
        }

    def mark(self, account_id: str, ids: Sequence[str], deleted_at: datetime | None) -> int:
        """Puts pictures into the trash, or takes them out (None). How many of them moved."""
        if deleted_at:
            return self._change(account_id, ids, _C.deleted_at.is_(None), {"deleted_at": deleted_at})
        values = {"deleted_at": None, "in_gallery": True}
        return self._change(account_id, ids, _C.deleted_at.is_not(None), values)

    def undo(self, account_id: str, deleted_at: datetime) -> int:
        """Takes out of the trash what came in at that very instant. How many."""
        ids = select(_C.id).where(_C.account_id == account_id, _C.deleted_at == deleted_at).order_by(_C.id)
        return self.mark(account_id, list(self._session.execute(ids).scalars()), None)

    def favour(self, account_id: str, ids: Sequence[str], at: datetime | None) -> int:
        """Makes them favourites, or no longer (None). How many changed."""
        other = _C.favourite_at.is_(None) if at else _C.favourite_at.is_not(None)
        return self._change(account_id, ids, other, {"favourite_at": at})

    def unfavour(self, account_id: str, favourite_at: datetime) -> int:
        """Undoes what became a favourite at that very instant. How many."""
        ids = select(_C.id).where(
            _C.account_id == account_id,
            _C.favourite_at == favourite_at,
            _C.deleted_at.is_(None),
            _C.in_gallery,
        )
        return self.favour(account_id, list(self._session.execute(ids).scalars()), None)

    def rate(self, account_id: str, ids: Sequence[str], rating: int) -> int:
        """Gives them 0 to 5. How many changed."""
        return self._change(account_id, ids, _C.rating != rating, {"rating": rating})

    def _change(self, account_id: str, ids: Sequence[str], other: ColumnElement[bool], values: dict[str, Any]) -> int:
        # In the order of the ids: two tabs that change the same pictures must not wait for each other.
        locked = (
            select(_C.id).where(_C.account_id == account_id, _C.id.in_(ids), other).order_by(_C.id).with_for_update()
        )
        changed = list(self._session.execute(locked).scalars())
        if changed:
            self._session.execute(update(Image).where(_C.id.in_(changed)).values(values))
        return len(changed)

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
