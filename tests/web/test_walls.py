"""The three refusals over a raw socket: each opens its dialog with the numbers in it, and takes nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from photogen.kit.ids import new_id
from photogen.models import Interval, PlanVersion, Subscription, SubscriptionStatus
from photogen.web.walls import wall_of
from tests.fakes.raw_tab import RawTab
from tests.fakes.web_server import WebServer

STATE = "reflex___state____state"
GENERATE = f"{STATE}.photogen___web___pages___generate___state____generate"
WALLS = f"{STATE}.photogen___web___walls____walls"
LOCKED = "base:flux:1.1-pro"


async def draw(tab: RawTab, count: int = 1, model: str = "") -> dict[str, Any]:
    if model:
        await tab.send(f"{GENERATE}.set_model", {"value": model})
    await tab.send(f"{GENERATE}.set_count", {"value": count})
    await tab.send(f"{GENERATE}.set_prompt", {"value": "a red fox"})
    await tab.send(f"{GENERATE}.start", {"form_data": {}})
    found: dict[str, Any] = tab.value("walls.wall")
    return found


def subscriber(web: WebServer, quota: int, credits: int = 10) -> str:
    account, now = web.account(credits=credits, plan="free"), datetime.now(UTC)
    with web.services.uow() as uow:
        terms = uow.session.get_one(PlanVersion, ("creator", 1)).model_dump()
        uow.session.merge(PlanVersion(**terms | {"number": 100 + quota, "daily_quota": quota}))
        uow.session.flush()
        uow.session.add(
            Subscription(
                account_id=account, gateway="stripe", gateway_id=f"sub_{new_id()}", status=SubscriptionStatus.ACTIVE,
                plan_key="creator", plan_version=100 + quota, interval=Interval.MONTH, price_id="price_test",
                period_start=now, period_end=now + timedelta(days=30), entitled_until=now + timedelta(days=30),
            )
        )  # fmt: skip
    return account


async def test_402_says_what_is_needed(application: object, web: WebServer) -> None:
    account = web.account(credits=2, plan="free")
    async with RawTab(web.url, web.session(account), path="/generate") as tab:
        wall = await draw(tab, count=3)
        assert (wall["code"], wall["status"], wall["needed"], wall["have"]) == ("insufficient_credits", 402, 3, 2)
        await tab.send(f"{WALLS}.close")
        assert tab.value("walls.wall")["code"] == ""
    assert web.services.generation.recent(account) == []


async def test_403_names_tier_and_plan(application: object, web: WebServer) -> None:
    account = web.account(credits=50, plan="free")
    async with RawTab(web.url, web.session(account), path="/generate") as tab:
        wall = await draw(tab, model=LOCKED)
        assert (wall["code"], wall["status"], wall["tier"], wall["plan"]) == ("tier_required", 403, "basic", "Creator")
        assert "Creator" in tab.value("generate.after")
    assert web.services.credits.balance(account).available == 50


async def test_429_can_be_switched_to_credits_on_the_spot(application: object, web: WebServer) -> None:
    account = subscriber(web, 3)
    async with RawTab(web.url, web.session(account), path="/generate") as tab:
        assert tab.value("me.quota")["text"] == "0 of 3"
        wall = await draw(tab, count=5)
        assert (wall["code"], wall["status"], wall["needed"]) == ("quota_exhausted", 429, 5)
        assert (wall["used"], wall["limit"], wall["credits"], wall["have"]) == (0, 3, 2, 10)
        assert wall["resets_at"].endswith("T00:00:00+00:00")
        await tab.send(f"{WALLS}.switch_on")
        assert tab.value("walls.switched") is True
        await tab.send(f"{WALLS}.close")
        await tab.send(f"{GENERATE}.start", {"form_data": {}})
        await tab.until(lambda: tab.value("me.quota")["text"] == "3 of 3")
        assert tab.value("me.quota")["tone"] == "bad"
    assert web.services.credits.balance(account).available == 8


async def test_a_wall_of_nonsense_is_none(application: object, web: WebServer) -> None:
    token = web.session(web.account())
    async with RawTab(web.url, token, path="/generate") as tab:
        for code, details in (("not_found", {}), ("quota_exhausted", {"used": "x" * 10_000, "resets_at": [1]})):
            await tab.send(f"{WALLS}.show", {"code": code, "sentence": "y" * 10_000, "details": details})
            assert len(str(tab.value("walls.wall"))) < 1500


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({}, (0, 0, "")),
        ({"needed": -5, "have": 10**30}, (0, 10**9, "")),
        ({"needed": True, "have": "7", "resets_at": "2026-03-15T00:00:00+00:00"}, (1, 0, "00:00 UTC")),
    ],
)
def test_what_a_wall_is_made_of(details: dict[str, Any], expected: tuple[int, int, str]) -> None:
    wall = wall_of("quota_exhausted", "No.", details)
    assert (wall.needed, wall.have, wall.clock) == expected
