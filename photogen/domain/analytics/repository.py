"""The statements behind the figures: each goes over its table once, and gives back a row per day, plan or model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from photogen.domain.analytics.views import LedgerLine, Movement
from photogen.models import (
    CreditEntry,
    CreditGrant,
    CreditHold,
    GrantSource,
    ImageModel,
    Interval,
    Plan,
    SubscriptionStatus,
)


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` until (without) `end`, seen at `now`."""

    start: datetime
    end: datetime
    now: datetime


def _rows(session: Session, query: str, span: Span) -> Sequence[Any]:
    values = {"start": span.start, "end": span.end, "now": span.now}
    return session.connection().execute(text(query), values).all()


def spacious(session: Session) -> None:
    """Lets this transaction's statements hash in memory: half a million pictures spill to the disk in the usual 4 MB,
    and take twice as long."""
    session.connection().execute(text("SET LOCAL work_mem = '64MB'"))


# --- subscriptions --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sold:
    """So many subscriptions alike. `paid_cents` is what the last full invoice at these terms came to."""

    plan_key: str
    interval: Interval
    status: SubscriptionStatus
    ending: bool
    price_cents: int
    paid_cents: int | None
    count: int


_SOLD = """
    SELECT s.plan_key, s.interval, s.status, s.cancel_at_period_end,
           coalesce(g.cents, CASE s.interval WHEN 'year' THEN v.year_cents ELSE v.month_cents END, 0), p.cents, count(*)
    FROM subscription s
        LEFT JOIN gateway_price g ON g.price_id = s.price_id
        LEFT JOIN plan_version v ON v.plan_key = s.plan_key AND v.number = s.plan_version
        LEFT JOIN (
            SELECT DISTINCT ON (subscription_id) subscription_id, plan_key, plan_version, interval, cents FROM payment
            WHERE status = 'paid' AND reason IN ('subscription_create', 'subscription_cycle')
            ORDER BY subscription_id, period_end DESC
        ) AS p ON p.subscription_id = s.gateway_id AND p.plan_key = s.plan_key AND p.plan_version = s.plan_version
            AND p.interval = s.interval
    WHERE s.entitled_until > :now AND s.status IN ('trialing', 'active', 'past_due')
    GROUP BY 1, 2, 3, 4, 5, 6"""


def sold(session: Session, span: Span) -> list[Sold]:
    """What is paid for, or tried out, now."""
    return [
        Sold(plan, Interval(interval), SubscriptionStatus(status), ending, price, paid, count)
        for plan, interval, status, ending, price, paid, count in _rows(session, _SOLD, span)
    ]


def plans(session: Session) -> Sequence[Plan]:
    """In the order of the price list."""
    return session.exec(select(Plan).order_by(col(Plan.sort), Plan.key)).all()


_MOVEMENT = """
    WITH sub AS (
        SELECT *, trial_end IS NULL OR trial_end <= :start AS was_paid_at_start FROM subscription
        WHERE status NOT IN ('incomplete', 'incomplete_expired')
    ), paid AS (SELECT DISTINCT account_id FROM payment WHERE status = 'paid' AND cents > 0)
    SELECT
        (SELECT count(*) FROM sub WHERE was_paid_at_start AND created_at < :start
            AND (ended_at IS NULL OR ended_at >= :start)),
        (SELECT count(*) FROM sub WHERE coalesce(trial_end, created_at) >= :start
            AND coalesce(trial_end, created_at) < least(:end, CAST(:now AS timestamptz))
            AND (ended_at IS NULL OR ended_at > coalesce(trial_end, created_at))),
        (SELECT count(*) FROM sub WHERE was_paid_at_start AND created_at < :start
            AND ended_at >= :start AND ended_at < :end),
        (SELECT count(*) FROM account WHERE created_at >= :start AND created_at < :end),
        (SELECT count(*) FROM account JOIN paid ON account_id = id WHERE created_at >= :start AND created_at < :end),
        (SELECT count(*) FROM sub WHERE trial_end >= :start AND trial_end < least(:end, CAST(:now AS timestamptz))),
        (SELECT count(*) FROM sub WHERE trial_end >= :start AND trial_end < least(:end, CAST(:now AS timestamptz))
            AND EXISTS (SELECT FROM payment p WHERE p.account_id = sub.account_id
                AND p.subscription_id = sub.gateway_id AND p.status = 'paid' AND p.cents > 0))"""


