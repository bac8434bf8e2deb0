"""The credits that plans bring: with an invoice that was paid, and month by month within a year that was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from photogen.db.accounts import for_each_account
from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.billing import policy, repository
from photogen.domain.billing.offers import repository as offered
from photogen.domain.credits import CreditsService, Gift
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
        paid = repository.paid_years(uow.session, [row.account_id]).get(row.subscription_id, [])
        if given is None and policy.month_of(paid, subscription.period_start) is not None:
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

    def months(self) -> int:
        """The credits of each month that has begun within a year that was paid, of the plan that was paid for when it
        began: what was bought since has brought its share of the month itself. Gives how many months began. Raises
        ExceptionGroup of what broke when the others are done."""

        def due(uow: UnitOfWork, after: str, limit: int) -> Sequence[str]:
            return repository.accounts_with_months(uow.session, self.clock(), after, limit)

        return for_each_account(self.uow, due, self._months, "months that could not be granted")

    def _months(self, uow: UnitOfWork, account_ids: Sequence[str]) -> int:
        """Step, the accounts are locked. A month that is over by now gives nothing, but is passed all the same."""
        now, gifts, count = self.clock(), list[Gift](), 0
        rows = repository.months_due(uow.session, account_ids, now)
        paid = repository.paid_years(uow.session, account_ids)
        for row in rows:
            while row.grant_at is not None and row.grant_at <= now:
                month = policy.month_of(paid.get(row.gateway_id, []), row.grant_at)
                terms = self._terms(uow, month.paid[-1]) if month else None
                if month is None or terms is None or row.status not in policy.LIVE:
                    row.grant_at = None
                    break
                if month.until > now and not any(one.refunded_cents or one.disputed for one in month.paid):
                    key = f"{grant_key(row.gateway, month.paid[-1].gateway_id)}:{month.number}"
                    gifts.append(Gift(row.account_id, terms.credits_month, key, month.until, terms.name))
                row.grant_at = month.until if month.until < month.end else None
                count += 1
            uow.session.add(row)
        if gifts:
            self.credits.grant_many(uow, GrantSource.PLAN, gifts)
        return count

    @staticmethod
    def _terms(uow: UnitOfWork, paid: Payment) -> PlanTerms | None:
        return offered.version(uow.session, paid.plan_key or "", paid.plan_version or 0)
