"""The credits that plans bring: with an invoice that was paid, and month by month within a year that was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from photogen.db.locks import lock_account
from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.billing import policy, repository
from photogen.domain.credits.service import CreditsService
from photogen.gateways.base_payments import InvoiceState
from photogen.kit.clock import Clock
from photogen.models import GrantSource, Payment, PlanTerms


def grant_key(gateway: str, gateway_id: str) -> str:
    """What the keys of a payment's grants begin with."""
    return f"{gateway}:{gateway_id}"


def grant_keys(row: Payment) -> tuple[str, str]:
    """The same for what was given, and for what was taken back of it and returned."""
    return grant_key(row.gateway, row.gateway_id), f"returned:{row.id}"


@dataclass(frozen=True)
class Granting:
    """Called with the news of a payment (a step), and by the schedule, any number of times."""

    uow: UowFactory
    clock: Clock
    credits: CreditsService

    def paid(
        self, uow: UnitOfWork, row: Payment, invoice: InvoiceState, prices: Mapping[str, policy.Sold], *, trial: bool
    ) -> None:
        """Step, the account is locked: what a paid invoice gives."""
        year = self._year(uow, row)
        self._grant(uow, row, policy.granted(invoice, prices, trial=trial, year=year))

    @staticmethod
    def _year(uow: UnitOfWork, row: Payment) -> policy.YearSoFar | None:
        """The year that the invoice's subscription is in, unless the invoice is of another one."""
        subscription = repository.subscription(uow.session, row.subscription_id)
        if subscription is None or subscription.period_end != row.period_end or row.period_start is None:
            return None
        given = subscription.grant_at
        if given is None and repository.paid_for(uow.session, row.subscription_id, subscription.period_start):
            given = subscription.period_end  # its last month was given
        return policy.YearSoFar(subscription.period_start, given)

    def _grant(self, uow: UnitOfWork, row: Payment, grant: policy.Grant | None) -> None:
        now = self.clock()
        row.granted_at = now
        if grant is None:
            return
        row.credits = grant.credits
        key, words = grant_key(row.gateway, row.gateway_id), grant.sold.terms.name
        if grant.credits and grant.expires_at > now:
            self.credits.grant(uow, row.account_id, grant.credits, GrantSource.PLAN, key, grant.expires_at, words)
        credits, until = grant.late or (0, now)
        if credits and until > now:
            self.credits.grant(uow, row.account_id, credits, GrantSource.PLAN, f"{key}:late", until, words)
        subscription = repository.subscription(uow.session, row.subscription_id, locked=True)
        if subscription is None or subscription.status not in policy.LIVE or grant.next_at is None:
            return
        if subscription.period_end == row.period_end:  # heard of a year late, it is not about this year's months
            subscription.grant_at = grant.next_at
            uow.session.add(subscription)

    def month(self, gateway_id: str) -> None:
        """The next month's credits of a yearly plan: of the plan that was paid for when that month began. What was
        bought since has brought its share of the month itself."""
        with self.uow() as uow:
            row = repository.subscription(uow.session, gateway_id)
            if row is None:
                return
            lock_account(uow.session, row.account_id)
            row = repository.subscription(uow.session, gateway_id, locked=True)
            if row is None or row.grant_at is None or row.grant_at > self.clock():
                return
            paid = repository.paid_for(uow.session, gateway_id, row.grant_at)
            terms = self._terms(uow, paid[-1]) if paid else None
            if terms is None or row.status not in policy.LIVE:
                row.grant_at = None
                uow.session.add(row)
                return
            number = policy.months_between(row.period_start, row.grant_at)
            until = min(policy.month_after(row.period_start, number + 1), row.period_end)
            key = f"{grant_key(row.gateway, paid[-1].gateway_id)}:{number}"
            if until > self.clock() and not any(one.refunded_cents or one.disputed for one in paid):
                self.credits.grant(uow, row.account_id, terms.credits_month, GrantSource.PLAN, key, until, terms.name)
            row.grant_at = until if until < row.period_end else None
            uow.session.add(row)

    @staticmethod
    def _terms(uow: UnitOfWork, paid: Payment) -> PlanTerms | None:
        return repository.version(uow.session, paid.plan_key or "", paid.plan_version or 0)
