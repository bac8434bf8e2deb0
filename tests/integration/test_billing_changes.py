"""A plan that is bought twice, changed, cancelled and taken back, in every order, against the sandbox's Stripe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from photogen.domain.billing.commands import BuyPlan, ChangePlan
from photogen.domain.inbox.service import Event
from photogen.domain.notices import NoticesService
from photogen.errors import Conflict, Invalid, Unavailable
from photogen.gateways.base import Stop
from photogen.kit.ids import new_id
from tests.factories.shop import Till
from tests.factories.studio import Studio
from tests.fakes.postman import Postman
from tests.fakes.sandbox import SandboxServer


@pytest.fixture
def tasting(database_url: str, vendors: SandboxServer) -> Iterator[Till]:
    """A studio whose plans are free for a week at first."""
    vendors.reset()
    studio = Studio.on(database_url)
    till = Till(studio, vendors, trial_days=7)
    yield till
    till.close()
    studio.close()


# --- two tabs ---


def _two_tabs(till: Till, account: str) -> None:
    """Both payment pages are open when the first is paid: the service closes the other one too late."""
    till.sandbox.fault("stripe", "checkout.sessions.expire", "404", times=None)
    pages = [till.billing.buy_plan(account, BuyPlan.of(plan=plan, request_key=new_id())) for plan in ("creator", "pro")]
    till.sandbox.clear_faults()
    for page in pages:
        till.pay(page)
        till.later(account, 0.01)


def _subscriptions(till: Till, account: str) -> list[Any]:
    """The service's, in the order in which they were bought."""
    found = till.shop.client.v1.subscriptions.list(params={"customer": till.customer(account), "status": "all"})
    return sorted(found.data, key=lambda one: int(one.created))


def _statuses(till: Till, account: str) -> list[str]:
    return [one.status for one in _subscriptions(till, account)]


def _given_back(till: Till) -> list[int]:
    return [refund.amount for refund in till.shop.client.v1.refunds.list().data]


def _said(till: Till, account: str) -> list[str]:
    notices = NoticesService(till.studio.uow, till.studio.clock, Postman(), till.incidents)
    return [notice.words.title for notice in notices.recent(account)]


def _settled(till: Till, account: str) -> None:
    assert (till.plan_of(account), till.credits(account)) == ("creator", 200)
    assert _statuses(till, account) == ["active", "canceled"]
    assert _given_back(till) == [4000]
    assert sorted((p.plan_key, p.status) for p in till.billing.payments(account)) == [
        ("creator", "paid"), ("pro", "refunded"),
    ]  # fmt: skip
    said = _said(till, account)
    assert said.count("You had paid for two plans at once") == 1
    assert "Your plan Pro has ended" not in said
    assert till.incidents.open() == []


def _as_sent(events: list[Event]) -> list[Event]:
    return events


def _backwards_and_twice(events: list[Event]) -> list[Event]:
    return [*reversed(events), *events]


@pytest.mark.parametrize("order", [_as_sent, _backwards_and_twice])
def test_of_two_plans_paid_at_once_the_second_is_given_back(
    till: Till, order: Callable[[list[Event]], list[Event]]
) -> None:
    ada = till.studio.account()
    _two_tabs(till, ada)
    events = till.events()
    for _ in range(3):
        till.hear(order(till.events()))
    _settled(till, ada)
    till.hear(order(events))
    till.work()
    _settled(till, ada)


def test_two_plans_of_which_nothing_is_heard_are_found_by_looking(till: Till) -> None:
    ada = till.studio.account()
    _two_tabs(till, ada)
    for _ in range(3):
        till.studio.clock.move(minutes=1)
        till.look()
        till.work()
    _settled(till, ada)


def test_a_death_between_the_promise_and_the_end_ends_and_gives_back_once(till: Till) -> None:
    ada = till.studio.account()
    _two_tabs(till, ada)
    till.sandbox.fault("stripe", "subscriptions.cancel", "401", times=None)
    with pytest.raises(Stop):
        till.hear()
    till.studio.queue.waiting.clear()
    assert _statuses(till, ada) == ["active", "active"]
    till.sandbox.clear_faults()
    for _ in range(2):
        till.studio.clock.move(minutes=1)
        till.look()
        till.work()
    till.hear()
    _settled(till, ada)


