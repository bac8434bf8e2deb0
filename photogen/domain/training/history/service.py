"""Use cases that look back. Whatever belongs to somebody else is NotFound: the caller asks `own` first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.training import logbook, policy, show
from photogen.domain.training.config import TrainingConfig
from photogen.domain.training.history import repository
from photogen.domain.training.history.commands import FindTrainings
from photogen.domain.training.history.repository import Usual
from photogen.domain.training.history.views import (
    RoundView,
    TimingView,
    TrainingFigures,
    TrainingPage,
    VendorCostView,
)
from photogen.domain.training.logbook import LogText
from photogen.domain.training.views import AttemptView
from photogen.kit.clock import Clock
from photogen.kit.ids import is_id
from photogen.models.training import Training, TrainingRound, TrainingStatus

ATTEMPTS = 20
"""That are shown at once."""
_ENOUGH = 3
"""Trainings from which on something is called usual."""
Own = Callable[[UnitOfWork, str, str], Training]
"""The account's training. Raises NotFound."""


class History:
    """Lists, logs, attempts and figures of trainings."""

    def __init__(self, uow: UowFactory, clock: Clock, config: TrainingConfig, own: Own) -> None:
        self._uow = uow
        self._clock = clock
        self._config = config
        self._own = own

    def find(self, account_id: str, wanted: FindTrainings) -> TrainingPage:
        """A page of the account's trainings, with totals of all that fulfil the filter."""
        now = self._clock()
        with self._uow() as uow:
            rows = repository.page(uow.session, account_id, wanted, now)
            totals = repository.totals(uow.session, account_id, wanted, now)
            per_step, rest = repository.pace(uow.session)
        shown = rows[: wanted.limit]
        return TrainingPage(
            rows=tuple(
                show.training_row(row, policy.expected_seconds(row.steps, per_step, rest, self._config), now)
                for row in shown
            ),
            more=len(rows) > len(shown),
            totals=totals,
        )

    def expected(self, uow: UnitOfWork, steps: int) -> int:
        """A step: how long a training of so many steps will take, in seconds."""
        return policy.expected_seconds(steps, *repository.pace(uow.session), self._config)

    def attempts(
        self, account_id: str, training_id: str, before: str | None = None, limit: int = ATTEMPTS
    ) -> tuple[AttemptView, ...]:
        """The last attempts, or those before the attempt `before`; oldest first, 100 at most. Raises NotFound."""
        with self._uow() as uow:
            row = self._own(uow, account_id, training_id)
            known = before if is_id(before) else None
            found = repository.attempts(uow.session, row.id, known, max(1, min(limit, 100)))
        now = self._clock()
        return tuple(show.attempt(each, now) for each in found)

    def log(self, account_id: str, training_id: str, after: int = 0) -> LogText:
        """What is kept of the trainer's log from the character `after` on. Raises NotFound."""
        with self._uow() as uow:
            return logbook.read(uow, self._own(uow, account_id, training_id).id, after)

    def losses(self, account_id: str, training_id: str) -> tuple[tuple[float, float], ...]:
        """The loss curve: (step, loss), in order, at most 300. Raises NotFound."""
        with self._uow() as uow:
            return logbook.losses(uow, self._own(uow, account_id, training_id).id)

    def figures(self, account_id: str, training_id: str) -> TrainingFigures:
        """Times against what is usual, and rounds. Raises NotFound."""
        now = self._clock()
        with self._uow() as uow:
            row = self._own(uow, account_id, training_id)
            spans = repository.spans(uow.session, row.id, now)
            rounds = repository.rounds(uow.session, row.id)
            usual = repository.usual(uow.session, row.steps)
        return TrainingFigures(
            timings=_timings(row, spans, rounds, usual, now),
            sample=usual["whole"].sample if "whole" in usual else 0,
            rounds=tuple(
                RoundView(r.number, r.stage, r.paid_by.value, r.credits, r.state.value, r.started_at, r.ended_at)
                for r in rounds
            ),
        )

    def vendor_costs(self, training_id: str) -> tuple[VendorCostView, ...]:
        """For the operator: whosever training, round by round. Never to be shown to a creator."""
        with self._uow() as uow:
            rounds = repository.rounds(uow.session, training_id)
        return tuple(
            VendorCostView(r.number, r.vendor_id, r.run_seconds, r.vendor_seconds, r.vendor_cost_cents) for r in rounds
        )


def _timings(
    row: Training,
    spans: dict[str, policy.Span],
    rounds: Sequence[TrainingRound],
    usual: dict[str, Usual],
    now: datetime,
) -> tuple[TimingView, ...]:
    def line(key: str, seconds: float | None, tries: int = 0) -> TimingView:
        known = usual.get(key)
        told = known if known is not None and known.sample >= _ENOUGH else None
        took = None if seconds is None else max(0.0, seconds)
        return TimingView(key, took, tries, told.median if told else None, told.slow if told else None)

    def stage(status: TrainingStatus) -> TimingView:
        span = spans.get(status.value)
        return line(status.value, span.seconds if span and span.ended else None, span.tries if span else 0)

    over = row.finished_at is not None
    began = row.started_at or row.finished_at or now
    trained = spans.get(TrainingStatus.TRAINING.value)
    told = [r for r in rounds if r.vendor_seconds is not None]
    at_vendor = sum(r.vendor_seconds or 0.0 for r in told)
    at_work = sum(r.run_seconds or 0.0 for r in told)
    cleaned = (row.cleaned_at - row.finished_at).total_seconds() if row.cleaned_at and row.finished_at else None
    return (
        line("queued", (began - row.created_at).total_seconds()),
        stage(TrainingStatus.PREPARING),
        stage(TrainingStatus.TRAINING),
        line("vendor_wait", at_vendor - at_work if told else None),
        line("vendor_run", at_work if told else None),
        line("overhead", trained.seconds - at_vendor if told and trained else None),
        stage(TrainingStatus.PUBLISHING),
        line("clean_up", cleaned),
        line("whole", show.elapsed(row, now) if over else None),
    )
