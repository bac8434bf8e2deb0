"""What payers are told of, against the sandbox's Stripe: once, however often and in whatever order it is heard of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from photogen.domain.billing.commands import Refund
from photogen.domain.notices import NoticesService
from photogen.models import Notice
from tests.factories.shop import Till
from tests.factories.studio import Studio
from tests.fakes.postman import Postman
from tests.fakes.sandbox import SandboxServer
from tests.fakes.shop import DISPUTED


@pytest.fixture
def tasting(database_url: str, vendors: SandboxServer) -> Iterator[Till]:
    """A studio whose plans are free for a week at first."""
    vendors.reset()
    studio = Studio.on(database_url)
    till = Till(studio, vendors, trial_days=7)
    yield till
    till.close()
    studio.close()


def rows(till: Till, account: str) -> list[Notice]:
    with till.studio.session() as session:
        return list(session.scalars(select(Notice).where(Notice.account_id == account).order_by(Notice.id)))


def told(till: Till, account: str) -> list[str]:
    return [row.kind.value for row in rows(till, account)]


def said(till: Till, account: str) -> list[str]:
    """Titles, the oldest first."""
    notices = NoticesService(till.studio.uow, till.studio.clock, Postman(), till.incidents)
    return [notice.words.title for notice in reversed(notices.recent(account))]


def banner(till: Till, account: str) -> bool:
    notices = NoticesService(till.studio.uow, till.studio.clock, Postman(), till.incidents)
    return notices.news(account).banner is not None


def test_a_plan_that_begins_goes_on_and_ends(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada)
    till.hear(till.events() * 2)
    till.later(ada, 32)
    till.hear(till.events() * 2)
    assert said(till, ada) == ["Your plan Creator has begun", "You paid $20 for Creator"]
    till.billing.cancel(ada)
    till.later(ada, 32)
    till.hear()
    assert said(till, ada)[2:] == ["Your plan Creator has ended"]
    assert rows(till, ada)[-1].data["unpaid"] is False


def test_a_failed_payment_stands_on_every_page_until_it_is_made(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada)
    till.hear()
    till.bad_card(ada)
    till.later(ada, 32)
    till.hear(till.events() * 2)
    assert told(till, ada) == ["plan_started", "payment_failed"]
    until = datetime.fromisoformat(rows(till, ada)[1].data["until"])
    view = till.billing.subscription(ada)
    assert view is not None
    assert timedelta(days=4) < until - till.studio.clock() <= timedelta(days=7)
    assert banner(till, ada)
    till.good_card(ada)
    till.hear(till.events() * 2)
    assert sorted(told(till, ada)[2:]) == ["payment_recovered", "receipt"]
    assert not banner(till, ada)


def test_a_plan_that_is_never_paid_ends_and_takes_its_banner_along(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada)
    till.hear()
    till.bad_card(ada)
    till.later(ada, 32)
    till.hear()
    subscription = till.shop.client.v1.subscriptions.list(params={"customer": till.customer(ada)}).data[0]
    till.shop.client.v1.subscriptions.cancel(subscription.id)
    till.hear()
    assert told(till, ada)[1:] == ["payment_failed", "plan_ended"]
    assert rows(till, ada)[-1].data["unpaid"] is True
    assert not banner(till, ada)


def test_a_pack_has_its_receipt_and_its_refund(till: Till) -> None:
    ada = till.studio.account()
    till.pack(ada)
    till.hear(till.events() * 2)
    till.billing.refund(ada, Refund.of(payment_id=till.billing.payments(ada)[0].id))
    till.work()
    till.hear(till.events() * 2)
    assert said(till, ada) == ["You paid $10 for 100 credits", "$10 is on its way back to you"]


def test_a_payer_is_told_of_a_dispute_and_of_its_end(till: Till) -> None:
    ada = till.studio.account()
    till.pack(ada, card=DISPUTED)
    till.hear(till.events() * 2)
    assert said(till, ada)[-1] == "Your bank asks for a payment of $10 back"
    assert rows(till, ada)[-1].data["credits"] == 100
    opened = next(e for e in till.shop.events("charge.dispute.created"))
    till.sandbox.dispute(dispute=opened.data.object["id"], outcome="won")
    till.hear(till.events() * 2)
    assert told(till, ada) == ["receipt", "disputed", "dispute_won"]
    assert rows(till, ada)[-1].data["credits"] == 100


def test_of_a_month_like_the_last_nobody_is_reminded_but_of_a_year(till: Till) -> None:
    ada, bob = till.studio.account(), till.studio.account()
    till.plan(ada)
    till.plan(bob, interval="year")
    till.hear()
    till.studio.clock.move(days=28)
    till.billing.remind()
    assert (told(till, ada), told(till, bob)) == (["plan_started"], ["plan_started"])
    till.studio.clock.move(days=335)
    for _ in range(2):
        till.billing.remind()
    assert told(till, bob) == ["plan_started", "renewal"]
    assert rows(till, bob)[1].data["cents"] == 19200


def test_of_another_price_one_is_reminded(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada, "pro")
    till.hear()
    till.change(ada, "creator")
    till.studio.clock.move(days=28)
    for _ in range(2):
        till.billing.remind()
    assert told(till, ada) == ["plan_started", "renewal"]
    facts = rows(till, ada)[1].data
    assert (facts["before"], facts["before_cents"], facts["plan"], facts["cents"]) == ("Pro", 4000, "Creator", 2000)


def test_who_has_cancelled_is_not_reminded(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada, interval="year")
    till.hear()
    till.billing.cancel(ada)
    till.studio.clock.move(days=363)
    till.billing.remind()
    assert told(till, ada) == ["plan_started"]


def test_a_trial_begins_and_its_end_is_announced(tasting: Till) -> None:
    till = tasting
    ada = till.studio.account()
    till.plan(ada)
    till.hear()
    assert said(till, ada) == ["Your trial of Creator has begun"]
    till.billing.remind()
    till.studio.clock.move(days=5)
    for _ in range(2):
        till.billing.remind()
    assert told(till, ada) == ["plan_started", "trial_ends"]
