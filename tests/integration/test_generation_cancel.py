"""Batches cancelled, also against their delivery."""

from __future__ import annotations

import contextlib
import threading

import pytest

from photogen.errors import Conflict
from photogen.gateways.base import Category, Fix, GatewayError, JobState, Stop
from photogen.models import ShotStatus
from tests.factories.work import Works
from tests.fakes.vendors import busy, lost, missing

S = ShotStatus


@pytest.fixture
def ada(works: Works) -> str:
    return works.studio.account(credits=10)


class TestCancel:
    def test_what_waits_at_once_and_what_is_done_stays(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada, count=3)
        works.generation.advance(works.shots(id_)[0].id)
        works.generation.cancel(ada, id_)
        works.run()
        view = works.generation.get(ada, id_)
        assert [shot.status for shot in view.shots] == ["done", "cancelled", "cancelled"]
        assert (view.credits, view.returned) == (1, 2)
        assert works.balance(ada) == 9
        works.generation.cancel(ada, id_)
        assert len(works.inline.requests) == 1

    def test_what_is_drawn_is_cancelled_at_the_vendor(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada, model=f"lora:{works.lora(ada)}")
        works.run()
        works.generation.cancel(ada, id_)
        assert works.balance(ada) == 10
        works.run()
        assert works.jobs.cancelled == ["p1"]

    def test_against_delivery_one_wins_and_the_money_agrees(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada)
        works.inline.during["submit"] = lambda: works.generation.cancel(ada, id_)
        works.run()
        assert works.states(id_) == [S.CANCELLED]
        assert works.balance(ada) == 10
        assert works.gallery.count(ada) == 0
        assert not [key for key in works.storage.objects if key.startswith("images/")]
        assert works.sound(ada)

    def test_many_at_once_against_delivery(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada, count=4)
        shots = works.shots(id_)
        gate = threading.Barrier(5)

        def cancel() -> None:
            gate.wait()
            with contextlib.suppress(Conflict):
                works.generation.cancel(ada, id_)

        def draw(shot_id: str) -> None:
            gate.wait()
            works.generation.advance(shot_id)

        threads = [threading.Thread(target=draw, args=(shot.id,)) for shot in shots]
        threads.append(threading.Thread(target=cancel))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        done = works.states(id_).count(S.DONE)
        assert done + works.states(id_).count(S.CANCELLED) == 4
        assert works.balance(ada) == 10 - done
        assert works.gallery.count(ada) == done
        assert works.sound(ada)

    def test_when_all_is_done_it_is_too_late(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada)
        works.run()
        with pytest.raises(Conflict):
            works.generation.cancel(ada, id_)


def nonsense() -> Fix:
    return Fix("These settings.", vendor="replicate", code="input_refused", category=Category.VALIDATION)


def locked_out() -> Stop:
    return Stop("No key.", vendor="replicate", code="vendor_credentials", category=Category.AUTHENTICATION)


class TestNothingGoesOnAtTheVendor:
    """What is over here, and was taken there, is stopped there, whatever the vendor says meanwhile."""

    @pytest.fixture
    def drawn(self, works: Works, ada: str) -> str:
        """A batch of one that the vendor is at."""
        id_ = works.picture(ada, model=f"lora:{works.lora(ada)}")
        works.run()
        return id_

    @pytest.mark.parametrize("answer", [busy(), missing(), locked_out(), nonsense()])
    def test_it_is_told_until_it_has_heard_it(self, works: Works, ada: str, drawn: str, answer: GatewayError) -> None:
        works.jobs.breaks["cancel"] = [answer, answer]
        works.generation.cancel(ada, drawn)
        works.run()
        works.later(10)
        assert works.jobs.cancelled == []
        works.later(10)
        assert works.jobs.cancelled == ["p1"]
        works.later(60)
        assert works.jobs.calls["cancel"] == 3

    def test_not_for_longer_than_it_could_draw(self, works: Works, ada: str, drawn: str) -> None:
        works.jobs.breaks["cancel"] = [busy()] * 100
        works.generation.cancel(ada, drawn)
        works.run()
        works.later(16 * 60)
        asked = works.jobs.calls["cancel"]
        works.later(60)
        works.later(60)
        assert works.jobs.calls["cancel"] == asked

    def test_a_request_whose_answer_was_lost_is_found_and_stopped(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada, model=f"lora:{works.lora(ada)}")
        works.jobs.after["submit"] = [lost()]
        works.jobs.breaks["find"] = [busy()]
        works.run()
        works.generation.cancel(ada, id_)
        works.later(10)
        works.later(10)
        assert works.jobs.cancelled == ["p1"]
        assert works.balance(ada) == 10

    def test_one_that_was_never_asked_is_told_nothing(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada, model=f"lora:{works.lora(ada)}")
        works.generation.cancel(ada, id_)
        works.run()
        works.later(10)
        assert works.jobs.calls["cancel"] == works.jobs.calls["find"] == 0

    def test_one_that_has_failed_there_is_told_nothing(self, works: Works, ada: str, drawn: str) -> None:
        works.jobs.move(JobState.FAILED, error=nonsense())
        works.later(10)
        assert works.states(drawn) == [S.FAILED]
        works.later(10)
        assert works.jobs.calls["cancel"] == 0

    @pytest.mark.parametrize("answer", [missing(), locked_out(), nonsense()])
    def test_what_is_said_once_of_a_question_is_not_the_picture_s_end(
        self, works: Works, ada: str, drawn: str, answer: GatewayError
    ) -> None:
        works.jobs.breaks["check"] = [answer]
        works.later(10)
        assert works.states(drawn) == [S.RENDERING]
        works.jobs.move(JobState.SUCCEEDED)
        works.later(10)
        assert works.states(drawn) == [S.DONE]
        assert works.balance(ada) == 9

    def test_what_is_missing_again_and_again_is_believed(self, works: Works, ada: str, drawn: str) -> None:
        works.jobs.breaks["check"] = [missing()] * 3
        for _ in range(4):
            works.later(10)
        assert works.states(drawn) == [S.FAILED]
        assert works.balance(ada) == 10
        assert works.jobs.cancelled == ["p1"]
