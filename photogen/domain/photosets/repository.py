"""SQL of photo sets. Every read for a person is bound to the account in the query itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ScalarResult, case, delete, func, select, update
from sqlmodel import Session, col

from photogen.errors import NotFound
from photogen.models.photoset import Photo, PhotoSet, PhotoStatus

_GONE = "This photo set does not exist. Reload the page."


@dataclass(frozen=True, slots=True)
class SetRow:
    """A set with its counts and its first accepted photo."""

    photo_set: PhotoSet
    accepted: int
    rejected: int
    cover_photo_id: str | None


def own_set(session: Session, account_id: str, set_id: str, *, lock: bool = False) -> PhotoSet:
    """The set, locked against other writers of it when asked. Raises NotFound for what is not the account's."""
    query = select(PhotoSet).where(
        col(PhotoSet.id) == set_id, col(PhotoSet.account_id) == account_id, col(PhotoSet.deleted_at).is_(None)
    )
    if lock:
        query = query.with_for_update(key_share=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(_GONE)
    return found


def sets(session: Session, account_id: str, set_id: str | None = None) -> list[SetRow]:
    """The account's sets, newest first, or only `set_id`."""
    accepted = col(Photo.status) == PhotoStatus.ACCEPTED
    cover = (
        select(col(Photo.id))
        .where(col(Photo.set_id) == col(PhotoSet.id), accepted)
        .order_by(col(Photo.position), col(Photo.id))
        .limit(1)
        .correlate(PhotoSet)
        .scalar_subquery()
    )
    query = (
        select(
            PhotoSet,
            func.count(case((accepted, 1))),
            func.count(case((col(Photo.status) == PhotoStatus.REJECTED, 1))),
            cover,
        )
        .outerjoin(Photo, col(Photo.set_id) == col(PhotoSet.id))
        .where(col(PhotoSet.account_id) == account_id, col(PhotoSet.deleted_at).is_(None))
        .group_by(col(PhotoSet.id))
        .order_by(col(PhotoSet.id).desc())
    )
    if set_id is not None:
        query = query.where(col(PhotoSet.id) == set_id)
    return [SetRow(*row) for row in session.execute(query)]


def photos(session: Session, set_id: str, *, status: PhotoStatus | None = None) -> list[Photo]:
    """The set's photos in their order."""
    query = select(Photo).where(col(Photo.set_id) == set_id).order_by(col(Photo.position), col(Photo.id))
    if status is not None:
        query = query.where(col(Photo.status) == status)
    return list(session.scalars(query))


def by_upload(session: Session, set_id: str, upload_id: str) -> Photo | None:
    """What became of an earlier request for the same file."""
    return session.scalars(
        select(Photo).where(col(Photo.set_id) == set_id, col(Photo.upload_id) == upload_id)
    ).one_or_none()


def twin(session: Session, set_id: str, sha256: str) -> Photo | None:
    """The accepted photo of the set with the same bytes."""
    return session.scalars(
        select(Photo).where(
            col(Photo.set_id) == set_id, col(Photo.sha256) == sha256, col(Photo.status) == PhotoStatus.ACCEPTED
        )
    ).one_or_none()


def accepted_count(session: Session, set_id: str) -> int:
    """How many photos of the set can be trained on."""
    return session.scalars(
        select(func.count())
        .select_from(Photo)
        .where(col(Photo.set_id) == set_id, col(Photo.status) == PhotoStatus.ACCEPTED)
    ).one()


def next_position(session: Session, set_id: str) -> int:
    """One more than the last; only meaningful while the set is locked."""
    return session.scalars(
        select(func.coalesce(func.max(Photo.position) + 1, 0)).where(col(Photo.set_id) == set_id)
    ).one()


def own_photo(session: Session, account_id: str, photo_id: str, set_id: str | None = None) -> Photo:
    """Raises NotFound for what is not the account's, or not in `set_id` when that is given."""
    query = (
        select(Photo)
        .join(PhotoSet, col(Photo.set_id) == col(PhotoSet.id))
        .where(col(Photo.id) == photo_id, col(Photo.account_id) == account_id, col(PhotoSet.account_id) == account_id)
    )
    if set_id is not None:
        query = query.where(col(Photo.set_id) == set_id)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("This photo does not exist. Reload the page.")
    return found


def place(session: Session, set_id: str, ids: Sequence[str]) -> None:
    """Gives the photos of the set the positions in which `ids` names them."""
    if ids:
        order = {photo_id: position for position, photo_id in enumerate(ids)}
        session.execute(
            update(Photo).where(col(Photo.set_id) == set_id).values(position=case(order, value=col(Photo.id), else_=0))
        )


def forget_oldest_rejected(session: Session, set_id: str, keep: int) -> None:
    """Deletes all but the newest `keep` refusals of the set: they are only messages."""
    stale = (
        select(col(Photo.id))
        .where(col(Photo.set_id) == set_id, col(Photo.status) == PhotoStatus.REJECTED)
        .order_by(col(Photo.id).desc())
        .offset(keep)
    )
    session.execute(delete(Photo).where(col(Photo.id).in_(stale)))


def known(session: Session, ids: Sequence[str]) -> ScalarResult[str]:
    """Those of `ids` that are photos."""
    return session.scalars(select(col(Photo.id)).where(col(Photo.id).in_(ids)))