def movement(session: Session, span: Span) -> Movement:
    """Who came, stayed and went."""
    [row] = _rows(session, _MOVEMENT, span)
    return Movement(*row)


_ACTIVE = """
    WITH worked AS (
        SELECT a.id, a.plan_key FROM account a
        WHERE EXISTS (SELECT FROM generation g
                WHERE g.account_id = a.id AND g.created_at >= :start AND g.created_at < :end)
            OR EXISTS (SELECT FROM training t
                WHERE t.account_id = a.id AND t.created_at >= :start AND t.created_at < :end)
    ), sold AS (
        SELECT DISTINCT ON (s.account_id) s.account_id, v.tier
        FROM subscription s JOIN plan_version v ON v.plan_key = s.plan_key AND v.number = s.plan_version
        WHERE s.entitled_until > :now AND s.status IN ('trialing', 'active', 'past_due')
        ORDER BY s.account_id, s.entitled_until DESC
    )
    SELECT coalesce(sold.tier, plan.tier), count(*)
    FROM worked JOIN plan ON plan.key = worked.plan_key LEFT JOIN sold ON sold.account_id = worked.id
    GROUP BY 1"""


def actives(session: Session, span: Span) -> dict[str, int]:
    """Accounts that asked for work, by the tier that they have now."""
    return dict(_rows(session, _ACTIVE, span))


# --- credits --------------------------------------------------------------------------------------------------------

_STOCKS = """
    SELECT (SELECT coalesce(sum(remaining), 0) FROM credit_grant) - e.since_start + h.start,
           (SELECT coalesce(sum(remaining), 0) FROM credit_grant) - e.since_end + h.end
    FROM (SELECT coalesce(sum(amount), 0) AS since_start,
                 coalesce(sum(amount) FILTER (WHERE created_at >= :end), 0) AS since_end
          FROM credit_entry WHERE created_at >= :start) AS e,
        (SELECT coalesce(sum(amount) FILTER (WHERE created_at < :start), 0) AS start,
                coalesce(sum(amount) FILTER (WHERE created_at < :end AND (closed_at IS NULL OR closed_at >= :end)), 0)
                    AS end
         FROM (SELECT amount, created_at, closed_at FROM credit_hold WHERE state = 'open'
               UNION ALL SELECT amount, created_at, closed_at FROM credit_hold WHERE closed_at >= :start
         ) AS held) AS h"""
_FLOWS = """
    SELECT source, sum(amount) FROM credit_grant WHERE created_at >= :start AND created_at < :end GROUP BY 1
    UNION ALL SELECT CASE kind WHEN 'expire' THEN 'expired' WHEN 'clawback' THEN 'clawed' ELSE 'taken' END, -sum(amount)
        FROM credit_entry WHERE created_at >= :start AND created_at < :end
            AND kind IN ('expire', 'clawback', 'adjust') AND (kind <> 'adjust' OR amount < 0) GROUP BY 1"""


def stocks(session: Session, span: Span) -> tuple[int, int]:
    """Credits that people had when the period began and when it ended, those set aside included: what their grants say
    is left now, less what the entries have moved since."""
    [(opening, closing)] = _rows(session, _STOCKS, span)
    return int(opening), int(closing)


def flows(session: Session, span: Span) -> dict[str, int]:
    """What came by source of its grant, and what went without work: expired, clawed, taken."""
    return {reason: int(amount or 0) for reason, amount in _rows(session, _FLOWS, span)}


# --- days -----------------------------------------------------------------------------------------------------------

