"""Trainings begun: drafts, what is paid, what is refused, and the way to a ready model."""

from __future__ import annotations

import threading

import pytest

from photogen.domain.training.commands import SaveDraft
from photogen.errors import InsufficientCredits, Invalid, NotFound
from photogen.gateways.base import JobState
from photogen.models import HoldState
from tests.factories.work import WEIGHTS, Works


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
        assert view.step == 500
        assert 40 < view.percent < 60
        assert view.seconds_left == pytest.approx(14.0)
        works.finish()

        view = works.training.get(ada, id_)
        assert (view.status, view.percent, view.refunded) == ("completed", 100, False)
        assert [stage.state for stage in view.stages] == ["done"] * 5
        model = works.loras.get(ada, view.lora_model_id or "")
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
        works.loras.delete(account, works.loras.all(account)[0].id)
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
