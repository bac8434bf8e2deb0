"""The owner's figures. Reads only; all figures of one answer are of one moment."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from photogen.db.moment import one_moment
from photogen.db.uow import UowFactory
from photogen.domain.analytics import policy, repository
from photogen.domain.analytics.commands import Period
from photogen.domain.analytics.repository import Sold, Span, Work
from photogen.domain.analytics.views import (
    Active,
    DayFigures,
    Figures,
    Flow,
    LedgerLine,
    PlanFigures,
    Statement,
    WorkFigures,
)
from photogen.kit.clock import Clock
from photogen.models import GrantSource, Plan, SubscriptionStatus, Tier

TRAINING = "training"
"""What `WorkFigures` calls all trainings."""
_WENT = ("burnt", "expired", "clawed", "taken")


class AnalyticsService:
    """Use cases: figures, ledger."""

    def __init__(self, uow: UowFactory, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock

    def figures(self, period: Period) -> Figures:
        """All figures of the period."""
        span = self._span(period)
        with self._uow() as uow:
            session = uow.session
            one_moment(session)
            repository.spacious(session)
            plans, sold = repository.plans(session), repository.sold(session, span)
            movement, actives = repository.movement(session, span), repository.actives(session, span)
            (opening, closing), flows = repository.stocks(session, span), repository.flows(session, span)
            work, names = repository.work(session, span), repository.model_names(session)
            days = {
                what: repository.by_day(session, what, span) for what in ("money", "granted", "burnt", "registered")
            }
        flows["burnt"] = sum(burnt for burnt, *_ in days["burnt"].values())
        return Figures(
            start=span.start,
            end=span.end,
            plans=_plans(plans, sold),
            movement=movement,
            actives=tuple(Active(tier, actives.get(tier.value, 0)) for tier in Tier),
            statement=Statement(
                opening,
                tuple(Flow(source.value, flows.get(source.value, 0)) for source in GrantSource),
                tuple(Flow(reason, flows.get(reason, 0)) for reason in _WENT),
                closing,
            ),
            days=_days(span, days, work),
            work=_work(work, names),
        )

    def ledger(self, period: Period, after: int = 0, limit: int = 2000) -> list[LedgerLine]:
        """Everybody's entries of the period, in order; `after` is the id of the last one seen."""
        with self._uow() as uow:
            return list(repository.ledger(uow.session, self._span(period), after, limit))

    def _span(self, period: Period) -> Span:
        now = self._clock()
        return Span(*period.bounds(now), now)


def _plans(plans: Sequence[Plan], sold: Iterable[Sold]) -> tuple[PlanFigures, ...]:
    by_plan: dict[str, list[Sold]] = defaultdict(list)
    for one in sold:
        by_plan[one.plan_key].append(one)
    found = []
    for plan in plans:
        paying = [one for one in by_plan[plan.key] if one.status is not SubscriptionStatus.TRIALING]
        trying = [one for one in by_plan[plan.key] if one.status is SubscriptionStatus.TRIALING]
        if plan.month_cents or paying or trying:
            found.append(
                PlanFigures(
                    plan.key,
                    plan.name,
                    sum(one.count for one in paying),
                    sum(one.count for one in paying if one.ending),
                    sum(one.count for one in trying),
                    sum(
                        one.count * policy.monthly_cents(one.interval, one.price_cents, one.paid_cents)
                        for one in paying
                    ),
                )
            )
    return tuple(found)


def _days(span: Span, days: dict[str, dict[date, tuple[int, ...]]], work: Iterable[Work]) -> tuple[DayFigures, ...]:
    delivered: dict[date, list[Work]] = defaultdict(list)
    for one in work:
        delivered[one.day].append(one)
    found, on = [], span.start.date()
    while on < span.end.date():
        paid, returned = days["money"].get(on, (0, 0))
        done = delivered[on]
        found.append(
            DayFigures(
                day=on,
                income_cents=paid,
                returned_cents=returned,
                cost_cents=sum(one.cost_cents for one in done),
                pictures=sum(one.count for one in done if one.model != TRAINING),
                trainings=sum(one.count for one in done if one.model == TRAINING),
                granted=days["granted"].get(on, (0,))[0],
                burnt=days["burnt"].get(on, (0,))[0],
                registered=days["registered"].get(on, (0,))[0],
            )
        )
        on += timedelta(days=1)
    return tuple(found)


def _work(work: Iterable[Work], names: dict[str, str]) -> tuple[WorkFigures, ...]:
    """Models in the operator's order, then what is no model any more, then trainings."""
    by_model: dict[str, list[Work]] = defaultdict(list)
    for one in work:
        by_model[one.model].append(one)
    order = [*names, *sorted(by_model.keys() - names.keys() - {TRAINING}), TRAINING]
    return tuple(
        WorkFigures(
            key,
            names.get(key, key),
            sum(one.count for one in by_model[key]),
            sum(one.by_plan for one in by_model[key]),
            sum(one.credits for one in by_model[key]),
            sum(one.cost_cents for one in by_model[key]),
            sum(one.unknown for one in by_model[key]),
        )
        for key in order
        if key in by_model
    )
