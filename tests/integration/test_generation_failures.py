"""Pictures that fail: what is said, what comes back, what is tried again."""

from __future__ import annotations

import pytest

from photogen.errors import Conflict
from photogen.gateways.base import Category, Fix, JobState, Retry
from photogen.models import ShotStatus
from tests.factories.work import Works
from tests.fakes.vendors import busy, lost

S = ShotStatus


@pytest.fixture
def ada(works: Works) -> str:
    return works.studio.account(credits=10)


def unsafe() -> Fix:
    return Fix("The safety filter dropped it.", vendor="fake", code="unsafe", category=Category.MODERATION)


class TestFailures:
    def test_what_the_filter_drops_comes_back_and_is_said(self, works: Works, ada: str) -> None:
        works.inline.breaks["submit"] = [unsafe()]
        id_ = works.picture(ada, count=2)
        works.run()
        view = works.generation.get(ada, id_)
        assert (view.status, view.credits, view.returned) == ("partly", 1, 1)
        assert view.notice == "The safety filter dropped 1 picture. 1 credit was returned."
        assert works.balance(ada) == 9
        assert works.sound(ada)

    def test_an_unknown_outcome_is_never_repeated(self, works: Works, ada: str) -> None:
        works.inline.after["submit"] = [lost()]
        id_ = works.picture(ada)
        works.run()
        works.later(60)
        assert works.generation.get(ada, id_).shots[0].error_code == "outcome_unknown"
        assert len(works.inline.requests) == 1
        assert works.balance(ada) == 10

    def test_an_unknown_outcome_is_looked_up_where_that_can_be_done(self, works: Works, ada: str) -> None:
        works.jobs.after["submit"] = [lost()]
        id_ = works.picture(ada, model=f"lora:{works.lora(ada)}")
        works.run()
        assert works.shots(id_)[0].vendor_id == "p1"
        assert len(works.jobs.requests) == 1

    def test_the_vendors_wish_for_patience_is_honoured_and_said(self, works: Works, ada: str) -> None:
        works.inline.breaks["submit"] = [busy(after=20)]
        id_ = works.picture(ada)
        works.run()
        shot = works.generation.get(ada, id_).shots[0]
        assert shot.status == "rendering"
        assert "Trying again in 20 s" in shot.error
        works.later(15)
        assert works.inline.requests == []
        works.later(6)
        shot = works.generation.get(ada, id_).shots[0]
        assert (shot.status, shot.error) == ("done", "")
        assert works.inline.calls["find"] == 0

    def test_a_vendor_that_stays_away(self, works: Works, ada: str) -> None:
        works.inline.breaks["submit"] = [busy() for _ in range(50)]
        id_ = works.picture(ada)
        works.run()
        for _ in range(20):
            works.later(40)
        assert works.generation.get(ada, id_).status == "failed"
        assert works.balance(ada) == 10

    @pytest.mark.parametrize("data", [b"<html>", b"\x89PNG\r\n\x1a\n", b"x" * 100])
    def test_bytes_that_are_no_picture(self, works: Works, ada: str, data: bytes) -> None:
        works.inline.data = data
        id_ = works.picture(ada)
        works.run()
        assert works.generation.get(ada, id_).shots[0].error_code == "picture_unreadable"
        assert works.balance(ada) == 10
        assert not [key for key in works.storage.objects if key.startswith("images/")]

    def test_a_storage_that_stays_away_costs_nobody_anything(self, works: Works, ada: str) -> None:
        works.storage.break_with(
            "put", Retry("The storage is away.", vendor="storage", code="storage_away", category=Category.FILE)
        )
        id_ = works.picture(ada)
        works.run()
        assert works.generation.get(ada, id_).shots[0].error_code == "storage_away"
        assert len(works.inline.requests) == 1
        assert works.balance(ada) == 10

    def test_a_job_that_never_ends(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada, model=f"lora:{works.lora(ada)}")
        works.run()
        works.jobs.move(JobState.RUNNING)
        works.later(1000)
        assert works.generation.get(ada, id_).shots[0].error_code == "shot_timeout"
        assert works.jobs.cancelled == ["p1"]

    def test_retry_draws_only_what_failed_with_the_same_seeds(self, works: Works, ada: str) -> None:
        works.inline.breaks["submit"] = [unsafe()]
        id_ = works.picture(ada, count=3, seed=5)
        works.run()
        lost_seed = next(shot.seed for shot in works.shots(id_) if shot.status is S.FAILED)
        new = works.generation.retry(ada, id_)
        assert works.generation.retry(ada, id_) == new
        works.run()
        assert [shot.seed for shot in works.shots(new)] == [lost_seed]
        assert works.balance(ada) == 7
        with pytest.raises(Conflict):
            works.generation.retry(ada, new)

    def test_a_bug_of_ours_is_told_and_bounded(self, works: Works, ada: str) -> None:
        works.inline.after["submit"] = [ZeroDivisionError()]
        id_ = works.picture(ada)
        with pytest.raises(ZeroDivisionError):
            works.run()
        works.later(60)
        assert len(works.inline.requests) == 1
        assert works.generation.get(ada, id_).shots[0].error_code == "outcome_unknown"
        assert works.balance(ada) == 10
