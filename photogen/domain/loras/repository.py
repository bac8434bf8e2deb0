"""The SQL of models and their versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, or_, true, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from photogen.models.generation import Generation, Shot, ShotStatus
from photogen.models.image import Image
from photogen.models.lora import LoraModel, LoraStatus, LoraVersion
from photogen.models.training import Training, TrainingStatus

_MOST_TRAININGS = 50
_OVER = (TrainingStatus.COMPLETED, TrainingStatus.FAILED, TrainingStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Listed:
    """A model, its current version, and the training that this came of."""

    model: LoraModel
    version: LoraVersion
    training: Training | None


def listed(session: Session, account_id: str, model_id: str | None = None) -> list[Listed]:
    """The account's models that are not deleted, newest first; only `model_id` where it is given."""
    query = (
        select(LoraModel, LoraVersion, Training)
        .join(LoraVersion, (col(LoraVersion.lora_model_id) == col(LoraModel.id)) & col(LoraVersion.is_current))
        .outerjoin(Training, col(Training.id) == col(LoraVersion.training_id))
        .where(LoraModel.account_id == account_id, LoraModel.status != LoraStatus.DELETED)
        .order_by(col(LoraModel.created_at).desc(), col(LoraModel.id).desc())
    )
    if model_id is not None:
        query = query.where(LoraModel.id == model_id)
    return [Listed(*row) for row in session.exec(query).all()]


def model(session: Session, account_id: str, model_id: str, *, locked: bool = False) -> LoraModel | None:
    """The account's model, unless it is deleted."""
    query = select(LoraModel).where(
        LoraModel.id == model_id, LoraModel.account_id == account_id, LoraModel.status != LoraStatus.DELETED
    )
    return session.exec(query.with_for_update() if locked else query).one_or_none()


def versions(session: Session, model_id: str) -> Sequence[LoraVersion]:
    """Those that are not deleted, newest first."""
    return session.exec(
        select(LoraVersion)
        .where(LoraVersion.lora_model_id == model_id, LoraVersion.status != LoraStatus.DELETED)
        .order_by(col(LoraVersion.number).desc())
    ).all()


def version(session: Session, model_id: str, version_id: str) -> LoraVersion | None:
    """The model's version, unless it is deleted."""
    return session.exec(
        select(LoraVersion).where(
            LoraVersion.id == version_id,
            LoraVersion.lora_model_id == model_id,
            LoraVersion.status != LoraStatus.DELETED,
        )
    ).one_or_none()


def versions_with_trainings(session: Session, model_id: str) -> Sequence[tuple[LoraVersion, Training | None]]:
    """Those that are not deleted with what they came of, newest first."""
    return session.exec(
        select(LoraVersion, Training)
        .outerjoin(Training, col(Training.id) == col(LoraVersion.training_id))
        .where(LoraVersion.lora_model_id == model_id, LoraVersion.status != LoraStatus.DELETED)
        .order_by(col(LoraVersion.number).desc())
    ).all()


def trainings(session: Session, account_id: str, model: LoraModel) -> Sequence[Training]:
    """Trainings of this model, newest first: those that made or were to make a version of it, and those that failed
    under its trigger word before there was a model."""
    return session.exec(
        select(Training)
        .where(
            Training.account_id == account_id,
            or_(
                col(Training.lora_model_id) == model.id,
                and_(
                    col(Training.lora_model_id).is_(None),
                    func.lower(Training.trigger_word) == model.trigger_word.lower(),
                    col(Training.created_at) <= model.created_at,
                ),
            ),
        )
        .order_by(col(Training.created_at).desc(), col(Training.id).desc())
        .limit(_MOST_TRAININGS)
    ).all()


@dataclass(frozen=True, slots=True)
class Drawn:
    """What became of the pictures that were asked of a model. `seconds` is their mean time at the vendor."""

    done: int
    failed: int
    credits: int
    seconds: float | None


def drawn(session: Session, model_id: str) -> Drawn:
    """Of all shots of the model that have ended; cancelled ones count for nothing."""
    done = col(Shot.status) == ShotStatus.DONE
    spent = func.extract("epoch", col(Shot.finished_at) - col(Shot.started_at))
    row = session.execute(
        select(
            func.count().filter(done),
            func.count().filter(col(Shot.status) == ShotStatus.FAILED),
            func.sum(case((done, col(Shot.credits)))),
            func.avg(case((done, spent))),
        )
        .join(Generation, col(Generation.id) == col(Shot.generation_id))
        .where(Generation.lora_model_id == model_id)
    ).one()
    return Drawn(row[0], row[1], int(row[2] or 0), None if row[3] is None else float(row[3]))


@dataclass(frozen=True, slots=True)
class MadeWith:
    """Pictures that there are of a version: how many, and the newest."""

    count: int
    newest: str


