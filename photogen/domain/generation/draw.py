"""How a shot gets on: somebody takes the lease, asks the vendor, and brings the picture home.

One call to the vendor per shot. From the moment before it leaves, `submit_started_at` says that it may have been
accepted: then nobody asks again without having looked. A vendor that can't tell (it answers at once) is never asked
twice: the shot fails as `outcome_unknown` and its credit comes back.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta

from photogen.db.lease import Lease, Leases, LostLease
from photogen.db.uow import UowFactory
from photogen.domain.gallery.commands import NewImage
from photogen.domain.gallery.service import GalleryService
from photogen.domain.generation import pictures, policy, repository
from photogen.domain.generation.config import GenerationConfig
from photogen.domain.generation.pictures import Prepared, Unreadable
from photogen.domain.generation.policy import OUTCOME_UNKNOWN, Failure
from photogen.domain.generation.repository import Order
from photogen.domain.generation.settle import Settlement
from photogen.domain.vendors.policy import PAUSED
from photogen.gateways.base import (
    Category,
    Fix,
    GatewayError,
    ImageJob,
    ImageRequest,
    ImageVendor,
    JobState,
    Lora,
    Missing,
    Picture,
    Retry,
    Stop,
    Storage,
    Unknown,
)
from photogen.kit import log
from photogen.kit.clock import Clock
from photogen.models.generation import Shot, ShotStatus
from photogen.models.lora import LoraStatus

NOW = timedelta(0)
_LOOK_AGAIN = timedelta(seconds=1)
_MOST_STEPS = 6
_STORAGE_TRIES = 3
_log = log.get("generation")


class _Broken(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.code)
        self.failure = failure


class Draw:
    """The worker's side of shots."""

    def __init__(
        self,
        uow: UowFactory,
        clock: Clock,
        storage: Storage,
        gallery: GalleryService,
        vendors: Mapping[str, ImageVendor],
        config: GenerationConfig,
        leases: Leases[Shot],
        settlement: Settlement,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._storage = storage
        self._gallery = gallery
        self._vendors = vendors
        self._config = config
        self._leases = leases
        self._settlement = settlement

    def __call__(self, shot_id: str) -> None:
        """Does what is next, until the shot waits for the vendor or is over. Does nothing when another has the lease.
        Raises only what nobody foresaw, after having written it down."""
        with self._uow() as uow:
            lease = self._leases.take(uow.session, shot_id)
            order = repository.order(uow.session, shot_id) if lease else None
            fresh = False
            if lease and order and order.shot.status is ShotStatus.QUEUED and order.model.vendor in self._vendors:
                # One transaction from the click's row to the vendor: nothing else stands in between.
                order.shot.submit_started_at, order.shot.vendor = self._clock(), order.model.vendor
                fresh = self._settlement.settle(uow, order.shot, ShotStatus.RENDERING)
        if lease is None:
            _log.debug("shot is in other hands", shot=shot_id)
            return
        wait: timedelta | None = None
        try:
            with lease:
                wait = self._work(lease, order, fresh=fresh)
        except LostLease:
            _log.warning("lease lost", shot=shot_id)
        finally:
            status = self._leases.release(lease, self._clock() + (wait or self._config.pickup))
        if wait is not None and status == ShotStatus.CANCELLED:
            # After our last look; the job that the cancellation sent found the row in our hands, and left.
            with self._uow() as uow:
                order = repository.order(uow.session, shot_id)
            if order is not None:
                self._tell_vendor(order)

    def _work(self, lease: Lease, order: Order | None, *, fresh: bool) -> timedelta | None:
        for _ in range(_MOST_STEPS):
            if order is None:
                return None
            if order.shot.status in policy.FINAL:
                self._tell_vendor(order)
                return None
            try:
                wait = self._step(lease, order, fresh=fresh)
            except LostLease:
                raise
            except Exception as error:
                wait = self._trouble(lease, error)
                if not isinstance(error, GatewayError | _Broken | Unreadable | TimeoutError):
                    self._leases.release(lease, self._clock() + (wait or self._config.pickup))
                    raise
            if wait is None or wait > NOW:
                return wait
            fresh = False
            with self._uow() as uow:
                order = repository.order(uow.session, lease.id)
        return self._config.poll

    def _step(self, lease: Lease, order: Order, *, fresh: bool) -> timedelta | None:
        """`fresh`: this very job has just written that it is about to ask."""
        shot = order.shot
        vendor = self._vendors.get(order.model.vendor)
        if vendor is None:
            raise _Broken(
                Failure(
                    "vendor_missing",
                    Category.INTERNAL,
                    "This model's service is not set up here. Choose another model, or tell whoever runs this studio.",
                )
            )
        if shot.vendor_id:
            return self._follow(lease, order, vendor, vendor.check(shot.vendor_id))
        if fresh:
            return self._submit(lease, order, vendor)
        if shot.submit_started_at is not None:
            found = self._find(vendor, shot.id)
            if isinstance(found, Picture):
                return self._deliver(lease, order, found)
            if found is not None:
                return self._accepted(lease, order, vendor, found)
            if self._clock() < shot.submit_started_at + self._config.grace:
                return _LOOK_AGAIN
        with self._uow() as uow:
            mine = self._leases.mine(uow.session, lease)
            if mine.status in policy.FINAL:
                return NOW
            if mine.status is ShotStatus.QUEUED:
                self._settlement.settle(uow, mine, ShotStatus.RENDERING)
            mine.submit_started_at, mine.vendor = self._clock(), order.model.vendor
            uow.session.add(mine)
        return self._submit(lease, order, vendor)

    def _submit(self, lease: Lease, order: Order, vendor: ImageVendor) -> timedelta | None:
        request = self._request(order)
        if lease.lost:
            raise LostLease(lease.id)
        try:
            answer = vendor.submit(request)
        except (Retry, Fix, Stop, Missing):
            # The vendor took nothing: the next try, if there is one, needs no look-up and no grace.
            with self._uow() as uow:
                mine = self._leases.mine(uow.session, lease)
                mine.submit_started_at = None
                uow.session.add(mine)
            raise
        if isinstance(answer, Picture):
            try:
                return self._deliver(lease, order, answer)
            except Retry as error:  # of the storage: the vendor won't give these bytes a second time
                raise _Broken(Failure.of(error)) from error
        return self._accepted(lease, order, vendor, answer)

    def _request(self, order: Order) -> ImageRequest:
        batch, shot = order.generation, order.shot
        lora = None
        if batch.lora_scale is not None:
            if order.lora is None:
                raise _Broken(
                    Failure(
                        "model_deleted", Category.VALIDATION, "The model was deleted before this picture was drawn."
                    )
                )
            if order.lora.status is LoraStatus.QUARANTINED:
                raise _Broken(
                    Failure(
                        "model_quarantined",
                        Category.VALIDATION,
                        "The model was put on hold before this picture was drawn. Its page says why.",
                    )
                )
            url = self._storage.signed_url(order.lora.weights_key, self._config.weights_ttl, reference=shot.id)
            if url is None:
                raise _Broken(
                    Failure(
                        "weights_unreachable",
                        Category.INTERNAL,
                        "The service that draws can't reach this studio to fetch your model. "
                        "Whoever runs it has to set PUBLIC_URL or a bucket.",
                    )
                )
            lora = Lora(url, batch.lora_scale)
        hook = self._config.webhook_base
        return ImageRequest(
            reference=shot.id,
            model=order.model.vendor_model,
            prompt=batch.prompt_sent,
            width=batch.width,
            height=batch.height,
            aspect=batch.aspect,
            seed=shot.seed,
            steps=batch.steps,
            guidance=batch.guidance,
            negative_prompt=batch.negative_prompt,
            lora=lora,
            webhook_url=f"{hook}/webhooks/replicate?shot={shot.id}" if hook else None,
        )

    def _accepted(self, lease: Lease, order: Order, vendor: ImageVendor, job: ImageJob) -> timedelta | None:
        with self._uow() as uow:
            mine = self._leases.mine(uow.session, lease)
            mine.vendor_id, mine.attempts = job.vendor_id, 0
            mine.waiting, mine.waiting_since = "", None
            uow.session.add(mine)
            if mine.status in policy.FINAL:
                return NOW  # cancelled meanwhile: the next round tells the vendor
        return self._follow(lease, order, vendor, job)

    def _follow(self, lease: Lease, order: Order, vendor: ImageVendor, job: ImageJob) -> timedelta | None:
        age = self._clock() - (order.shot.started_at or order.shot.created_at)
        if job.state is JobState.SUCCEEDED:
            return self._deliver(lease, order, vendor.fetch(job))
        if job.state in {JobState.WAITING, JobState.RUNNING}:
            if age <= self._config.longest:
                return policy.poll_after(age, self._config.poll)
            vendor.cancel(job.vendor_id)
            raise _Broken(
                Failure("shot_timeout", Category.TIMEOUT, "The picture took far too long and was stopped. Try again.")
            )
        raise _Broken(
            Failure.of(job.error)
            if job.error is not None
            else Failure(
                f"shot_{job.state.value}", Category.PROVIDER, "The service gave up on this picture. Try again."
            )
        )

    def _deliver(self, lease: Lease, order: Order, picture: Picture) -> timedelta | None:
        """Bytes first, then the row (rule 8), with the money in the same transaction."""
        made = pictures.prepare(picture.data)
        shot, batch = order.shot, order.generation
        key = f"images/{shot.id}/original.{made.suffix}"
        files = {key: (made.data, made.content_type)}
        files |= {f"images/{shot.id}/{name}.webp": (data, "image/webp") for name, data in made.thumbnails.items()}
        for name, (data, content_type) in files.items():
            self._store(name, data, content_type)
        with self._uow() as uow:
            mine = self._leases.mine(uow.session, lease)
            delivered = self._settlement.settle(uow, mine, ShotStatus.DONE)
            if delivered:
                mine.image_id = shot.id
                self._gallery.add(uow, self._image(order, made, key))
                if batch.lora_model_id:
                    repository.count_use(uow.session, batch.lora_model_id)
        if not delivered:  # cancelled meanwhile
            self._forget(shot.id)
        return None

    def _store(self, key: str, data: bytes, content_type: str) -> None:
        """These bytes may have been paid for and be nowhere else: the storage gets a second and a third chance."""
        for left in reversed(range(_STORAGE_TRIES)):
            try:
                self._storage.put(key, data, content_type)
            except Retry:
                if not left:
                    raise
                time.sleep(self._config.storage_pause)
            else:
                return

    def _find(self, vendor: ImageVendor, shot_id: str) -> ImageJob | Picture | None:
        """What became of a request that may have been accepted: the vendor's job, or the picture itself where a worker
        stored it and was killed before it could write the row."""
        try:
            return vendor.find(shot_id)
        except Unknown as error:
            for key in self._storage.keys(f"images/{shot_id}/original."):
                return Picture(self._storage.read(key), self._storage.stat(key).content_type)
            raise _Broken(OUTCOME_UNKNOWN) from error

    def _forget(self, shot_id: str) -> None:
        """Nobody has paid for what is there of this shot, nobody gets it."""
        try:
            for key in list(self._storage.keys(f"images/{shot_id}/")):
                self._storage.delete(key)
        except GatewayError as error:
            _log.warning("files of a failed shot left behind", shot=shot_id, code=error.code)

    def _image(self, order: Order, made: Prepared, key: str) -> NewImage:
        shot, batch = order.shot, order.generation
        now = self._clock()
        return NewImage(
            id=shot.id,
            account_id=shot.account_id,
            generation_id=batch.id,
            shot_id=shot.id,
            model_key=batch.model_key,
            model_name=batch.model_name,
            lora_model_id=batch.lora_model_id,
            lora_version_id=batch.lora_version_id,
            prompt=batch.prompt,
            prompt_sent=batch.prompt_sent,
            aspect=batch.aspect,
            width=made.width,
            height=made.height,
            seed=shot.seed,
            vendor=order.model.vendor,
            credits=shot.credits,
            storage_key=key,
            content_type=made.content_type,
            bytes=len(made.data),
            thumbhash=made.thumbhash,
            recipe={
                "steps": batch.steps,
                "guidance": batch.guidance,
                "lora_scale": batch.lora_scale,
                "model_version": order.lora.number if order.lora else None,
                "style": batch.style,
                "negative_prompt": batch.negative_prompt,
                "vendor_model": order.model.vendor_model,
                "seconds": round((now - (shot.started_at or now)).total_seconds(), 2),
            },
            created_at=now,
        )

    def _tell_vendor(self, order: Order) -> None:
        """A cancelled shot that the vendor may still be drawing. What it says does not matter any more."""
        vendor = self._vendors.get(order.shot.vendor)
        if order.shot.status is not ShotStatus.CANCELLED or not order.shot.vendor_id or vendor is None:
            return
        try:
            vendor.cancel(order.shot.vendor_id)
        except GatewayError as error:
            _log.warning("vendor not told of a cancelled shot", shot=order.shot.id, code=error.code)

    def _trouble(self, lease: Lease, error: Exception) -> timedelta | None:
        """Writes down what happened and decides: again later, or the end."""
        failure = _failure(error)
        if isinstance(error, Retry) and error.code == PAUSED:
            return self._wait(lease, error)
        _log.warning(
            "shot in trouble",
            shot=lease.id, code=failure.code, category=failure.category.value, error=type(error).__name__,
        )  # fmt: skip
        with self._uow() as uow:
            mine = self._leases.mine(uow.session, lease)
            if mine.status in policy.FINAL:
                return NOW
            age = self._clock() - (mine.started_at or mine.created_at)
            after = error.after if isinstance(error, Retry) else None
            wait = None
            if not isinstance(error, Fix | Stop | Missing | _Broken | Unreadable):
                wait = policy.again(failure.category, mine.attempts + 1, age, self._config.longest, after)
            if isinstance(error, Unknown) and wait is not None:
                # It may have been accepted, or may still be: the next step looks, and the grace begins with the loss of
                # the answer, which can come a minute after the question.
                mine.attempts += 1
                mine.submit_started_at = self._clock()
                uow.session.add(mine)
                return NOW
            if wait is None:
                self._settlement.settle(uow, mine, ShotStatus.FAILED, failure=failure)
            else:
                mine.attempts += 1
                mine.waiting = ""
                mine.error = f"{failure.public} Trying again in {max(1, int(wait))} s."[:500]
                mine.error_code, mine.error_category = failure.code[:60], failure.category.value
                mine.vendor_words = failure.words[:2000]
                uow.session.add(mine)
                uow.notify(mine.account_id, "generation", mine.generation_id)
        if wait is None:
            self._forget(lease.id)
            return None
        return timedelta(seconds=wait)

    def _wait(self, lease: Lease, error: Retry) -> timedelta | None:
        """For a vendor that is paused. Nothing was asked, so it is no attempt, and costs nothing but time."""
        with self._uow() as uow:
            now = self._clock()
            mine = self._leases.mine(uow.session, lease)
            if mine.status in policy.FINAL:
                return NOW
            # What the vendor has taken is waited for as long as any picture.
            if mine.vendor_id:
                waited, longest = now - (mine.started_at or mine.created_at), self._config.longest
            else:
                waited, longest = now - (mine.waiting_since or now), self._config.longest_pause
            wait = policy.wait(waited, longest, error.after)
            if wait is None:
                self._settlement.settle(uow, mine, ShotStatus.FAILED, failure=policy.waited_in_vain(error))
            elif mine.waiting != error.public[:300]:
                mine.waiting, mine.waiting_since = error.public[:300], mine.waiting_since or now
                uow.session.add(mine)
                uow.notify(mine.account_id, "generation", mine.generation_id)
        if wait is None:
            self._forget(lease.id)
            return None
        return timedelta(seconds=wait)


def _failure(error: Exception) -> Failure:
    if isinstance(error, _Broken):
        return error.failure
    if isinstance(error, GatewayError):
        return Failure.of(error)
    if isinstance(error, Unreadable):
        return Failure(
            "picture_unreadable", Category.FILE, "What the service sent is not a picture. Try again.", str(error)
        )
    return Failure("internal", Category.INTERNAL, "Something went wrong on our side. Try again.", type(error).__name__)
