"""What people are told of by credits, the day's quota and trainings: when it happens, once, and nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlmodel import select

from photogen.db.uow import UnitOfWork
from photogen.domain.credits import CreditsService
from photogen.gateways.base import JobState
from photogen.kit.ids import new_id
from photogen.models import GrantSource, Notice, NoticeKind, PlanVersion
from tests.factories.work import Works

K = NoticeKind


def told(works: Works, account: str) -> list[str]:
    """The kinds of an account's notices, the oldest first."""
    with works.studio.session() as session:
        rows = session.scalars(select(Notice).where(Notice.account_id == account).order_by(Notice.id)).all()
    return [row.kind.value for row in rows]


def facts(works: Works, account: str) -> dict[str, object]:
    """Of the only one."""
    with works.studio.session() as session:
        return dict(session.scalars(select(Notice).where(Notice.account_id == account)).one().data)


class TestCredits:
    def spend(self, works: Works, account: str, amount: int, credits: CreditsService | None = None) -> str:
        key = new_id()
        with works.studio.uow() as uow:
            (credits or works.credits).hold(uow, account, amount, key, "shot", "x")
        return key

    def top_up(self, works: Works, account: str, amount: int = 100, until: datetime | None = None) -> None:
        with works.studio.uow() as uow:
            works.credits.grant(uow, account, amount, GrantSource.PACK, new_id(), until)

    def test_who_falls_below_the_mark_is_told_once_until_credits_come_again(self, works: Works) -> None:
        ada = works.studio.account(credits=100)
        self.spend(works, ada, 80)
        assert told(works, ada) == [], "20 are left, and 20 is the mark"
        held = self.spend(works, ada, 1)
        assert (told(works, ada), facts(works, ada)) == (["low_credits"], {"left": 19})
        with works.studio.uow() as uow:
            works.credits.release(uow, held)
        self.spend(works, ada, 5)
        assert told(works, ada) == ["low_credits"], "up and down is no news"
        self.top_up(works, ada)
        self.spend(works, ada, 100)
        assert told(works, ada) == ["low_credits"] * 2

    def test_who_was_always_below_is_not_told(self, works: Works) -> None:
        ada = works.studio.account(credits=19)
        self.spend(works, ada, 10)
        self.top_up(works, ada, 1)
        self.spend(works, ada, 1)
        assert told(works, ada) == []

    def test_a_refused_spend_tells_nothing(self, works: Works) -> None:
        ada = works.studio.account(credits=30)
        unit: UnitOfWork
        try:
            with works.studio.uow() as unit:
                works.credits.hold(unit, ada, 25, new_id(), "shot", "x")
                works.credits.hold(unit, ada, 25, new_id(), "shot", "y")
        except Exception:  # noqa: BLE001
            assert told(works, ada) == []
        else:
            raise AssertionError("50 of 30 credits")

    def test_the_mark_is_the_operators(self, works: Works) -> None:
        ada, bob = works.studio.account(credits=100), works.studio.account(credits=100)
        self.spend(works, ada, 60, CreditsService(works.studio.uow, works.clock, low=50))
        self.spend(works, bob, 100, CreditsService(works.studio.uow, works.clock, low=0))
        assert (told(works, ada), told(works, bob)) == (["low_credits"], [])

    def test_what_lapses_soon_is_told_once_and_then_that_it_is_gone(self, works: Works) -> None:
        ada, bob = works.studio.account(credits=10), works.studio.account()
        at = works.clock() + timedelta(days=10)
        self.top_up(works, ada, 30, at)
        self.top_up(works, ada, 12, at)
        self.top_up(works, bob, 4, at)
        works.credits.remind()
        works.clock.move(days=8)
        for _ in range(2):
            works.credits.remind()
        assert facts(works, ada) == {"credits": 42, "at": at.isoformat()}
        assert told(works, bob) == [], "too few to be worth a word"
        works.clock.move(days=3)
        works.credits.remind()
        works.credits.expire_due()
        assert told(works, ada) == ["credits_lapse", "low_credits"]
        assert works.credits.audit() == []


class TestQuota:
    def subscriber(self, works: Works, quota: int) -> str:
        account = works.studio.account(credits=10)
        with works.studio.session() as session:
            terms = session.get_one(PlanVersion, ("creator", 1))
            session.merge(PlanVersion(**terms.model_dump() | {"number": 200 + quota, "daily_quota": quota}))
            session.commit()
        works.studio.subscribe(account, version=200 + quota)
        return account

    def test_low_and_used_up_are_told_once_a_day_and_not_mailed(self, works: Works) -> None:
        works.clock.now = datetime(2026, 3, 14, 10, tzinfo=UTC)
        ada = self.subscriber(works, 6)
        works.picture(ada, count=4)
        assert told(works, ada) == []
        works.picture(ada)
        assert facts(works, ada) == {"left": 1, "limit": 6}
        works.picture(ada)
        assert told(works, ada) == ["quota_low", "quota_out"]
        with works.studio.session() as session:
            assert {row.mail_due_at for row in session.scalars(select(Notice))} == {None}
        works.clock.move(days=1)
        works.picture(ada, count=6)
        assert told(works, ada) == ["quota_low", "quota_out", "quota_out"]

    def test_without_a_quota_there_is_nothing_to_tell(self, works: Works) -> None:
        ada = works.studio.account(credits=500)
        works.picture(ada, count=8)
        assert told(works, ada) == []


class TestTrainings:
    def test_the_end_is_told(self, works: Works, ada: str) -> None:
        before = len(told(works, ada))
        id_ = works.to_training(ada, trigger_word="another", name="Ada & Bob")
        assert len(told(works, ada)) == before
        works.finish()
        assert told(works, ada)[before:] == ["training_done"]
        with works.studio.session() as session:
            row = session.scalars(select(Notice).order_by(Notice.id.desc())).first()  # type: ignore[attr-defined]
            assert row is not None
            assert (row.data["name"], row.data["training"]) == ("Ada & Bob", id_)

    def test_each_failure_is_told_and_a_cancellation_is_not(self, works: Works, ada: str) -> None:
        before = len(told(works, ada))
        id_ = works.to_training(ada, trigger_word="another")
        works.trainer.move(JobState.FAILED)
        works.later()
        assert told(works, ada)[before:] == ["training_failed"]
        works.training.retry(ada, id_)
        works.run()
        works.later()
        works.trainer.move(JobState.FAILED, f"t{len(works.trainer.requests)}")
        works.later()
        assert told(works, ada)[before:] == ["training_failed"] * 2
        other = works.start(ada, trigger_word="third")
        works.training.cancel(ada, other)
        works.run()
        assert told(works, ada)[before:] == ["training_failed"] * 2
