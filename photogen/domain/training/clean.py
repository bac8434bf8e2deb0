"""What is done after the end: nothing is left behind, neither here nor at the vendors.

Each part is tried whatever became of the others, and again until nothing is left: vendors delete when they please.
"""

from __future__ import annotations

from collections.abc import Callable

from photogen.db.lease import Lease, LostLease
from photogen.db.uow import UnitOfWork
from photogen.domain.training import policy, repository
from photogen.domain.training.parts import Parts
from photogen.domain.training.repository import CLEAN_UP_STAGE
from photogen.gateways.base import GatewayError, JobState, Missing
from photogen.kit import log
from photogen.kit.retry import backoff
from photogen.models.training import AttemptOutcome, Training, TrainingAttempt

_WORDS = {
    "dataset": "the ZIP of the photos",
    "vendor": "what the trainer has",
    "weights": "the weights",
    "hub": "the repository on the hub",
}
_log = log.get("training")


class CleanUp:
    """Deletes what a finished training has left."""

    def __init__(self, parts: Parts) -> None:
        self._p = parts

    def __call__(self, training_id: str) -> None:
        """Does one round; the schedule calls again while something is left. Does nothing while somebody else has the
        training."""
        with self._p.uow() as uow:
            row = repository.peek(uow.session, training_id)
            if row is None or row.status not in policy.FINAL or row.clean_due_at is None:
                return
            lease = self._p.leases.take(uow.session, training_id)
            row = repository.peek(uow.session, training_id)
        if lease is None or row is None:
            return
        try:
            with lease:
                self._round(row, lease)
        except LostLease:
            _log.warning("lease lost", training=training_id)
        finally:
            self._p.leases.release(lease, self._p.clock())

    def _round(self, row: Training, lease: Lease) -> None:
        todo = policy.leftovers(row, self._p.clock(), self._p.config)
        left: list[str] = []

        def part(name: str, work: Callable[[], bool]) -> None:
            try:
                if not work():
                    left.append(name)
            except Exception as error:  # noqa: BLE001  (whatever it is: the other parts are tried, and this one again)
                left.append(name)
                code = error.code if isinstance(error, GatewayError) else type(error).__name__
                _log.warning("not deleted yet", training=row.id, what=name, code=code)

        part("dataset", lambda: self._delete(f"datasets/{row.id}.zip"))
        if todo.vendor and (row.vendor_id or row.submit_started_at):
            part("vendor", lambda: self._clean_vendor(row))
        if todo.weights:
            part("weights", lambda: self._delete(f"weights/{row.id}.safetensors"))
        if todo.hub and row.hub_repository:
            part("hub", lambda: self._delete_repository(row.hub_repository))
        self._record(lease, todo, left)

    def _record(self, lease: Lease, todo: policy.Leftovers, left: list[str]) -> None:
        with self._p.uow() as uow:
            now = self._p.clock()
            row = self._p.leases.mine(uow.session, lease)
            if row.status not in policy.FINAL:
                return
            if "dataset" not in left:
                row.dataset_key = ""
            if todo.weights and "weights" not in left:
                row.weights_key = ""
            if todo.hub and "hub" not in left:
                row.hub_repository = ""
            if left:
                row.attempts += 1
                wait = backoff(row.attempts, first=1.0, most=3600.0)
                row.clean_due_at = now + self._p.config.poll * max(1.0, wait)
            else:
                row.attempts, row.clean_due_at = 0, todo.again_at
                row.cleaned_at = now if todo.again_at is None else None
            uow.session.add(self._attempt(uow, row, left))
            uow.session.add(row)
            uow.notify(row.account_id, "training", row.id)

    def _attempt(self, uow: UnitOfWork, row: Training, left: list[str]) -> TrainingAttempt:
        """One line of the training's history for as long as something is left, however often that is tried."""
        now = self._p.clock()
        attempt = repository.unfinished_clean_up(uow.session, row.id) or TrainingAttempt(
            training_id=row.id, stage=CLEAN_UP_STAGE, started_at=now
        )
        attempt.number, attempt.finished_at = max(1, row.attempts), now
        if left:
            attempt.outcome, attempt.code = AttemptOutcome.RETRIED, "left_behind"
            attempt.message = f"Still to be deleted: {', '.join(_WORDS[name] for name in left)}."
            attempt.action = "Tried again until nothing is left."
            attempt.advice = "There is nothing to do, and it costs you nothing."
        else:
            attempt.outcome, attempt.code, attempt.action, attempt.advice = AttemptOutcome.DONE, "", "", ""
            attempt.message = (
                "Whatever else it had left was deleted."
                if row.clean_due_at is None
                else "Deleted, but for what a retry can still use."
            )
        return attempt

    def _delete(self, key: str) -> bool:
        self._p.storage.delete(key)
        return True

    def _delete_repository(self, repository_id: str) -> bool:
        self._p.hub.delete(repository_id)
        return True

    def _clean_vendor(self, row: Training) -> bool:
        """Ends it where it still runs, then deletes what the vendor keeps. True when nothing is left."""
        trainer = self._p.trainer
        try:
            job = trainer.check(row.vendor_id) if row.vendor_id else trainer.find(policy.reference(row))
            if job is None:
                started = row.submit_started_at
                return started is None or self._p.clock() >= started + self._p.config.grace
            if job.state in {JobState.WAITING, JobState.RUNNING}:
                trainer.cancel(job.vendor_id)
                job = trainer.check(job.vendor_id)
                if job.state in {JobState.WAITING, JobState.RUNNING}:
                    return False
            return trainer.clean_up(job)
        except Missing:
            return True
