"""The one door to a shot's status: the move and the money in one transaction."""

from __future__ import annotations

from photogen.db.uow import UnitOfWork
from photogen.domain.generation import policy
from photogen.domain.generation.config import GenerationConfig
from photogen.domain.generation.line import repository as line
from photogen.domain.generation.paying import Payment
from photogen.domain.generation.policy import Failure
from photogen.gateways.base import Job
from photogen.kit import log
from photogen.kit.clock import Clock
from photogen.models.generation import Shot, ShotStatus

_log = log.get("generation")

ADVANCE = "advance_shot"
DRAW_NEXT = "draw_next"
"""Functions of worker.jobs."""


class Settlement:
    """Moves shots. `settle` is a step: it joins the caller's unit of work."""

    def __init__(self, clock: Clock, payment: Payment, config: GenerationConfig) -> None:
        self._clock = clock
        self._payment = payment
        self._config = config

    def settle(
        self, uow: UnitOfWork, row: Shot, to: ShotStatus, *, failure: Failure | None = None, ended: bool = False
    ) -> bool:
        """Moves `row`, which the caller has locked; False, and nothing done, when it can't go there any more.

        Done pays for it, failed and cancelled give its credit or its part of the quota back. `ended`: the vendor has
        said that it draws no more; else it is still to be told to stop, wherever it may have begun."""
        if not policy.can_move(row.status, to):
            return False
        now = self._clock()
        if row.status is ShotStatus.RENDERING and line.any_waiting(uow.session):
            uow.after_commit(Job(DRAW_NEXT, (row.id,)))  # it makes room
        _log.info("shot moved", shot=row.id, here=row.status.value, to=to.value, code=failure.code if failure else None)
        row.status = to
        row.attempts = 0
        row.waiting, row.waiting_since = "", None
        if to is ShotStatus.RENDERING:
            row.started_at = now
            row.next_check_at = now + self._config.pickup
        else:
            row.finished_at = now
            row.stop_owed = not (to is ShotStatus.DONE or ended) and row.submit_started_at is not None
            row.next_check_at = now if row.stop_owed else None
            row.error = row.error_code = row.error_category = row.vendor_words = ""
            if failure is not None:
                row.error, row.error_code = failure.public[:500], failure.code[:60]
                row.error_category, row.vendor_words = failure.category.value, failure.words[:2000]
            self._payment.close(uow, row, delivered=to is ShotStatus.DONE)
        uow.session.add(row)
        uow.notify(row.account_id, "generation", row.generation_id)
        return True
