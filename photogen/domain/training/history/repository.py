"""The SQL of what has been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, tuple_, union_all
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from photogen.domain.training.history.commands import FindTrainings, Sort, Standing
from photogen.domain.training.history.views import TrainingTotals
from photogen.domain.training.policy import ACTIVE, Span
from photogen.domain.training.repository import CLEAN_UP_STAGE
from photogen.models.training import (
    AttemptOutcome,
    PaidBy,
    Training,
    TrainingAttempt,
    TrainingRound,
    TrainingStatus,
)

_HISTORY = 50
"""Completed trainings that the expected time is taken from."""
_SIMILAR = 200
"""Completed trainings that what is usual is taken from."""

Found = ColumnElement[bool]


# --- the list -------------------------------------------------------------------------------------------------------


def _elapsed(now: datetime) -> ColumnElement[Any]:
    """Seconds from the beginning to the end, or until now, without the time between a failure and its retry."""
    return (
        func.extract("epoch", func.coalesce(col(Training.finished_at), now) - col(Training.created_at))
        - Training.idle_seconds
    )


def _filter(account_id: str, wanted: FindTrainings) -> Found:
    found: list[Any] = [Training.account_id == account_id]
    if wanted.standing is Standing.RUNNING:
        found.append(col(Training.status).in_(ACTIVE))
    elif wanted.standing is not None:
        found.append(Training.status == TrainingStatus(wanted.standing.value))
    if wanted.subject is not None:
        found.append(Training.subject == wanted.subject)
    if wanted.text:
        found.append(
            or_(
                col(Training.name).icontains(wanted.text, autoescape=True),
                col(Training.trigger_word).icontains(wanted.text, autoescape=True),
            )
        )
    if wanted.since is not None:
        found.append(Training.created_at >= datetime.combine(wanted.since, time.min, UTC))
    if wanted.until is not None:
        found.append(Training.created_at < datetime.combine(wanted.until, time.min, UTC) + timedelta(days=1))
    return and_(*found)


def page(session: Session, account_id: str, wanted: FindTrainings, now: datetime) -> Sequence[Training]:
    """Trainings in the order wanted, one more than the limit where there are more."""
    created: Any = Training.created_at
    keys: Mapping[Sort, tuple[ColumnElement[Any], bool]] = {
        Sort.NEWEST: (created, True),
        Sort.OLDEST: (created, False),
        Sort.LONGEST: (_elapsed(now), True),
        Sort.NAME: (func.lower(Training.name), False),
    }
    key, down = keys[wanted.sort]
    query = select(Training).where(_filter(account_id, wanted))
    if wanted.after is not None:
        last = (
            select(key, col(Training.id))
            .where(Training.id == wanted.after, Training.account_id == account_id)
            .scalar_subquery()
        )
        place = tuple_(key, col(Training.id))
        query = query.where(place < last if down else place > last)
    id_ = col(Training.id)
    order = (key.desc(), id_.desc()) if down else (key.asc(), id_.asc())
    return session.exec(query.order_by(*order).limit(wanted.limit + 1)).all()


def totals(session: Session, account_id: str, wanted: FindTrainings, now: datetime) -> TrainingTotals:
    """Everything that is told of a whole list, in one pass over the account's index."""
    status, paid_by = col(Training.status), col(Training.paid_by)
    running, completed = status.in_(ACTIVE), status == TrainingStatus.COMPLETED
    by_credits = paid_by == PaidBy.CREDITS
    elapsed, spent = _elapsed(now), func.sum(Training.credits)

    def number(*which: Found) -> ColumnElement[int]:
        return func.count().filter(and_(*which))

    row = session.execute(
        columns(
            func.count(),
            number(completed),
            number(status == TrainingStatus.FAILED),
            number(status == TrainingStatus.CANCELLED),
            number(running),
            func.coalesce(spent.filter(and_(completed, by_credits)), 0),
            func.coalesce(spent.filter(and_(running, by_credits)), 0),
            number(completed, paid_by == PaidBy.INCLUDED),
            func.coalesce(func.sum(elapsed), 0.0),
            func.percentile_cont(0.5).within_group(elapsed).filter(completed),
        ).where(_filter(account_id, wanted))
    ).one()
    count, done, failed, cancelled, under_way, paid, held, included, seconds, median = row
    return TrainingTotals(
        count=count,
        completed=done,
        failed=failed,
        cancelled=cancelled,
        running=under_way,
        credits_spent=paid,
        credits_held=held,
        included=included,
        seconds=float(seconds),
        median_seconds=None if median is None else float(median),
    )


# --- one training ---------------------------------------------------------------------------------------------------


def spans(session: Session, training_id: str, now: datetime) -> dict[str, Span]:
    """By stage, the clean-up's too."""
    began, ended = col(TrainingAttempt.started_at), col(TrainingAttempt.finished_at)
    rows = session.execute(
        columns(
            col(TrainingAttempt.stage),
            func.min(began),
            func.max(ended),
            func.bool_or(ended.is_(None)),
            func.sum(func.extract("epoch", func.coalesce(ended, now) - began)),
            func.count(),
            func.bool_or(col(TrainingAttempt.outcome) == AttemptOutcome.CANCELLED),
        )
        .where(col(TrainingAttempt.training_id) == training_id)
        .group_by(col(TrainingAttempt.stage))
    ).all()
    return {
        stage: Span(first, None if runs else last, max(0.0, float(seconds)), tries, cancelled)
        for stage, first, last, runs, seconds, tries, cancelled in rows
    }


