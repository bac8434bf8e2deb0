"""The owner's figures: every credit is accounted for, money is counted at what was sold, and people once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from photogen.domain.analytics import AnalyticsService, Figures, Period
from photogen.domain.analytics.policy import monthly_cents
from photogen.domain.billing.commands import Refund
from photogen.errors import Invalid
from photogen.models import Interval
from tests.factories.house import House
from tests.fakes.sandbox import SandboxServer


@pytest.fixture(scope="module")
def vendors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    with SandboxServer(tmp_path_factory.mktemp("sandbox")) as server:
        yield server


@pytest.fixture
def house(database_url: str, vendors: SandboxServer) -> Iterator[House]:
    house = House(database_url, vendors)
    yield house
    house.close()


@pytest.fixture
def analytics(house: House) -> AnalyticsService:
    return AnalyticsService(house.studio.uow, house.studio.clock)


def alter(house: House, statement: str, **values: object) -> None:
    with house.studio.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(statement), values)


def months(since: datetime, until: datetime) -> list[str]:
    count = (until.year - since.year) * 12 + until.month - since.month + 1
    return [f"{since.year + (since.month - 1 + n) // 12}-{(since.month - 1 + n) % 12 + 1:02}" for n in range(count)]


# --- credits ---


def test_every_credit_is_accounted_for_in_any_period(house: House, analytics: AnalyticsService) -> None:
    began = house.studio.clock()
    ada = house.somebody()
    now = house.studio.clock()
    whole = analytics.figures(Period.of(span="90")).statement
    assert {flow.reason: flow.credits for flow in whole.came} == {
        "welcome": 0, "plan": 400, "pack": 100, "admin": 7, "refund": 0,
    }  # fmt: skip
    assert {flow.reason: flow.credits for flow in whole.went} == {
        "burnt": 20 + 2, "expired": 180 + 200, "clawed": 0, "taken": 2,
    }  # fmt: skip
    balance = house.studio.credits.balance(ada)
    assert (whole.opening, whole.closing, whole.difference) == (0, balance.available + balance.held, 0)
    by_month = [analytics.figures(Period.of(span=month)).statement for month in months(began, now)]
    assert all(one.adds_up for one in by_month)
    assert [one.opening for one in by_month[1:]] == [one.closing for one in by_month[:-1]]
    assert (by_month[0].opening, by_month[-1].closing) == (0, whole.closing)
    assert sum(flow.credits for one in by_month for flow in one.came) == 507


def test_money_that_goes_back_counts_on_the_day_it_goes(house: House, analytics: AnalyticsService) -> None:
    ada = house.studio.account()
    house.till.pack(ada)
    house.till.hear()
    [payment] = house.till.billing.payments(ada)
    house.studio.clock.move(days=1)
    house.till.billing.refund(ada, Refund.of(payment_id=payment.id))
    house.till.work()
    days = analytics.figures(Period.of(span="7")).days[-2:]
    assert [(day.income_cents, day.returned_cents) for day in days] == [(payment.cents, 0), (0, payment.cents)]
    house.till.hear()
    assert analytics.figures(Period.of(span="7")).days[-1].returned_cents == payment.cents


def test_a_credit_that_is_missing_is_told(house: House, analytics: AnalyticsService) -> None:
    ada = house.studio.account()
    house.give(ada, 9)
    assert analytics.figures(Period()).statement.adds_up
    alter(house, "UPDATE credit_entry SET amount = 7 WHERE account_id = :id", id=ada)
    found = analytics.figures(Period()).statement
    assert (found.difference, found.adds_up) == (-2, False)


def test_the_ledger_is_given_out_whole_and_in_order(house: House, analytics: AnalyticsService) -> None:
    ada, bob = house.studio.account(), house.studio.account()
    for n in range(1, 4):
        house.give(ada, n)
        house.give(bob, n)
    first = analytics.ledger(Period(), 0, 4)
    rest = analytics.ledger(Period(), first[-1].id, 4)
    assert [line.amount for line in [*first, *rest]] == [1, 1, 2, 2, 3, 3]
    assert {line.account_id for line in first} == {ada, bob}
    assert analytics.ledger(Period(), rest[-1].id) == []
    assert analytics.ledger(Period.of(span="2020-01")) == []


# --- subscriptions ---


def plans_of(view: Figures) -> dict[str, tuple[int, int, int, float]]:
    return {plan.key: (plan.subscribers, plan.ending, plan.trialing, plan.mrr_cents) for plan in view.plans}


def test_what_recurs_is_counted_at_what_was_sold(house: House, analytics: AnalyticsService) -> None:
    monthly, yearly, couponed = (house.studio.account() for _ in range(3))
    house.till.plan(monthly, "creator")
    house.till.plan(yearly, "pro", "year")
    house.till.plan(couponed, "creator")
    house.till.hear()
    alter(house, "UPDATE payment SET cents = 1500 WHERE account_id = :id", id=couponed)
    house.till.billing.cancel(monthly)
    alter(house, "UPDATE plan SET month_cents = 9900, year_cents = 99000 WHERE key <> 'free'")
    try:
        view = analytics.figures(Period())
    finally:
        alter(house, "UPDATE plan p SET month_cents = v.month_cents, year_cents = v.year_cents FROM plan_version v "
              "WHERE v.plan_key = p.key AND v.number = 1")  # fmt: skip
    assert plans_of(view) == {"creator": (2, 1, 0, 3500.0), "pro": (1, 0, 0, 3200.0), "enterprise": (0, 0, 0, 0)}
    assert view.mrr_cents == 6700
    assert sum(day.income_cents for day in view.days) == 2000 + 38400 + 1500
    assert {one.tier.value: one.accounts for one in view.actives} == {
        "free": 0, "basic": 0, "pro": 0, "enterprise": 0,
    }  # fmt: skip


def test_who_stays_who_goes_and_who_tries(house: House, analytics: AnalyticsService) -> None:
    stays, goes, tries, never = (house.studio.account() for _ in range(4))
    for account in (stays, goes, tries):
        house.studio.subscribe(account)
    now = house.studio.clock()
    alter(house, "UPDATE subscription SET created_at = created_at - interval '60 days'")
    alter(house, "UPDATE subscription SET status = 'canceled', entitled_until = :now, ended_at = :now "
          "WHERE account_id = :id", id=goes, now=now)  # fmt: skip
    alter(house, "UPDATE subscription SET status = 'trialing', trial_end = :end, created_at = :now "
          "WHERE account_id = :id", id=tries, now=now, end=now + timedelta(days=7))  # fmt: skip
    alter(house, "UPDATE account SET created_at = created_at - interval '1 year' WHERE id = :id", id=never)
    view = analytics.figures(Period())
    assert plans_of(view)["creator"] == (1, 0, 1, 2000)
    moved = view.movement
    assert (moved.at_start, moved.lost, moved.began, moved.churn) == (2, 1, 0, 0.5)
    assert (moved.registered, moved.paid, moved.conversion, moved.trial_conversion) == (3, 0, 0, None)
    house.studio.clock.move(days=8)
    alter(house, "UPDATE subscription SET status = 'active' WHERE account_id = :id", id=tries)
    moved = analytics.figures(Period()).movement
    assert (moved.trials, moved.trials_paid, moved.began) == (1, 0, 1)
    alter(house, "INSERT INTO payment (id, account_id, gateway, gateway_id, intent_id, subscription_id, kind, reason, "
          "status, cents, refunded_cents, disputed, credits, clawed, shortfall, refund_cents, refund_reason, moves, "
          "number, page_url, pdf_url, created_at, paid_at) SELECT id, account_id, 'stripe', 'in_x', '', gateway_id, "
          "'plan', 'subscription_cycle', 'paid', 2000, 0, false, 0, 0, 0, 0, '', 0, '', '', '', :now, :now "
          "FROM subscription WHERE account_id = :id", id=tries, now=house.studio.clock())  # fmt: skip
    moved = analytics.figures(Period()).movement
    assert (moved.trials_paid, moved.trial_conversion, moved.paid, moved.conversion) == (1, 1.0, 1, 1 / 3)


@pytest.mark.parametrize(
    ("interval", "price", "paid", "monthly"),
    [
        (Interval.MONTH, 2000, None, 2000), (Interval.MONTH, 2000, 1500, 1500), (Interval.MONTH, 2000, 2600, 2000),
        (Interval.YEAR, 19200, None, 1600), (Interval.YEAR, 19200, 0, 0),
    ],
)  # fmt: skip
def test_a_month_of_a_subscription(interval: Interval, price: int, paid: int | None, monthly: float) -> None:
    assert monthly_cents(interval, price, paid) == monthly


# --- work ---


def test_work_is_counted_by_model_and_day_with_what_vendors_took(house: House, analytics: AnalyticsService) -> None:
    ada, bob = house.studio.account(), house.studio.account()
    house.give(ada, 100)
    house.studio.subscribe(bob, "pro")
    drawn = house.draw(ada, 2)
    house.draw(ada, fails=True)
    house.draw(bob)
    house.train(ada, "included")
    alter(house, "UPDATE training_round SET vendor_cost_cents = 150")
    alter(house, "UPDATE shot SET vendor_cost_cents = NULL WHERE paid_by = 'quota'")
    view = analytics.figures(Period.of(span="7"))
    pictures, trainings = view.work
    assert (pictures.key, pictures.count, pictures.by_plan, pictures.credits, pictures.unknown) == (
        "flux:schnell", 3, 1, 2, 1,
    )  # fmt: skip
    took = [shot.vendor_cost_cents or 0 for shot in house.works.shots(drawn)]
    assert min(took) > 0
    assert pictures.cost_cents == pytest.approx(sum(took))
    assert (trainings.key, trainings.count, trainings.by_plan, trainings.cost_cents) == ("training", 1, 1, 150)
    today = view.days[-1]
    assert (len(view.days), today.day) == (7, house.studio.clock().date())
    assert (today.pictures, today.trainings, today.burnt, today.granted) == (3, 1, 2, 100)
    assert today.cost_cents == pytest.approx(150 + pictures.cost_cents)
    assert {one.tier.value: one.accounts for one in view.actives if one.accounts} == {"free": 1, "pro": 1}


# --- periods ---


def test_periods_begin_and_end_at_midnight() -> None:
    now = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    day = timedelta(days=1)
    assert Period.of(span="7").bounds(now) == (datetime(2026, 12, 25, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert Period.of(span="2026-12").bounds(now) == (
        datetime(2026, 12, 1, tzinfo=UTC),
        datetime(2027, 1, 1, tzinfo=UTC),
    )
    assert Period.of(span="7").bounds(now + timedelta(seconds=1))[1] == datetime(2027, 1, 1, tzinfo=UTC) + day


@pytest.mark.parametrize("span", ["", "31", "2026-13", "2026", "-7", "all"])
def test_what_is_no_period(span: str) -> None:
    with pytest.raises(Invalid):
        Period.of(span=span)
