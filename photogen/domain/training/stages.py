"""The work of each stage. Every function does one step and says when the next is due.

Steps may be interrupted anywhere and are repeated by the next worker: files are written under keys made of the
training's id, the paid request is looked up before it is sent a second time, and the hub is asked to publish what it
may have already.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from photogen.db.lease import Lease, LostLease
from photogen.db.uow import UnitOfWork
from photogen.domain.training import logbook, policy, repository
from photogen.domain.training.card import CARD_FILE, WEIGHTS_FILE, model_card
from photogen.domain.training.commands import PHOTOS
from photogen.domain.training.parts import Parts
from photogen.domain.training.policy import ADVICE, Failure
from photogen.domain.training.publishing import complete
from photogen.errors import DatabaseAway, PhotogenError
from photogen.gateways.base import (
    Category,
    GatewayError,
    JobState,
    Missing,
    Retry,
    Stop,
    TrainJob,
    TrainRequest,
)
from photogen.kit import log, scratch
from photogen.kit.text import number, t
from photogen.models.training import Training, TrainingStatus, Visibility

NOW = timedelta(0)
_LOOK_AGAIN = timedelta(seconds=1)
_COUNT_AGAIN = timedelta(seconds=10)
_log = log.get("training")


class Broken(Exception):
    """The training can't go on; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.code)
        self.failure = failure


