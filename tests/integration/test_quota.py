"""The day's quota: what pictures take of it, when it begins anew, and what credits pay beyond it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count

import pytest

from photogen.domain.generation.commands import QuoteGeneration, StartGeneration
from photogen.domain.lab.commands import StartLab
from photogen.domain.quota import Ask
from photogen.errors import Conflict, InsufficientCredits, NotFound, QuotaExhausted, Rejected
from photogen.gateways.base import Category, Fix
from photogen.kit.ids import new_id
from photogen.models import PaidBy, Plan, PlanVersion, QuotaState, QuotaUse
from tests.factories.work import Works
from tests.integration.test_credits_parallel import all_at_once

_numbers = count(1)
MODEL = "base:flux:schnell"


@pytest.fixture
def ada(works: Works) -> str:
    """Subscribes to a plan of 5 pictures a day, and has 10 credits."""
    account = works.studio.account(credits=10)
    with works.studio.session() as session:
        terms = session.get_one(PlanVersion, ("creator", 1))
        session.merge(PlanVersion(**terms.model_dump() | {"number": 90, "daily_quota": 5}))
        session.merge(PlanVersion(**terms.model_dump() | {"number": 91, "daily_quota": 2}))
        session.commit()
    works.studio.subscribe(account, version=90)
    return account


def today(works: Works, account: str) -> tuple[int, int, int]:
    view = works.studio.quota.day(account)
    assert works.sound(account)
    return view.used, view.held, view.left


def take(works: Works, account: str, key: str, weight: int = 1, at: datetime | None = None) -> bool:
    with works.studio.uow() as uow:
        asked = [Ask(key, "flux:schnell", weight, weight)]
        return key in works.studio.quota.take(uow, account, asked, at or works.clock())


class TestWays:
    def test_a_subscriber_draws_from_the_day_and_keeps_the_credits(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada, count=3)
        assert today(works, ada) == (0, 3, 2)
        assert {shot.paid_by for shot in works.shots(id_)} == {PaidBy.QUOTA}
        works.run()
        assert today(works, ada) == (3, 0, 2)
        view = works.generation.get(ada, id_)
        assert (view.credits, view.held, view.quota, view.quota_held) == (0, 0, 3, 0)
        assert works.balance(ada) == 10
        assert works.holds(ada) == []

    def test_without_a_paid_plan_credits_pay(self, works: Works) -> None:
        for account in (works.studio.account(credits=10), works.studio.account(credits=10, plan="creator")):
            works.picture(account, count=3)
            assert works.balance(account) == 7
            assert works.studio.quota.day(account).way == "payg"
            assert today(works, account) == (0, 0, 0)

    def test_a_model_takes_its_weight(self, works: Works, ada: str) -> None:
        works.picture(ada, model="base:flux:1.1-pro", count=2)
        assert today(works, ada) == (0, 4, 1)
        with pytest.raises(QuotaExhausted):
            works.picture(ada, model="base:flux:1.1-pro")
        works.picture(ada)
        assert today(works, ada) == (0, 5, 0)
        assert [(use.model_key, use.pictures, use.weight) for use in works.studio.quota.day(ada).by_model] == [
            ("flux:1.1-pro", 2, 4), ("flux:schnell", 1, 1),
        ]  # fmt: skip

    def test_the_lab_takes_from_the_day_too(self, works: Works, ada: str) -> None:
        model = works.lora(ada)
        offer = works.lab.offer(ada, model)
        assert offer.tariff.quote(5).from_quota == 5
        command = StartLab.of(
            model_id=model, version_id=offer.version_id, prompts=offer.suggested[:1], request_key=new_id()
        )
        works.lab.start(ada, command)
        assert today(works, ada) == (0, 5, 0)
        assert works.balance(ada) == 10
        assert works.lab.runs(ada, model)[0].quota == 5


class TestBeyond:
    def test_429_says_when_and_what_credits_would_do_and_leaves_nothing(self, works: Works, ada: str) -> None:
        works.picture(ada, count=4)
        with pytest.raises(QuotaExhausted) as refused:
            works.picture(ada, count=3)
        error = refused.value
        assert (error.status, error.code) == (429, "quota_exhausted")
        assert error.details == {
            "needed": 3, "used": 4, "limit": 5, "resets_at": "2026-03-15T00:00:00+00:00", "credits": 2, "have": 10,
        }  # fmt: skip
        assert len(works.generation.recent(ada)) == 1
        assert today(works, ada) == (0, 4, 1)

    def test_with_overage_quota_comes_first_and_credits_pay_the_rest(self, works: Works, ada: str) -> None:
        works.studio.quota.set_overage(ada, on=True)
        quote = works.generation.quote(ada, QuoteGeneration.of(model=MODEL, count=7))
        assert (quote.from_quota, quote.total, quote.quota_after, quote.refusal) == (5, 2, 0, "")
        id_ = works.picture(ada, count=7)
        assert [shot.paid_by.value for shot in works.shots(id_)] == ["quota"] * 5 + ["credits"] * 2
        assert works.balance(ada) == 8
        works.run()
        assert today(works, ada) == (5, 0, 0)
        view = works.generation.get(ada, id_)
        assert (view.quota, view.credits) == (5, 2)
        works.studio.quota.set_overage(ada, on=False)
        with pytest.raises(QuotaExhausted):
            works.picture(ada)

    def test_402_beyond_the_quota_takes_nothing_of_either(self, works: Works, ada: str) -> None:
        poor = works.studio.account(credits=1)
        works.studio.subscribe(poor, version=91)
        works.studio.quota.set_overage(poor, on=True)
        with pytest.raises(InsufficientCredits) as refused:
            works.picture(poor, count=4)
        assert (refused.value.needed, refused.value.have) == (2, 1)
        assert today(works, poor) == (0, 0, 2)
        assert works.balance(poor) == 1

    @pytest.mark.parametrize(("overage", "credits", "refusal"), [
        (False, 10, "quota_exhausted"), (True, 1, "insufficient_credits"), (True, 10, ""),
    ])  # fmt: skip
    def test_the_quote_says_what_the_start_would(
        self, works: Works, ada: str, overage: bool, credits: int, refusal: str
    ) -> None:
        account = works.studio.account(credits=credits)
        works.studio.subscribe(account, version=91)
        works.studio.quota.set_overage(account, on=overage)
        quote = works.generation.quote(account, QuoteGeneration.of(model=MODEL, count=4))
        assert quote.refusal == refusal
        if not refusal:
            works.picture(account, count=4)
            return
        with pytest.raises(Rejected) as refused:
            works.picture(account, count=4)
        assert refused.value.code == refusal


class TestMidnight:
    def test_a_new_day_begins_with_the_date(self, works: Works, ada: str) -> None:
        works.clock.now = datetime(2026, 3, 14, 23, 59, 59, 999_999, tzinfo=UTC)
        works.picture(ada, count=5)
        with pytest.raises(QuotaExhausted):
            works.picture(ada)
        works.clock.now = datetime(2026, 3, 15, tzinfo=UTC)
        assert today(works, ada) == (0, 0, 5)
        works.picture(ada, count=5)
        assert today(works, ada) == (0, 5, 0)

    def test_what_is_held_across_midnight_counts_on_the_day_of_the_click(self, works: Works, ada: str) -> None:
        works.clock.now = datetime(2026, 3, 14, 23, 59, 59, tzinfo=UTC)
        works.inline.breaks["submit"] = [Fix("safety", vendor="fake", code="unsafe", category=Category.MODERATION)]
        works.picture(ada, count=2)
        works.clock.now = datetime(2026, 3, 15, 0, 0, 1, tzinfo=UTC)
        works.run()
        assert today(works, ada) == (0, 0, 5)
        with works.studio.session() as session:
            uses = session.query(QuotaUse).filter_by(account_id=ada).all()
        assert sorted(use.state for use in uses) == [QuotaState.RELEASED, QuotaState.USED]
        assert {use.day for use in uses} == {date(2026, 3, 14)}

    def test_who_waits_at_the_lock_until_midnight_has_asked_before_it(self, works: Works, ada: str) -> None:
        late = datetime(2026, 3, 14, 23, 59, 59, tzinfo=UTC)
        works.clock.now = datetime(2026, 3, 15, tzinfo=UTC)
        assert take(works, ada, "late", at=late)
        assert today(works, ada) == (0, 0, 5)


class TestEnds:
    def test_what_fails_comes_back(self, works: Works, ada: str) -> None:
        works.inline.breaks["submit"] = [Fix("safety", vendor="fake", code="unsafe", category=Category.MODERATION)]
        id_ = works.picture(ada, count=3)
        works.run()
        assert today(works, ada) == (2, 0, 3)
        view = works.generation.get(ada, id_)
        assert (view.quota, view.quota_returned) == (2, 1)
        assert "1 went back to the quota" in view.notice

    def test_what_is_cancelled_comes_back(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada, count=3)
        works.generation.advance(works.shots(id_)[0].id)
        works.generation.cancel(ada, id_)
        works.generation.cancel(ada, id_)
        works.run()
        assert today(works, ada) == (1, 0, 4)

    def test_a_double_click_takes_once(self, works: Works, ada: str) -> None:
        command = StartGeneration.of(request_key=new_id(), model=MODEL, prompt="x", count=3)
        outcomes = all_at_once([lambda: works.generation.start(ada, command)] * 4)
        assert outcomes == ["done"] * 4
        assert today(works, ada) == (0, 3, 2)

    def test_steps_may_be_taken_again_and_never_contradict(self, works: Works, ada: str) -> None:
        quota, key, other = works.studio.quota, f"k{next(_numbers)}", f"k{next(_numbers)}"
        for _ in range(2):
            assert take(works, ada, key)
            assert take(works, ada, other)
        with pytest.raises(Conflict):
            take(works, ada, key, weight=2)
        for _ in range(2):
            with works.studio.uow() as uow:
                quota.use(uow, key)
                quota.give_back(uow, other)
        for step, wrong in ((quota.give_back, key), (quota.use, other)):
            with pytest.raises(Conflict), works.studio.uow() as uow:
                step(uow, wrong)
        with pytest.raises(NotFound), works.studio.uow() as uow:
            quota.use(uow, "nobody's")
        assert today(works, ada) == (1, 0, 4)

    def test_somebody_elses_key_is_no_way_in(self, works: Works, ada: str) -> None:
        eve = works.studio.account()
        works.studio.subscribe(eve, version=90)
        assert take(works, ada, "hers")
        with pytest.raises(Conflict):
            take(works, eve, "hers")
        assert today(works, eve) == (0, 0, 5)
        for call in (works.studio.quota.day, works.studio.quota.now):
            with pytest.raises(NotFound):
                call(new_id())
        with pytest.raises(NotFound):
            works.studio.quota.set_overage(new_id(), on=True)


class TestPlans:
    def test_a_smaller_plan_at_noon_leaves_nothing_and_takes_nothing_back(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada, count=4)
        works.studio.subscribe(ada, version=91)
        view = works.studio.quota.day(ada)
        assert (view.limit, view.taken, view.left, view.low) == (2, 4, 0, True)
        with pytest.raises(QuotaExhausted):
            works.picture(ada)
        works.run()
        assert works.generation.get(ada, id_).done == 4
        assert today(works, ada) == (4, 0, 0)

    def test_after_the_end_of_the_plan_credits_pay_and_what_was_held_ends_well(self, works: Works, ada: str) -> None:
        works.picture(ada, count=2)
        works.studio.unsubscribe(ada)
        works.picture(ada, count=1)
        assert works.balance(ada) == 9
        works.run()
        view = works.studio.quota.day(ada)
        assert (view.way, view.limit, view.used, view.held) == ("payg", 0, 2, 0)
        assert works.sound(ada)

    def test_what_was_sold_counts_not_what_is_offered(self, works: Works, ada: str) -> None:
        with works.studio.session() as session:
            assert session.get_one(Plan, "creator").daily_quota == 50
        rights = works.studio.plans.entitlements(ada).paying
        assert (rights.daily_quota, rights.way, rights.overage) == (5, "subscription", False)


def test_of_sixteen_at_once_exactly_one_gets_the_last(works: Works, ada: str) -> None:
    works.picture(ada, count=4)

    def one() -> None:
        works.picture(ada)

    outcomes = all_at_once([one] * 16)
    assert sorted(outcomes) == ["QuotaExhausted"] * 15 + ["done"]
    assert today(works, ada) == (0, 5, 0)


def test_uses_given_back_at_once_by_many_come_back_once(works: Works, ada: str) -> None:
    assert take(works, ada, "once", weight=3)

    def back() -> None:
        with works.studio.uow() as uow:
            works.studio.quota.give_back(uow, "once")

    assert all_at_once([back] * 8) == ["done"] * 8
    assert today(works, ada) == (0, 0, 5)
