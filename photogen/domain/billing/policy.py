"""The rules of billing, without any I/O."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from photogen.domain.billing.config import BillingConfig
from photogen.gateways.base_payments import InvoiceLine, InvoiceState, SubscriptionState
from photogen.kit.text import t
from photogen.models import Interval, Payment, PlanTerms, Subscription, SubscriptionStatus

S = SubscriptionStatus

LIVE = (S.TRIALING, S.ACTIVE, S.PAST_DUE)
"""Statuses in which a subscription gives what was bought."""
OVER = (S.CANCELED, S.INCOMPLETE_EXPIRED)
UNPAID = (S.PAST_DUE, S.UNPAID)
"""Statuses in which a renewal was not paid, and may still be."""
FIRST, RENEWED, CHANGED = "subscription_create", "subscription_cycle", "subscription_update"
"""Stripe's billing reasons."""


def status_of(word: str) -> SubscriptionStatus:
    """The service's word; one that we don't know gives nothing."""
    try:
        return SubscriptionStatus(word)
    except ValueError:
        return SubscriptionStatus.UNPAID


def entitled_until(state: SubscriptionState, past_due_since: datetime | None, config: BillingConfig) -> datetime:
    """Until when a subscription gives what was bought, if nothing else is heard of it.

    A period's end is not the end of what it gives: the renewal's invoice stays a draft for an hour, and the word of it
    may come late by days. Whoever has cancelled has it to the period's end and no longer."""
    status = status_of(state.status)
    if state.ended_at is not None or status not in LIVE:
        return state.ended_at or state.created_at
    if status is S.PAST_DUE:
        return (past_due_since or state.period_start) + config.grace
    if state.cancel_at_period_end:
        return state.cancel_at or state.period_end
    return state.period_end + config.late


_TOGETHER = timedelta(days=1)
"""How long a checkout lives (docs.stripe.com/api/checkout/sessions, `expires_at`): who has a plan can begin none, so of
two that were bought in mistake for one, both were begun before the first was paid."""


def bought_twice(first: Subscription, second: Subscription) -> bool:
    """Whether the later of two live subscriptions is one too many. Not where the first is on its way out by itself, or
    where the second was bought when the first gave nothing any more: then a person has to look."""
    return (
        first.status in {S.ACTIVE, S.TRIALING}
        and not first.cancel_at_period_end
        and second.created_at - first.created_at <= _TOGETHER
    )


