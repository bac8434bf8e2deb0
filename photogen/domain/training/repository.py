"""The SQL of trainings and models."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, tuple_, update
from sqlmodel import Session, col, select

from photogen.db.lease import reached
from photogen.domain.training.policy import ACTIVE
from photogen.models.lora import LoraModel, LoraStatus, LoraVersion
from photogen.models.training import (
    AttemptOutcome,
    Training,
    TrainingAttempt,
    TrainingDraft,
    TrainingRound,
    TrainingStatus,
)

CLEAN_UP_STAGE = "clean_up"
"""What the attempts at cleaning up are called: no status, since the training has ended by then."""


# --- trainings ------------------------------------------------------------------------------------------------------


def get(session: Session, account_id: str, training_id: str) -> Training | None:
    """The account's training."""
    return session.exec(
        select(Training).where(Training.id == training_id, Training.account_id == account_id)
    ).one_or_none()


def lock(session: Session, account_id: str, training_id: str) -> Training | None:
    """The same, locked for update."""
    return session.exec(
        select(Training).where(Training.id == training_id, Training.account_id == account_id).with_for_update()
    ).one_or_none()


def unfinished(session: Session, ids: Sequence[str]) -> Sequence[str]:
    """Those of `ids` that are trainings under way, or not cleaned up yet."""
    return session.exec(
        select(Training.id).where(
            col(Training.id).in_(ids), or_(col(Training.status).in_(ACTIVE), col(Training.clean_due_at).is_not(None))
        )
    ).all()


def peek(session: Session, training_id: str) -> Training | None:
    """Whosever training, for the worker; as it is now, also when this session has seen it before."""
    return session.exec(
        select(Training).where(Training.id == training_id).execution_options(populate_existing=True)
    ).one_or_none()


def by_request_key(session: Session, request_key: str) -> Training | None:
    """The training that this click has started already."""
    return session.exec(select(Training).where(Training.request_key == request_key)).one_or_none()


def page(session: Session, account_id: str, before: str | None, limit: int) -> Sequence[Training]:
    """Newest first, those older than the training `before`."""
    query = select(Training).where(Training.account_id == account_id)
    if before is not None:
        last = (
            select(col(Training.created_at), col(Training.id))
            .where(Training.id == before, Training.account_id == account_id)
            .scalar_subquery()
        )
        query = query.where(tuple_(col(Training.created_at), col(Training.id)) < last)
    return session.exec(query.order_by(col(Training.created_at).desc(), col(Training.id).desc()).limit(limit)).all()


def with_sets(
    session: Session, account_id: str, set_ids: Sequence[str], limit: int
) -> Sequence[tuple[Training, str | None]]:
    """The account's trainings with any of these photo sets, newest first, each with the id of the model that came of it
    and is still there."""
    there = and_(col(LoraModel.id) == col(Training.lora_model_id), col(LoraModel.status) != LoraStatus.DELETED)
    return session.exec(
        select(Training, LoraModel.id)
        .outerjoin(LoraModel, there)
        .where(Training.account_id == account_id, col(Training.photo_set_id).in_(set_ids))
        .order_by(col(Training.created_at).desc(), col(Training.id).desc())
        .limit(limit)
    ).all()


def trigger_word_taken(session: Session, account_id: str, word: str, *, except_model: str | None = None) -> bool:
    """Whether a ready model (but the one to be replaced) or a running training of the account has this trigger word,
    in whatever case."""
    model = select(LoraModel.id).where(
        LoraModel.account_id == account_id,
        LoraModel.id != (except_model or ""),
        LoraModel.status != LoraStatus.DELETED,
        func.lower(LoraModel.trigger_word) == word.lower(),
    )
    running = select(Training.id).where(
        Training.account_id == account_id,
        col(Training.status).in_(ACTIVE),
        func.lower(Training.trigger_word) == word.lower(),
    )
    return session.exec(model.limit(1)).first() is not None or session.exec(running.limit(1)).first() is not None


def slots_used(session: Session, account_id: str) -> int:
    """Models that are there, and trainings that are to become one more: neither replacements nor further versions."""
    models = select(func.count()).where(LoraModel.account_id == account_id, LoraModel.status != LoraStatus.DELETED)
    alive = select(LoraModel.id).where(LoraModel.account_id == account_id, LoraModel.status != LoraStatus.DELETED)
    running = select(func.count()).where(
        Training.account_id == account_id,
        col(Training.status).in_(ACTIVE),
        or_(
            col(Training.replaces_model_id).is_(None),
            col(Training.replaces_model_id).not_in(alive),
        ),
        or_(col(Training.lora_model_id).is_(None), col(Training.lora_model_id).not_in(alive)),
    )
    return session.exec(models).one() + session.exec(running).one()


