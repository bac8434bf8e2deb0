"""Pictures under workers that are killed, doubled or too late."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from photogen.db.lease import Lease
from photogen.gateways.base import JobState
from photogen.kit.ids import new_id
from photogen.models import HoldState, Shot, ShotStatus
from tests.factories.work import Works
from tests.fakes.vendors import Killed

S = ShotStatus


@pytest.fixture
def ada(works: Works) -> str:
    return works.studio.account(credits=10)


class TestKilledWorker:
    @pytest.mark.parametrize("moment", ["breaks", "after"])
    def test_in_a_call_that_nobody_can_look_up(self, works: Works, ada: str, moment: str) -> None:
        id_ = works.picture(ada)
        getattr(works.inline, moment)["submit"] = [Killed()]
        works.kill()
        works.later(31)
        assert works.generation.get(ada, id_).shots[0].error_code == "outcome_unknown"
        assert works.inline.calls["submit"] == 1
        assert works.balance(ada) == 10
        assert works.sound(ada)

    @pytest.mark.parametrize("moment", ["breaks", "after"])
    def test_in_a_call_that_can_be_looked_up(self, works: Works, ada: str, moment: str) -> None:
        id_ = works.picture(ada, model=f"lora:{works.lora(ada)}")
        getattr(works.jobs, moment)["submit"] = [Killed()]
        works.kill()
        works.later(31)
        assert [request.reference for request in works.jobs.requests] == [works.shots(id_)[0].id]
        works.jobs.move(JobState.SUCCEEDED)
        works.later(5)
        assert works.states(id_) == [S.DONE]
        assert works.holds(ada) == [(works.shots(id_)[0].hold_key, 1, HoldState.CAPTURED)]

    def test_while_storing(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada, model=f"lora:{works.lora(ada)}")
        works.run()
        works.jobs.move(JobState.SUCCEEDED)
        works.clock.move(seconds=2)
        for job in works.generation.due():
            works.queue.push(job)
        works.storage.failures["put"] = Killed()  # type: ignore[assignment]
        works.kill()
        works.storage.failures.clear()
        works.later(31)
        assert works.states(id_) == [S.DONE]
        assert works.gallery.count(ada) == 1
        assert works.balance(ada) == 9
        assert works.jobs.calls["submit"] == 1

    def test_two_workers_ask_once(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada)
        shot = works.shots(id_)[0].id
        works.inline.during["submit"] = lambda: works.generation.advance(shot)
        works.run()
        assert len(works.inline.requests) == 1
        works.generation.advance(shot)
        works.generation.advance(new_id())
        assert len(works.inline.requests) == 1
        assert works.balance(ada) == 9

    def test_a_worker_that_lost_its_lease_does_not_ask(
        self, works: Works, ada: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        id_ = works.picture(ada)
        with monkeypatch.context() as patch:
            patch.setattr(Lease, "lost", property(lambda _: True))
            works.run()
        assert works.inline.requests == []
        assert works.states(id_) == [S.RENDERING]

    def test_a_worker_whose_row_was_taken_over_writes_nothing(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada)

        def take_over() -> None:
            with works.studio.uow() as uow:
                uow.session.execute(update(Shot).values(lease_owner="other:1:1:x"))

        works.inline.during["submit"] = take_over
        works.run()
        assert works.states(id_) == [S.RENDERING]
        assert works.gallery.count(ada) == 0
        assert works.balance(ada) == 9