def test_the_second_stays_when_the_first_has_ended_unheard(till: Till) -> None:
    ada = till.studio.account()
    _two_tabs(till, ada)
    for event in till.events():
        till.billing.apply_event(event)
    till.shop.client.v1.subscriptions.cancel(_subscriptions(till, ada)[0].id)
    till.work()
    till.hear()
    assert till.plan_of(ada) == "pro"
    assert _statuses(till, ada) == ["canceled", "active"]
    assert _given_back(till) == []


def test_two_trials_end_as_one(tasting: Till) -> None:
    ada = tasting.studio.account()
    _two_tabs(tasting, ada)
    for _ in range(2):
        tasting.hear()
    assert _statuses(tasting, ada) == ["trialing", "canceled"]
    assert tasting.plan_of(ada) == "creator"
    assert _given_back(tasting) == []
    assert _said(tasting, ada).count("You had paid for two plans at once") == 1


def test_two_plans_of_which_the_first_ends_by_itself_are_looked_at_by_a_person(till: Till) -> None:
    ada = till.studio.account()
    till.sandbox.fault("stripe", "checkout.sessions.expire", "404", times=None)
    pages = [till.billing.buy_plan(ada, BuyPlan.of(plan=plan, request_key=new_id())) for plan in ("creator", "pro")]
    till.sandbox.clear_faults()
    till.pay(pages[0])
    till.hear()
    till.billing.cancel(ada)
    till.later(ada, 0.01)
    till.pay(pages[1])
    till.hear()
    assert _statuses(till, ada) == ["active", "active"]
    assert _given_back(till) == []
    assert [incident.kind for incident in till.incidents.open()] == ["two_subscriptions"]


def test_a_plan_that_stayed_unpaid_ends_when_another_is_chosen(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada)
    till.hear()
    till.bad_card(ada)
    till.later(ada, 32)
    till.hear()
    till.studio.clock.move(days=8)
    till.plan(ada, "pro")
    till.hear()
    till.good_card(ada)
    till.hear()
    assert _statuses(till, ada) == ["canceled", "active"]
    assert till.plan_of(ada) == "pro"
    assert till.incidents.open() == []


def test_a_plan_that_was_renewed_unheard_is_not_bought_again(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada)
    till.hear()
    till.later(ada, 47)
    assert till.plan_of(ada) == "free"
    with pytest.raises(Conflict) as refused:
        till.plan(ada, "pro")
    assert refused.value.code == "already_subscribed"
    assert _statuses(till, ada) == ["active"]
    assert till.plan_of(ada) == "creator"


def test_no_plan_is_sold_while_nobody_knows_about_the_last_one(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada)
    till.hear()
    till.later(ada, 47)
    till.sandbox.fault("stripe", "subscriptions.get", "503", times=None)
    with pytest.raises(Unavailable):
        till.plan(ada, "pro")
    till.sandbox.clear_faults()
    assert _statuses(till, ada) == ["active"]


# --- a plan that was cancelled ---


def _quote(till: Till, account: str, plan: str) -> Any:
    return till.billing.quote_change(account, ChangePlan.of(plan=plan, request_key=new_id()))


def test_an_upgrade_takes_a_cancellation_back_and_says_so(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada)
    till.hear()
    assert not _quote(till, ada, "pro").resumes
    till.billing.cancel(ada)
    quote = _quote(till, ada, "pro")
    assert (quote.resumes, quote.immediate, quote.due_cents) == (True, True, 2000)
    view = till.change(ada, "pro")
    assert (view.plan_key, view.cancel_at_period_end) == ("pro", False)
    till.later(ada, 32)
    till.hear()
    assert till.plan_of(ada) == "pro"


