"""A plan by the year that is upgraded on any of its days: each of its months is given once, and the upgrade's share."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select, update

from photogen.db.locks import lock_account
from photogen.domain.billing import policy
from photogen.domain.billing.commands import BuyPlan
from photogen.domain.books import BooksService
from photogen.errors import Conflict
from photogen.gateways.base_payments import InvoiceLine, InvoiceState
from photogen.kit.ids import new_id
from photogen.models import CreditGrant, GrantSource, Interval, Payment, PlanTerms
from tests.factories.shop import Till

CREATOR, PRO = 200, 400  # credits a month


def _sold(name: str, credits: int, year_cents: int) -> policy.Sold:
    terms = PlanTerms(name=name, month_cents=year_cents // 10, year_cents=year_cents, credits_month=credits)
    return policy.Sold(name, 1, Interval.YEAR, year_cents, terms)


PRICES = {"old": _sold("creator", CREATOR, 19200), "new": _sold("pro", PRO, 38400)}


def _upgrade(moment: datetime, end: datetime) -> InvoiceState:
    lines = (InvoiceLine("old", -5000, moment, end, True), InvoiceLine("new", 10000, moment, end, True))
    return InvoiceState(
        "in_1", "cus_1", "sub_1", "", "paid", policy.CHANGED, "", 5000, 5000, 0, lines, created_at=moment
    )


@given(
    start=st.datetimes(datetime(2024, 1, 1), datetime(2031, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    share=st.floats(0.0001, 0.9999),
)
def test_an_upgrade_gives_the_difference_for_what_is_left_of_the_month(start: datetime, share: float) -> None:
    end = policy.month_after(start, 12)
    moment = start + (end - start) * share
    grant = policy.granted(_upgrade(moment, end), PRICES, trial=False, year=policy.YearSoFar(start, None))
    assert grant is not None
    days = [policy.month_after(start, number) for number in range(13)]
    following = min(day for day in days if day > moment)
    before = days[days.index(following) - 1]
    left = int((following - moment).total_seconds()) / int((following - before).total_seconds())
    assert (grant.expires_at, grant.next_at) == (following, None)
    assert grant.credits == int((PRO - CREATOR) * left + 1e-9)


def _begin(till: Till, account: str, day: datetime) -> None:
    """Buys the smaller plan by the year on the next such day of a year."""
    till.billing.buy_plan(account, BuyPlan.of(plan="creator", interval="year", request_key=new_id()))
    now = till.studio.clock.now
    till.later(account, ((day.replace(year=now.year + 1) - now) / timedelta(days=1)))
    till.plan(account, interval="year")
    till.hear()


def _on(till: Till, account: str, moment: datetime) -> None:
    """Time passes, and the schedule looks each week."""
    while till.studio.clock.now < moment:
        step = min(timedelta(days=7), moment - till.studio.clock.now)
        till.later(account, step / timedelta(days=1))
        till.look()
        till.look()


def _given(till: Till, account: str) -> list[tuple[int, datetime]]:
    with till.studio.session() as session:
        rows = session.scalars(
            select(CreditGrant)
            .where(CreditGrant.account_id == account, CreditGrant.source == GrantSource.PLAN)
            .order_by(col(CreditGrant.expires_at), col(CreditGrant.amount))
        )
        return [(row.amount, row.expires_at) for row in rows if row.expires_at is not None]


def _began(till: Till, account: str) -> tuple[datetime, datetime]:
    """When the year began, and what was bought last, by Stripe's clock."""
    with till.studio.session() as session:
        rows = session.scalars(select(Payment).where(Payment.account_id == account))
        days = sorted(row.period_start for row in rows if row.period_start is not None)
        return days[0], days[-1]


