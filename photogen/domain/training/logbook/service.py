"""Steps that keep and read a training's log: the caller has locked the training, or has asked whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from photogen.db.uow import UnitOfWork
from photogen.domain.training.logbook import policy, repository
from photogen.gateways.base import TrainJob
from photogen.models.training import TrainingLog, TrainingLogPart


@dataclass(frozen=True, slots=True)
class LogPiece:
    """Whole lines that follow each other. `left_out`: characters between the piece before and this one."""

    text: str
    left_out: int


@dataclass(frozen=True, slots=True)
class LogText:
    """A log from some place on; `end` is the place to go on from."""

    pieces: tuple[LogPiece, ...]
    end: int


def record(uow: UnitOfWork, training_id: str, job: TrainJob, now: datetime, *, round_number: int, ended: bool) -> bool:
    """Keeps what is new in the vendor's log and its losses; whether anything was. `ended`: nothing will follow."""
    known = repository.head(uow.session, training_id)
    row = known or TrainingLog(training_id=training_id, source=job.vendor_id)
    other = row.source != job.vendor_id
    if other:  # another round has another training at the vendor
        row.source, row.seen, row.anchor, row.losses = job.vendor_id, 0, "", []
    taken = policy.take(job.logs, row.seen, row.anchor, ended=ended)
    losses = policy.curve(row.losses, job.losses)
    if not taken.text and taken.seen == row.seen and losses == row.losses:
        return False
    text = taken.text
    if text and row.length and other:
        text = f"---- Round {round_number} ----\n{text}"
    elif taken.anew:
        text = f"---- The trainer's log begins anew ----\n{text}"
    length = row.length + len(text)
    uow.session.add_all(
        TrainingLogPart(training_id=training_id, start=start, text=part)
        for start, part in policy.parts(text, row.length)
        if policy.is_kept(start, len(part), length)
    )
    row.seen, row.anchor, row.length, row.losses, row.updated_at = taken.seen, taken.anchor, length, losses, now
    uow.session.add(row)
    uow.session.flush()
    repository.cut(uow.session, training_id, length)
    return True


def read(uow: UnitOfWork, training_id: str, after: int = 0) -> LogText:
    """What is kept of the log from the character `after` on."""
    row = repository.head(uow.session, training_id)
    if row is None:
        return LogText((), 0)
    pieces: list[LogPiece] = []
    place = max(0, min(after, row.length))
    for part in repository.parts(uow.session, training_id, place):
        pieces.append(LogPiece(part.text, part.start - place))
        place = part.start + len(part.text)
    return LogText(tuple(pieces), row.length)


def losses(uow: UnitOfWork, training_id: str) -> tuple[tuple[float, float], ...]:
    """The loss curve: (step, loss), in order, at most a few hundred."""
    row = repository.head(uow.session, training_id)
    return tuple((step, loss) for step, loss in row.losses) if row else ()


def head(uow: UnitOfWork, training_id: str) -> TrainingLog | None:
    """What is known of the log as a whole, without its text."""
    return repository.head(uow.session, training_id)
