"""Generations through the service's door, on a real database, with vendors in memory."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import text, update

from photogen.db.lease import Lease, Leases
from photogen.domain.gallery.commands import GalleryQuery
from photogen.domain.generation.commands import QuoteGeneration, StartGeneration
from photogen.errors import Conflict, InsufficientCredits, Invalid, NotFound, TierRequired
from photogen.gateways.base import Category, Fix, JobState, Retry
from photogen.kit.ids import new_id
from photogen.models import HoldState, Shot, ShotStatus
from tests.factories.studio import Studio
from tests.factories.work import Works
from tests.fakes.vendors import Killed, busy, lost

S = ShotStatus


@pytest.fixture
def works(module_database_url: str) -> Iterator[Works]:
    """A studio in a database of this module's, emptied first."""
    studio = Studio.on(module_database_url)
    with studio.session() as session:
        session.execute(text("TRUNCATE account CASCADE"))
        session.commit()
    yield Works(studio)
    studio.close()


@pytest.fixture
def ada(works: Works) -> str:
    return works.studio.account(credits=10)


def unsafe() -> Fix:
    return Fix("The safety filter dropped it.", vendor="fake", code="unsafe", category=Category.MODERATION)


def states(works: Works, generation_id: str) -> list[ShotStatus]:
    return [shot.status for shot in works.shots(generation_id)]


class TestBatch:
    def test_pictures_arrive_in_the_gallery_and_are_paid_each(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada, count=3, seed=7, aspect="3:2", style="film")
        view = works.generation.get(ada, id_)
        assert (view.status, view.held, view.credits) == ("queued", 3, 0)
        assert works.balance(ada) == 7
        works.run()
        view = works.generation.get(ada, id_)
        assert (view.status, view.done, view.credits, view.held, view.returned) == ("done", 3, 3, 0, 0)
        assert [shot.seed for shot in view.shots] == [7, 8, 9]
        assert [request.seed for request in works.inline.requests] == [7, 8, 9]
        request = works.inline.requests[0]
        assert (request.width, request.height) == (1248, 832) or request.width / request.height == pytest.approx(
            1.5, 0.02
        )
        assert request.prompt.startswith("a red fox, 35 mm")
        shot = view.shots[0]
        assert shot.thumb_url == f"/media/images/{shot.id}/512"
        assert shot.thumbhash
        assert {key for key in works.storage.objects if shot.id in key} == {
            f"images/{shot.id}/original.png", f"images/{shot.id}/512.webp", f"images/{shot.id}/1024.webp",
        }  # fmt: skip
        recipe = works.gallery.recipe(ada, shot.id)
        assert (recipe.prompt, recipe.seed, recipe.width, recipe.style, recipe.steps) == ("a red fox", 7, 96, "film", 4)
        assert len(works.gallery.page(ada, GalleryQuery()).items) == 3
        assert works.sound(ada)

    def test_my_model_goes_to_the_vendor_that_can(self, works: Works, ada: str) -> None:
        lora = works.lora(ada)
        id_ = works.picture(ada, model=f"lora:{lora}", prompt="in a garden")
        works.run()
        request = works.jobs.requests[0]
        assert request.prompt == "adalove, in a garden"
        assert request.lora is not None
        assert request.lora.scale == 1.0
        assert f"ref={works.shots(id_)[0].id}" in request.lora.url
        assert states(works, id_) == [S.RENDERING]
        works.jobs.move(JobState.SUCCEEDED, picture_url="https://vendor.test/p1.png")
        works.later(1.5)
        assert states(works, id_) == [S.DONE]
        assert works.training.models(ada)[0].uses == 1
        assert works.training.models(ada)[0].preview_url.startswith("/media/images/")

    def test_a_double_click_is_one_batch(self, works: Works, ada: str) -> None:
        command = StartGeneration.of(request_key=new_id(), model="base:flux:schnell", prompt="x", count=2)
        results: list[str] = []
        threads = [
            threading.Thread(target=lambda: results.append(works.generation.start(ada, command))) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(results) == 4
        assert len(set(results)) == 1
        assert works.balance(ada) == 8
        works.run()
        assert len(works.inline.requests) == 2

    def test_402_leaves_nothing(self, works: Works) -> None:
        poor = works.studio.account(credits=2)
        with pytest.raises(InsufficientCredits):
            works.picture(poor, count=3)
        assert works.generation.recent(poor) == []
        assert works.balance(poor) == 2
        assert works.queue.depth() == 0

    def test_403_names_the_plan(self, works: Works, ada: str) -> None:
        with pytest.raises(TierRequired) as refused:
            works.picture(ada, model="base:flux:1.1-pro")
        assert "Creator" in refused.value.public

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"steps": 99}, "steps"),
            ({"guidance": 3.0}, "guidance"),
            ({"lora_scale": 1.0}, "lora_scale"),
            ({"negative_prompt": "ugly"}, "negative_prompt"),
            ({"aspect": "21:9"}, "aspect"),
            ({"style": "nothing"}, "style"),
            ({"prompt": "x" * 10_000}, "prompt"),
            ({"prompt": "   "}, "prompt"),
            ({"prompt": "a\x00b"}, "prompt"),
            ({"count": 9}, "count"),
            ({"seed": 2**31}, "seed"),
        ],
    )
    def test_what_the_model_cannot_do(self, works: Works, ada: str, changes: dict[str, object], field: str) -> None:
        with pytest.raises(Invalid) as refused:
            works.picture(ada, **changes)
        assert refused.value.field == field
        assert works.balance(ada) == 10

    @pytest.mark.parametrize("prompt", ["ثعلب أحمر في الثلج", "🦊" * 40, "two\nlines\tand a tab", "a' OR 1=1; --"])
    def test_prompts_of_every_kind(self, works: Works, ada: str, prompt: str) -> None:
        id_ = works.picture(ada, prompt=prompt)
        works.run()
        assert works.inline.requests[0].prompt == prompt
        assert works.generation.get(ada, id_).prompt == prompt

    def test_others_see_nothing(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada)
        lora = works.lora(ada)
        eve = works.studio.account(credits=10)
        for call in (works.generation.get, works.generation.cancel, works.generation.retry):
            with pytest.raises(NotFound):
                call(eve, id_)
        for model in (f"lora:{lora}", "lora:nonsense", "base:no:such", "base:flux:dev-lora"):
            with pytest.raises(NotFound):
                works.picture(eve, model=model)
        assert works.generation.recent(eve) == []

    def test_what_the_page_offers(self, works: Works, ada: str) -> None:
        lora = works.lora(ada)
        options = works.generation.options(ada)
        assert [choice.choice for choice in options.my_models] == [f"lora:{lora}"]
        locks = {choice.choice: choice.locked for choice in options.base_models}
        assert locks == {"base:flux:schnell": False, "base:flux:1.1-pro": True}
        assert len(options.styles) >= 10
        quote = works.generation.quote(ada, QuoteGeneration.of(model=f"lora:{lora}", count=4))
        assert (quote.total, quote.balance_after, quote.affordable) == (4, 6, True)


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
        assert states(works, id_) == [S.CANCELLED]
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
        done = states(works, id_).count(S.DONE)
        assert done + states(works, id_).count(S.CANCELLED) == 4
        assert works.balance(ada) == 10 - done
        assert works.gallery.count(ada) == done
        assert works.sound(ada)

    def test_when_all_is_done_it_is_too_late(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada)
        works.run()
        with pytest.raises(Conflict):
            works.generation.cancel(ada, id_)


