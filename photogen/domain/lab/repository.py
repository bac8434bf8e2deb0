"""The SQL of the lab."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete
from sqlalchemy import select as select_columns
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from photogen.models.generation import Generation, Shot, ShotStatus
from photogen.models.image import Image
from photogen.models.lab import LabRun, LabVote
from photogen.models.lora import LoraModel, LoraStatus, LoraVersion


def by_request_key(session: Session, request_key: str) -> LabRun | None:
    """The run that this click has started already."""
    return session.exec(select(LabRun).where(LabRun.request_key == request_key)).one_or_none()


def run(session: Session, account_id: str, run_id: str) -> tuple[LabRun, LoraVersion] | None:
    """The account's run with its version, unless that or its model is deleted."""
    return session.exec(
        select(LabRun, LoraVersion)
        .join(LoraVersion, col(LoraVersion.id) == col(LabRun.lora_version_id))
        .join(LoraModel, col(LoraModel.id) == col(LabRun.lora_model_id))
        .where(
            LabRun.id == run_id,
            LabRun.account_id == account_id,
            LoraVersion.status != LoraStatus.DELETED,
            LoraModel.status != LoraStatus.DELETED,
        )
    ).one_or_none()


def runs(session: Session, account_id: str, model_id: str, limit: int) -> Sequence[tuple[LabRun, LoraVersion]]:
    """The runs of a model's versions that are not deleted, newest first."""
    return session.exec(
        select(LabRun, LoraVersion)
        .join(LoraVersion, col(LoraVersion.id) == col(LabRun.lora_version_id))
        .where(
            LabRun.lora_model_id == model_id,
            LabRun.account_id == account_id,
            LoraVersion.status != LoraStatus.DELETED,
        )
        .order_by(col(LabRun.created_at).desc(), col(LabRun.id).desc())
        .limit(limit)
    ).all()


@dataclass(frozen=True, slots=True)
class Cell:
    """A generation of a run with its one shot, its picture where there is one, and whether it was voted for."""

    run_id: str
    generation_id: str
    prompt: str
    scale: float
    status: ShotStatus
    credits: int
    quota_weight: int
    error: str
    error_code: str
    image_id: str | None
    thumbhash: str | None
    kept: bool | None
    voted: bool


def cells(session: Session, run_ids: Sequence[str]) -> list[Cell]:
    """Of these runs, tries that failed included."""
    rows = session.execute(
        select_columns(
            col(Generation.lab_run_id),
            col(Generation.id),
            col(Generation.prompt),
            col(Generation.lora_scale),
            col(Shot.status),
            col(Shot.credits),
            col(Shot.quota_weight),
            col(Shot.error),
            col(Shot.error_code),
            col(Image.id),
            col(Image.thumbhash),
            col(Image.in_gallery),
            col(LabVote.generation_id).is_not(None),
        )
        .join(Shot, col(Shot.generation_id) == col(Generation.id))
        .outerjoin(Image, and_(col(Image.id) == col(Shot.image_id), col(Image.deleted_at).is_(None)))
        .outerjoin(LabVote, col(LabVote.generation_id) == col(Generation.id))
        .where(col(Generation.lab_run_id).in_(run_ids))
    ).all()
    return [Cell(*row) for row in rows]


def under_way(session: Session, version_id: str) -> bool:
    """Whether a run of this version is still being drawn."""
    query = (
        select(Shot.id)
        .join(Generation, col(Generation.id) == col(Shot.generation_id))
        .join(LabRun, col(LabRun.id) == col(Generation.lab_run_id))
        .where(
            LabRun.lora_version_id == version_id,
            col(Shot.status).in_([ShotStatus.QUEUED, ShotStatus.RENDERING]),
        )
    )
    return session.exec(query.limit(1)).first() is not None


def vote(session: Session, run_id: str, generation_id: str, now: datetime) -> None:
    """Again is fine."""
    session.execute(
        insert(LabVote)
        .values(generation_id=generation_id, lab_run_id=run_id, created_at=now)
        .on_conflict_do_nothing(index_elements=["generation_id"])
    )


def unvote(session: Session, generation_id: str) -> None:
    """One that isn't there is fine."""
    session.execute(delete(LabVote).where(col(LabVote.generation_id) == generation_id))
