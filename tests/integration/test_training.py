"""Trainings through the service's door, on a real database, with vendors in memory."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from photogen.db.lease import Leases, new_owner
from photogen.domain.training.commands import SaveDraft
from photogen.errors import Conflict, InsufficientCredits, Invalid, NotFound
from photogen.gateways.base import Category, Fix, JobState, Stop
from photogen.kit.ids import new_id
from photogen.models import HoldState, Photo, Training, TrainingStatus
from tests.factories.studio import Studio
from tests.factories.work import WEIGHTS, Works
from tests.fakes.vendors import Killed, busy, lost

S = TrainingStatus


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
    """Pays by credit: the plan's included training is used up by nobody, so it has none."""
    account = works.studio.account(credits=100, plan="creator")
    used = works.start(account, trigger_word="firstone")
    works.run()
    works.finish()
    works.studio.queue.waiting.clear()
    works.training.delete_model(account, works.row(used).lora_model_id or "")
    works.run()
    works.trainer.requests.clear()
    works.trainer.jobs.clear()
    works.trainer.calls.clear()
    works.hub.calls.clear()
    return account


def stop_hub() -> Stop:
    return Stop("The hub refuses.", vendor="hub", code="hub_refused", category=Category.AUTHENTICATION, words="403")


class TestStart:
    def test_from_photos_to_a_ready_model(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        assert works.training.get(ada, id_).status_word == "Queued"
        assert works.balance(ada) == 80
        works.run()
        view = works.training.get(ada, id_)
        assert (view.status, view.percent >= 5) == ("training", True)
        request = works.trainer.requests[0]
        assert request.reference == id_
        assert request.dataset_url is not None
        assert f"ref={id_}" in request.dataset_url
        assert request.webhook_url == f"https://studio.test/webhooks/replicate?training={id_}"

        works.trainer.move(JobState.RUNNING, step=500, steps=1000, seconds_left=9.0, logs="a\nb 50%")
        works.later()
        view = works.training.get(ada, id_)
        assert (view.step, view.log_tail) == (500, "a\nb 50%")
        assert 40 < view.percent < 60
        assert view.seconds_left == pytest.approx(14.0)
        works.finish()

        view = works.training.get(ada, id_)
        assert (view.status, view.percent, view.refunded) == ("completed", 100, False)
        assert [stage.state for stage in view.stages] == ["done"] * 5
        model = works.training.model(ada, view.lora_model_id or "")
        assert (model.trigger_word, model.training_id, model.weights_bytes) == ("adalove", id_, len(WEIGHTS))
        assert works.hub.repositories[model.hub_repository].private
        assert works.hub.files[model.hub_repository]["lora.safetensors"] == WEIGHTS
        assert works.holds(ada)[-1] == (f"training:{id_}", 20, HoldState.CAPTURED)
        assert works.balance(ada) == 80
        assert works.sound(ada)

    def test_nothing_is_left_behind_after_success(self, works: Works, ada: str) -> None:
        works.trainer.rounds_to_clean = 3
        id_ = works.to_training(ada)
        assert f"datasets/{id_}.zip" in works.storage.objects
        works.finish()
        assert f"datasets/{id_}.zip" not in works.storage.objects
        assert f"weights/{id_}.safetensors" in works.storage.objects
        for _ in range(4):
            works.later(60)
        assert works.trainer.cleaned["t1"] == 3
        assert works.row(id_).clean_due_at is None
        assert works.row(id_).cleaned_at is not None

    def test_a_double_click_is_one_training(self, works: Works, ada: str) -> None:
        command = works.command(ada)
        results: list[str] = []
        threads = [
            threading.Thread(target=lambda: results.append(works.training.start(ada, command))) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(results) == 4
        assert len(set(results)) == 1
        assert works.balance(ada) == 80

    def test_the_included_training_goes_first(self, works: Works) -> None:
        account = works.studio.account(credits=50, plan="creator")
        assert works.training.quote(account, 1500).paid_by == "included"
        id_ = works.start(account, steps=1500)
        assert works.balance(account) == 50
        assert works.row(id_).hold_key == ""
        quote = works.training.quote(account, 1500)
        assert (quote.paid_by, quote.credits, quote.balance_after) == ("credits", 40, 10)
        works.training.cancel(account, id_)
        assert works.training.quote(account, 1500).paid_by == "included"

    def test_402_says_what_is_needed_and_leaves_nothing(self, works: Works) -> None:
        account = works.studio.account(credits=19, plan="creator")
        works.start(account)
        works.run()
        works.finish()
        works.training.delete_model(account, works.training.models(account)[0].id)
        before = len(works.training.list(account))
        with pytest.raises(InsufficientCredits) as refused:
            works.start(account, trigger_word="second")
        assert (refused.value.needed, refused.value.have) == (20, 19)
        assert len(works.training.list(account)) == before
        assert works.balance(account) == 19

    @pytest.mark.parametrize("photos", [0, 4, 51])
    def test_too_few_and_too_many_photos(self, works: Works, ada: str, photos: int) -> None:
        with pytest.raises(Invalid) as refused:
            works.start(ada, photos=photos)
        assert refused.value.field == "photo_set_id"

    def test_a_trigger_word_is_used_once(self, works: Works) -> None:
        account = works.studio.account(credits=500, plan="pro")
        works.start(account)
        with pytest.raises(Invalid) as refused:
            works.start(account, trigger_word="AdaLove")
        assert refused.value.code == "trigger_word_taken"
        works.start(account, trigger_word="adalove2")

    def test_nothing_is_public_without_being_asked_for(self, works: Works) -> None:
        account = works.studio.account()
        assert works.training.draft(account).visibility == "private"
        id_ = works.start(account)
        works.run()
        works.finish()
        assert works.hub.repositories[works.row(id_).hub_repository].private

    def test_a_model_is_public_where_it_was_asked_for(self, works: Works) -> None:
        id_ = works.start(works.studio.account(), visibility="public")
        works.run()
        works.finish()
        assert not works.hub.repositories[works.row(id_).hub_repository].private

    def test_others_see_nothing(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        eve = works.studio.account(credits=100, plan="pro")
        for call in (works.training.get, works.training.cancel, works.training.retry):
            with pytest.raises(NotFound):
                call(eve, id_)
        with pytest.raises(NotFound):
            works.start(eve, photo_set_id=works.photo_set(ada))
        with pytest.raises(NotFound):
            works.training.get(ada, "nonsense'; --")
        assert works.training.list(eve) == []


class TestSlots:
    def test_a_full_plan_asks_and_replaces_only_after_success(self, works: Works, ada: str) -> None:
        old = works.lora(ada, trigger_word="oldone")
        with pytest.raises(Conflict) as refused:
            works.start(ada)
        assert refused.value.code == "no_free_slot"
        works.to_training(ada, replace_model_id=old)
        assert [model.id for model in works.training.models(ada)] == [old]
        with pytest.raises(Conflict):
            works.training.delete_model(ada, old)
        works.finish()
        models = works.training.models(ada)
        assert [model.trigger_word for model in models] == ["adalove"]
        works.later(60)
        assert f"weights/{old}.safetensors" not in works.storage.objects

    def test_a_failed_replacement_leaves_the_old_one(self, works: Works, ada: str) -> None:
        old = works.lora(ada, trigger_word="oldone")
        works.to_training(ada, replace_model_id=old)
        works.trainer.move(JobState.FAILED)
        works.later()
        assert [model.id for model in works.training.models(ada)] == [old]

    def test_two_starts_do_not_share_the_last_slot(self, works: Works, ada: str) -> None:
        works.start(ada)
        with pytest.raises(Conflict):
            works.start(ada, trigger_word="second")


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
        assert works.training.models(ada) == []
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
        assert len(works.training.models(ada)) == (0 if state is S.CANCELLED else 1)
        assert works.sound(ada)


class TestKilledWorker:
    """A worker that dies writes nothing more; its lease runs out, and another goes on."""

    def kill(self, works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
        """Runs the queue until the worker is killed; what a dead process can't do (release) is not done."""
        with monkeypatch.context() as patch:
            patch.setattr(Leases, "release", lambda *_: None)
            with pytest.raises(Killed):
                works.run()
        works.queue.waiting.clear()

    def recover(self, works: Works) -> None:
        works.later(31)

    def test_while_preparing(self, works: Works, ada: str, monkeypatch: pytest.MonkeyPatch) -> None:
        id_ = works.start(ada)
        works.storage.failures["put"] = Killed()  # type: ignore[assignment]
        self.kill(works, monkeypatch)
        works.storage.failures.clear()
        works.later(5)
        assert works.row(id_).status is S.PREPARING, "the lease still holds"
        self.recover(works)
        assert works.row(id_).status is S.TRAINING
        works.finish()
        self.once(works, ada, id_)

    def test_before_the_request_left(self, works: Works, ada: str, monkeypatch: pytest.MonkeyPatch) -> None:
        id_ = works.start(ada)
        works.trainer.breaks["submit"] = [Killed()]
        self.kill(works, monkeypatch)
        self.recover(works)
        assert works.trainer.calls["find"] == 1
        assert len(works.trainer.requests) == 1
        works.finish()
        self.once(works, ada, id_)

    def test_after_the_request_was_accepted(self, works: Works, ada: str, monkeypatch: pytest.MonkeyPatch) -> None:
        id_ = works.start(ada)
        works.trainer.after["submit"] = [Killed()]
        self.kill(works, monkeypatch)
        assert works.row(id_).vendor_id == ""
        self.recover(works)
        assert works.row(id_).vendor_id == "t1"
        works.finish()
        self.once(works, ada, id_)

    def test_within_the_grace_nobody_asks_again(self, works: Works, ada: str, monkeypatch: pytest.MonkeyPatch) -> None:
        works.training_config = replace(works.training_config, grace=timedelta(seconds=60))
        works.training = works.another_training_service()
        id_ = works.start(ada)
        works.trainer.breaks["submit"] = [Killed()]
        self.kill(works, monkeypatch)
        self.recover(works)
        assert works.trainer.requests == []
        works.later(20)
        assert works.trainer.requests == []
        works.later(20)
        assert len(works.trainer.requests) == 1
        assert works.row(id_).status is S.TRAINING

    def test_while_fetching_the_weights(self, works: Works, ada: str, monkeypatch: pytest.MonkeyPatch) -> None:
        id_ = works.to_training(ada)
        works.trainer.move(JobState.SUCCEEDED)
        works.trainer.after["fetch_weights"] = [Killed()]
        works.clock.move(seconds=3)
        for job in works.training.due():
            works.queue.push(job)
        self.kill(works, monkeypatch)
        self.recover(works)
        self.once(works, ada, id_)

    def test_while_publishing(self, works: Works, ada: str, monkeypatch: pytest.MonkeyPatch) -> None:
        id_ = works.to_training(ada)
        works.trainer.move(JobState.SUCCEEDED)
        works.hub.after["publish"] = [Killed()]
        works.clock.move(seconds=3)
        for job in works.training.due():
            works.queue.push(job)
        self.kill(works, monkeypatch)
        self.recover(works)
        assert len(works.hub.repositories) == 1
        self.once(works, ada, id_)

    def once(self, works: Works, ada: str, id_: str) -> None:
        assert works.row(id_).status is S.COMPLETED
        assert [request.reference for request in works.trainer.requests] == [id_]
        assert works.holds(ada)[-1] == (f"training:{id_}", 20, HoldState.CAPTURED)
        assert works.balance(ada) == 80
        assert len(works.training.models(ada)) == 1
        assert works.sound(ada)


class TestTrouble:
    def test_a_lost_answer_is_looked_up_not_repeated(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        works.trainer.after["submit"] = [lost()]
        works.run()
        works.later(5)
        assert works.row(id_).vendor_id == "t1"
        assert len(works.trainer.requests) == 1

    def test_the_vendors_wish_for_patience_is_honoured(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        works.trainer.breaks["submit"] = [busy(after=45)]
        works.run()
        view = works.training.get(ada, id_)
        assert view.attempts[-2].outcome == "retried"
        assert (view.attempts[-2].category, view.attempts[-2].code) == ("rate_limit", "rate_limited")
        assert "45 s" in view.attempts[-2].action
        works.later(40)
        assert works.trainer.calls["submit"] == 1
        works.later(6)
        assert len(works.trainer.requests) == 1
        assert works.trainer.calls["find"] == 0, "it took nothing, so there is nothing to look up"

    def test_trouble_without_end_ends(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        works.trainer.breaks["submit"] = [busy() for _ in range(50)]
        works.run()
        for _ in range(30):
            works.later(130)
        view = works.training.get(ada, id_)
        assert (view.status, view.error_category, view.refunded) == ("failed", "rate_limit", True)
        assert view.advice
        assert works.balance(ada) == 100
        assert works.trainer.calls["submit"] <= 10

    def test_a_refusal_fails_at_once_with_words(self, works: Works, ada: str) -> None:
        refused = Fix(
            "The photos were refused.", vendor="fake", code="unsafe", category=Category.MODERATION, words="NSFW"
        )
        id_ = works.start(ada)
        works.trainer.breaks["submit"] = [refused]
        works.run()
        view = works.training.get(ada, id_)
        assert (view.status, view.error, view.error_code) == ("failed", "The photos were refused.", "unsafe")
        assert view.attempts[-1].vendor_words == "NSFW"
        assert [stage.state for stage in view.stages] == ["done", "done", "failed", "todo", "todo"]
        assert works.balance(ada) == 100

    def test_photos_that_went_away_meanwhile(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        with works.studio.uow() as uow:
            uow.session.execute(update(Photo).values(status="rejected"))
        works.run()
        view = works.training.get(ada, id_)
        assert (view.status, view.error_category) == ("failed", "file")

    def test_it_takes_too_long(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.later(7 * 3600)
        view = works.training.get(ada, id_)
        assert (view.status, view.error_code) == ("failed", "training_timeout")
        assert works.trainer.cancelled == ["t1"]
        assert works.balance(ada) == 100

    def test_cancelled_at_the_vendor_by_somebody_else(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.trainer.move(JobState.CANCELLED)
        works.later()
        assert works.training.get(ada, id_).error_code == "training_cancelled"
        assert works.balance(ada) == 100

    def test_a_bug_of_ours_is_told_and_bounded(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        works.trainer.breaks["check"] = [ZeroDivisionError() for _ in range(50)]
        works.run()
        for _ in range(20):
            try:
                works.later(130)
            except ZeroDivisionError:
                continue
        view = works.training.get(ada, id_)
        assert (view.status, view.error_category, view.error_code) == ("failed", "internal", "internal")
        assert works.balance(ada) == 100

    def test_progress_never_goes_back(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.trainer.move(JobState.RUNNING, step=800, steps=1000)
        works.later()
        high = works.training.get(ada, id_).percent
        works.trainer.move(JobState.RUNNING, step=0, steps=0, logs="restarted")
        works.later(10)
        view = works.training.get(ada, id_)
        assert (view.step, view.percent) == (800, high)


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


class TestRetry:
    def test_from_publishing_without_training_again(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.hub.breaks["publish"] = [stop_hub()]
        works.finish()
        view = works.training.get(ada, id_)
        assert (view.status, view.retry_resumes, view.advice != "") == ("failed", True, True)
        assert [stage.state for stage in view.stages] == ["done", "done", "done", "failed", "todo"]
        assert works.balance(ada) == 100
        assert f"weights/{id_}.safetensors" in works.storage.objects

        retried = works.training.retry(ada, id_)
        assert (retried.id, retried.resumed, retried.stage) == (id_, True, "publishing")
        assert works.balance(ada) == 80
        assert works.training.retry(ada, id_).id == id_
        assert works.balance(ada) == 80
        works.run()
        assert works.row(id_).status is S.COMPLETED
        assert works.trainer.calls["submit"] == 1
        assert [state for _, _, state in works.holds(ada)] == [HoldState.RELEASED, HoldState.CAPTURED]
        assert works.sound(ada)

    def test_a_new_training_where_nothing_is_left(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.trainer.move(JobState.FAILED)
        works.later()
        retried = works.training.retry(ada, id_)
        assert retried.id != id_
        assert not retried.resumed
        assert works.training.retry(ada, id_).id == retried.id
        assert works.balance(ada) == 80
        settings = works.training.get(ada, retried.id)
        assert (settings.trigger_word, settings.steps, settings.photo_count) == ("adalove", 1000, 8)

    def test_the_fruits_are_kept_for_a_while_only(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.hub.breaks["publish"] = [stop_hub()]
        works.finish()
        works.later(8 * 86400)
        assert f"weights/{id_}.safetensors" not in works.storage.objects
        assert not works.training.get(ada, id_).retry_resumes

    def test_not_of_one_that_runs_or_is_done(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        with pytest.raises(Conflict):
            works.training.retry(ada, id_)


class TestModels:
    def test_rename_and_delete_everywhere(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.finish()
        model = works.training.models(ada)[0]
        works.training.rename_model(ada, model.id, "  Grace  ")
        assert works.training.model(ada, model.id).name == "Grace"
        with pytest.raises(Invalid):
            works.training.rename_model(ada, model.id, " ")
        eve = works.studio.account()
        with pytest.raises(NotFound):
            works.training.delete_model(eve, model.id)
        works.hub.breaks["delete"] = [busy()]
        works.training.delete_model(ada, model.id)
        assert works.training.models(ada) == []
        works.run()
        assert works.hub.repositories, "refused once"
        works.later(60)
        assert works.hub.repositories == {}
        assert f"weights/{id_}.safetensors" not in works.storage.objects


class TestDraft:
    def test_it_survives_and_ends_with_the_start(self, works: Works, ada: str) -> None:
        photos = works.photo_set(ada)
        works.training.save_draft(ada, SaveDraft.of(name="Ada", step=3, photo_set_id=photos, steps=1200))
        draft = works.training.draft(ada)
        assert (draft.name, draft.step, draft.photo_set_id, draft.steps) == ("Ada", 3, photos, 1200)
        eve = works.studio.account()
        assert works.training.draft(eve).photo_set_id is None
        with pytest.raises(NotFound):
            works.training.save_draft(eve, SaveDraft.of(photo_set_id=photos))
        works.start(ada, photo_set_id=photos)
        assert works.training.draft(ada).updated_at is None
