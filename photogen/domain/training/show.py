"""From rows to views: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from photogen.domain.loras.show import paid
from photogen.domain.training import policy
from photogen.domain.training.config import TrainingConfig
from photogen.domain.training.logbook.policy import trend
from photogen.domain.training.policy import Span
from photogen.domain.training.views import (
    AttemptView,
    LossView,
    RetryView,
    SetUse,
    StageView,
    TrainingRow,
    TrainingView,
)
from photogen.models.training import Training, TrainingAttempt, TrainingLog, TrainingStatus

_CLOSING_SECONDS = 5.0
"""What publishing adds to the trainer's own estimate."""


def _seconds(start: datetime | None, end: datetime | None, now: datetime) -> float | None:
    return None if start is None else max(0.0, ((end or now) - start).total_seconds())


def elapsed(row: Training, now: datetime) -> float:
    """Seconds from its beginning to its end or until now, without those between a failure and its retry."""
    return max(0.0, (_seconds(row.created_at, row.finished_at, now) or 0.0) - row.idle_seconds)


def seconds_left(row: Training, expected: float, now: datetime) -> float | None:
    """Until it is completed: by the trainer's word where there is one, else by what is usual. None at the end, and
    while it waits for a vendor: nobody knows."""
    if row.status in policy.FINAL or row.waiting:
        return None
    if row.status is TrainingStatus.TRAINING and row.seconds_left is not None:
        return row.seconds_left + _CLOSING_SECONDS
    if row.status is TrainingStatus.PUBLISHING:
        return _CLOSING_SECONDS
    return max(1.0, expected - elapsed(row, now))


def stages(row: Training, spans: Mapping[str, Span], now: datetime) -> tuple[StageView, ...]:
    """The five stages with what became of each."""
    order = [*policy.STAGES, TrainingStatus.COMPLETED]
    stopped_at = row.failed_stage or next(
        (stage for stage, span in spans.items() if span.cancelled), TrainingStatus.QUEUED.value
    )
    here = order.index(TrainingStatus(stopped_at)) if row.status not in order else order.index(row.status)
    views = []
    for place, stage in enumerate(order):
        span = spans.get(stage.value)
        began, spent = (span.began, span.seconds) if span else (None, None)
        if stage is TrainingStatus.QUEUED:
            began = row.created_at
            spent = _seconds(began, row.started_at or (row.finished_at if here == 0 else None), now)
        if row.status is TrainingStatus.COMPLETED or place < here:
            state = "done"
        elif place > here:
            state = "todo"
        else:
            state = {TrainingStatus.FAILED: "failed", TrainingStatus.CANCELLED: "cancelled"}.get(row.status, "now")
        if stage is TrainingStatus.COMPLETED:
            began, spent = (row.finished_at, 0.0) if state == "done" else (None, None)
        views.append(StageView(stage.value, policy.WORDS[stage], state, began, None if state == "todo" else spent))
    return tuple(views)


def attempt(attempt: TrainingAttempt, now: datetime) -> AttemptView:
    """One attempt."""
    return AttemptView(
        id=attempt.id,
        stage=attempt.stage,
        number=attempt.number,
        outcome=attempt.outcome.value,
        category=attempt.category,
        code=attempt.code,
        message=attempt.message,
        vendor_words=attempt.vendor_words,
        request_id=attempt.request_id,
        action=attempt.action,
        advice=attempt.advice,
        started_at=attempt.started_at,
        finished_at=attempt.finished_at,
        seconds=_seconds(attempt.started_at, attempt.finished_at, now),
    )


def _refunded(row: Training) -> bool:
    return row.status in {TrainingStatus.FAILED, TrainingStatus.CANCELLED}


def losses(points: Sequence[Sequence[float]]) -> LossView:
    """A curve in short."""
    if not points:
        return LossView()
    going = trend(points)
    (last, loss), (best, lowest) = points[-1], min(points, key=lambda point: point[1])
    return LossView(len(points), going.value if going else "", (last, loss), (best, lowest))


def training(
    row: Training,
    spans: Mapping[str, Span],
    attempts: Sequence[TrainingAttempt],
    hub_url: str,
    expected: float,
    retry: RetryView | None,
    log: TrainingLog | None,
    now: datetime,
    config: TrainingConfig,
) -> TrainingView:
    """Everything about one."""
    return TrainingView(
        id=row.id,
        name=row.name,
        trigger_word=row.trigger_word,
        subject=row.subject.value,
        status=row.status.value,
        status_word=policy.WORDS[row.status],
        percent=row.percent,
        step=row.step,
        steps=row.steps,
        seconds_left=seconds_left(row, expected, now),
        elapsed_seconds=elapsed(row, now),
        waiting=row.waiting,
        stages=stages(row, spans, now),
        error=row.error,
        error_code=row.error_code,
        error_category=row.error_category,
        advice=row.advice,
        credits=paid(row),
        paid_by=row.paid_by.value,
        refunded=_refunded(row),
        can_cancel=row.status not in policy.FINAL,
        cancel_requested=row.cancel_requested_at is not None,
        can_retry=_refunded(row),
        retry_resumes=policy.resumes_at(row, now, config) is not None,
        retry=retry,
        rounds=row.rounds,
        cleaning=row.clean_due_at is not None and not policy.resumable(row, now, config),
        cleaned_at=row.cleaned_at,
        lora_model_id=row.lora_model_id if row.status is TrainingStatus.COMPLETED else None,
        new_version_of=row.lora_model_id if row.status is not TrainingStatus.COMPLETED else None,
        photo_set_id=row.photo_set_id,
        photo_count=row.photo_count,
        learning_rate=row.learning_rate,
        lora_rank=row.lora_rank,
        autocaption=row.autocaption,
        visibility=row.visibility.value,
        hub_url=hub_url,
        created_at=row.created_at,
        counts_from=row.created_at + timedelta(seconds=row.idle_seconds),
        finished_at=row.finished_at,
        log_end=log.length if log else 0,
        losses=losses(log.losses if log else ()),
        attempts=tuple(attempt(each, now) for each in attempts),
        attempts_count=sum(span.tries for span in spans.values()),
    )


def training_row(row: Training, expected: float, now: datetime) -> TrainingRow:
    """A line of the list."""
    return TrainingRow(
        id=row.id,
        name=row.name,
        subject=row.subject.value,
        status=row.status.value,
        status_word=policy.WORDS[row.status],
        percent=row.percent,
        seconds_left=seconds_left(row, expected, now),
        elapsed_seconds=elapsed(row, now),
        steps=row.steps,
        credits=paid(row),
        paid_by=row.paid_by.value,
        refunded=_refunded(row),
        waiting=row.waiting,
        error=row.error,
        error_code=row.error_code,
        lora_model_id=row.lora_model_id if row.status is TrainingStatus.COMPLETED else None,
        new_version_of=row.lora_model_id if row.status is not TrainingStatus.COMPLETED else None,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def set_use(row: Training, model_id: str | None) -> SetUse:
    """A training as a use of its photo set, with the model of it that is still there."""
    return SetUse(
        photo_set_id=row.photo_set_id,
        training_id=row.id,
        name=row.name,
        subject=row.subject.value,
        trigger_word=row.trigger_word,
        status_word=policy.WORDS[row.status],
        lora_model_id=model_id,
        created_at=row.created_at,
    )
