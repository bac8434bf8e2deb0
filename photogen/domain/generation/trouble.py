"""What becomes of a shot that something went wrong with: another vendor, again later, or the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from photogen.db.lease import Lease
from photogen.domain.generation import asking, policy
from photogen.domain.generation.deliver import forget
from photogen.domain.generation.parts import NOW, Broken, Parts
from photogen.domain.generation.pictures import Unreadable
from photogen.domain.generation.policy import Failure
from photogen.domain.generation.repository import Order
from photogen.domain.vendors import routes, routing
from photogen.domain.vendors.policy import LOOKS_FOR_WHAT_IS_MISSING, PAUSED, RETIRED
from photogen.domain.vendors.routing import Choice
from photogen.gateways.base import Category, Fix, GatewayError, Missing, Retry, Stop, Unknown
from photogen.kit import log
from photogen.kit.text import t
from photogen.models.generation import Shot, ShotStatus

_log = log.get("generation")


class Trouble:
    """Decides, and writes down why."""

    def __init__(self, parts: Parts) -> None:
        self._p = parts

    def not_taken(self, lease: Lease, order: Order, choice: Choice, error: GatewayError) -> bool:
        """A vendor has not taken the request, which is certain. Whether another is to be asked now; else the caller
        raises `error`."""
        paused = self._p.paused()
        with self._p.uow() as uow:
            mine = self._p.leases.mine(uow.session, lease)
            mine.submit_started_at = None  # the next try needs no look-up and no grace
            uow.session.add(mine)
            if error.code == RETIRED:
                routes.retire(uow, choice.route.id, self._p.clock())
            if mine.status in policy.FINAL or isinstance(error, Fix):
                return False
            order = replace(order, shot=mine)
            before = mine.tried
            mine.tried = routing.tried(before, choice.route, error.code)
            other = asking.choose(self._p, order, {*paused, choice.route.vendor})
            elsewhere = other is not None and other.route.vendor not in {*paused, choice.route.vendor}
            if not elsewhere or not policy.leaves(error, mine.attempts + 1):
                mine.tried = before
                return False
            mine.attempts = 0
            mine.error = mine.error_code = mine.error_category = mine.vendor_words = ""
            _log.warning("another vendor is asked", shot=mine.id, vendor=choice.route.vendor, code=error.code)
        return True

    def decide(self, lease: Lease, error: Exception) -> timedelta | None:
        """Writes down what happened and decides: again later (gives the time until then), or the end."""
        failure = failure_of(error)
        if isinstance(error, Retry) and error.code == PAUSED:
            return self._wait(lease, error)
        _log.warning(
            "shot in trouble",
            shot=lease.id, code=failure.code, category=failure.category.value, error=type(error).__name__,
        )  # fmt: skip
        owed = False
        with self._p.uow() as uow:
            mine = self._p.leases.mine(uow.session, lease)
            if mine.status in policy.FINAL:
                return NOW
            wait = self._until_next(mine, error, failure)
            if isinstance(error, Unknown) and wait is not None:
                # It may have been accepted, or may still be: the next step looks, and the grace begins with the loss of
                # the answer, which can come a minute after the question.
                mine.attempts += 1
                mine.submit_started_at = self._p.clock()
                uow.session.add(mine)
                return NOW
            if wait is None:
                ended = isinstance(error, Broken) and error.ended
                self._p.settlement.settle(uow, mine, ShotStatus.FAILED, failure=failure, ended=ended)
                owed = mine.stop_owed
            else:
                mine.attempts += 1
                mine.waiting = ""
                mine.error = t("{public} Trying again in {n} s.", public=failure.public, n=max(1, int(wait)))[:500]
                mine.error_code, mine.error_category = failure.code[:60], failure.category.value
                mine.vendor_words = failure.words[:2000]
                uow.session.add(mine)
                uow.notify(mine.account_id, "generation", mine.generation_id)
        later = self._next(lease, wait)
        return NOW if later is None and owed else later

    def _until_next(self, mine: Shot, error: Exception, failure: Failure) -> float | None:
        age = self._p.clock() - (mine.started_at or mine.created_at)
        after = error.after if isinstance(error, Retry) else None
        believed = isinstance(error, Missing) and mine.attempts + 1 >= LOOKS_FOR_WHAT_IS_MISSING
        if mine.vendor_id and isinstance(error, Retry | Stop | Fix | Missing) and not believed:
            # It draws on, and was paid for; nothing that is said of a question after it speaks of the picture.
            return policy.look_again(mine.attempts + 1, age, self._p.config.longest, after)
        if isinstance(error, Fix | Stop | Missing | Broken | Unreadable):
            return None
        return policy.again(failure.category, mine.attempts + 1, age, self._p.config.longest, after)

    def _wait(self, lease: Lease, error: Retry) -> timedelta | None:
        """For a vendor that is paused. Nothing was asked, so it is no attempt, and costs nothing but time."""
        with self._p.uow() as uow:
            now = self._p.clock()
            mine = self._p.leases.mine(uow.session, lease)
            if mine.status in policy.FINAL:
                return NOW
            # What the vendor has taken is waited for as long as any picture.
            if mine.vendor_id:
                waited, longest = now - (mine.started_at or mine.created_at), self._p.config.longest
            else:
                waited, longest = now - (mine.waiting_since or now), self._p.config.longest_pause
            wait = policy.wait(waited, longest, error.after)
            if wait is None:
                self._p.settlement.settle(uow, mine, ShotStatus.FAILED, failure=policy.waited_in_vain(error))
            elif mine.waiting != error.public[:300]:
                mine.waiting, mine.waiting_since = error.public[:300], mine.waiting_since or now
                uow.session.add(mine)
                uow.notify(mine.account_id, "generation", mine.generation_id)
        return self._next(lease, wait)

    def _next(self, lease: Lease, wait: float | None) -> timedelta | None:
        if wait is None:
            forget(self._p, lease.id)
            return None
        return timedelta(seconds=wait)


def failure_of(error: Exception) -> Failure:
    """The reason that `error` gives a person. What we didn't foresee is our fault."""
    if isinstance(error, Broken):
        return error.failure
    if isinstance(error, GatewayError):
        return Failure.of(error)
    if isinstance(error, Unreadable):
        return Failure(
            "picture_unreadable", Category.FILE, t("What the service sent is not a picture. Try again."), str(error)
        )
    return Failure(
        "internal", Category.INTERNAL, t("Something went wrong on our side. Try again."), type(error).__name__
    )
