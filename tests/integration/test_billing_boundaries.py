"""A period's end, a second before and after it, with the renewal's invoice hours late or refused, and time that jumps:
no credits are lost, none come twice, and none for a period that was not paid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from photogen.domain.billing.policy import month_after
from photogen.domain.books import BooksService
from photogen.models import BillingCustomer, CreditGrant, GrantSource
from tests.factories.shop import Till
from tests.factories.studio import Studio
from tests.fakes.sandbox import SandboxServer

BEGIN = datetime(2027, 1, 31, 12, tzinfo=UTC)  # a day that most months don't have
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


class Payer:
    """Somebody whose time at Stripe and here is the same to the second."""

    def __init__(self, till: Till) -> None:
        self.till, self.account, self.clocks = till, till.studio.account(), till.shop.client.v1.test_helpers.test_clocks
        till.studio.clock.now = BEGIN
        self.clock = self.clocks.create(params={"frozen_time": int(BEGIN.timestamp())}).id
        made = till.shop.client.v1.customers.create(params={"test_clock": self.clock, "email": "ada@example.com"})
        with till.studio.uow() as uow:
            uow.session.add(BillingCustomer(account_id=self.account, gateway="stripe", customer_id=made.id))

    def at(self, moment: datetime, kind: str = "") -> int:
        """It is `moment`; what has happened until then is heard of, so far as it is of this kind, and the schedule
        looks for months. Gives the credits that can be spent."""
        self.till.studio.clock.now = moment
        params: Any = {"frozen_time": int(moment.timestamp())}
        self.clocks.advance(self.clock, params=params)
        self.hear(kind)
        self.till.billing.grant_months()
        return self.till.credits(self.account)

    def hear(self, kind: str = "") -> None:
        self.till.hear([event for event in self.till.events() if event.kind.startswith(kind)])

    def given(self) -> list[tuple[int, datetime | None]]:
        with self.till.studio.session() as session:
            query = select(CreditGrant.amount, CreditGrant.expires_at).where(
                CreditGrant.account_id == self.account, CreditGrant.source == GrantSource.PLAN
            )
            return [(amount, until) for amount, until in session.execute(query.order_by(col(CreditGrant.expires_at)))]


@pytest.fixture
def ada(database_url: str, vendors: SandboxServer) -> Iterator[Payer]:
    """Whose plan is free for a week at first."""
    vendors.reset()
    studio = Studio.on(database_url)
    till = Till(studio, vendors, trial_days=7)
    payer = Payer(till)
    yield payer
    books = BooksService(studio.uow, studio.clock, studio.credits, studio.quota, till.incidents)
    found = books.check().found
    till.close()
    studio.close()
    assert found == ()


def test_a_plan_by_the_month_at_the_ends_of_its_trial_and_of_its_months(ada: Payer) -> None:
    ada.till.plan(ada.account)
    paid = BEGIN + 7 * DAY
    ends = [month_after(paid, number) for number in range(7)]
    assert [ada.at(paid - SECOND), ada.at(paid), ada.at(paid + SECOND), ada.at(paid + HOUR - SECOND)] == [0, 0, 0, 0]
    assert ada.till.plan_of(ada.account) == "creator"
    assert [ada.at(paid + HOUR + SECOND), ada.at(ends[1] - SECOND)] == [200, 200]
    assert [ada.at(ends[1]), ada.at(ends[1] + SECOND)] == [0, 0], "they were the first month's"
    assert [ada.at(ends[1] + 9 * HOUR, "customer."), ada.till.plan_of(ada.account)] == [0, "creator"]
    assert [ada.at(ends[1] + 10 * HOUR), ada.at(ends[2] - SECOND)] == [200, 200]
    assert ada.at(ends[5] + SECOND) == 0, "three months later; what came of them is over"
    assert ada.at(ends[5] + 2 * HOUR) == 200
    assert ada.given() == [(200, ends[1]), (200, ends[2]), (200, ends[6])]
    assert [row.credits for row in ada.till.billing.payments(ada.account)] == [200] * 6 + [0]


def test_a_plan_by_the_year_at_the_ends_of_its_months_and_of_the_year(ada: Payer) -> None:
    ada.till.plan(ada.account, interval="year")
    begun = BEGIN + 7 * DAY
    months = [month_after(begun, number) for number in range(30)]
    assert [ada.at(begun + SECOND), ada.at(begun + 2 * HOUR), ada.at(months[1] - SECOND)] == [0, 200, 200]
    assert ada.given() == [(200, months[1])]
    assert [ada.at(months[1]), ada.at(months[1] + SECOND), ada.at(months[2] - SECOND)] == [200, 200, 200]
    assert ada.given() == [(200, months[1]), (200, months[2])]
    # Nobody looks for ten months; then the next year has begun, and its invoice has not been paid.
    assert [ada.at(months[12] + SECOND, "customer."), ada.at(months[12] + HOUR * 3, "customer.")] == [0, 0]
    assert len(ada.given()) == 2
    assert [ada.at(months[12] + 5 * HOUR), ada.at(months[13] - SECOND), ada.at(months[13] + SECOND)] == [200, 200, 200]
    assert ada.given()[2:] == [(200, months[13]), (200, months[14])]
    # The third year's invoice is refused, and paid when its first month is over: that one is not given any more.
    ada.till.bad_card(ada.account)
    assert [ada.at(months[24] - SECOND), ada.at(months[24] + 2 * HOUR), ada.at(months[24] + 6 * DAY)] == [200, 0, 0]
    ada.till.good_card(ada.account)
    ada.at(months[25] - SECOND, "customer.")
    assert [ada.at(months[25] + SECOND, "customer."), len(ada.given())] == [0, 5]
    assert [ada.at(months[25] + 2 * SECOND), ada.at(months[26])] == [200, 200]
    assert ada.given()[5:] == [(200, months[26]), (200, months[27])]


def test_a_year_that_passes_unheard_gives_nothing_of_the_next_one(ada: Payer) -> None:
    ada.till.plan(ada.account, interval="year")
    end = month_after(BEGIN + 7 * DAY, 12)
    ada.at(BEGIN + 8 * DAY)
    ada.till.bad_card(ada.account)
    assert [ada.at(end + 2 * HOUR, "customer."), ada.at(end + 3 * DAY), ada.at(end + 30 * DAY)] == [0, 0, 0]
    assert ada.given() == [(200, month_after(BEGIN + 7 * DAY, 1))]
