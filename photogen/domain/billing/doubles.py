"""A plan that was paid twice, in two tabs: the second is ended and all that was paid for it given back, by itself."""

from __future__ import annotations

from dataclasses import dataclass

from photogen.db.locks import lock_account
from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.billing import policy, repository, telling
from photogen.domain.billing.offers import repository as offered
from photogen.domain.billing.refunds import Refunds
from photogen.domain.billing.sync import Sync
from photogen.gateways.base_payments import PaymentGateway
from photogen.kit.clock import Clock
from photogen.models import Subscription

REASON = "double"
"""Stands with the payments that went back."""


@dataclass(frozen=True)
class Doubles:
    """For the worker: settle. Raises the gateway's errors."""

    uow: UowFactory
    clock: Clock
    gateway: PaymentGateway
    sync: Sync
    refunds: Refunds

    def settle(self, gateway_id: str) -> None:
        """Ends this subscription if it is the second of two that were bought together; its invoices are known already.
        Again is fine, also after a death in the middle: the refund is wished for before the plan is ended."""
        with self.uow() as uow:
            pair = self._pair(uow, gateway_id)
        if pair is None:
            return
        self.sync.subscription(pair[0].gateway_id)  # it may have ended, and the word of it be late: then this one stays
        with self.uow() as uow:
            lock_account(uow.session, pair[0].account_id)
            pair = self._pair(uow, gateway_id)
            if pair is None:
                return
            first, second = pair
            for payment in repository.paid_of(uow.session, gateway_id):
                self.refunds.whole(uow, payment.id, REASON)
            names = {plan.key: plan.name for plan in offered.plans(uow.session)}
            ended, stays = (names.get(row.plan_key, row.plan_key) for row in (second, first))
            telling.double(uow, second, ended, stays, self.clock())
        self.gateway.cancel_now(gateway_id)
        self.sync.subscription(gateway_id)

    def _pair(self, uow: UnitOfWork, gateway_id: str) -> tuple[Subscription, Subscription] | None:
        row = repository.subscription(uow.session, gateway_id)
        if row is None:
            return None
        live = repository.live_subscriptions(uow.session, row.account_id, self.clock())
        second = next((other for other in live[1:] if other.gateway_id == gateway_id), None)
        if second is None or not policy.bought_twice(live[0], second):
            return None
        return live[0], second