def attempts(session: Session, training_id: str, before: str | None, limit: int) -> Sequence[TrainingAttempt]:
    """The last ones, or the last ones before the attempt `before`; oldest first."""
    query = select(TrainingAttempt).where(TrainingAttempt.training_id == training_id)
    place = tuple_(col(TrainingAttempt.started_at), col(TrainingAttempt.id))
    if before is not None:
        last = (
            select(col(TrainingAttempt.started_at), col(TrainingAttempt.id))
            .where(TrainingAttempt.id == before, TrainingAttempt.training_id == training_id)
            .scalar_subquery()
        )
        query = query.where(place < last)
    newest = query.order_by(col(TrainingAttempt.started_at).desc(), col(TrainingAttempt.id).desc()).limit(limit)
    return session.exec(newest).all()[::-1]


def rounds(session: Session, training_id: str) -> Sequence[TrainingRound]:
    """In order."""
    return session.exec(
        select(TrainingRound).where(TrainingRound.training_id == training_id).order_by(col(TrainingRound.number))
    ).all()


# --- what is usual --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Usual:
    """Of one part: median and ninth decile in seconds, of so many trainings."""

    median: float
    slow: float
    sample: int


def usual(session: Session, steps: int) -> dict[str, Usual]:
    """What the latest completed trainings of between half and twice as many steps took, by part: the stages,
    vendor_wait, vendor_run, overhead, clean_up and whole. Only trainings that needed no second round."""
    done = (
        columns(Training)
        .where(
            col(Training.status) == TrainingStatus.COMPLETED,
            col(Training.rounds) == 1,
            col(Training.steps).between(steps // 2, steps * 2),
        )
        .order_by(col(Training.finished_at).desc())
        .limit(_SIMILAR)
        .subquery()
        .c
    )
    spent = func.extract("epoch", col(TrainingAttempt.finished_at) - col(TrainingAttempt.started_at))
    stages = (
        columns(
            col(TrainingAttempt.training_id),
            col(TrainingAttempt.stage).label("part"),
            func.sum(spent).label("seconds"),
        )
        .join(done.id.table, done.id == col(TrainingAttempt.training_id))
        .where(col(TrainingAttempt.finished_at).is_not(None), col(TrainingAttempt.stage) != CLEAN_UP_STAGE)
        .group_by(col(TrainingAttempt.training_id), col(TrainingAttempt.stage))
        .cte("stages")
        .c
    )
    worked, told = col(TrainingRound.run_seconds), col(TrainingRound.vendor_seconds)

    def part(name: str, seconds: ColumnElement[Any]) -> Select[Any]:
        return columns(literal(name).label("part"), seconds.label("seconds")).where(seconds.is_not(None))

    def at_vendor(name: str, seconds: Any) -> Select[Any]:
        training = and_(stages.training_id == col(TrainingRound.training_id), stages.part == "training")
        return part(name, seconds).select_from(TrainingRound).join(stages.part.table, training)

    pieces = union_all(
        columns(stages.part, stages.seconds),
        part("queued", func.extract("epoch", done.started_at - done.created_at)),
        part(CLEAN_UP_STAGE, func.extract("epoch", done.cleaned_at - done.finished_at)),
        part("whole", func.extract("epoch", done.finished_at - done.created_at)),
        at_vendor("vendor_run", worked),
        at_vendor("vendor_wait", told - worked),
        at_vendor("overhead", stages.seconds - told),
    ).subquery()
    name, seconds = pieces.c
    rows = session.execute(
        columns(
            name,
            func.percentile_cont(0.5).within_group(seconds),
            func.percentile_cont(0.9).within_group(seconds),
            func.count(),
        ).group_by(name)
    ).all()
    return {part: Usual(max(0.0, float(half)), max(0.0, float(slow)), count) for part, half, slow, count in rows}


def pace(session: Session) -> tuple[float | None, float | None]:
    """Median seconds per step at the trainer, and of everything else, of the latest completed trainings."""
    latest = (
        select(Training)
        .where(
            Training.status == TrainingStatus.COMPLETED,
            Training.rounds == 1,
            col(Training.started_at).is_not(None),
        )
        .order_by(col(Training.finished_at).desc())
        .limit(_HISTORY)
        .subquery()
    )
    spent = func.extract("epoch", col(TrainingAttempt.finished_at) - col(TrainingAttempt.started_at))
    each = (
        select(
            latest.c.id,
            (func.sum(spent) / func.max(latest.c.steps)).label("per_step"),
            (func.extract("epoch", func.max(latest.c.finished_at - latest.c.created_at)) - func.sum(spent)).label(
                "rest"
            ),
        )
        .join(TrainingAttempt, col(TrainingAttempt.training_id) == latest.c.id)
        .where(TrainingAttempt.stage == TrainingStatus.TRAINING, col(TrainingAttempt.finished_at).is_not(None))
        .group_by(latest.c.id)
        .subquery()
    )
    row = session.execute(
        select(
            func.percentile_cont(0.5).within_group(each.c.per_step),
            func.percentile_cont(0.5).within_group(each.c.rest),
        )
    ).one()
    per_step, rest = row
    return (None if per_step is None else float(per_step), None if rest is None else max(0.0, float(rest)))
