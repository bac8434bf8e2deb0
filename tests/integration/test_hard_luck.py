"""What goes wrong at the worst moment: still every row ends, nothing is paid twice, nothing stays behind."""

from __future__ import annotations

from typing import Any

import pytest

from photogen.db.lease import Leases
from photogen.domain.gallery.service import GalleryService
from photogen.gateways.base import Category, Fix, JobState, Retry, Stop, StoredObject
from photogen.models import ShotStatus, TrainingStatus
from tests.factories.work import Works
from tests.fakes.vendors import Killed, busy, lost


@pytest.fixture
def ada(works: Works) -> str:
    return works.studio.account(credits=100, plan="creator")


def loses_after(works: Works, seconds: float) -> None:
    """The answer to a request gets lost after so long."""
    works.clock.move(seconds=seconds)
    raise lost()


class TestAnswersThatGetLost:
    def test_a_picture_whose_every_answer_is_lost_is_given_up(self, works: Works, ada: str) -> None:
        before = works.balance(ada)
        works.jobs.breaks["submit"] = [lost() for _ in range(1000)]
        id_ = works.picture(ada, model=f"lora:{works.lora(ada)}")
        works.run()
        for _ in range(40):
            works.later(25)
        assert [shot.status for shot in works.shots(id_)] == [ShotStatus.FAILED]
        assert works.jobs.calls["submit"] <= 6
        assert works.balance(ada) == before
        assert works.sound(ada)

    def test_a_picture_accepted_late_is_not_asked_for_twice(self, works: Works, ada: str) -> None:
        works.jobs.during["submit"] = lambda: loses_after(works, 60)
        works.picture(ada, model=f"lora:{works.lora(ada)}")
        works.run()
        works.later(1.5)
        assert works.jobs.calls["submit"] == 1
        assert works.jobs.calls["find"] >= 2

    def test_a_picture_that_was_paid_for_outlives_a_key_refused_for_a_while(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada, model=f"lora:{works.lora(ada)}")
        works.run()
        refused = Stop("Refused.", vendor="fake", code="vendor_credentials", category=Category.AUTHENTICATION)
        works.jobs.breaks["check"] = [refused] * 3
        for _ in range(3):
            works.later(30)
        assert [shot.status for shot in works.shots(id_)] == [ShotStatus.RENDERING]
        works.jobs.move(JobState.SUCCEEDED, picture_url="https://vendor.test/p1.png")
        works.later(60)
        assert [shot.status for shot in works.shots(id_)] == [ShotStatus.DONE]
        assert works.jobs.calls["submit"] == 1
        assert works.sound(ada)

    def test_a_training_accepted_late_is_not_started_twice(self, works: Works, ada: str) -> None:
        works.trainer.during["submit"] = lambda: loses_after(works, 60)
        works.start(ada)
        works.run()
        works.later(3)
        assert works.trainer.calls["submit"] == 1
        assert works.trainer.calls["find"] >= 1


class TestWordsThatNoDatabaseTakes:
    words = "the \x00 input \ud800 is odd"

    def refuse(self) -> Fix:
        return Fix("It was refused.", vendor="fake", code="odd", category=Category.VALIDATION, words=self.words)

    def test_end_a_picture(self, works: Works, ada: str) -> None:
        works.inline.breaks["submit"] = [self.refuse()]
        id_ = works.picture(ada)
        works.run()
        assert [(shot.status, shot.error_code) for shot in works.shots(id_)] == [(ShotStatus.FAILED, "odd")]
        assert works.shots(id_)[0].vendor_words == "the \ufffd input \ufffd is odd"

    def test_end_a_training(self, works: Works, ada: str) -> None:
        works.trainer.breaks["submit"] = [self.refuse()]
        id_ = works.start(ada)
        works.run()
        assert (works.row(id_).status, works.row(id_).error_code) == (TrainingStatus.FAILED, "odd")


