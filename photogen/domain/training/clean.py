"""What is done after the end: nothing is left behind, neither here nor at the vendors.

Each part is tried whatever became of the others, and again until nothing is left: vendors delete when they please.
"""

from __future__ import annotations

from dataclasses import replace

from photogen.db.lease import Lease, LostLease
from photogen.db.uow import UnitOfWork
from photogen.domain.leftovers import HUB, STORAGE, LeftoverOf, Tried
from photogen.domain.training import policy, repository
from photogen.domain.training.parts import Parts
from photogen.domain.training.repository import CLEAN_UP_STAGE
from photogen.gateways.base import JobState, Missing, TrainJob, Unknown
from photogen.kit import log
from photogen.kit.retry import backoff
from photogen.kit.text import t
from photogen.models.training import AttemptOutcome, Training, TrainingAttempt

_WORDS = {
    "dataset": t("the ZIP of the photos"),
    "vendor": t("what the trainer has"),
    "weights": t("the weights"),
    "repository": t("the repository on the hub"),
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
            # A retry may have got in before the lease: what it goes on with is not to be deleted.
            if row.status in policy.FINAL and row.clean_due_at is not None:
                with lease:
                    self._round(row, lease)
        except LostLease:
            _log.warning("lease lost", training=training_id)
        finally:
            self._p.leases.release(lease, self._p.clock())

    def _round(self, row: Training, lease: Lease) -> None:
        todo = policy.leftovers(row, self._p.clock(), self._p.config)
        tried = Tried(row.id)
        dataset, weights = f"datasets/{row.id}.zip", f"weights/{row.id}.safetensors"
        tried.part("dataset", STORAGE, dataset, lambda: self._p.storage.delete(dataset))
        if todo.vendor and (row.vendor_id or row.submit_started_at or row.vendor):
            tried.part("vendor", self._p.trainer.name, row.vendor_id or row.id, lambda: self._clean_vendor(row))
        if todo.weights:
            tried.part("weights", STORAGE, weights, lambda: self._p.storage.delete(weights))
        if todo.hub and row.hub_repository:
            tried.part("repository", HUB, row.hub_repository, lambda: self._p.hub.delete(row.hub_repository))
        self._record(lease, todo, tried)

    def _record(self, lease: Lease, todo: policy.Leftovers, tried: Tried) -> None:
        left = [remains.what for remains in tried.left]
        with self._p.uow() as uow:
            now = self._p.clock()
            row = self._p.leases.mine(uow.session, lease)
            if row.status not in policy.FINAL:
                return
            self._p.leftovers.record(uow, LeftoverOf.TRAINING, row.id, tried.left, row.finished_at or now)
            if "dataset" not in left:
                row.dataset_key = ""
            if todo.weights and "weights" not in left:
                row.weights_key = ""
            if todo.hub and "repository" not in left:
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
            attempt.message = t("Still to be deleted: {n}.", n=", ".join(_WORDS[name] for name in left))
            attempt.action = t("Tried again until nothing is left.")
            attempt.advice = t("There is nothing to do, and it costs you nothing.")
        else:
            attempt.outcome, attempt.code, attempt.action, attempt.advice = AttemptOutcome.DONE, "", "", ""
            attempt.message = (
                t("Whatever else it had left was deleted.")
                if row.clean_due_at is None
                else t("Deleted, but for what a retry can still use.")
            )
        return attempt

    def _clean_vendor(self, row: Training) -> bool:
        """Ends it where it still runs, then deletes what the vendor keeps. True when nothing is left.

        A training that the vendor never took may have left the file that was handed over for it; one that the vendor
        has forgotten, the version that our row remembers."""
        trainer, started = self._p.trainer, row.submit_started_at
        try:
            job = trainer.check(row.vendor_id) if row.vendor_id else trainer.find(policy.reference(row))
        except Missing:
            job = None
        except Unknown:
            # The vendor forgets what would tell. Whatever it had taken is over by then, and what that has left is
            # found by the search for strays: asking for ever would keep the account from being erased.
            if started is None or self._p.clock() < started + self._p.config.longest:
                raise
            job = None
        if job is None:
            if row.vendor_version:
                job = TrainJob(row.vendor_id, JobState.SUCCEEDED, version=row.vendor_version)
            gone = trainer.clean_up(row.id, job)
            return gone and (
                bool(row.vendor_id) or started is None or self._p.clock() >= started + self._p.config.grace
            )
        if job.state in {JobState.WAITING, JobState.RUNNING}:
            trainer.cancel(job.vendor_id)
            job = trainer.check(job.vendor_id)
            if job.state in {JobState.WAITING, JobState.RUNNING}:
                return False
        return trainer.clean_up(row.id, replace(job, version=job.version or row.vendor_version))