def pictures_by_version(session: Session, model_id: str) -> dict[str, MadeWith]:
    """By version, for those that have any outside of the trash."""
    rows = session.execute(
        select(
            Image.lora_version_id,
            func.count(),
            func.max(Image.id),
        )
        .where(
            Image.lora_model_id == model_id,
            col(Image.deleted_at).is_(None),
            col(Image.in_gallery),
            col(Image.lora_version_id).is_not(None),
        )
        .group_by(col(Image.lora_version_id))
    ).all()
    return {version_id: MadeWith(count, newest) for version_id, count, newest in rows if version_id}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made with a model."""

    id: str
    prompt: str
    width: int
    height: int
    thumbhash: str


def pictures(session: Session, model_id: str, limit: int) -> list[Picture]:
    """The newest outside of the trash."""
    rows = session.execute(
        select_columns(col(Image.id), col(Image.prompt), col(Image.width), col(Image.height), col(Image.thumbhash))
        .where(col(Image.lora_model_id) == model_id, col(Image.deleted_at).is_(None), col(Image.in_gallery))
        .order_by(col(Image.id).desc())
        .limit(limit)
    ).all()
    return [Picture(*row) for row in rows]


def version_of(session: Session, version_id: str, *, locked: bool = False) -> LoraVersion | None:
    """Whosever version, in whatever state, for the worker."""
    return session.get(LoraVersion, version_id, with_for_update=locked, populate_existing=locked)


def owner_of(session: Session, version: LoraVersion) -> str:
    """The id of the account whose version it is."""
    return session.exec(select(LoraModel.account_id).where(LoraModel.id == version.lora_model_id)).one()


def current(session: Session, model_id: str) -> LoraVersion | None:
    """The version that pictures are drawn with."""
    return session.exec(
        select(LoraVersion).where(LoraVersion.lora_model_id == model_id, col(LoraVersion.is_current))
    ).one_or_none()


def counts(session: Session, model_ids: Sequence[str]) -> dict[str, int]:
    """How many versions each model has."""
    rows = session.exec(
        select(LoraVersion.lora_model_id, func.count())
        .where(col(LoraVersion.lora_model_id).in_(model_ids), LoraVersion.status != LoraStatus.DELETED)
        .group_by(col(LoraVersion.lora_model_id))
    ).all()
    return dict(rows)


def next_number(session: Session, model_id: str) -> int:
    """The number after the highest that was ever given."""
    last = session.exec(select(func.max(LoraVersion.number)).where(LoraVersion.lora_model_id == model_id)).one()
    return (last or 0) + 1


def under_training(session: Session, account_id: str, model_id: str) -> Training | None:
    """A training under way that is to replace this model, or to make a further version of it."""
    return session.exec(
        select(Training)
        .where(
            Training.account_id == account_id,
            or_(col(Training.replaces_model_id) == model_id, col(Training.lora_model_id) == model_id),
            col(Training.status).not_in(_OVER),
        )
        .limit(1)
    ).first()


def previews(session: Session, model_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The newest picture of each model that has one: (image id, thumbhash). One step in the index for each model,
    however many pictures it has."""
    newest = (
        select_columns(col(Image.id), col(Image.thumbhash))
        .where(col(Image.lora_model_id) == col(LoraModel.id), col(Image.deleted_at).is_(None), col(Image.in_gallery))
        .order_by(col(Image.id).desc())
        .limit(1)
        .correlate(LoraModel)
        .lateral()
    )
    rows = session.execute(
        select_columns(col(LoraModel.id), newest.c.id, newest.c.thumbhash)
        .join(newest, true())
        .where(col(LoraModel.id).in_(model_ids))
    ).all()
    return {model_id: (image_id, thumbhash) for model_id, image_id, thumbhash in rows}


def shots_under_way(session: Session, version_id: str) -> bool:
    """Whether a picture is being made with this version: its weights are needed until then."""
    query = (
        select(Shot.id)
        .join(Generation, col(Generation.id) == col(Shot.generation_id))
        .where(
            Generation.lora_version_id == version_id,
            col(Shot.status).in_([ShotStatus.QUEUED, ShotStatus.RENDERING]),
        )
    )
    return session.exec(query.limit(1)).first() is not None


def trash_lab_pictures(session: Session, version_id: str, now: datetime) -> None:
    """Pictures of the lab that nobody has kept go with their version: by way of the trash."""
    session.execute(
        update(Image)
        .where(
            col(Image.lora_version_id) == version_id, col(Image.in_gallery).is_(False), col(Image.deleted_at).is_(None)
        )
        .values(deleted_at=now)
        .execution_options(synchronize_session=False)
    )


def due_removals(session: Session, now: datetime, limit: int, push: timedelta) -> list[str]:
    """Ids of deleted versions of which something is left; each is not due again until `push` is over."""
    found = session.exec(
        select(LoraVersion.id)
        .where(col(LoraVersion.remove_due_at) <= now)
        .order_by(col(LoraVersion.remove_due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if found:
        session.execute(
            update(LoraVersion)
            .where(col(LoraVersion.id).in_(found))
            .values(remove_due_at=now + push)
            .execution_options(synchronize_session=False)
        )
    return list(found)


def with_weights(session: Session, training_ids: Sequence[str]) -> set[str]:
    """Those trainings whose weights a version still uses, or has not deleted yet."""
    keys = {weights_key(training_id): training_id for training_id in training_ids}
    used = session.exec(
        select(LoraVersion.weights_key).where(
            col(LoraVersion.weights_key).in_(keys),
            or_(col(LoraVersion.status) != LoraStatus.DELETED, col(LoraVersion.remove_due_at).is_not(None)),
        )
    ).all()
    return {keys[key] for key in used}


def stored(session: Session, after: str, until: str, limit: int) -> list[tuple[str, str]]:
    """Training's id and weights' key of versions that are not deleted, in the order of the keys."""
    keys = session.exec(
        select(LoraVersion.weights_key)
        .where(
            col(LoraVersion.weights_key) > weights_key(after),
            col(LoraVersion.weights_key) <= weights_key(until),
            LoraVersion.status != LoraStatus.DELETED,
        )
        .order_by(LoraVersion.weights_key)
        .limit(limit)
    ).all()
    return [(key.partition("/")[2].partition(".")[0], key) for key in keys]


def weights_key(training_id: str) -> str:
    """Where the weights of a training lie."""
    return f"weights/{training_id}.safetensors"