_DAYS = {
    "money": """SELECT CAST(at AT TIME ZONE 'UTC' AS date), sum(paid), sum(back) FROM (
            SELECT paid_at AS at, cents AS paid, 0 AS back FROM payment
            WHERE status = 'paid' AND paid_at >= :start AND paid_at < :end
            UNION ALL SELECT created_at, 0, cents FROM payment_refund WHERE created_at >= :start AND created_at < :end
        ) AS moved GROUP BY 1""",
    "granted": """SELECT CAST(created_at AT TIME ZONE 'UTC' AS date), sum(amount) FROM credit_grant
        WHERE created_at >= :start AND created_at < :end GROUP BY 1""",
    "burnt": """SELECT CAST(closed_at AT TIME ZONE 'UTC' AS date), sum(amount) FROM credit_hold
        WHERE state = 'captured' AND closed_at >= :start AND closed_at < :end GROUP BY 1""",
    "registered": """SELECT CAST(created_at AT TIME ZONE 'UTC' AS date), count(*) FROM account
        WHERE created_at >= :start AND created_at < :end GROUP BY 1""",
}


def by_day(session: Session, what: str, span: Span) -> dict[date, tuple[int, ...]]:
    """Sums by day of one of `money` (paid, of it given back), `granted`, `burnt`, `registered`."""
    return {day: tuple(int(value or 0) for value in rest) for day, *rest in _rows(session, _DAYS[what], span)}


@dataclass(frozen=True, slots=True)
class Work:
    """What was delivered on one day with one model, or trained (`model` "training")."""

    day: date
    model: str
    count: int
    by_plan: int
    credits: int
    cost_cents: float
    unknown: int


_WORK = """
    SELECT CAST(s.finished_at AT TIME ZONE 'UTC' AS date), g.model_key, count(*),
           count(*) FILTER (WHERE s.paid_by = 'quota'), sum(s.credits), coalesce(sum(s.vendor_cost_cents), 0),
           count(*) FILTER (WHERE s.vendor_cost_cents IS NULL)
    FROM shot s JOIN generation g ON g.id = s.generation_id
    WHERE s.status = 'done' AND s.finished_at >= :start AND s.finished_at < :end GROUP BY 1, 2
    UNION ALL
    SELECT CAST(ended_at AT TIME ZONE 'UTC' AS date), 'training', count(*) FILTER (WHERE state = 'captured'),
           count(*) FILTER (WHERE state = 'captured' AND paid_by = 'included'),
           coalesce(sum(credits) FILTER (WHERE state = 'captured'), 0), coalesce(sum(vendor_cost_cents), 0),
           count(*) FILTER (WHERE vendor_cost_cents IS NULL AND vendor_id <> '')
    FROM training_round WHERE ended_at >= :start AND ended_at < :end GROUP BY 1"""


def work(session: Session, span: Span) -> list[Work]:
    """By day and model. A training that failed at the vendor costs too."""
    return [
        Work(day, model, count, by_plan, int(credits), float(cost), unknown)
        for day, model, count, by_plan, credits, cost, unknown in _rows(session, _WORK, span)
    ]


def model_names(session: Session) -> dict[str, str]:
    """What models are called, by key."""
    rows = session.exec(select(ImageModel.key, ImageModel.name).order_by(col(ImageModel.sort), ImageModel.key))
    return dict(rows.all())


# --- the ledger, entry by entry -------------------------------------------------------------------------------------


def ledger(session: Session, span: Span, after: int, limit: int) -> Iterator[LedgerLine]:
    """Everybody's entries of the period beyond the id `after`, in order."""
    rows = session.exec(
        select(CreditEntry, CreditGrant.source, CreditHold.kind, CreditHold.subject_id)
        .join(CreditGrant, isouter=True, onclause=col(CreditGrant.id) == CreditEntry.grant_id)
        .join(CreditHold, isouter=True, onclause=col(CreditHold.id) == CreditEntry.hold_id)
        .where(
            col(CreditEntry.id) > after,
            col(CreditEntry.created_at) >= span.start,
            col(CreditEntry.created_at) < span.end,
        )
        .order_by(col(CreditEntry.id))
        .limit(limit)
    )
    for entry, source, kind, subject in rows:
        yield LedgerLine(
            entry.id or 0, entry.created_at, entry.account_id, entry.kind, GrantSource(source) if source else None,
            entry.amount, entry.balance_after, kind or "", subject or "", entry.made_by, entry.note,
        )  # fmt: skip