def month_after(start: datetime, months: int) -> datetime:
    """The same day so many months later; the last day of a month that has no such day."""
    total = start.year * 12 + start.month - 1 + months
    year, month = divmod(total, 12)
    return start.replace(year=year, month=month + 1, day=min(start.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Sold:
    """What a price at the service stands for: a version of a plan, by the month or the year."""

    plan_key: str
    version: int
    interval: Interval
    cents: int
    terms: PlanTerms


@dataclass(frozen=True, slots=True)
class Grant:
    """Credits that an invoice gives, and when they lapse. `next_at`: when the next month is due of the year that this
    invoice begins; None where it begins none. `late`: credits that an upgrade makes up for in a month that was given
    with the old plan's before it was heard of, and when those lapse."""

    credits: int
    expires_at: datetime
    sold: Sold
    next_at: datetime | None
    late: tuple[int, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a year that ends at `end`: which one, counted from 0; when the next one begins, or the year ends; and
    the invoices that count in it, last the one whose plan it gives."""

    number: int
    until: datetime
    end: datetime
    paid: Sequence[Payment]


def month_of(paid: Sequence[Payment], moment: datetime) -> Month | None:
    """The month that `moment` is in, of the year that was paid for by then: not of the one that the service has begun
    meanwhile, whose invoice may never be paid. None where no year was. `paid` is in the order of the periods."""
    now = [row for row in paid if row.period_start and row.period_end and row.period_start <= moment < row.period_end]
    if not now or now[-1].interval is not Interval.YEAR:
        return None
    end = now[-1].period_end or moment
    start = next(row.period_start for row in now if row.period_end == end) or moment
    number = months_gone(start, moment)
    return Month(number, min(month_after(start, number + 1), end), end, now)


@dataclass(frozen=True, slots=True)
class YearSoFar:
    """A yearly subscription's year: when it began, and until when a month's credits were given (None: none yet)."""

    start: datetime
    given_until: datetime | None


def granted(
    invoice: InvoiceState, prices: Mapping[str, Sold], *, trial: bool, year: YearSoFar | None = None
) -> Grant | None:
    """What a paid invoice gives. The amounts are the plan's own, whatever was paid after coupons.

    The first and each further invoice give a month's credits. An upgrade gives the difference for what is left: of the
    month, in proportion to what is paid for it; of a yearly plan's current month (`_within_year`), since its further
    months bring the new plan's credits by themselves. A trial's invoice gives none: credits come with the first paid
    month. `year` is that of the invoice's subscription, where it has one and the invoice is of that same year."""
    known = [(line, prices[line.price_id]) for line in invoice.lines if line.price_id in prices]
    if invoice.reason in {FIRST, RENEWED}:
        period = [(line, sold) for line, sold in known if not line.proration]
        if not period or (trial and invoice.reason == FIRST):
            return None
        line, sold = period[-1]
        return _grant(sold.terms.credits_month, line, sold)
    if invoice.reason == CHANGED:
        new = [(line, sold) for line, sold in known if line.cents > 0]
        old = [(line, sold) for line, sold in known if line.cents < 0]
        if not new:
            return None
        last, sold = new[-1]
        if sold.interval is Interval.YEAR and last.end < month_after(last.start, 12):
            lost = sum(gone.terms.credits_month for _, gone in old)
            return _within_year(max(0, sold.terms.credits_month - lost), last, sold, year)
        more = _share(last, sold)
        less = sum(-(-gone.terms.credits_month * -back.cents // max(1, gone.cents)) for back, gone in old)
        return _grant(max(0, more - less), last, sold)
    return None


def _share(line: InvoiceLine, sold: Sold) -> int:
    return sold.terms.credits_month * min(line.cents, sold.cents) // max(1, sold.cents)


def _grant(credits: int, line: InvoiceLine, sold: Sold) -> Grant:
    if sold.interval is Interval.YEAR:
        following = month_after(line.start, 1)
        return Grant(credits, following, sold, following)
    return Grant(credits, line.end, sold, None)


def _within_year(more: int, line: InvoiceLine, sold: Sold, year: YearSoFar | None) -> Grant:
    """An upgrade from one yearly plan to another gives, of the `more` credits that a month has now, the share of the
    month that is left, to the second; the whole of them in a later month that was given already."""
    start = year.start if year else month_after(line.end, -12)
    number = months_gone(start, line.start)
    begun, until = month_after(start, number), min(month_after(start, number + 1), line.end)
    share = more * int((until - line.start).total_seconds()) // max(1, int((until - begun).total_seconds()))
    given = year.given_until if year else None
    return Grant(share, until, sold, None, (more, given) if given is not None and given > until else None)


def is_upgrade(now: Sold, wanted: Sold) -> bool:
    """Whether a change is made at once: to a dearer plan, or from months to years. The rest waits for the period's end:
    what was paid for is kept."""
    if wanted.plan_key == now.plan_key:
        return now.interval is Interval.MONTH and wanted.interval is Interval.YEAR
    return wanted.terms.month_cents > now.terms.month_cents and not (
        now.interval is Interval.YEAR and wanted.interval is Interval.MONTH
    )


_UNDER_WAY = timedelta(minutes=3)
"""How long a change of plan may be under way: three tries of each of its calls."""


def look_at(row: Subscription, asked: datetime, config: BillingConfig, *, paid: bool) -> datetime:
    """When a subscription is asked about next if nothing is heard of it: once it should have moved on; sooner while its
    period is not `paid` for, as far as is known here, or a change of plan is under way."""
    due = max(row.period_end, asked) + config.recheck
    if row.status is S.PAST_DUE or not paid:
        due = asked + config.recheck_unpaid
    return settle_at(due, asked) if row.wish_price_id else due


def settle_at(check_at: datetime | None, now: datetime) -> datetime:
    """When a subscription is looked at whose change of plan has begun: not while it may go on by itself."""
    return min(check_at or now + _UNDER_WAY, now + _UNDER_WAY)


@dataclass(frozen=True, slots=True)
class RefundQuote:
    """What would be given back now, in cents, and the credits that would go. `full`: all, within the first day."""

    cents: int
    credits: int
    full: bool
    reason: str


def refund_quote(
    *,
    paid: int,
    refunded: int,
    disputed: bool,
    paid_at: datetime,
    granted: int,
    unspent: int,
    used: bool,
    period: tuple[datetime, datetime] | None,
    now: datetime,
    config: BillingConfig,
) -> RefundQuote:
    """Full within the first day if nothing was used, else the unused share: of the credits of a pack, of the time of a
    plan's period, and never more than the unspent share of its credits. `used`: also of the day's quota."""
    left = paid - refunded
    if disputed:
        return RefundQuote(
            0, 0, False, t("The bank is deciding about this payment; nothing can be given back meanwhile.")
        )
    if left <= 0:
        return RefundQuote(0, 0, False, t("This payment has been given back already."))
    if now - paid_at <= config.full_refund and not used and unspent >= granted:
        return RefundQuote(left, unspent, True, t("Nothing of it was used: everything is given back."))
    share = unspent / granted if granted else 1.0
    if period is not None:
        start, end = period
        length = max((end - start).total_seconds(), 1.0)
        share = min(share, max(0.0, (end - now).total_seconds() / length))
    cents = min(left, int(paid * share))
    if cents <= 0:
        return RefundQuote(0, 0, False, t("All of it has been used, so nothing is left to be given back."))
    what = t("Given back for the unused credits.") if period is None else t("Given back for the time that is left.")
    return RefundQuote(cents, unspent, False, what)


def lost_credits(credits: int, cents: int, refunded: int, *, disputed: bool) -> int:
    """Credits of a payment that are not paid for (any more): in proportion to the money that went back, rounded down
    in the creator's favour."""
    lost = cents if disputed else min(refunded, cents)
    return credits * lost // cents if cents > 0 else 0


def check_again(age: timedelta, config: BillingConfig, *, waiting: bool) -> timedelta | None:
    """When to ask about a checkout again that is open, or `waiting` for a bank; None when it is not worth asking any
    more."""
    if age >= (config.forget_debit if waiting else config.forget):
        return None
    return max(config.poll, min(age / 4, timedelta(hours=6 if waiting else 1)))


def months_gone(start: datetime, moment: datetime) -> int:
    """How many months of a period are over at `moment`, by the period's own days."""
    number = (moment.year - start.year) * 12 + moment.month - start.month
    return max(0, number - 1 if month_after(start, number) > moment else number)