def at_vendor(session: Session) -> int:
    """How many trainings the vendor is at."""
    query = select(func.count()).where(
        Training.status == TrainingStatus.TRAINING, col(Training.next_check_at).is_not(None)
    )
    return session.exec(query).one()


def due(session: Session, now: datetime, limit: int, push: timedelta) -> list[str]:
    """Ids of trainings that somebody should look at; each is not due again until `push` is over."""
    found = session.exec(
        select(Training.id)
        .where(
            col(Training.status).in_(ACTIVE),
            reached(col(Training.next_check_at), now),
            or_(col(Training.lease_until).is_(None), reached(col(Training.lease_until), now)),
        )
        .order_by(col(Training.next_check_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if found:
        _set(session, found, next_check_at=now + push)
    return list(found)


def due_clean_ups(session: Session, now: datetime, limit: int, push: timedelta) -> list[str]:
    """Ids of finished trainings of which something is left."""
    found = session.exec(
        select(Training.id)
        .where(col(Training.clean_due_at) <= now)
        .order_by(col(Training.clean_due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if found:
        _set(session, found, clean_due_at=now + push)
    return list(found)


def _set(session: Session, ids: Sequence[str], **values: object) -> None:
    session.execute(
        update(Training).where(col(Training.id).in_(ids)).values(**values).execution_options(synchronize_session=False)
    )


# --- rounds ---------------------------------------------------------------------------------------------------------


def present_round(session: Session, row: Training) -> TrainingRound | None:
    """What is being paid for now, or was last."""
    return session.get(TrainingRound, (row.id, row.rounds))


# --- attempts -------------------------------------------------------------------------------------------------------


def running_attempt(session: Session, training_id: str, stage: str) -> TrainingAttempt | None:
    """The attempt of `stage` that has not ended; one whose worker was killed is gone on with."""
    return session.exec(
        select(TrainingAttempt)
        .where(
            TrainingAttempt.training_id == training_id,
            TrainingAttempt.stage == stage,
            TrainingAttempt.outcome == AttemptOutcome.RUNNING,
        )
        .limit(1)
    ).one_or_none()


def unfinished_clean_up(session: Session, training_id: str) -> TrainingAttempt | None:
    """The clean-up's attempt that has left something."""
    return session.exec(
        select(TrainingAttempt)
        .where(
            TrainingAttempt.training_id == training_id,
            TrainingAttempt.stage == CLEAN_UP_STAGE,
            TrainingAttempt.outcome == AttemptOutcome.RETRIED,
        )
        .limit(1)
    ).one_or_none()


def open_attempt(session: Session, training_id: str, stage: str, now: datetime) -> TrainingAttempt:
    """The running attempt of `stage`, or a new one with the next number."""
    found = running_attempt(session, training_id, stage)
    if found is not None:
        return found
    last = session.exec(
        select(func.max(TrainingAttempt.number)).where(
            TrainingAttempt.training_id == training_id, TrainingAttempt.stage == stage
        )
    ).one()
    attempt = TrainingAttempt(training_id=training_id, stage=stage, number=(last or 0) + 1, started_at=now)
    session.add(attempt)
    return attempt


# --- drafts ---------------------------------------------------------------------------------------------------------


def draft(session: Session, account_id: str) -> TrainingDraft | None:
    """The wizard's unfinished work."""
    return session.get(TrainingDraft, account_id)


def save_draft(
    session: Session, account_id: str, fields: dict[str, Any], photo_set_id: str | None, now: datetime
) -> None:
    """Writes the draft, whether there was one or not."""
    row = session.get(TrainingDraft, account_id, with_for_update=True)
    if row is None:
        row = TrainingDraft(account_id=account_id)
    row.fields, row.photo_set_id, row.updated_at = fields, photo_set_id, now
    session.add(row)


def delete_draft(session: Session, account_id: str) -> None:
    """One that isn't there is fine."""
    row = session.get(TrainingDraft, account_id)
    if row is not None:
        session.delete(row)


# --- models ---------------------------------------------------------------------------------------------------------


def model(session: Session, account_id: str, model_id: str, *, locked: bool = False) -> LoraModel | None:
    """The account's model, unless it is deleted."""
    query = select(LoraModel).where(
        LoraModel.id == model_id, LoraModel.account_id == account_id, LoraModel.status != LoraStatus.DELETED
    )
    return session.exec(query.with_for_update() if locked else query).one_or_none()


def version_by(session: Session, training_id: str) -> LoraVersion | None:
    """The version that a training has made."""
    return session.exec(select(LoraVersion).where(LoraVersion.training_id == training_id).limit(1)).first()
