"""Vendors that keep failing are paused for everybody: whoever waits is told, pays nothing, and goes on by himself."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import event, text

from photogen.gateways.base import Category, Fix, JobState, Retry, Stop, Unknown
from photogen.kit.guard import OutsideCallInTransaction
from photogen.models import ShotStatus, TrainingStatus
from tests.factories.studio import Studio
from tests.factories.work import Works
from tests.fakes.vendors import Killed, busy, lost

VENDOR, OPERATION = "together", "submit"


@pytest.fixture
def works(database_url: str) -> Iterator[Works]:
    studio = Studio.on(database_url)
    yield Works(studio, guarded=True)
    studio.close()


@pytest.fixture
def ada(works: Works) -> str:
    account = works.studio.account(credits=100, plan="creator")
    with works.studio.engine.begin() as connection:  # the training that the plan includes is used up
        connection.execute(text("UPDATE plan SET trainings_included = 0"))
    return account


def down() -> Retry:
    return Retry("It is away.", vendor=VENDOR, code="vendor_unreachable", category=Category.NETWORK, words="refused")


def no_key() -> Stop:
    return Stop("Refused.", vendor=VENDOR, code="vendor_credentials", category=Category.AUTHENTICATION, words="401")


def ask(works: Works, answer: BaseException | str = "picture", *, paid: bool = True) -> str:
    """One call, with the answer that the vendor gives."""

    def work() -> str:
        if isinstance(answer, BaseException):
            raise answer
        return answer

    return works.another_vendors_service().call(VENDOR, OPERATION, work, paid=paid)


def fail(works: Works, times: int) -> None:
    for _ in range(times):
        with pytest.raises(Retry) as raised:
            ask(works, down())
        assert raised.value.code == "vendor_unreachable"


def state(works: Works) -> str:
    found = [one for one in works.vendors.troubles() if (one.vendor, one.operation) == (VENDOR, OPERATION)]
    return "paused" if found else "fine"


def paused(works: Works) -> Retry:
    with pytest.raises(Retry) as raised:
        ask(works, "never asked")
    assert raised.value.code == "vendor_paused"
    return raised.value


class TestCircuit:
    def test_faults_in_a_row_pause_the_vendor_for_every_process(self, works: Works) -> None:
        fail(works, 4)
        assert (ask(works), state(works)) == ("picture", "fine")
        fail(works, 5)
        assert 1 <= (paused(works).after or 0) <= 11
        (trouble,) = works.another_vendors_service().troubles()
        assert (trouble.vendor, trouble.name, trouble.operation) == ("together", "Together", "submit")
        assert trouble.since == works.clock.now < trouble.retry_at
        assert trouble.public.startswith("Together is not answering.")

    @pytest.mark.parametrize(
        "error",
        [
            Fix("Refused.", vendor=VENDOR, code="moderation", category=Category.MODERATION),
            Fix("Refused.", vendor=VENDOR, code="input_refused", category=Category.VALIDATION),
            Stop("Gone.", vendor=VENDOR, code="model_retired", category=Category.PROVIDER),
            busy(after=20),
        ],
    )
    def test_what_is_wrong_with_one_request_is_an_answer(self, works: Works, error: Exception) -> None:
        fail(works, 4)
        with pytest.raises(type(error)):
            ask(works, error)
        fail(works, 4)
        assert state(works) == "fine"

    def test_a_lost_answer_counts_and_stays_a_lost_answer(self, works: Works) -> None:
        for _ in range(5):
            with pytest.raises(Unknown):
                ask(works, lost())
        assert state(works) == "paused"
        works.clock.move(seconds=11)
        with pytest.raises(Unknown):
            ask(works, lost())

    def test_one_probe_goes_and_closes_it(self, works: Works) -> None:
        fail(works, 5)
        works.clock.move(seconds=11)
        asked = []

        def work() -> str:
            asked.append(1)
            assert (paused(works).after or 99) <= 2, "the others come back when the probe has said something"
            return "picture"

        assert works.vendors.call(VENDOR, OPERATION, work) == "picture"
        assert (len(asked), state(works), ask(works)) == (1, "fine", "picture")

    def test_of_many_at_once_one_is_the_probe(self, works: Works) -> None:
        fail(works, 5)
        works.clock.move(seconds=11)
        asked = []

        def one(_: int) -> bool:
            try:
                works.another_vendors_service().call(VENDOR, OPERATION, lambda: asked.append(1))
            except Retry:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            through = list(pool.map(one, range(8)))
        assert len(asked) == sum(through) >= 1
        assert state(works) == "fine"

    def test_a_probe_that_fails_waits_like_all_others_and_longer(self, works: Works) -> None:
        fail(works, 5)
        works.clock.move(seconds=11)
        for answer in (down(), no_key()):
            with pytest.raises(Retry) as raised:
                ask(works, answer)
            assert raised.value.code == "vendor_paused"
            works.clock.move(seconds=41)
        assert "does not accept this studio's key" in works.vendors.troubles()[0].public

    def test_a_probe_whose_worker_is_killed_does_not_close_it_for_ever(self, works: Works) -> None:
        fail(works, 5)
        works.clock.move(seconds=11)
        with pytest.raises(Killed):
            ask(works, Killed())
        paused(works)
        works.clock.move(seconds=31)
        assert (ask(works), state(works)) == ("picture", "fine")

    def test_answers_to_calls_that_went_before_it_opened_change_nothing(self, works: Works) -> None:
        fail(works, 4)

        def work() -> str:
            fail(works, 1)
            return "picture"

        assert works.vendors.call(VENDOR, OPERATION, work) == "picture"
        assert state(works) == "paused"

    def test_what_nobody_asks_any_more_is_no_news(self, works: Works) -> None:
        fail(works, 5)
        works.clock.move(minutes=4)
        assert state(works) == "paused"
        works.clock.move(minutes=2)
        assert state(works) == "fine"

    def test_operations_are_paused_apart(self, works: Works) -> None:
        fail(works, 5)
        assert works.vendors.call(VENDOR, "check", lambda: "fine") == "fine"

    def test_not_within_a_transaction(self, works: Works) -> None:
        with works.studio.uow(), pytest.raises(OutsideCallInTransaction):
            works.vendors.call(VENDOR, OPERATION, lambda: None)

    def test_a_healthy_call_writes_nothing(self, works: Works) -> None:
        service = works.another_vendors_service()
        said: list[str] = []

        def listen(*given: Any) -> None:
            said.append(given[2])

        event.listen(works.studio.engine, "before_cursor_execute", listen)
        for _ in range(3):
            service.call(VENDOR, OPERATION, lambda: None, paid=True)
        event.remove(works.studio.engine, "before_cursor_execute", listen)
        assert said
        assert not [sql for sql in said if not sql.startswith(("SELECT", "BEGIN", "ROLLBACK", "COMMIT"))]

    def test_a_database_that_is_away_does_not_take_the_place_of_an_answer(
        self, works: Works, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fail(works, 4)
        service = works.another_vendors_service()
        service.troubles()

        def away() -> None:
            raise OSError("the database is away")

        monkeypatch.setattr(service, "_uow", away)
        assert service.call(VENDOR, OPERATION, lambda: "picture", paid=True) == "picture"
        with pytest.raises(Retry, match="vendor_unreachable"):
            service.call(VENDOR, OPERATION, ask_raising, paid=True)


def ask_raising() -> None:
    raise down()


class TestTraining:
    def test_waits_for_hours_at_no_cost_and_goes_on_by_itself(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        works.trainer.breaks["submit"] = [down() for _ in range(1000)]
        works.run()
        for _ in range(5):
            works.later(60)
        for _ in range(16):
            works.later(1800)
        view = works.training.get(ada, id_)
        assert view.status == "training"
        assert view.waiting.endswith(
            "is not answering. Your training waits; it goes on by itself. Nothing was charged."
        )
        assert view.seconds_left is None
        assert len(view.attempts) < 20, "hours of waiting are not hundreds of attempts"
        works.trainer.breaks.clear()
        for _ in range(3):
            works.later(301)
        assert len(works.trainer.requests) == 1
        assert works.training.get(ada, id_).waiting == ""
        works.finish()
        works.later(31)
        assert works.row(id_).status is TrainingStatus.COMPLETED
        assert works.sound(ada)

    def test_a_key_that_was_withdrawn_is_waited_for_by_those_who_come_after(self, works: Works, ada: str) -> None:
        works.trainer.breaks["submit"] = [no_key() for _ in range(1000)]
        words = "abcdef"
        first = [works.start(ada, trigger_word=f"word{letter}") for letter in words[:1]]
        for letter in words[1:5]:
            works.run()
            first.append(works.start(ada, trigger_word=f"word{letter}"))
        works.run()
        last = works.start(ada, trigger_word="wordlast")
        works.run()
        works.later(60)
        assert {works.row(id_).status for id_ in first} == {TrainingStatus.FAILED}
        assert works.row(last).status is TrainingStatus.TRAINING
        assert "renew it" in works.training.get(ada, last).waiting
        works.training.cancel(ada, last)
        works.run()
        assert works.balance(ada) == 100

    def test_is_given_up_after_half_a_day_with_its_money_back(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        works.trainer.breaks["submit"] = [down() for _ in range(1000)]
        works.run()
        for _ in range(5):
            works.later(60)
        for _ in range(25):
            works.later(1800)
        view = works.training.get(ada, id_)
        assert (view.status, view.error_code, view.refunded, view.waiting) == ("failed", "vendor_paused", True, "")
        assert "stayed away" in view.error
        assert works.balance(ada) == 100

    def test_publishing_waits_too(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.hub.breaks["publish"] = [down() for _ in range(1000)]
        works.finish()
        for _ in range(5):
            works.later(60)
        for _ in range(5):
            works.later(1800)
        assert works.row(id_).status is TrainingStatus.PUBLISHING
        assert "it is published as soon as it answers" in works.training.get(ada, id_).waiting
        works.hub.breaks.clear()
        for _ in range(3):
            works.later(301)
        assert works.row(id_).status is TrainingStatus.COMPLETED
        assert works.trainer.calls["submit"] == 1

    def test_one_that_the_vendor_has_is_not_given_up_while_it_can_not_be_seen(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.trainer.breaks["check"] = [down() for _ in range(1000)]
        for _ in range(5):
            works.later(60)
        for _ in range(5):
            works.later(1800)
        assert works.row(id_).status is TrainingStatus.TRAINING
        assert "goes on there" in works.training.get(ada, id_).waiting
        works.trainer.breaks.clear()
        works.trainer.move(JobState.SUCCEEDED, version="studio/loras:abc")
        for _ in range(4):
            works.later(301)
        assert works.row(id_).status is TrainingStatus.COMPLETED


class TestPictures:
    def test_wait_for_minutes_and_come_back_with_their_credits(self, works: Works, ada: str) -> None:
        works.inline.breaks["submit"] = [down() for _ in range(1000)]
        id_ = works.picture(ada, count=2)
        works.run()
        for _ in range(8):
            works.later(20)
        view = works.generation.get(ada, id_)
        assert view.status == "running"
        assert view.waiting.startswith("Together is not answering.")
        for _ in range(8):
            works.later(60)
        view = works.generation.get(ada, id_)
        assert (view.status, view.waiting, view.shots[0].error_code) == ("failed", "", "vendor_paused")
        assert works.balance(ada) == 100
        assert works.sound(ada)

    def test_are_drawn_once_the_vendor_is_back(self, works: Works, ada: str) -> None:
        works.inline.breaks["submit"] = [down() for _ in range(7)]
        id_ = works.picture(ada, count=4)
        works.run()
        for _ in range(6):
            works.later(45)
        assert works.states(id_) == [ShotStatus.DONE] * 4
        assert works.vendors.troubles() == []
        assert len(works.inline.requests) == 4
        assert works.balance(ada) == 96
