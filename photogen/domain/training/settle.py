"""The one door to a training's status: the move, the money, the attempts and the clean-up, in one transaction."""

from __future__ import annotations

from photogen.db.uow import UnitOfWork
from photogen.domain.credits.service import CreditsService
from photogen.domain.notices import NoticeKind, tell
from photogen.domain.training import policy, repository
from photogen.domain.training.config import TrainingConfig
from photogen.domain.training.policy import Failure
from photogen.gateways.base import Job
from photogen.kit import log
from photogen.kit.clock import Clock
from photogen.kit.text import t
from photogen.models.credit import HoldState
from photogen.models.training import AttemptOutcome, PaidBy, Training, TrainingAttempt, TrainingStatus

_log = log.get("training")

ADVANCE, CLEAN_UP = "advance_training", "clean_up_training"
"""Functions of worker.jobs."""


class Settlement:
    """Moves trainings. `settle` is a step: it joins the caller's unit of work."""

    def __init__(self, clock: Clock, credits: CreditsService, config: TrainingConfig) -> None:
        self._clock = clock
        self._credits = credits
        self._config = config

    def settle(
        self,
        uow: UnitOfWork,
        row: Training,
        to: TrainingStatus,
        *,
        failure: Failure | None = None,
        retry: bool = False,
        done: str = "",
        request_id: str = "",
    ) -> bool:
        """Moves `row`, which the caller has locked; False, and nothing done, when it can't go there any more.

        A failure needs its `failure`. Completed captures, failed and cancelled release; the final ones leave the
        clean-up job behind. `retry` is the way out of a failure; its money is the caller's. `done` says what the stage
        that ends well has done, `request_id` is what the vendor calls it."""
        here = row.status
        if not policy.can_move(here, to, retry=retry):
            _log.info("move refused", training=row.id, here=here.value, to=to.value)
            return False
        now = self._clock()
        attempt = repository.running_attempt(uow.session, row.id, here)
        if attempt is not None:
            attempt.request_id = request_id[:120] or attempt.request_id
            self._close_attempt(attempt, to, failure, done)
            uow.session.add(attempt)
        row.percent = policy.percent(to, row.step, row.steps, row.percent)
        row.status = to
        row.stage_started_at = now
        row.started_at = row.started_at or now
        row.seconds_left = None
        row.attempts = 0
        row.waiting, row.waiting_since = "", None
        if to in policy.FINAL:
            self._end(uow, row, to, here, failure)
        else:
            row.finished_at = None
            row.next_check_at = now + self._config.pickup
            repository.open_attempt(uow.session, row.id, to, now)
        uow.session.add(row)
        uow.notify(row.account_id, "training", row.id)
        _log.info("training moved", training=row.id, here=here.value, to=to.value, code=row.error_code or None)
        return True

    def _end(
        self, uow: UnitOfWork, row: Training, to: TrainingStatus, here: TrainingStatus, failure: Failure | None
    ) -> None:
        now = self._clock()
        row.finished_at = now
        row.next_check_at = None
        row.clean_due_at = now + self._config.pickup
        if to is TrainingStatus.COMPLETED:
            row.error_code = row.error_category = row.error = row.advice = row.failed_stage = ""
            row.step = row.steps
        elif to is TrainingStatus.FAILED:
            if failure is None:
                raise ValueError("a failure needs its reason")
            row.failed_stage = here.value
            row.error_code, row.error_category = failure.code[:60], failure.category.value
            row.error, row.advice = failure.public[:500], failure.advice[:300]
        if row.paid_by is PaidBy.CREDITS and row.hold_key:
            if to is TrainingStatus.COMPLETED:
                self._credits.capture(uow, row.hold_key)
            else:
                self._credits.release(uow, row.hold_key)
        paid = repository.present_round(uow.session, row)
        if paid is not None:
            paid.state = HoldState.CAPTURED if to is TrainingStatus.COMPLETED else HoldState.RELEASED
            paid.ended_at = now
            uow.session.add(paid)
        self._tell(uow, row, to)
        uow.after_commit(Job(CLEAN_UP, (row.id,)))

    def _tell(self, uow: UnitOfWork, row: Training, to: TrainingStatus) -> None:
        """Whoever has cancelled knows it. A retry that ends is told of anew."""
        now = self._clock()
        key = f"training:{row.id}:{now:%Y%m%dT%H%M%S.%f}"
        if to is TrainingStatus.COMPLETED:
            tell(uow, row.account_id, NoticeKind.TRAINING_DONE, key, now, name=row.name, training=row.id)
        elif to is TrainingStatus.FAILED:
            why = row.error
            tell(uow, row.account_id, NoticeKind.TRAINING_FAILED, key, now, name=row.name, training=row.id, why=why)

    def _close_attempt(self, attempt: TrainingAttempt, to: TrainingStatus, failure: Failure | None, done: str) -> None:
        attempt.finished_at = self._clock()
        attempt.outcome, attempt.message = AttemptOutcome.DONE, done[:500]
        if to is TrainingStatus.CANCELLED:
            attempt.outcome, attempt.message = AttemptOutcome.CANCELLED, ""
            attempt.action = t("Stopped by you; what was paid came back.")
        if failure is not None:
            attempt.outcome = AttemptOutcome.FAILED
            attempt.category, attempt.code = failure.category.value, failure.code[:60]
            attempt.message, attempt.vendor_words = failure.public[:500], failure.words[:2000]
            attempt.request_id = failure.request_id[:120] or attempt.request_id
            attempt.action, attempt.advice = t("Given up; what was paid came back."), failure.advice[:300]