def test_an_upgrade_that_the_card_refuses_leaves_the_cancellation(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada)
    till.hear()
    till.billing.cancel(ada)
    till.bad_card(ada)
    with pytest.raises(Invalid):
        till.change(ada, "pro")
    till.hear()
    assert till.billing.subscription(ada).cancel_at_period_end  # type: ignore[union-attr]
    till.later(ada, 32)
    till.hear()
    assert till.plan_of(ada) == "free"


@pytest.mark.parametrize("heard", [True, False])
def test_less_can_not_begin_after_the_end(till: Till, heard: bool) -> None:
    ada = till.studio.account()
    till.plan(ada, "pro")
    till.hear()
    httpx.post(till.billing.portal(ada), data={"do": "cancel"})
    if heard:
        till.hear()
        with pytest.raises(Conflict) as refused:
            _quote(till, ada, "creator")
        assert refused.value.code == "plan_ends"
    for plan in ("creator", "pro"):
        with pytest.raises(Conflict) as refused:
            till.change(ada, plan)
        assert refused.value.code == "plan_ends"
    state = _subscriptions(till, ada)[0]
    assert (state.cancel_at_period_end, state.schedule) == (True, None)


@pytest.mark.parametrize("at_once", [True, False])
def test_what_has_ended_can_not_be_taken_back_or_changed(till: Till, at_once: bool) -> None:
    ada = till.studio.account()
    till.plan(ada)
    till.hear()
    if at_once:  # by the operator, at the service, and the word of it is late
        till.shop.client.v1.subscriptions.cancel(_subscriptions(till, ada)[0].id)
    else:
        till.billing.cancel(ada)
        till.later(ada, 32)
    for way in (till.billing.resume, till.billing.cancel, lambda account: till.change(account, "pro")):
        with pytest.raises(Conflict) as refused:
            way(ada)
        assert refused.value.code == "not_subscribed"
    assert till.plan_of(ada) == "free"


def test_a_trial_that_is_cancelled_costs_nothing_and_is_the_only_one(tasting: Till) -> None:
    ada = tasting.studio.account()
    tasting.plan(ada)
    tasting.hear()
    assert tasting.billing.cancel(ada).status == "trialing"  # type: ignore[union-attr]
    assert tasting.plan_of(ada) == "creator"
    tasting.later(ada, 8)
    tasting.hear()
    assert (tasting.plan_of(ada), tasting.credits(ada)) == ("free", 0)
    assert sum(payment.cents for payment in tasting.billing.payments(ada)) == 0
    tasting.plan(ada)
    tasting.hear()
    assert tasting.billing.subscription(ada).status == "active"  # type: ignore[union-attr]
    assert tasting.billing.payments(ada)[0].cents == 2000


# --- one change after another ---


def test_an_upgrade_takes_the_place_of_a_planned_downgrade(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada, "pro")
    till.hear()
    till.change(ada, "creator")
    view = till.change(ada, "enterprise")
    assert (view.plan_key, view.next_plan_key) == ("enterprise", "")
    till.later(ada, 32)
    till.hear()
    assert (till.plan_of(ada), till.credits(ada)) == ("enterprise", 1000)


def test_a_refused_upgrade_leaves_the_planned_downgrade(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada, "pro")
    till.hear()
    till.change(ada, "creator")
    till.bad_card(ada)
    for _ in range(2):
        with pytest.raises(Invalid):
            till.change(ada, "enterprise")
    till.hear()
    view = till.billing.subscription(ada)
    assert view is not None
    assert (view.plan_key, view.next_plan_key) == ("pro", "creator")


def test_from_months_to_years_at_once_and_back_at_the_years_end(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada)
    till.hear()
    view = till.change(ada, "creator", "year")
    assert (view.interval, view.amount_cents) == ("year", 19200)
    till.hear()
    assert till.credits(ada) == 200  # the month that was begun anew is given anew, less what it took the place of
    view = till.change(ada, "creator", "month")
    assert (view.interval, view.next_interval) == ("year", "month")
    till.later(ada, 366)
    till.hear()
    now = till.billing.subscription(ada)
    assert now is not None
    assert (now.interval, now.next_interval, till.credits(ada)) == ("month", "", 200)