class TestKilledWorker:
    def kill(self, works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(Leases, "release", lambda *_: None)
            with pytest.raises(Killed):
                works.run()
        works.queue.waiting.clear()

    @pytest.mark.parametrize("moment", ["breaks", "after"])
    def test_in_a_call_that_nobody_can_look_up(
        self, works: Works, ada: str, monkeypatch: pytest.MonkeyPatch, moment: str
    ) -> None:
        id_ = works.picture(ada)
        getattr(works.inline, moment)["submit"] = [Killed()]
        self.kill(works, monkeypatch)
        works.later(31)
        assert works.generation.get(ada, id_).shots[0].error_code == "outcome_unknown"
        assert works.inline.calls["submit"] == 1
        assert works.balance(ada) == 10
        assert works.sound(ada)

    @pytest.mark.parametrize("moment", ["breaks", "after"])
    def test_in_a_call_that_can_be_looked_up(
        self, works: Works, ada: str, monkeypatch: pytest.MonkeyPatch, moment: str
    ) -> None:
        id_ = works.picture(ada, model=f"lora:{works.lora(ada)}")
        getattr(works.jobs, moment)["submit"] = [Killed()]
        self.kill(works, monkeypatch)
        works.later(31)
        assert [request.reference for request in works.jobs.requests] == [works.shots(id_)[0].id]
        works.jobs.move(JobState.SUCCEEDED)
        works.later(5)
        assert states(works, id_) == [S.DONE]
        assert works.holds(ada) == [(works.shots(id_)[0].hold_key, 1, HoldState.CAPTURED)]

    def test_while_storing(self, works: Works, ada: str, monkeypatch: pytest.MonkeyPatch) -> None:
        id_ = works.picture(ada, model=f"lora:{works.lora(ada)}")
        works.run()
        works.jobs.move(JobState.SUCCEEDED)
        works.clock.move(seconds=2)
        for job in works.generation.due():
            works.queue.push(job)
        works.storage.failures["put"] = Killed()  # type: ignore[assignment]
        self.kill(works, monkeypatch)
        works.storage.failures.clear()
        works.later(31)
        assert states(works, id_) == [S.DONE]
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
        assert states(works, id_) == [S.RENDERING]

    def test_a_worker_whose_row_was_taken_over_writes_nothing(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada)

        def take_over() -> None:
            with works.studio.uow() as uow:
                uow.session.execute(update(Shot).values(lease_owner="other:1:1:x"))

        works.inline.during["submit"] = take_over
        works.run()
        assert states(works, id_) == [S.RENDERING]
        assert works.gallery.count(ada) == 0
        assert works.balance(ada) == 9
