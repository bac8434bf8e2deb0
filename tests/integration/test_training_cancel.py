"""Trainings cancelled, at every stage and against their completion."""

from __future__ import annotations

import contextlib
import threading

import pytest

from photogen.errors import Conflict
from photogen.gateways.base import JobState
from photogen.models import TrainingStatus
from tests.factories.work import Works
from tests.fakes.vendors import busy, lost

S = TrainingStatus


class TestCancel:
    @pytest.mark.parametrize("stage", ["queued", "training", "publishing"])
    def test_in_each_stage_the_credits_come_back_and_nothing_is_left(self, works: Works, ada: str, stage: str) -> None:
        id_ = works.start(ada)
        if stage != "queued":
            works.run()
        if stage == "publishing":
            works.hub.breaks["publish"] = [busy(30)]
            works.trainer.move(JobState.SUCCEEDED)
            works.later()
            assert works.row(id_).status is S.PUBLISHING
        works.training.cancel(ada, id_)
        view = works.training.get(ada, id_)
        assert (view.status_word, view.refunded, view.can_cancel) == ("Cancelled", True, False)
        assert works.balance(ada) == 100
        works.training.cancel(ada, id_)  # again is fine
        works.run()
        for _ in range(3):
            works.later(60)
        assert works.row(id_).status is S.CANCELLED
        assert works.row(id_).cleaned_at is not None
        assert works.hub.repositories == {}
        assert not [key for key in works.storage.objects if id_ in key]
        if stage == "training":
            assert works.trainer.cancelled == ["t1"]
        assert works.sound(ada)

    def test_while_the_paid_request_is_on_its_way_the_vendor_is_told_afterwards(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        works.trainer.during["submit"] = lambda: works.training.cancel(ada, id_)
        works.run()
        works.later(10)
        assert works.row(id_).status is S.CANCELLED
        assert works.trainer.cancelled == ["t1"]
        assert works.trainer.calls["submit"] == 1
        assert works.balance(ada) == 100

    @pytest.mark.parametrize("end", ["cancelled", "given up"])
    def test_what_the_vendor_may_have_taken_is_looked_for_until_it_can_not_arrive_any_more(
        self, works: Works, ada: str, end: str
    ) -> None:
        id_ = works.start(ada)

        def unanswered() -> None:
            if end == "cancelled":
                works.training.cancel(ada, id_)
            works.clock.move(seconds=60)
            raise lost()

        works.trainer.during["submit"] = unanswered
        works.run()
        if end == "given up":
            works.trainer.breaks["submit"] = [lost() for _ in range(20)]
            for _ in range(40):
                if works.row(id_).status is S.FAILED:
                    break
                works.trainer.during["submit"] = unanswered
                works.trainer.breaks["submit"] = []
                works.later(25)
        assert works.row(id_).status in {S.CANCELLED, S.FAILED}
        asked = works.trainer.calls["submit"]
        works.trainer.accept_late(id_)
        for _ in range(4):
            works.later(30)
        assert works.trainer.cancelled == ["t1"]
        assert works.row(id_).cleaned_at is not None
        assert works.trainer.calls["submit"] == asked

    def test_against_completion_one_wins_and_the_money_agrees(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        outcome: list[str] = []

        def cancel() -> None:
            works.training.cancel(ada, id_)
            outcome.append("cancelled")

        works.hub.during["publish"] = cancel
        works.finish()
        assert outcome == ["cancelled"]
        assert works.row(id_).status is S.CANCELLED
        assert works.balance(ada) == 100
        works.later(60)
        assert works.hub.repositories == {}
        assert works.loras.all(ada) == []
        assert works.sound(ada)

    def test_after_completion_it_is_too_late(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.finish()
        with pytest.raises(Conflict) as refused:
            works.training.cancel(ada, id_)
        assert refused.value.code == "already_finished"
        assert works.balance(ada) == 80

    def test_many_at_once_against_completion(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.trainer.move(JobState.SUCCEEDED)
        works.clock.move(seconds=3)
        gate = threading.Barrier(3)

        def cancel() -> None:
            gate.wait()
            with contextlib.suppress(Conflict):
                works.training.cancel(ada, id_)

        def finish() -> None:
            gate.wait()
            works.training.advance(id_)

        threads = [threading.Thread(target=t) for t in (cancel, cancel, finish)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        state = works.row(id_).status
        assert state in {S.CANCELLED, S.COMPLETED}
        assert works.balance(ada) == (100 if state is S.CANCELLED else 80)
        assert len(works.loras.all(ada)) == (0 if state is S.CANCELLED else 1)
        assert works.sound(ada)
