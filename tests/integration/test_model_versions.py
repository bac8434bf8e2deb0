"""Versions of a model: trained on, switched, compared, deleted one by one."""

from __future__ import annotations

import pytest

from photogen.domain.receipts import ReceiptKind
from photogen.errors import Conflict, Invalid, NotFound
from photogen.gateways.base import JobState
from photogen.models import LoraStatus, LoraVersion, TrainingStatus
from tests.factories.work import Works
from tests.fakes.vendors import busy


def first(works: Works, account: str) -> tuple[str, str]:
    """A model of one version: the ids of the model and of its photo set."""
    works.to_training(account)
    works.finish()
    model = works.loras.all(account)[0]
    assert model.photo_set_id
    return model.id, model.photo_set_id


def second(works: Works, account: str, model_id: str, photo_set_id: str, **changes: object) -> str:
    """A training of a second version, at the vendor."""
    values = {"model_id": model_id, "photo_set_id": photo_set_id, "name": "Whatever", "steps": 1500}
    return works.to_training(account, **values | changes)


class TestANewVersion:
    def test_it_becomes_current_and_the_old_one_can_be_taken_back(self, works: Works, ada: str) -> None:
        model_id, photos = first(works, ada)
        slots = works.training.slots(ada)
        training = second(works, ada, model_id, photos)
        assert works.training.slots(ada) == slots, "a version takes no slot"
        assert works.training.get(ada, training).new_version_of == model_id
        before = works.loras.get(ada, model_id)
        assert before.version_number == 1
        story = works.loras.story(ada, model_id)
        assert story.coming
        assert story.coming.id == training
        works.finish()

        story = works.loras.story(ada, model_id)
        assert [(v.number, v.is_current, v.steps) for v in story.versions] == [(2, True, 1500), (1, False, 1000)]
        assert story.model.name == "Ada", "the model keeps its name"
        assert [(c.name, c.before, c.after) for c in story.versions[0].changes] == [("steps", "1000", "1500")]
        assert [t.version for t in story.trainings] == [2, 1]
        works.loras.switch(ada, model_id, story.versions[1].id)
        assert works.loras.get(ada, model_id).version_id == before.version_id

    def test_a_failed_one_changes_nothing_and_can_be_retried(self, works: Works, ada: str) -> None:
        model_id, photos = first(works, ada)
        training = second(works, ada, model_id, photos)
        works.trainer.move(JobState.FAILED, "t2")
        works.later()
        assert works.row(training).status is TrainingStatus.FAILED
        assert works.loras.get(ada, model_id).version_number == 1
        again = works.training.retry(ada, training)
        assert works.training.get(ada, again.id).new_version_of == model_id
        works.run()
        works.finish()
        assert works.loras.get(ada, model_id).version_number == 2

    def test_the_trigger_word_stays(self, works: Works, ada: str) -> None:
        model_id, photos = first(works, ada)
        with pytest.raises(Invalid) as refused:
            second(works, ada, model_id, photos, trigger_word="another")
        assert refused.value.code == "trigger_word_fixed"

    def test_one_at_a_time_and_the_model_stays_meanwhile(self, works: Works, ada: str) -> None:
        model_id, photos = first(works, ada)
        second(works, ada, model_id, photos)
        for attempt in (
            lambda: second(works, ada, model_id, photos),
            lambda: works.loras.delete(ada, model_id),
            lambda: works.start(ada, trigger_word="other", replace_model_id=model_id),
        ):
            with pytest.raises(Conflict) as refused:
                attempt()
            assert refused.value.code == "version_in_training"

    def test_nobody_trains_somebody_elses_model(self, works: Works, ada: str) -> None:
        model_id, _ = first(works, ada)
        eve = works.studio.account(credits=100, plan="creator")
        with pytest.raises(NotFound):
            works.start(eve, model_id=model_id)
        version = works.loras.get(ada, model_id).version_id
        for attempt in (
            lambda: works.loras.story(eve, model_id),
            lambda: works.loras.switch(eve, model_id, version),
            lambda: works.loras.set_scale(eve, model_id, version, 0.5),
            lambda: works.loras.delete_version(eve, model_id, version),
        ):
            with pytest.raises(NotFound):
                attempt()

    def test_a_model_that_is_gone_by_the_end_is_made_anew(self, works: Works, ada: str) -> None:
        model_id, photos = first(works, ada)
        second(works, ada, model_id, photos)
        with works.studio.uow() as uow:  # what the operator does, whom nothing stops
            works.loras.drop(uow, works.loras.locked(uow, ada, model_id))
        works.finish()
        made = works.loras.all(ada)
        assert [(m.id == model_id, m.version_number) for m in made] == [(False, 1)]


