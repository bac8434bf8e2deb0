"""How shots are paid: out of the day's quota first, the rest with credits where the account lets them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from photogen.db.uow import UnitOfWork
from photogen.domain.credits.service import CreditsService
from photogen.domain.generation.views import Tariff
from photogen.domain.plans.views import ImageModelView
from photogen.domain.quota import Ask, QuotaService
from photogen.models.generation import Generation, Shot
from photogen.models.training import PaidBy


class Payment:
    """Steps; they join the caller's unit of work."""

    def __init__(self, credits: CreditsService, quota: QuotaService) -> None:
        self._credits = credits
        self._quota = quota

    def hold(
        self, uow: UnitOfWork, account_id: str, batches: Sequence[Generation], shots: Sequence[Shot], at: datetime
    ) -> None:
        """Sets aside what the new shots take, all or none under one lock, and writes into each how it is paid. `at` is
        the moment of the click: its UTC date is the day that pays. Raises QuotaExhausted, InsufficientCredits."""
        models = {batch.id: batch.model_key for batch in batches}
        asks = [Ask(shot.hold_key, models[shot.generation_id], shot.quota_weight, shot.credits) for shot in shots]
        taken = self._quota.take(uow, account_id, asks, at)
        for shot in shots:
            if shot.hold_key in taken:
                shot.paid_by, shot.credits = PaidBy.QUOTA, 0
            else:
                shot.paid_by, shot.quota_weight = PaidBy.CREDITS, 0
        items = [(shot.hold_key, shot.id, shot.credits) for shot in shots if shot.paid_by is PaidBy.CREDITS]
        if items:
            self._credits.hold_many(uow, account_id, items, "shot")

    def close(self, uow: UnitOfWork, shot: Shot, *, delivered: bool) -> None:
        """What was delivered is paid, the rest goes back to where it came from."""
        if shot.paid_by is PaidBy.QUOTA:
            (self._quota.use if delivered else self._quota.give_back)(uow, shot.hold_key)
        else:
            (self._credits.capture if delivered else self._credits.release)(uow, shot.hold_key)

    def tariff(self, uow: UnitOfWork, account_id: str, model: ImageModelView, size: tuple[int, int]) -> Tariff:
        """What pictures of `model`, so wide and high, would take now. Raises NotFound, Conflict
        (`unit_not_suitable`)."""
        today = self._quota.view_of(uow, account_id)
        return Tariff(
            credits_each=model.price(*size),
            weight_each=model.quota_weight,
            balance=self._credits.available(uow, account_id),
            quota_left=today.left,
            quota_limit=today.limit,
            overage=today.overage,
            resets_at=today.resets_at,
            locked=model.locked,
        )
