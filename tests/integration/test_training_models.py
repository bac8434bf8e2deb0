"""Trained models and the plan's slots for them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from photogen.domain.training.commands import StartTraining
from photogen.errors import Conflict, Invalid, NotFound
from photogen.gateways.base import JobState
from tests.factories.work import Works
from tests.fakes.vendors import busy


class TestSlots:
    def test_a_full_plan_asks_and_replaces_only_after_success(self, works: Works, ada: str) -> None:
        old = works.lora(ada, trigger_word="oldone")
        with pytest.raises(Conflict) as refused:
            works.start(ada)
        assert refused.value.code == "no_free_slot"
        works.to_training(ada, replace_model_id=old)
        assert [model.id for model in works.loras.all(ada)] == [old]
        with pytest.raises(Conflict):
            works.loras.delete(ada, old)
        works.finish()
        models = works.loras.all(ada)
        assert [model.trigger_word for model in models] == ["adalove"]
        works.later(60)
        assert f"weights/{old}.safetensors" not in works.storage.objects

    def test_a_failed_replacement_leaves_the_old_one(self, works: Works, ada: str) -> None:
        old = works.lora(ada, trigger_word="oldone")
        works.to_training(ada, replace_model_id=old)
        works.trainer.move(JobState.FAILED)
        works.later()
        assert [model.id for model in works.loras.all(ada)] == [old]

    def test_two_starts_do_not_share_the_last_slot(self, works: Works, ada: str) -> None:
        works.start(ada)
        with pytest.raises(Conflict):
            works.start(ada, trigger_word="second")

    def test_of_four_started_at_once_for_the_last_slot_one_wins(self, works: Works, ada: str) -> None:
        before, paid = works.balance(ada), works.holds(ada)
        commands = [works.command(ada, trigger_word=word) for word in ("amber", "birch", "cedar", "dogwood")]
        together = Barrier(len(commands))

        def click(command: StartTraining) -> str | Conflict:
            together.wait()
            try:
                return works.training.start(ada, command)
            except Conflict as refused:
                return refused

        with ThreadPoolExecutor(len(commands)) as pool:
            said = list(pool.map(click, commands))
        [won] = [one for one in said if isinstance(one, str)]
        lost = [one for one in said if isinstance(one, Conflict)]
        assert [(one.code, one.details) for one in lost] == [("no_free_slot", {"used": 1, "slots": 1})] * 3
        assert all("Replace a model" in one.public for one in lost)
        [held] = [hold for hold in works.holds(ada) if hold not in paid]
        assert won in held[0]
        assert works.balance(ada) == before - held[1]
        assert [job.args for job in works.queue.waiting] == [(won,)]
        assert works.sound(ada)


class TestModels:
    def test_rename_and_delete_everywhere(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.finish()
        model = works.loras.all(ada)[0]
        works.loras.rename(ada, model.id, "  Grace  ")
        assert works.loras.get(ada, model.id).name == "Grace"
        with pytest.raises(Invalid):
            works.loras.rename(ada, model.id, " ")
        eve = works.studio.account()
        with pytest.raises(NotFound):
            works.loras.delete(eve, model.id)
        works.hub.breaks["delete"] = [busy()]
        works.loras.delete(ada, model.id)
        assert works.loras.all(ada) == []
        works.run()
        assert works.hub.repositories, "refused once"
        works.later(60)
        assert works.hub.repositories == {}
        assert f"weights/{id_}.safetensors" not in works.storage.objects
