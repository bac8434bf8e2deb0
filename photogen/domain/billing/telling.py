"""What a payer is told of: steps that join the unit of work in which it is written down."""

from __future__ import annotations

from datetime import datetime

from photogen.db.uow import UnitOfWork
from photogen.domain.billing import policy
from photogen.domain.billing.policy import Sold
from photogen.domain.notices import NoticeKind, resolve, tell
from photogen.models import Payment, Subscription, SubscriptionStatus

K, S = NoticeKind, SubscriptionStatus


def moved(uow: UnitOfWork, row: Subscription, before: SubscriptionStatus, plan: str, now: datetime) -> None:
    """The subscription's status was `before` and is the row's now."""
    account, status = row.account_id, row.status
    if status is S.PAST_DUE and before is not S.PAST_DUE and row.past_due_since is not None:
        key = f"past_due:{row.id}:{row.past_due_since.isoformat()}"
        until, over = row.entitled_until.isoformat(), row.entitled_until <= now
        tell(uow, account, K.PAYMENT_FAILED, key, now, plan=plan, until=until, over=over)
    if before is S.PAST_DUE and status is not S.PAST_DUE:
        resolve(uow, account, K.PAYMENT_FAILED, now)
        if status is S.ACTIVE:
            key = f"recovered:{row.id}:{row.period_start.isoformat()}"
            tell(uow, account, K.PAYMENT_RECOVERED, key, now, plan=plan)
    if before in policy.LIVE and (status in policy.OVER or status is S.UNPAID):
        unpaid = before is S.PAST_DUE or status is S.UNPAID
        tell(uow, account, K.PLAN_ENDED, f"ended:{row.id}", now, plan=plan, unpaid=unpaid)


def double(uow: UnitOfWork, row: Subscription, ended: str, stays: str, now: datetime) -> None:
    """The subscription is the second of two that were paid together, and is about to be ended for it: told in the place
    of what is told of an end."""
    tell(uow, row.account_id, K.PLAN_ENDED, f"ended:{row.id}", now, plan=ended, unpaid=False, stays=stays)


def paid(uow: UnitOfWork, row: Payment, sold: Sold, now: datetime, *, trial: bool) -> None:
    """An invoice of a plan is paid: the first says that the plan has begun, the others are receipts."""
    until = row.period_end.isoformat() if row.period_end else ""
    facts: dict[str, str | int | bool] = {"plan": sold.terms.name, "cents": row.cents, "credits": row.credits}
    facts |= {"until": until, "number": row.number}
    if row.reason == policy.FIRST:
        tell(uow, row.account_id, K.PLAN_STARTED, f"paid:{row.id}", now, trial=trial, **facts)
    elif row.cents:
        tell(uow, row.account_id, K.RECEIPT, f"paid:{row.id}", now, **facts)


def bought(uow: UnitOfWork, row: Payment, now: datetime) -> None:
    """A pack is paid."""
    key, number = f"paid:{row.id}", row.number
    tell(uow, row.account_id, K.RECEIPT, key, now, cents=row.cents, credits=row.credits, number=number)


def returned(uow: UnitOfWork, row: Payment, cents: int, now: datetime) -> None:
    """So much more of a payment went back."""
    if cents > 0:
        key = f"refund:{row.id}:{row.refunded_cents}"
        tell(uow, row.account_id, K.REFUND, key, now, cents=cents, credits=row.clawed)


def disputed(uow: UnitOfWork, row: Payment, taken: int, now: datetime) -> None:
    """The payer's bank asks for the payment back; `taken` credits went with it until it is decided."""
    tell(uow, row.account_id, K.DISPUTED, f"disputed:{row.id}", now, cents=row.cents, credits=taken)


def won(uow: UnitOfWork, row: Payment, returned: int, now: datetime) -> None:
    """The dispute was decided for this studio: the payment stands, `returned` credits are back."""
    tell(uow, row.account_id, K.DISPUTE_WON, f"dispute_won:{row.id}", now, cents=row.cents, credits=returned)


def key_of(row: Subscription) -> str:
    """Under which the end of this period is told of."""
    return f"{'trial' if row.status is S.TRIALING else 'renewal'}:{row.id}:{row.period_end.isoformat()}"


def comes(uow: UnitOfWork, row: Subscription, present: Sold, following: Sold, now: datetime) -> None:
    """The period ends soon: a trial, a year, or the last month before another price."""
    at = row.period_end.isoformat()
    facts: dict[str, str | int] = {
        "plan": following.terms.name, "cents": following.cents, "interval": following.interval.value, "at": at,
    }  # fmt: skip
    if row.status is S.TRIALING:
        tell(uow, row.account_id, K.TRIAL_ENDS, key_of(row), now, **facts)
        return
    if (following.plan_key, following.cents, following.interval) != (present.plan_key, present.cents, present.interval):
        facts |= {
            "before": present.terms.name, "before_cents": present.cents, "before_interval": present.interval.value,
        }  # fmt: skip
    tell(uow, row.account_id, K.RENEWAL, key_of(row), now, **facts)
