"""How a training gets on: somebody takes the lease, does steps until there is something to wait for, and gives it back.

A webhook, the schedule and a restart all end here. Whoever comes second finds the lease taken and leaves.
"""

from __future__ import annotations

from datetime import timedelta

from photogen.db.lease import Lease, LostLease
from photogen.db.uow import UnitOfWork
from photogen.domain.training import policy, repository
from photogen.domain.training.parts import Parts
from photogen.domain.training.stages import NOW, Broken, Stages, failure_of
from photogen.domain.vendors.policy import LOOKS_FOR_WHAT_IS_MISSING, PAUSED
from photogen.errors import Invalid, NotFound
from photogen.gateways.base import Category, Fix, GatewayError, Missing, Retry, Stop, Unknown
from photogen.kit import log
from photogen.kit.text import t
from photogen.models.training import AttemptOutcome, Training, TrainingStatus

_MOST_STEPS = 12
"""Steps that one job does at most: a training has seven."""
_log = log.get("training")


class Advance:
    """The worker's side of trainings."""

    def __init__(self, parts: Parts) -> None:
        self._p = parts
        self._stages = Stages(parts)

    def __call__(self, training_id: str) -> None:
        """Does what is next, until the training waits for somebody else. Does nothing when another has the lease, or
        there is nothing to do. Raises only what nobody foresaw, after having written it down."""
        with self._p.uow() as uow:
            row = repository.peek(uow.session, training_id)
            if row is None or row.status in policy.FINAL:
                return
            lease = self._p.leases.take(uow.session, training_id)
        if lease is None:
            _log.debug("training is in other hands", training=training_id)
            return
        wait: timedelta | None = None
        try:
            with lease:
                wait = self._work(lease)
        except LostLease:
            _log.warning("lease lost", training=training_id)
        finally:
            self._p.leases.release(lease, self._p.clock() + (wait or self._p.config.pickup))

    def _work(self, lease: Lease) -> timedelta | None:
        for _ in range(_MOST_STEPS):
            with self._p.uow() as uow:
                row = repository.peek(uow.session, lease.id)
            if row is None or row.status in policy.FINAL:
                return None
            try:
                wait = self._stages.step(row, lease)
                if row.waiting_since is not None:
                    self._go_on(lease)
            except LostLease:
                raise
            except Exception as error:
                wait = self._trouble(row, lease, error)
                if not _foreseen(error):
                    self._p.leases.release(lease, self._p.clock() + (wait or self._p.config.pickup))
                    raise
                return wait
            if wait is None or wait > NOW:
                return wait
        return self._p.config.poll

    def _trouble(self, row: Training, lease: Lease, error: Exception) -> timedelta | None:
        """Writes down what happened and decides: again later, or the end. Gives the time until the next try."""
        failure = failure_of(error)
        if isinstance(error, Retry) and error.code == PAUSED:
            return self._wait(lease, error)
        _log.warning(
            "training in trouble",
            training=row.id, stage=row.status.value, code=failure.code, category=failure.category.value,
            error=type(error).__name__, request_id=failure.request_id or None,
        )  # fmt: skip
        with self._p.uow() as uow:
            now = self._p.clock()
            row = self._p.leases.mine(uow.session, lease)
            if isinstance(error, Unknown) and not row.vendor_id:
                # The grace begins with the loss of the answer, not with the question; the clean-up of what was
                # cancelled meanwhile, or is given up now, waits for it too.
                row.submit_started_at = now
                uow.session.add(row)
            if row.status in policy.FINAL:
                return None
            again = self._again(row, error, failure.category)
            if isinstance(error, Stop):
                self._tell_operator(uow, row, error)
            if again is None:
                self._p.settlement.settle(uow, row, TrainingStatus.FAILED, failure=failure)
                return None
            attempt = repository.open_attempt(uow.session, row.id, row.status, row.stage_started_at)
            attempt.outcome, attempt.finished_at = AttemptOutcome.RETRIED, now
            attempt.category, attempt.code = failure.category.value, failure.code[:60]
            attempt.message, attempt.vendor_words = failure.public[:500], failure.words[:2000]
            attempt.request_id = failure.request_id[:120] or attempt.request_id
            attempt.action = t("Trying again in {n} s.", n=max(1, int(again.seconds)))
            attempt.advice = t("There is nothing to do: it is tried again by itself.")
            uow.session.add(attempt)
            uow.session.flush()
            row.troubled_since = row.troubled_since if row.attempts else now
            row.attempts += 1
            row.waiting = ""
            repository.open_attempt(uow.session, row.id, row.status, now).request_id = row.vendor_id
            uow.session.add(row)
            uow.notify(row.account_id, "training", row.id)
        return timedelta(seconds=again.seconds)

    def _tell_operator(self, uow: UnitOfWork, row: Training, error: Stop) -> None:
        """A vendor wants something of the operator: one incident per vendor and reason, however many trainings fail of
        it; but one for each repository that may stand open."""
        unsafe = error.code in policy.HUB_UNSAFE
        self._p.incidents.report(
            uow,
            error.code,
            row.id if unsafe else error.vendor,
            t("{public} The repository is being deleted.", public=error.public) if unsafe else error.public,
            account_id=row.account_id if unsafe else None,
            training=row.id,
            words=error.words[:300],
        )

    def _wait(self, lease: Lease, error: Retry) -> timedelta | None:
        """For a vendor that is paused. Nothing was asked, so it is no attempt, and costs nothing but time."""
        with self._p.uow() as uow:
            now = self._p.clock()
            row = self._p.leases.mine(uow.session, lease)
            if row.status in policy.FINAL:
                return None
            accepted = row.status is TrainingStatus.TRAINING and bool(row.vendor_id)
            waited = now - (row.waiting_since or now)
            if accepted:  # it goes on there, and was paid for
                waited, longest = policy.age_at_vendor(row, now), self._p.config.longest
            else:
                longest = self._p.config.longest_pause
            again = policy.wait(waited, longest, error.after)
            if again is None:
                self._p.settlement.settle(uow, row, TrainingStatus.FAILED, failure=policy.waited_in_vain(error))
                return None
            if row.waiting != error.public[:300]:
                row.waiting, row.waiting_since = error.public[:300], row.waiting_since or now
                row.attempts = 0
                uow.session.add(row)
                uow.notify(row.account_id, "training", row.id)
        return timedelta(seconds=again.seconds)

    def _go_on(self, lease: Lease) -> None:
        """The wait is over: what was paused has answered."""
        with self._p.uow() as uow:
            row = self._p.leases.mine(uow.session, lease)
            asked, since = row.submit_started_at, row.waiting_since
            if asked and since and asked > since and row.status is TrainingStatus.TRAINING:
                # The attempt began when the vendor was asked: the wait is no part of how long trainings take.
                repository.open_attempt(uow.session, row.id, row.status, asked).started_at = asked
            row.waiting, row.waiting_since = "", None
            uow.session.add(row)
            uow.notify(row.account_id, "training", row.id)

    def _again(self, row: Training, error: Exception, category: Category) -> policy.Again | None:
        after = error.after if isinstance(error, Retry) else None
        believed = isinstance(error, Missing) and row.attempts + 1 >= LOOKS_FOR_WHAT_IS_MISSING
        asked_after = row.status is TrainingStatus.TRAINING and row.vendor_id
        if asked_after and isinstance(error, Retry | Stop | Fix | Missing) and not believed:
            # It goes on there, and was paid for; nothing that is said of a question after it speaks of the training.
            age = policy.age_at_vendor(row, self._p.clock())
            return policy.look_again(row.attempts + 1, age, self._p.config.longest, after)
        if isinstance(error, Fix | Stop | Missing | Broken | NotFound | Invalid):
            return None
        if isinstance(error, Unknown):
            # It may have been accepted: the next step looks, and only after the grace asks again.
            return policy.again(category, row.attempts + 1, timedelta(0), None)
        since = row.troubled_since if row.attempts else None
        trouble = self._p.clock() - since if since else timedelta(0)
        return policy.again(category, row.attempts + 1, trouble, after)


def _foreseen(error: Exception) -> bool:
    return isinstance(error, GatewayError | Broken | NotFound | Invalid | TimeoutError)