class TestPictures:
    def test_they_are_drawn_with_the_current_version_and_say_so(self, works: Works, ada: str) -> None:
        model_id = works.lora(ada)
        newer = works.version(model_id, number=2, default_scale=0.8)
        works.loras.switch(ada, model_id, newer)
        batch = works.picture(ada, model=f"lora:{model_id}")
        works.loras.switch(ada, model_id, model_id)
        old = works.picture(ada, model=f"lora:{model_id}", version_id=newer)
        works.run()
        works.jobs.move(JobState.SUCCEEDED, "p1")
        works.jobs.move(JobState.SUCCEEDED, "p2")
        works.later()
        for id_ in (batch, old):
            image = works.shots(id_)[0].image_id
            assert image
            recipe = works.gallery.recipe(ada, image)
            assert (recipe.model_version, recipe.lora_scale) == (2, 0.8)
        assert all(f"weights/{newer}." in request.lora.url for request in works.jobs.requests if request.lora)
        story = works.loras.story(ada, model_id)
        assert (story.drawn, story.success) == (2, 1.0)
        assert {v.number: v.pictures for v in story.versions} == {2: 2, 1: 0}
        assert len(story.pictures) == 2

    def test_a_quarantined_version_is_not_drawn_with(self, works: Works, ada: str) -> None:
        model_id = works.lora(ada)
        batch = works.picture(ada, model=f"lora:{model_id}")
        with works.studio.uow() as uow:
            uow.session.get_one(LoraVersion, model_id).status = LoraStatus.QUARANTINED
        works.run()
        assert [shot.error_code for shot in works.shots(batch)] == ["model_quarantined"]
        with pytest.raises(NotFound):
            works.picture(ada, model=f"lora:{model_id}")
        assert works.sound(ada)


class TestDeletingOne:
    def test_its_weights_and_repository_go_and_the_newest_left_is_current(self, works: Works, ada: str) -> None:
        model_id = works.lora(ada)
        newer = works.version(model_id, number=2)
        works.loras.switch(ada, model_id, newer)
        works.loras.delete_version(ada, model_id, newer)
        assert works.loras.get(ada, model_id).version_id == model_id
        works.run()
        assert f"weights/{newer}.safetensors" not in works.storage.objects
        assert f"weights/{model_id}.safetensors" in works.storage.objects
        with pytest.raises(NotFound):
            works.loras.switch(ada, model_id, newer)

    def test_it_leaves_its_creator_a_receipt(self, works: Works, ada: str) -> None:
        model_id = works.lora(ada)
        newer = works.version(model_id, number=2, hub_repository="studio/second")
        works.hub.breaks["delete"] = [busy()]
        number = works.loras.delete_version(ada, model_id, newer)
        assert {item.gone_at for item in works.receipts.look(number).items} == {None}
        works.run()
        [receipt] = [r for r in works.receipts.of_account(ada) if r.number == number]
        assert (receipt.kind, receipt.name) == (ReceiptKind.VERSION, f"Version 2 of model {model_id[-6:].upper()}")
        assert [(item.what, item.place, item.gone_at is not None) for item in receipt.items] == [
            ("Weights of version 2", "studio", True),
            ("Repository of version 2", "hub", False),
        ]
        assert receipt.finished_at is None
        works.later(60)
        assert works.receipts.look(number).finished_at is not None
        of_model = works.loras.delete(ada, model_id)
        works.run()
        assert [item.what for item in works.receipts.look(of_model).items] == [
            "Weights of version 1",
            "Repository of version 1",
        ]
        assert works.receipts.look(of_model).finished_at is not None

    def test_the_only_one_stays(self, works: Works, ada: str) -> None:
        model_id = works.lora(ada)
        with pytest.raises(Conflict) as refused:
            works.loras.delete_version(ada, model_id, model_id)
        assert refused.value.code == "only_version"

    def test_a_picture_under_way_keeps_the_weights_until_it_is_done(self, works: Works, ada: str) -> None:
        model_id = works.lora(ada)
        works.version(model_id, number=2)
        works.picture(ada, model=f"lora:{model_id}")
        works.loras.delete_version(ada, model_id, model_id)
        works.run()
        assert f"weights/{model_id}.safetensors" in works.storage.objects
        works.jobs.move(JobState.SUCCEEDED, "p1")
        works.later()
        works.later(60)
        assert f"weights/{model_id}.safetensors" not in works.storage.objects