def _expected(start: datetime, changed: int, bought: datetime) -> list[tuple[int, datetime]]:
    """Twelve months, the larger plan's after month `changed` (from 0), in which the difference is shared."""
    days = [policy.month_after(start, number) for number in range(13)]
    rows = [(CREATOR if number <= changed else PRO, days[number + 1]) for number in range(12)]
    left, whole = days[changed + 1] - bought, days[changed + 1] - days[changed]
    rows.append(((PRO - CREATOR) * int(left.total_seconds()) // int(whole.total_seconds()), days[changed + 1]))
    return sorted(rows, key=lambda row: (row[1], row[0]))


@pytest.mark.parametrize(
    ("begins", "after", "month"),
    [
        (datetime(2001, 1, 20, 12, tzinfo=UTC), 49.1, 1),  # on 10 March
        (datetime(2001, 1, 31, 12, tzinfo=UTC), 30.31, 1),  # in the month of the day that February has not
        (datetime(2001, 6, 15, 12, tzinfo=UTC), 5.1, 0),
        (datetime(2001, 10, 30, 12, tzinfo=UTC), 360.41, 11),
    ],
)
def test_each_month_is_given_once_whenever_one_upgrades(till: Till, begins: datetime, after: float, month: int) -> None:
    ada = till.studio.account()
    _begin(till, ada, begins)
    _on(till, ada, till.studio.clock.now + timedelta(days=after))
    till.change(ada, "pro", "year")
    till.hear()
    start, bought = _began(till, ada)
    _on(till, ada, start + timedelta(days=364))
    assert _given(till, ada) == _expected(start, month, bought)
    assert till.studio.credits.audit() == []


def test_everybodys_month_comes_once_whoever_is_in_the_way(till: Till) -> None:
    fine, busy, broken, gone = (till.studio.account() for _ in range(4))
    for account in (fine, busy, broken, gone):
        till.plan(account, interval="year")
    till.hear()
    till.studio.clock.move(days=32)
    with till.studio.session() as session, session.begin():  # somebody was faster under the grant's key
        [paid] = session.scalars(select(Payment.gateway_id).where(Payment.account_id == broken))
        session.add(
            CreditGrant(account_id=gone, amount=1, remaining=0, source=GrantSource.PACK, key=f"stripe:{paid}:1")
        )
        session.execute(update(Payment).where(col(Payment.account_id) == gone).values(refunded_cents=1))
    with ThreadPoolExecutor(2) as pool:
        with till.studio.uow() as uow:
            lock_account(uow.session, busy)
            workers = [pool.submit(till.billing.grant_months) for _ in range(2)]
            deadline = monotonic() + 10
            while len(_given(till, fine)) < 2 and monotonic() < deadline:
                wait(workers, 0.02)
            assert len(_given(till, fine)) == 2, "the busy one's lock is in nobody else's way"
            assert len(_given(till, busy)) == 1
        problems = [worker.exception() for worker in workers]
    assert {type(one) for found in problems if isinstance(found, ExceptionGroup) for one in found.exceptions} == {
        Conflict
    }
    assert [len(_given(till, account)) for account in (fine, busy, broken, gone)] == [2, 2, 1, 1]
    assert [till.studio.credits.balance(account).available for account in (fine, busy, gone)] == [CREATOR, CREATOR, 0]
    assert [job.name for job in till.billing.due() if "month" in job.name] == ["grant_months"], "the broken one's"
    assert till.studio.credits.audit(fine) == till.studio.credits.audit(busy) == []


def _late(till: Till, account: str, days: int) -> None:
    """An upgrade on the 10th day, of which is heard so many days later: the service can't be asked meanwhile. What
    needs no asking goes on."""
    _on(till, account, till.studio.clock.now + timedelta(days=10))
    till.change(account, "pro", "year")
    news = [event for event in till.events() if "invoice" in event.kind]
    till.studio.queue.waiting.clear()
    till.later(account, days)
    till.billing.grant_months()
    till.hear(news)


def test_an_upgrade_that_is_heard_of_a_month_late_gives_the_difference_of_the_month_that_was_given(till: Till) -> None:
    ada = till.studio.account()
    _begin(till, ada, datetime(2001, 3, 1, 12, tzinfo=UTC))
    _late(till, ada, 30)
    start, _ = _began(till, ada)
    _on(till, ada, start + timedelta(days=364))
    months = [(CREATOR if n < 2 else PRO, policy.month_after(start, n + 1)) for n in range(12)]
    more = (PRO - CREATOR, policy.month_after(start, 2))
    studio = till.studio
    assert BooksService(studio.uow, studio.clock, studio.credits, studio.quota, till.incidents).check().found == ()
    assert _given(till, ada) == sorted([*months, more], key=lambda row: (row[1], row[0]))
