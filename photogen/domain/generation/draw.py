"""How a shot gets on: somebody takes the lease, asks a vendor, and brings the picture home.

One paid call per shot. From the moment before it leaves, `submit_started_at` says that it may have been accepted by
`vendor`: then nobody asks again, there or elsewhere, without having looked. A vendor that can't tell (it answers at
once) is never asked twice: the shot fails as `outcome_unknown` and its credit comes back. A vendor that has certainly
not taken the request makes way for the next that can do the same.
"""

from __future__ import annotations

from datetime import timedelta

from photogen.db.lease import Lease, LostLease
from photogen.domain.generation import asking, policy, repository
from photogen.domain.generation.deliver import deliver
from photogen.domain.generation.line import repository as line
from photogen.domain.generation.parts import NOW, Broken, Parts
from photogen.domain.generation.pictures import Unreadable
from photogen.domain.generation.policy import NO_VENDOR, OUTCOME_UNKNOWN, Failure
from photogen.domain.generation.repository import Order
from photogen.domain.generation.trouble import Trouble
from photogen.domain.vendors.routing import Choice
from photogen.gateways.base import (
    Category,
    Fix,
    GatewayError,
    ImageJob,
    ImageVendor,
    JobState,
    Missing,
    Picture,
    Retry,
    Stop,
    Unknown,
)
from photogen.kit import log
from photogen.kit.text import t
from photogen.models.generation import ShotStatus

_LOOK_AGAIN = timedelta(seconds=1)
_MOST_STEPS = 8
_log = log.get("generation")