class Stages:
    """One method per stage; each gives the time until the next step, or None when the training has reached an end."""

    def __init__(self, parts: Parts) -> None:
        self._p = parts
        self._count = 0
        self._counted_at: datetime | None = None

    def step(self, row: Training, lease: Lease) -> timedelta | None:
        """Does what is next for `row`. Raises the gateways' errors, Broken, LostLease."""
        work: dict[TrainingStatus, Callable[[Training, Lease], timedelta | None]] = {
            TrainingStatus.QUEUED: lambda _, lease: self._move(lease, TrainingStatus.PREPARING),
            TrainingStatus.PREPARING: self._prepare,
            TrainingStatus.TRAINING: self._train,
            TrainingStatus.PUBLISHING: self._publish,
        }
        return work[row.status](row, lease) if row.status in work else None

    # --- preparing ------------------------------------------------------------------------------------------

    def _prepare(self, row: Training, lease: Lease) -> timedelta | None:
        key = f"datasets/{row.id}.zip"
        with scratch.folder() as folder:
            target = folder / "photos.zip"
            made = self._p.photosets.build_zip(row.photo_set_id, target, row.trigger_word)
            if made.photos < PHOTOS[0]:
                raise Broken(
                    Failure(
                        "too_few_photos",
                        Category.FILE,
                        t(
                            "Only {photos} photos are left in the set; a training needs {n}.",
                            photos=made.photos,
                            n=PHOTOS[0],
                        ),
                        t("Add photos to the set and start again."),
                    )
                )
            self._p.storage.put(key, target, "application/zip")
        # Until here the set may still change, and a repeat of this step builds the ZIP anew; from here on it can't: the
        # row keeps what is in it.
        return self._move(
            lease,
            TrainingStatus.TRAINING,
            done=t("{photos} photos were packed for the trainer.", photos=made.photos),
            dataset_key=key,
            photo_count=made.photos,
            photos=[asdict(photo) for photo in made.used],
        )

    # --- training ---------------------------------------------------------------------------------------------------

    def _train(self, row: Training, lease: Lease) -> timedelta | None:
        if row.vendor_id:
            return self._check(row, lease)
        if row.submit_started_at is not None:
            # Somebody was about to ask, or asked and was killed before the answer was written down.
            job = self._p.trainer.find(policy.reference(row))
            if job is not None:
                return self._accepted(lease, job)
            if self._p.clock() < row.submit_started_at + self._p.config.grace:
                return _LOOK_AGAIN
        return self._submit(row, lease)

    def _submit(self, row: Training, lease: Lease) -> timedelta | None:
        url = self._p.storage.signed_url(row.dataset_key, self._p.config.dataset_ttl, reference=policy.reference(row))
        with scratch.folder() as folder:
            file = None
            if url is None:
                file = folder / "photos.zip"
                self._p.storage.download(row.dataset_key, file)
            hook = self._p.config.webhook_base
            request = TrainRequest(
                reference=policy.reference(row),
                trigger_word=row.trigger_word,
                steps=row.steps,
                learning_rate=row.learning_rate,
                lora_rank=row.lora_rank,
                autocaption=row.autocaption,
                dataset_url=url,
                dataset_file=file,
                webhook_url=f"{hook}/webhooks/replicate?training={row.id}" if hook else None,
            )
            if not self._write(lease, submit_started_at=self._p.clock(), vendor=self._p.trainer.name):
                return None
            if lease.lost:
                raise LostLease(row.id)
            try:
                job = self._p.trainer.submit(request)
            except Retry:
                # The vendor took nothing: the next try needs no look-up and no grace.
                self._write(lease, submit_started_at=None)
                raise
        return self._accepted(lease, job)

    def _accepted(self, lease: Lease, job: TrainJob) -> timedelta | None:
        with self._p.uow() as uow:
            row = self._p.leases.mine(uow.session, lease)
            row.vendor_id, row.attempts = job.vendor_id, 0
            if (paid := repository.present_round(uow.session, row)) is not None:
                paid.vendor_id = job.vendor_id
            if (attempt := repository.running_attempt(uow.session, row.id, TrainingStatus.TRAINING)) is not None:
                attempt.request_id = job.vendor_id
            uow.session.add(row)
            uow.notify(row.account_id, "training", row.id)
        return self._p.config.poll

    def _watched(self) -> int:
        """How many trainings the vendor is at, as of the last few seconds."""
        now = self._p.clock()
        if self._counted_at is None or now >= self._counted_at + _COUNT_AGAIN:
            with self._p.uow() as uow:
                self._count, self._counted_at = repository.at_vendor(uow.session), now
        return self._count

    def _check(self, row: Training, lease: Lease) -> timedelta | None:
        job = self._p.trainer.check(row.vendor_id)
        if job.state in {JobState.WAITING, JobState.RUNNING}:
            age = policy.age_at_vendor(row, self._p.clock())
            if age > self._p.config.longest:
                raise Broken(
                    Failure(
                        "training_timeout",
                        Category.TIMEOUT,
                        t("The training took far too long and was stopped."),
                        ADVICE[Category.TIMEOUT],
                    )
                )
            self._progress(lease, job)
            if job.step > 0 and row.dataset_key:
                self._withdraw(row, lease)
            return policy.poll_after(age, self._p.config.poll, self._watched())
        if job.state is JobState.SUCCEEDED:
            return self._move(
                lease,
                TrainingStatus.PUBLISHING,
                job=job,
                done=t("{steps} steps were trained.", steps=number(row.steps)),
                vendor_version=job.version,
                step=row.steps,
            )
        self._progress(lease, job)
        if job.error is not None:
            raise Broken(Failure.of(job.error))
        raise Broken(
            Failure(
                f"training_{job.state.value}",
                Category.PROVIDER,
                t("The training was cancelled there, not by us.")
                if job.state is JobState.CANCELLED
                else t("The training failed there."),
                ADVICE[Category.PROVIDER],
            )
        )

    def _withdraw(self, row: Training, lease: Lease) -> None:
        """The trainer counts steps, so it has read the photos: from here on nobody is offered them."""
        try:
            self._p.storage.delete(row.dataset_key)
        except GatewayError as error:
            _log.warning("dataset not withdrawn yet", training=row.id, code=error.code)
            return
        self._write(lease, dataset_key="")

    def _progress(self, lease: Lease, job: TrainJob) -> None:
        """Writes what has changed; says nothing when nothing has."""
        with self._p.uow() as uow:
            row = self._p.leases.mine(uow.session, lease)
            changed = self._heard(uow, row, job)
            if row.status not in policy.FINAL:
                step = max(row.step, min(job.step, row.steps))
                percent = policy.percent(row.status, step, row.steps, row.percent)
                left = None if job.seconds_left is None else round(job.seconds_left, 1)
                now: dict[str, Any] = {"step": step, "percent": percent, "seconds_left": left, "attempts": 0}
                for name, value in now.items():
                    changed = changed or getattr(row, name) != value
                    setattr(row, name, value)
                uow.session.add(row)
            if changed:
                uow.notify(row.account_id, "training", row.id)

    def _heard(self, uow: UnitOfWork, row: Training, job: TrainJob) -> bool:
        """Keeps what the vendor's training tells of itself: its log, its losses and, at its end, its times and cost.
        Whether the log had news."""
        ended = job.state not in {JobState.WAITING, JobState.RUNNING}
        paid = repository.present_round(uow.session, row) if ended else None
        if paid is not None:
            paid.run_seconds, paid.vendor_seconds = job.run_seconds, job.vendor_seconds
            paid.vendor_cost_cents = job.cost_cents
            uow.session.add(paid)
        return logbook.record(uow, row.id, job, self._p.clock(), round_number=row.rounds, ended=ended)

    # --- publishing -------------------------------------------------------------------------------------------------

    def _publish(self, row: Training, lease: Lease) -> timedelta | None:
        with scratch.folder() as folder:
            weights = folder / WEIGHTS_FILE
            if row.weights_key:
                self._p.storage.download(row.weights_key, weights)
            else:
                self._fetch(row, lease, weights)
                return NOW
            size = weights.stat().st_size
            name = policy.repository_name(row.name, row.id)
            # Before anything is made there, so that a clean-up knows what to look for.
            if not row.hub_repository and not self._write(lease, hub_repository=name):
                return None
            public = row.visibility is Visibility.PUBLIC
            repository = self._p.hub.publish(
                name, {WEIGHTS_FILE: weights, CARD_FILE: model_card(row, self._p.config.mark)}, public=public
            )
        if WEIGHTS_FILE not in repository.files or repository.private is public:
            raise Stop(
                t("The model could not be published as it should be."),
                vendor="hub",
                code="hub_not_verified",
                category=Category.PROVIDER,
                words=f"private={repository.private}, {len(repository.files)} files",
            )
        with self._p.uow() as uow:
            complete(uow, self._p, self._p.leases.mine(uow.session, lease), repository, size)
        return None

    def _fetch(self, row: Training, lease: Lease, target: Path) -> None:
        key = f"weights/{row.id}.safetensors"
        try:
            self._p.trainer.fetch_weights(self._p.trainer.check(row.vendor_id), target)
        except Missing as error:
            raise Broken(
                Failure(
                    "weights_expired",
                    Category.PROVIDER,
                    t("The trained weights are no longer at the trainer."),
                    t("Press Retry to train again. What was paid came back."),
                    error.words,
                    error.request_id,
                )
            ) from error
        self._p.storage.put(key, target, "application/octet-stream")
        self._write(lease, even_if_final=True, weights_key=key)

    # --- writing ----------------------------------------------------------------------------------------------------

    def _move(
        self, lease: Lease, to: TrainingStatus, *, job: TrainJob | None = None, done: str = "", **values: object
    ) -> timedelta | None:
        with self._p.uow() as uow:
            row = self._p.leases.mine(uow.session, lease)
            if job is not None:
                self._heard(uow, row, job)
            moved = self._p.settlement.settle(uow, row, to, done=done)
            if moved:
                for name, value in values.items():
                    setattr(row, name, value)
        return NOW if moved else None

    def _write(self, lease: Lease, *, even_if_final: bool = False, **values: object) -> bool:
        """Writes `values` into the row; False when it has reached an end meanwhile (then only what the clean-up has to
        know is written: `even_if_final`)."""
        with self._p.uow() as uow:
            row = self._p.leases.mine(uow.session, lease)
            over = row.status in policy.FINAL
            if not over or even_if_final:
                for name, value in values.items():
                    setattr(row, name, value)
                uow.session.add(row)
                uow.notify(row.account_id, "training", row.id)
        return not over


def failure_of(error: BaseException) -> Failure:
    """The reason that `error` gives a person. What we didn't foresee is our fault."""
    if isinstance(error, Broken):
        return error.failure
    if isinstance(error, GatewayError):
        return Failure.of(error)
    if isinstance(error, PhotogenError) and not isinstance(error, DatabaseAway):
        return Failure(error.code, Category.FILE, error.public, ADVICE[Category.FILE])
    if isinstance(error, TimeoutError):
        return Failure(
            "step_timeout",
            Category.TIMEOUT,
            t("One step took far too long and was stopped."),
            ADVICE[Category.PROVIDER],
        )
    return Failure(
        "internal",
        Category.INTERNAL,
        t("Something went wrong on our side."),
        ADVICE[Category.INTERNAL],
        f"{type(error).__name__}",
    )