class TestKilledBetweenTheStorageAndTheRow:
    def test_a_picture_that_cannot_be_asked_for_again_is_not_lost(
        self, works: Works, ada: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def killed(*_: object) -> bool:
            raise Killed

        before = works.balance(ada)
        id_ = works.picture(ada)
        with monkeypatch.context() as patch:
            patch.setattr(GalleryService, "add", killed)
            patch.setattr(Leases, "release", lambda *_: None)
            with pytest.raises(Killed):
                works.run()
        works.queue.waiting.clear()
        works.later(31)
        assert [shot.status for shot in works.shots(id_)] == [ShotStatus.DONE]
        assert works.inline.calls["submit"] == 1
        assert works.gallery.count(ada) == 1
        assert works.balance(ada) == before - 1

    def test_what_a_failed_picture_has_stored_is_taken_away(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada)
        store = works.storage.put

        def full(key: str, *rest: Any) -> StoredObject:
            if key.endswith("512.webp"):
                raise Retry("Full.", vendor="storage", code="storage_failed", category=Category.INTERNAL)
            return store(key, *rest)

        works.storage.put = full  # type: ignore[method-assign]
        works.run()
        assert works.shots(id_)[0].error_code == "storage_failed"
        assert not [key for key in works.storage.objects if key.startswith("images/")]


class TestATrainerOutOfSight:
    def test_for_an_hour_costs_neither_the_training_nor_a_second_one(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.trainer.breaks["check"] = [busy() for _ in range(500)]
        for _ in range(60):
            works.later(60)
        assert works.row(id_).status is TrainingStatus.TRAINING
        works.trainer.breaks.clear()
        works.trainer.move(JobState.SUCCEEDED, version="studio/loras:abc")
        for _ in range(3):
            works.later(150)
        assert works.row(id_).status is TrainingStatus.COMPLETED
        assert works.trainer.calls["submit"] == 1

    def test_for_ever_ends_it(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.trainer.breaks["check"] = [busy() for _ in range(1000)]
        for _ in range(100):
            works.later(300)
        assert works.row(id_).status is TrainingStatus.FAILED
        assert works.sound(ada)


class TestAPictureOutOfSight:
    def test_now_and_then_is_not_given_up(self, works: Works, ada: str) -> None:
        """The vendor has it, and was paid: what counts is how long it takes, not how often an answer gets lost."""
        id_ = works.picture(ada, model=f"lora:{works.lora(ada)}")
        works.run()
        for _ in range(8):
            works.jobs.breaks["check"] = [busy(), busy()]
            works.later(40)
            works.later(31)
        assert works.shots(id_)[0].status is ShotStatus.RENDERING
        works.jobs.move(JobState.SUCCEEDED, picture_url="https://vendor.test/p1.png")
        works.later(31)
        assert works.shots(id_)[0].status is ShotStatus.DONE
        assert works.jobs.calls["submit"] == 1

    def test_for_ever_ends_it(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada, model=f"lora:{works.lora(ada)}")
        works.run()
        works.jobs.breaks["check"] = [busy() for _ in range(1000)]
        for _ in range(40):
            works.later(31)
        assert works.shots(id_)[0].status is ShotStatus.FAILED
        assert works.sound(ada)

    def test_for_longer_than_anybody_waits_ends_it_at_once(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada, model=f"lora:{works.lora(ada)}")
        works.run()
        works.jobs.breaks["check"] = [busy(after=3600)]
        works.later(2)
        assert works.shots(id_)[0].status is ShotStatus.FAILED


class TestCleaningUp:
    def test_what_breaks_here_does_not_keep_the_vendor_from_being_cleaned(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.storage.failures["delete"] = OSError("the disk is read-only")
        works.training.cancel(ada, id_)
        works.run()
        works.later(60)
        assert works.trainer.cancelled == ["t1"]
        assert works.row(id_).clean_due_at is not None
        works.storage.failures.clear()
        for _ in range(5):
            works.later(120)
        assert works.row(id_).clean_due_at is None
        assert f"datasets/{id_}.zip" not in works.storage.objects


class TestCancelledAtTheWorstMoment:
    def test_while_another_worker_looks_after_it_the_vendor_is_told(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada, model=f"lora:{works.lora(ada)}")
        works.run()

        def cancel() -> None:
            works.generation.cancel(ada, id_)
            works.run()  # the job that this pushes comes while the row is in other hands

        works.jobs.during["check"] = cancel
        works.later(2)
        assert works.jobs.cancelled == ["p1"]


def test_the_storage_says_its_troubles_in_words_of_the_house(works: Works, ada: str) -> None:
    works.storage.break_with("put", Retry("Full.", vendor="storage", code="storage_failed", category=Category.INTERNAL))
    id_ = works.start(ada)
    works.run()
    assert works.row(id_).status is TrainingStatus.PREPARING
    for _ in range(30):
        works.later(130)
    assert works.row(id_).status is TrainingStatus.FAILED
    assert works.trainer.calls["submit"] == 0


def test_a_vendor_that_succeeds_while_it_is_cancelled(works: Works, ada: str) -> None:
    id_ = works.to_training(ada)
    works.trainer.during["check"] = lambda: works.training.cancel(ada, id_)
    works.trainer.move(JobState.SUCCEEDED, version="studio/loras:abc")
    before = works.balance(ada)
    works.later()
    for _ in range(4):
        works.later(31)
    assert works.row(id_).status is TrainingStatus.CANCELLED
    assert works.balance(ada) >= before
    assert works.loras.all(ada) == []
    assert works.trainer.cleaned["t1"] >= 1
    assert works.sound(ada)