class Draw:
    """The worker's side of shots."""

    def __init__(self, parts: Parts) -> None:
        self._p = parts
        self._trouble = Trouble(parts)

    def __call__(self, shot_id: str) -> None:
        """Does what is next, until the shot waits for the vendor or is over. Does nothing when another has the lease.
        One that stands in line is begun when it is its turn: then the one that is next is begun in its place.
        Raises only what nobody foresaw, after having written it down."""
        self._go(shot_id)

    def next(self) -> None:
        """Does so with the shot that is next in line. Nothing when none is, or none of those has room."""
        self._go(None)

    def _go(self, wanted: str | None) -> None:
        paused = self._p.paused()  # read before the transaction: it may have to ask the database itself
        with self._p.uow() as uow:
            if wanted is None or line.is_waiting(uow.session, wanted):
                wanted = line.take_next(uow.session, self._p.clock())
            lease = self._p.leases.take(uow.session, wanted) if wanted else None
            order = repository.order(uow, lease.id) if lease else None
            fresh: Choice | None = None
            if lease and order and order.shot.status is ShotStatus.QUEUED:
                fresh = asking.choose(self._p, order, paused)
                if fresh is not None:
                    # One transaction from the click's row to the vendor: nothing else stands in between.
                    asking.begin(self._p, order.shot, fresh)
                    self._p.settlement.settle(uow, order.shot, ShotStatus.RENDERING)
        if lease is None:
            _log.debug("shot is in other hands, or none may begin", shot=wanted)
            return
        wait: timedelta | None = None
        try:
            with lease:
                wait = self._work(lease, order, fresh)
        except LostLease:
            _log.warning("lease lost", shot=lease.id)
        finally:
            status = self._p.leases.release(lease, self._p.clock() + (wait or self._p.config.pickup))
        if wait is not None and status == ShotStatus.CANCELLED and order and order.shot.status not in policy.FINAL:
            # After our last look; the job that the cancellation sent found the row in our hands, and left.
            self(lease.id)

    def _work(self, lease: Lease, order: Order | None, fresh: Choice | None) -> timedelta | None:
        for _ in range(_MOST_STEPS):
            if order is None:
                return None
            if order.shot.status in policy.FINAL:
                return self._stop(lease, order) if order.shot.stop_owed else None
            try:
                wait = self._step(lease, order, fresh)
            except LostLease:
                raise
            except Exception as error:
                wait = self._trouble.decide(lease, error)
                if not isinstance(error, GatewayError | Broken | Unreadable | TimeoutError):
                    self._p.leases.release(lease, self._p.clock() + (wait or self._p.config.pickup))
                    raise
            if wait is None or wait > NOW:
                return wait
            fresh = None
            with self._p.uow() as uow:
                order = repository.order(uow, lease.id)
        return self._p.config.poll

    def _step(self, lease: Lease, order: Order, fresh: Choice | None) -> timedelta | None:
        """`fresh`: this very job has just written that it is about to ask there."""
        shot = order.shot
        if fresh is not None:
            return self._submit(lease, order, fresh)
        if shot.vendor_id:
            vendor = self._vendor(shot.vendor)
            return self._follow(lease, order, vendor, vendor.check(shot.vendor_id))
        if shot.submit_started_at is not None:
            vendor = self._vendor(shot.vendor)
            found = self._find(vendor, shot.id)
            if isinstance(found, Picture):
                deliver(self._p, lease, order, found)
                return None
            if found is not None:
                return self._accepted(lease, order, vendor, found)
            if self._p.clock() < shot.submit_started_at + self._p.config.grace:
                return _LOOK_AGAIN
        choice = asking.choose(self._p, order, self._p.paused())
        if choice is None:
            raise Broken(NO_VENDOR)
        with self._p.uow() as uow:
            mine = self._p.leases.mine(uow.session, lease)
            if mine.status in policy.FINAL:
                return NOW
            if mine.status is ShotStatus.QUEUED:
                self._p.settlement.settle(uow, mine, ShotStatus.RENDERING)
            asking.begin(self._p, mine, choice)
            uow.session.add(mine)
        return self._submit(lease, order, choice)

    def _vendor(self, name: str) -> ImageVendor:
        """The vendor that has, or may have, the request."""
        vendor = self._p.vendors.get(name)
        if vendor is None:
            raise Broken(NO_VENDOR)
        return vendor

    def _submit(self, lease: Lease, order: Order, choice: Choice) -> timedelta | None:
        vendor = self._vendor(choice.route.vendor)
        request = asking.request(self._p, order, choice)
        if lease.lost:
            raise LostLease(lease.id)
        try:
            answer = vendor.submit(request)
        except (Retry, Fix, Stop, Missing) as error:
            if self._trouble.not_taken(lease, order, choice, error):
                return NOW
            raise
        if isinstance(answer, Picture):
            try:
                deliver(self._p, lease, order, answer)
            except Retry as error:  # of the storage: the vendor won't give these bytes a second time
                raise Broken(Failure.of(error)) from error
            return None
        return self._accepted(lease, order, vendor, answer)

    def _accepted(self, lease: Lease, order: Order, vendor: ImageVendor, job: ImageJob) -> timedelta | None:
        with self._p.uow() as uow:
            mine = self._p.leases.mine(uow.session, lease)
            mine.vendor_id, mine.attempts = job.vendor_id, 0
            mine.waiting, mine.waiting_since = "", None
            uow.session.add(mine)
            if mine.status in policy.FINAL:
                return NOW  # cancelled meanwhile: the next round tells the vendor
        return self._follow(lease, order, vendor, job)

    def _follow(self, lease: Lease, order: Order, vendor: ImageVendor, job: ImageJob) -> timedelta | None:
        age = self._p.clock() - (order.shot.started_at or order.shot.created_at)
        if job.state is JobState.SUCCEEDED:
            deliver(self._p, lease, order, vendor.fetch(job))
            return None
        if job.state in {JobState.WAITING, JobState.RUNNING}:
            if age <= self._p.config.longest:
                return policy.poll_after(age, self._p.config.poll)
            raise Broken(
                Failure(
                    "shot_timeout", Category.TIMEOUT, t("The picture took far too long and was stopped. Try again.")
                )
            )
        raise Broken(
            Failure.of(job.error)
            if job.error is not None
            else Failure(
                f"shot_{job.state.value}",
                Category.PROVIDER,
                t("The service gave up on this picture. Try again."),
            ),
            ended=True,
        )

    def _find(self, vendor: ImageVendor, shot_id: str) -> ImageJob | Picture | None:
        """What became of a request that may have been accepted: the vendor's job, or the picture itself where a worker
        stored it and was killed before it could write the row."""
        try:
            return vendor.find(shot_id)
        except Unknown as error:
            storage = self._p.storage
            for key in storage.keys(f"images/{shot_id}/original."):
                return Picture(storage.read(key), storage.stat(key).content_type)
            raise Broken(OUTCOME_UNKNOWN) from error

    def _stop(self, lease: Lease, order: Order) -> timedelta | None:
        """The vendor may still be drawing what is over here. It is told to stop until it has heard it, or would be
        through anyway; gives the time until it is told again."""
        shot, vendor = order.shot, self._p.vendors.get(order.shot.vendor)
        draws = self._p.clock() < (shot.finished_at or shot.created_at) + self._p.config.longest
        try:
            if vendor is not None and draws:
                found = ImageJob(shot.vendor_id, JobState.RUNNING) if shot.vendor_id else vendor.find(shot.id)
                if isinstance(found, ImageJob) and found.state in {JobState.WAITING, JobState.RUNNING}:
                    vendor.cancel(found.vendor_id)
        except Unknown:
            pass  # who can't tell what it draws can't be told to stop
        except GatewayError as error:
            _log.warning("vendor not told to stop", shot=shot.id, code=error.code)
            return self._p.config.pickup
        with self._p.uow() as uow:
            mine = self._p.leases.mine(uow.session, lease)
            mine.stop_owed = False
            uow.session.add(mine)
        return None
