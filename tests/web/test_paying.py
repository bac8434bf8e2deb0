"""How pictures are paid: in words, switched by its owner alone; a locked model leads to the plan that opens it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from photogen.domain.billing.views import SubscriptionView
from photogen.domain.quota import ModelUse, QuotaView
from photogen.web.paying import shares, way_of
from tests.fakes.raw_tab import RawTab
from tests.fakes.web_server import WebServer
from tests.web.test_walls import GENERATE, LOCKED, STATE, draw, subscriber

PAYING = f"{STATE}.photogen___web___paying____paying"


def _day(limit: int) -> QuotaView:
    end = datetime(2026, 12, 25, tzinfo=UTC)
    return QuotaView(date(2026, 12, 24), "subscription" if limit else "payg", limit, 0, 0, False, end)


def _plan(**changes: Any) -> SubscriptionView:
    end = datetime(2026, 12, 31, tzinfo=UTC)
    usual: dict[str, Any] = {
        "plan_key": "pro", "plan_name": "Pro", "interval": "month", "status": "active", "amount_cents": 4000,
        "period_start": end, "period_end": end, "trial_end": None, "cancel_at_period_end": False, "next_plan_key": "",
        "next_plan_name": "", "next_interval": "", "next_cents": 0, "past_due_since": None, "entitled_until": end,
        "open_invoice_url": "",
    }  # fmt: skip
    return SubscriptionView(**usual | changes)


@pytest.mark.parametrize(
    ("plan", "then"),
    [
        (_plan(), ""),
        (_plan(cancel_at_period_end=True), "On 31 December 2026 it becomes pay as you go"),
        (_plan(status="past_due"), "If the payment is not made by 31 December 2026, it becomes pay as you go"),
        (_plan(next_plan_key="creator", next_plan_name="Creator"), "On 31 December 2026 the day's quota becomes that"),
        (_plan(next_plan_key="pro", next_plan_name="Pro", next_interval="year"), ""),
    ],
)
def test_what_the_way_of_paying_becomes_is_said(plan: SubscriptionView, then: str) -> None:
    way = way_of(_day(150), plan)
    assert way.title == "Subscription"
    assert way.then.startswith(then)
    assert bool(way.then) == bool(then)


def test_without_a_quota_credits_pay() -> None:
    way = way_of(_day(0), None)
    assert (way.title, way.then) == ("Pay as you go", "")


def test_the_day_is_split_by_model() -> None:
    rows = shares([ModelUse("a", "FLUX", 1, 1), ModelUse("b", "Ultra", 2, 4)])
    assert [(row.name, row.words, row.part) for row in rows] == [
        ("Ultra", "4 for 2 pictures", 80), ("FLUX", "1 for 1 picture", 20),
    ]  # fmt: skip


async def test_the_switch_is_its_owners_and_holds_at_the_next_click(application: object, web: WebServer) -> None:
    account = subscriber(web, 2)
    async with RawTab(web.url, web.session(account), path="/usage") as tab:
        assert tab.value("paying.way")["title"] == "Subscription"
        await tab.send(f"{PAYING}.set_overage", {"on": True})
        assert tab.value("paying.overage") is True
        assert web.services.quota.now(account).overage
        async with RawTab(web.url, web.session(account), path="/generate") as other:
            await draw(other, count=3)
        await tab.until(lambda: [s["words"] for s in tab.value("paying.shares")] == ["2 for 2 pictures"])
        await tab.send(f"{PAYING}.set_overage", {"on": "no"})
        assert web.services.quota.now(account).overage  # what no page sends does nothing
        await tab.send(f"{PAYING}.set_overage", {"on": False})
        assert not web.services.quota.now(account).overage
    assert web.services.credits.balance(account).available == 9


async def test_a_locked_model_leads_to_the_plan_that_opens_it(application: object, web: WebServer) -> None:
    token = web.session(web.account(credits=50, plan="free"))
    async with RawTab(web.url, token, path="/generate") as tab:
        await tab.send(f"{GENERATE}.set_model", {"value": LOCKED})
        assert tab.value("generate.controls")["plan"] == "Creator"
    async with RawTab(web.url, token, path="/pricing?plan=Creator") as tab:
        assert tab.value("price_list.wanted") == "creator"
    async with RawTab(web.url, token, path="/pricing?plan=Gold") as tab:
        assert tab.value("price_list.wanted") in {"", None}
