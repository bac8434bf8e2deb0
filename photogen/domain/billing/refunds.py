"""Giving back what was paid: quoted, wished for in one transaction, done by the worker under one key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from photogen.db.locks import lock_account
from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.billing import policy, repository
from photogen.domain.billing.config import BillingConfig
from photogen.domain.billing.granting import grant_keys
from photogen.domain.billing.sync import Sync
from photogen.domain.billing.views import RefundView
from photogen.domain.credits.service import CreditsService
from photogen.domain.incidents.service import IncidentsService
from photogen.errors import Conflict, NotFound
from photogen.gateways.base import Fix, Job, Missing
from photogen.gateways.base_payments import PaymentGateway
from photogen.kit.clock import Clock
from photogen.kit.text import t
from photogen.models import Payment, PaymentStatus, PurchaseKind

REFUND = "refund_payment"
"""The function of worker.jobs."""


@dataclass(frozen=True)
class Refunds:
    """For creators and operators: quote, refund. For the worker: carry_out. A step for billing's own: whole."""

    uow: UowFactory
    clock: Clock
    credits: CreditsService
    incidents: IncidentsService
    gateway: PaymentGateway
    sync: Sync
    config: BillingConfig

    def quote(self, account_id: str, payment_id: str) -> RefundView:
        """What would be given back now. Raises NotFound."""
        with self.uow() as uow:
            row = repository.own_payment(uow.session, account_id, payment_id)
            if row is None or row.status is not PaymentStatus.PAID:
                raise NotFound(t("There is no such payment."), code="payment_not_found")
            return _view(row, self._quote(uow, row))

    def refund(self, account_id: str, payment_id: str, reason: str = "") -> RefundView:
        """Takes the unspent credits back at once and has the money given back; a plan's ends the plan. Again is fine.

        Raises NotFound, Conflict (`nothing_to_refund`)."""
        with self.uow() as uow:
            lock_account(uow.session, account_id)
            own = repository.own_payment(uow.session, account_id, payment_id)
            row = repository.any_payment(uow.session, payment_id, locked=True) if own else None
            if row is None or row.status is not PaymentStatus.PAID:
                raise NotFound(t("There is no such payment."), code="payment_not_found")
            if row.refund_cents > row.refunded_cents:
                return _view(row, policy.RefundQuote(row.refund_cents - row.refunded_cents, 0, False, t("On its way.")))
            quote = self._quote(uow, row)
            if not quote.cents:
                raise Conflict(quote.reason, code="nothing_to_refund")
            self._wish(uow, row, row.refunded_cents + quote.cents, reason)
            return _view(row, quote)

    def whole(self, uow: UnitOfWork, payment_id: str, reason: str) -> None:
        """Step, the account is locked: all of a payment is to go back, whatever of it was used; of its credits, those
        that are left. Nothing while the bank decides about it, or where all of it goes back already."""
        row = repository.any_payment(uow.session, payment_id, locked=True)
        if row is None or row.disputed or max(row.refund_cents, row.refunded_cents) >= row.cents:
            return
        self._wish(uow, row, row.cents, reason)

    def _wish(self, uow: UnitOfWork, row: Payment, cents: int, reason: str) -> None:
        """Takes the unspent credits, and leaves it to the worker that `cents` in all go back."""
        key = f"{row.id}:{row.moves + 1}"
        taken = self.credits.claw_back(
            uow, row.account_id, grant_keys(row), None, key, t("Given back with the payment")
        )
        row.clawed, row.moves = row.clawed + taken, row.moves + 1
        row.refund_cents, row.refund_reason = cents, reason[:40]
        row.check_at = self.clock() + self.config.poll
        uow.session.add(row)
        uow.notify(row.account_id, "billing", row.id)
        uow.after_commit(Job(REFUND, (row.id,)))

    def carry_out(self, payment_id: str) -> None:
        """Worker: asks the service for the refund, under a key that names it, and writes down what became of it."""
        with self.uow() as uow:
            row = repository.any_payment(uow.session, payment_id)
        if row is None or row.refund_cents <= row.refunded_cents:
            return
        # It may have been made, and the word of it lost: the service knows our key for a day only.
        self.sync.payment(row.intent_id)
        with self.uow() as uow:
            row = repository.any_payment(uow.session, payment_id)
        if row is None or row.refund_cents <= row.refunded_cents:
            return
        if row.kind is PurchaseKind.PLAN and row.subscription_id:
            self.gateway.cancel_now(row.subscription_id)
            self.sync.subscription(row.subscription_id)
        try:
            cents = row.refund_cents - row.refunded_cents
            self.gateway.refund(row.intent_id, cents, f"refund:{row.id}:{row.refund_cents}")
        except (Fix, Missing) as error:
            self._refused(row.id, f"{error.code}: {error.words}")
            return
        self.sync.payment(row.intent_id)

    def _refused(self, payment_id: str, words: str) -> None:
        """The service won't: the credits come back, the operator has to look."""
        with self.uow() as uow:
            found = repository.any_payment(uow.session, payment_id)
            if found is None:
                return
            lock_account(uow.session, found.account_id)
            row = repository.any_payment(uow.session, payment_id, locked=True)
            if row is None or row.refund_cents <= row.refunded_cents:
                return
            row.refund_cents, row.check_at = row.refunded_cents, None
            # An earlier refund may have taken its part, which does not come back.
            gone = policy.lost_credits(row.credits, row.cents, row.refunded_cents, disputed=row.disputed)
            self.sync.give_back(uow, row, row.clawed - max(0, gone - row.shortfall), t("The refund was refused"))
            uow.session.add(row)
            message = t("The refund of payment {id} was refused by the payment service. Look at it there.", id=row.id)
            self.incidents.report(uow, "refund_refused", row.id, message, account_id=row.account_id, words=words[:300])
            uow.notify(row.account_id, "billing", row.id)

    def _quote(self, uow: UnitOfWork, row: Payment) -> policy.RefundQuote:
        granted, unspent = repository.grants_of(uow.session, row.account_id, *grant_keys(row))
        plan = row.kind is PurchaseKind.PLAN
        period = (row.period_start, row.period_end) if plan and row.period_start and row.period_end else None
        return policy.refund_quote(
            paid=row.cents,
            refunded=row.refunded_cents,
            disputed=row.disputed,
            paid_at=row.paid_at or row.created_at,
            granted=granted,
            unspent=unspent,
            used=plan and self._used(uow, row),
            period=period,
            now=self.clock(),
            config=self.config,
        )

    def _used(self, uow: UnitOfWork, row: Payment) -> bool:
        """Whether the plan has given anything but credits since it was paid."""
        since: datetime = row.paid_at or row.created_at
        return repository.plan_was_used(uow.session, row.account_id, since)


def _view(row: Payment, quote: policy.RefundQuote) -> RefundView:
    return RefundView(
        row.id, quote.cents, quote.credits, quote.full, row.kind is PurchaseKind.PLAN and quote.cents > 0, quote.reason
    )
