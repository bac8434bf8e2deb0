"""The SQL of upkeep: what is due to be looked at, and what is somebody's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, update
from sqlmodel import Session, col, select

from photogen.domain.training import policy
from photogen.models.lora import LoraModel, LoraStatus, LoraVersion
from photogen.models.training import Training


@dataclass(frozen=True, slots=True)
class Published:
    """A version that is published, its model, and the training that made it."""

    version: LoraVersion
    model: LoraModel
    training: Training | None


def due_audits(session: Session, before: datetime, limit: int) -> list[str]:
    """Ids of published versions that were not looked at since `before`, the longest ago first."""
    return list(
        session.exec(
            select(LoraVersion.id)
            .where(
                LoraVersion.status != LoraStatus.DELETED,
                LoraVersion.hub_repository != "",
                func.coalesce(col(LoraVersion.hub_checked_at), col(LoraVersion.created_at)) <= before,
            )
            .order_by(col(LoraVersion.hub_checked_at).nulls_first(), col(LoraVersion.id))
            .limit(limit)
        )
    )


def published(session: Session, version_id: str) -> Published | None:
    """The version, unless it is deleted or was never published."""
    row = session.exec(
        select(LoraVersion, LoraModel, Training)
        .join(LoraModel, col(LoraModel.id) == col(LoraVersion.lora_model_id))
        .outerjoin(Training, col(Training.id) == col(LoraVersion.training_id))
        .where(LoraVersion.id == version_id, LoraVersion.status != LoraStatus.DELETED, LoraVersion.hub_repository != "")
    ).one_or_none()
    return None if row is None else Published(*row)


def quarantined(session: Session) -> list[tuple[LoraVersion, LoraModel]]:
    """Versions that wait for the operator, the longest first."""
    rows = session.exec(
        select(LoraVersion, LoraModel)
        .join(LoraModel, col(LoraModel.id) == col(LoraVersion.lora_model_id))
        .where(LoraVersion.status == LoraStatus.QUARANTINED)
        .order_by(col(LoraVersion.id))
        .limit(200)
    ).all()
    return [(version, model) for version, model in rows]


def clean_at(session: Session, training_id: str, now: datetime) -> None:
    """A finished training's next clean-up is due now."""
    session.execute(
        update(Training)
        .where(col(Training.id) == training_id, col(Training.status).not_in(policy.ACTIVE))
        .values(clean_due_at=now)
    )


def remove_at(session: Session, version_id: str, now: datetime) -> None:
    """A deleted version's next removal is due now."""
    session.execute(
        update(LoraVersion)
        .where(col(LoraVersion.id) == version_id, col(LoraVersion.status) == LoraStatus.DELETED)
        .values(remove_due_at=now)
    )


def at_trainer(session: Session, names: Sequence[str]) -> set[str]:
    """Those of `names` (training ids, or hashes of versions) that a training is not finished with: it runs, or its
    clean-up is still to come."""
    wanted = or_(col(Training.status).in_(policy.ACTIVE), col(Training.clean_due_at).is_not(None))
    version = func.split_part(col(Training.vendor_version), ":", 2)
    rows = session.execute(
        select(col(Training.id), version, col(Training.vendor_version)).where(
            wanted, or_(col(Training.id).in_(names), version.in_(names), col(Training.vendor_version).in_(names))
        )
    ).all()
    return {name for row in rows for name in row}


def at_hub(session: Session, repositories: Sequence[str]) -> set[str]:
    """Those of `repositories` (owner/name) that belong to a version, or to a training that is not cleaned up yet. Rows
    of workers that were killed hold the name alone."""
    names = {full: full.partition("/")[2] for full in repositories}
    every = [*names, *names.values()]
    versions = session.exec(
        select(LoraVersion.hub_repository).where(
            col(LoraVersion.hub_repository).in_(every),
            or_(col(LoraVersion.status) != LoraStatus.DELETED, col(LoraVersion.remove_due_at).is_not(None)),
        )
    ).all()
    trainings = session.exec(
        select(Training.hub_repository).where(
            col(Training.hub_repository).in_(every),
            or_(col(Training.status).in_(policy.ACTIVE), col(Training.clean_due_at).is_not(None)),
        )
    ).all()
    known = {*versions, *trainings}
    return {full for full, name in names.items() if full in known or name in known}
