"""Trainings under workers that are killed, doubled or too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from photogen.db.lease import new_owner
from photogen.gateways.base import JobState
from photogen.kit.ids import new_id
from photogen.models import HoldState, Training, TrainingStatus
from tests.factories.work import Works
from tests.fakes.vendors import Killed, busy

S = TrainingStatus


class TestKilledWorker:
    """A worker that dies writes nothing more; its lease runs out, and another goes on."""

    def recover(self, works: Works) -> None:
        works.later(31)

    def test_while_preparing(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        works.storage.failures["put"] = Killed()  # type: ignore[assignment]
        works.kill()
        works.storage.failures.clear()
        works.later(5)
        assert works.row(id_).status is S.PREPARING, "the lease still holds"
        self.recover(works)
        assert works.row(id_).status is S.TRAINING
        works.finish()
        self.once(works, ada, id_)

    def test_before_the_request_left(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        works.trainer.breaks["submit"] = [Killed()]
        works.kill()
        self.recover(works)
        assert works.trainer.calls["find"] == 1
        assert len(works.trainer.requests) == 1
        works.finish()
        self.once(works, ada, id_)

    def test_after_the_request_was_accepted(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        works.trainer.after["submit"] = [Killed()]
        works.kill()
        assert works.row(id_).vendor_id == ""
        self.recover(works)
        assert works.row(id_).vendor_id == "t1"
        works.finish()
        self.once(works, ada, id_)

    def test_within_the_grace_nobody_asks_again(self, works: Works, ada: str) -> None:
        works.training_config = replace(works.training_config, grace=timedelta(seconds=60))
        works.training = works.another_training_service()
        id_ = works.start(ada)
        works.trainer.breaks["submit"] = [Killed()]
        works.kill()
        self.recover(works)
        assert works.trainer.requests == []
        works.later(20)
        assert works.trainer.requests == []
        works.later(20)
        assert len(works.trainer.requests) == 1
        assert works.row(id_).status is S.TRAINING

    def test_while_fetching_the_weights(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.trainer.move(JobState.SUCCEEDED)
        works.trainer.after["fetch_weights"] = [Killed()]
        works.clock.move(seconds=3)
        for job in works.training.due():
            works.queue.push(job)
        works.kill()
        self.recover(works)
        self.once(works, ada, id_)

    def test_while_publishing(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.trainer.move(JobState.SUCCEEDED)
        works.hub.after["publish"] = [Killed()]
        works.clock.move(seconds=3)
        for job in works.training.due():
            works.queue.push(job)
        works.kill()
        self.recover(works)
        assert len(works.hub.repositories) == 1
        self.once(works, ada, id_)

    def once(self, works: Works, ada: str, id_: str) -> None:
        assert works.row(id_).status is S.COMPLETED
        assert [request.reference for request in works.trainer.requests] == [id_]
        assert works.holds(ada)[-1] == (f"training:{id_}", 20, HoldState.CAPTURED)
        assert works.balance(ada) == 80
        assert len(works.loras.all(ada)) == 1
        assert works.sound(ada)


class TestAClockThatWasADayAhead:
    def test_once_it_is_set_right_nothing_waits_for_the_day(self, works: Works) -> None:
        ada = works.studio.account(credits=100, plan="pro")
        works.clock.move(days=1)
        id_ = works.to_training(ada)
        picture = works.picture(ada, model=f"lora:{works.lora(ada)}")
        works.jobs.breaks["submit"] = [busy()]
        works.run()
        killed = works.start(ada, trigger_word="killed")
        works.storage.failures["put"] = Killed()  # type: ignore[assignment]
        works.kill()
        works.storage.failures.clear()
        works.clock.move(days=-1)
        works.trainer.move(JobState.SUCCEEDED, "t1", version="studio/loras:abc")
        works.later(3)
        works.later(20)
        assert works.row(id_).status is S.COMPLETED
        assert works.row(killed).status is S.TRAINING
        assert works.shots(picture)[0].vendor_id == "p1"


class TestTwoWorkers:
    def test_only_one_advances(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        second = works.another_training_service()
        works.trainer.during["submit"] = lambda: second.advance(id_)
        works.run()
        assert len(works.trainer.requests) == 1

    def test_a_worker_that_lost_its_lease_does_not_submit(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        stolen: list[bool] = []

        def steal() -> None:
            with works.studio.uow() as uow:
                uow.session.execute(update(Training).where(Training.id == id_).values(lease_owner="other:1:1:x"))
            stolen.append(True)

        original = works.storage.signed_url

        def signed_url(*args: object, **more: object) -> str | None:
            steal()
            return original(*args, **more)  # type: ignore[arg-type]

        works.storage.signed_url = signed_url  # type: ignore[method-assign,assignment]
        works.run()
        assert stolen
        assert works.trainer.requests == []

    def test_an_event_in_the_wrong_order_changes_nothing(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.finish()
        view = works.training.get(ada, id_)
        works.trainer.move(JobState.RUNNING, step=10, steps=1000)
        works.training.advance(id_)
        works.training.advance(new_id())
        assert works.training.get(ada, id_).status == view.status

    def test_only_trainings_that_are_there_are_known(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        assert works.training.knows(id_)
        assert not works.training.knows(new_id())
        assert not works.training.knows("../../etc")

    def test_leases_of_dead_processes_are_freed_at_once(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        place, _, born, nonce = new_owner().split(":")
        dead = f"{place}:999999999:{born}:{nonce}"
        with works.studio.uow() as uow:
            until = works.clock.now + timedelta(seconds=30)
            uow.session.execute(update(Training).where(Training.id == id_).values(lease_owner=dead, lease_until=until))
        works.run()
        assert works.row(id_).status is S.QUEUED
        assert works.training.recover() == 1
        works.later(0)
        assert works.row(id_).status is S.TRAINING

    def test_a_flushed_queue_is_made_good(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        works.queue.waiting.clear()
        works.later(6)
        assert works.row(id_).status is S.TRAINING
