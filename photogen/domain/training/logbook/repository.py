"""The SQL of logs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from photogen.domain.training.logbook.policy import HEAD, TAIL
from photogen.models.training import TrainingLog, TrainingLogPart


def head(session: Session, training_id: str) -> TrainingLog | None:
    """What is known of the log; None while nothing is."""
    return session.get(TrainingLog, training_id, populate_existing=True)


def parts(session: Session, training_id: str, after: int) -> Sequence[TrainingLogPart]:
    """Parts from the character `after` on, in order."""
    return session.exec(
        select(TrainingLogPart)
        .where(TrainingLogPart.training_id == training_id, col(TrainingLogPart.start) >= after)
        .order_by(col(TrainingLogPart.start))
    ).all()


def cut(session: Session, training_id: str, length: int) -> None:
    """Deletes what is neither of the beginning nor of the end of a log that is `length` long by now."""
    if length <= HEAD + TAIL:
        return
    session.execute(
        delete(TrainingLogPart)
        .where(
            col(TrainingLogPart.training_id) == training_id,
            col(TrainingLogPart.start) >= HEAD,
            col(TrainingLogPart.start) + func.length(TrainingLogPart.text) <= length - TAIL,
        )
        .execution_options(synchronize_session=False)
    )
