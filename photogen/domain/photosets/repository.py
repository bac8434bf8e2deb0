"""SQL of photo sets. Every read for a person is bound to the account in the query itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ScalarResult, and_, case, delete, func, select, true, update
from sqlmodel import Session, col

from photogen.errors import NotFound
from photogen.kit.ids import is_id
from photogen.kit.text import t
from photogen.models.photoset import Photo, PhotoSet, PhotoStatus
from photogen.models.training import Training, TrainingDraft, TrainingStatus

_GONE = t("This photo set does not exist. Reload the page.")
_OVER = (TrainingStatus.COMPLETED, TrainingStatus.FAILED, TrainingStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class SetRow:
    """A set with its counts and the first photo that is trained on."""

    photo_set: PhotoSet
    used: int
    rejected: int
    dropped: int
    cover_photo_id: str | None
    cover_revision: int | None


def own_set(session: Session, account_id: str, set_id: str, *, lock: Literal["", "change", "hold"] = "") -> PhotoSet:
    """The set. Raises NotFound for what is not the account's.

    `lock`: "change" keeps other writers of the set away, "hold" keeps writers away and lets others hold it too."""
    query = select(PhotoSet).where(
        col(PhotoSet.id) == set_id, col(PhotoSet.account_id) == account_id, col(PhotoSet.deleted_at).is_(None)
    )
    if lock:
        query = query.with_for_update(key_share=True) if lock == "change" else query.with_for_update(read=True)
    found = session.scalars(query).one_or_none() if is_id(set_id) else None
    if found is None:
        raise NotFound(_GONE)
    return found


def sets(session: Session, account_id: str, set_id: str | None = None) -> list[SetRow]:
    """The account's sets, newest first, or only `set_id`."""
    used = and_(col(Photo.status) == PhotoStatus.ACCEPTED, ~col(Photo.dropped))
    first = (
        select(col(Photo.id), col(Photo.revision))
        .where(col(Photo.set_id) == col(PhotoSet.id), used)
        .order_by(col(Photo.position), col(Photo.id))
        .limit(1)
        .correlate(PhotoSet)
        .lateral()
    )
    query = (
        select(
            PhotoSet,
            func.count(case((used, 1))),
            func.count(case((col(Photo.status) == PhotoStatus.REJECTED, 1))),
            func.count(case((col(Photo.dropped), 1))),
            first.c.id,
            first.c.revision,
        )
        .outerjoin(Photo, col(Photo.set_id) == col(PhotoSet.id))
        .outerjoin(first, true())
        .where(col(PhotoSet.account_id) == account_id, col(PhotoSet.deleted_at).is_(None))
        .group_by(col(PhotoSet.id), first.c.id, first.c.revision)
        .order_by(col(PhotoSet.id).desc())
    )
    if set_id is not None:
        query = query.where(col(PhotoSet.id) == set_id)
    return [SetRow(*row) for row in session.execute(query)]


def photos(session: Session, set_id: str) -> list[Photo]:
    """The set's photos in their order."""
    query = select(Photo).where(col(Photo.set_id) == set_id).order_by(col(Photo.position), col(Photo.id))
    return list(session.scalars(query))


def accepted_photos(session: Session, set_id: str) -> list[Photo]:
    """Those that could be trained on, dropped ones among them, in their order."""
    return [photo for photo in photos(session, set_id) if photo.status is PhotoStatus.ACCEPTED]


def used_photos(session: Session, set_id: str) -> list[Photo]:
    """Those that a training takes, in their order."""
    return [photo for photo in accepted_photos(session, set_id) if not photo.dropped]


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
    """How many photos of the set have been accepted, those that were dropped since among them."""
    return session.scalars(
        select(func.count())
        .select_from(Photo)
        .where(col(Photo.set_id) == set_id, col(Photo.status) == PhotoStatus.ACCEPTED)
    ).one()


def used_count(session: Session, set_id: str) -> int:
    """How many photos of the set a training would take."""
    return session.scalars(
        select(func.count())
        .select_from(Photo)
        .where(col(Photo.set_id) == set_id, col(Photo.status) == PhotoStatus.ACCEPTED, ~col(Photo.dropped))
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
    found = session.scalars(query).one_or_none() if is_id(photo_id) else None
    if found is None:
        raise NotFound(t("This photo does not exist. Reload the page."))
    return found


def drop(session: Session, set_id: str, ids: Sequence[str]) -> set[str]:
    """Drops those of `ids` that are still there and in use; gives them."""
    return set(
        session.scalars(
            update(Photo)
            .where(
                col(Photo.set_id) == set_id,
                col(Photo.id).in_(ids),
                col(Photo.status) == PhotoStatus.ACCEPTED,
                ~col(Photo.dropped),
            )
            .values(dropped=True)
            .returning(col(Photo.id))
        )
    )


def next_revision(session: Session, photo_id: str) -> int:
    """A number for an edit that nobody has had or will have. The row is locked until the end of the transaction."""
    return session.scalars(
        update(Photo)
        .where(col(Photo.id) == photo_id)
        .values(last_revision=col(Photo.last_revision) + 1)
        .returning(col(Photo.last_revision))
    ).one()


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


def stored(session: Session, after: str, until: str, limit: int) -> list[tuple[str, str]]:
    """Id and storage key of accepted photos with ids behind `after` and up to `until`, in their order."""
    query = (
        select(col(Photo.id), col(Photo.storage_key))
        .where(col(Photo.id) > after, col(Photo.id) <= until, col(Photo.status) == PhotoStatus.ACCEPTED)
        .order_by(col(Photo.id))
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def in_training(session: Session, set_id: str) -> bool:
    """Whether a training with the set is under way."""
    query = select(col(Training.id)).where(col(Training.photo_set_id) == set_id, col(Training.status).not_in(_OVER))
    return session.scalars(query.limit(1)).first() is not None


def delete_photos(session: Session, set_id: str) -> Sequence[str]:
    """Deletes all rows of the set's photos; gives the ids of those that have files."""
    gone = session.execute(
        delete(Photo).where(col(Photo.set_id) == set_id).returning(col(Photo.id), col(Photo.status))
    ).all()
    return [photo_id for photo_id, status in gone if status is PhotoStatus.ACCEPTED]


def forget_in_drafts(session: Session, set_id: str) -> None:
    """Takes the set out of the wizard's drafts."""
    session.execute(update(TrainingDraft).where(col(TrainingDraft.photo_set_id) == set_id).values(photo_set_id=None))


def unseen(session: Session, version: int, limit: int, set_id: str | None = None) -> list[Photo]:
    """Accepted photos, of one set or of any, that were measured by older rules than `version`, or never."""
    query = (
        select(Photo)
        .where(col(Photo.status) == PhotoStatus.ACCEPTED, col(Photo.analysis_version) < version)
        .order_by(col(Photo.id).desc())
        .limit(limit)
    )
    if set_id is not None:
        query = query.where(col(Photo.set_id) == set_id)
    return list(session.scalars(query))


def write_analysis(session: Session, photo: Photo, analysis: dict[str, Any], version: int) -> None:
    """Unless it has been edited, and so measured, since it was read."""
    session.execute(
        update(Photo)
        .where(col(Photo.id) == photo.id, col(Photo.revision) == photo.revision)
        .values(analysis=analysis, analysis_version=version)
    )
