"""Nothing is left behind: what a deletion did not get rid of is listed with its age, tried again, and told when old."""

from __future__ import annotations

import json

import pytest

from photogen.domain.leftovers import LeftoverOf
from photogen.errors import NotFound
from photogen.gateways.base import Category, Fix, JobState, Kept, Retry, Unknown
from photogen.kit.ids import new_id
from photogen.models import TrainingStatus
from tests.factories.studio import Studio
from tests.factories.work import Works
from tests.fakes.vendors import Killed, busy
from tests.integration.test_operator import run  # noqa: F401  (the fixture)

S = TrainingStatus


def refused() -> Fix:
    return Fix("Not now.", vendor="fake", code="in_use", category=Category.PROVIDER, words="version is in use")


def left(works: Works) -> list[tuple[str, str, str, int]]:
    return [(thing.what, thing.place, thing.code, thing.tries) for thing in works.leftovers.list()]


class TestTrainings:
    def test_what_is_left_is_listed_until_it_is_gone(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.trainer.breaks["clean_up"] = [refused(), refused()]
        works.trainer.move(JobState.FAILED)
        works.later()
        ended = works.row(id_).finished_at
        [thing] = works.leftovers.list()
        assert (thing.what, thing.place, thing.name, thing.code, thing.words) == (
            "vendor", "fake", "t1", "in_use", "version is in use",
        )  # fmt: skip
        assert (thing.owner, thing.owner_id, thing.since) == (LeftoverOf.TRAINING, id_, ended)
        works.later(60)
        assert left(works) == [("vendor", "fake", "in_use", 2)]
        works.later(600)
        assert left(works) == []
        assert works.row(id_).cleaned_at is not None

    def test_each_part_is_tried_whatever_becomes_of_the_others(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.hub.during["publish"] = lambda: works.training.cancel(ada, id_)
        works.hub.breaks["delete"] = [busy()]
        works.trainer.breaks["clean_up"] = [refused()]
        works.finish()
        assert {thing.what for thing in works.leftovers.list()} <= {"vendor", "repository"}
        assert not [key for key in works.storage.objects if id_ in key]
        works.later(600)
        works.later(600)
        assert (left(works), works.hub.repositories) == ([], {})

    def test_older_than_a_day_it_is_an_incident_until_it_is_gone(self, works: Works, ada: str) -> None:
        works.to_training(ada)
        works.trainer.breaks["clean_up"] = [refused() for _ in range(4)]
        works.trainer.move(JobState.FAILED)
        works.later()
        works.later(20 * 3600)
        assert works.incidents.count() == 0
        works.later(5 * 3600)
        [incident] = works.incidents.open()
        assert incident.kind == "left_behind"
        assert "t1" in incident.message
        works.later(3 * 3600)
        works.later(3 * 3600)
        assert (left(works), works.incidents.count()) == ([], 0)

    def test_the_operator_has_it_tried_now(self, works: Works, ada: str) -> None:
        works.to_training(ada)
        works.trainer.breaks["clean_up"] = [refused() for _ in range(6)]
        works.trainer.move(JobState.FAILED)
        for _ in range(6):
            works.later(3600)
        [thing] = works.leftovers.list()
        works.upkeep.try_now(thing.id)
        works.run()
        assert left(works) == []
        with pytest.raises(NotFound):
            works.upkeep.try_now(thing.id)
        with pytest.raises(NotFound):
            works.upkeep.try_now("no id")

    def test_a_file_handed_over_for_a_training_that_was_never_accepted(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        works.trainer.things["f1"] = Kept("file", "f1", id_, works.clock())
        works.trainer.breaks["submit"] = [refused()]
        works.run()
        assert works.row(id_).status is S.FAILED
        works.later(60)
        assert works.trainer.things == {}

    def test_a_version_that_only_our_row_remembers(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.hub.breaks["publish"] = [busy(30)]
        works.trainer.things["abc"] = Kept("version", "abc", "", works.clock())
        works.finish()
        assert works.row(id_).vendor_version == "studio/loras:abc"
        works.trainer.jobs.clear()  # the vendor has forgotten the training, but not what it made
        works.training.cancel(ada, id_)
        works.later(60)
        assert works.trainer.things == {}

    def test_cancelled_while_nobody_knows_whether_it_was_accepted(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        works.trainer.after["submit"] = [Killed()]
        works.kill()
        works.training.cancel(ada, id_)
        doubt = Unknown("Unclear.", vendor="fake", code="unclear", category=Category.PROVIDER)
        works.trainer.breaks["find"] = [doubt]
        works.later(40)  # the lease of the killed worker has ended
        works.later(40)
        works.later(600)
        assert works.trainer.cancelled == ["t1"]
        assert (left(works), works.row(id_).cleaned_at is not None) == ([], True)

    def test_what_nobody_can_tell_any_more_does_not_keep_it_for_ever(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        works.trainer.breaks["submit"] = [Killed()]
        works.kill()
        works.training.cancel(ada, id_)
        doubt = Unknown("Unclear.", vendor="fake", code="unclear", category=Category.PROVIDER)
        works.trainer.breaks["find"] = [doubt for _ in range(100)]
        for _ in range(5):
            works.later(3600)
        assert works.row(id_).cleaned_at is None, "it may still be at work there"
        for _ in range(5):
            works.later(3600)
        assert (left(works), works.row(id_).cleaned_at is not None) == ([], True)

    def test_killed_in_the_middle_of_a_clean_up(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.training.cancel(ada, id_)
        works.trainer.breaks["clean_up"] = [Killed()]
        works.kill()
        assert works.row(id_).cleaned_at is None
        works.later(40)
        works.later(40)
        assert works.row(id_).cleaned_at is not None

    def test_photos_are_withdrawn_once_the_trainer_has_read_them(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        works.run()
        key = f"datasets/{id_}.zip"
        assert key in works.storage.objects
        works.trainer.move(JobState.RUNNING, step=0)
        works.later(5)
        assert key in works.storage.objects, "it may still be fetched"
        works.trainer.move(JobState.RUNNING, step=1, steps=1000)
        works.later(5)
        assert key not in works.storage.objects
        works.finish()
        assert works.row(id_).status is S.COMPLETED


class TestModels:
    def test_what_is_left_of_a_deleted_model(self, works: Works, ada: str) -> None:
        model = works.lora(ada)
        works.hub.breaks["delete"] = [
            Retry("Busy.", vendor="hub", code="rate_limited", category=Category.RATE_LIMIT, words="slow down")
        ]
        works.loras.delete(ada, model)
        works.run()
        [thing] = works.leftovers.list()
        assert (thing.owner, thing.owner_id, thing.what, thing.words) == (
            LeftoverOf.VERSION, model, "repository", "slow down",
        )  # fmt: skip
        assert f"weights/{model}.safetensors" not in works.storage.objects, "the other part went all the same"
        works.hub.breaks["delete"] = [refused()]
        works.later(25 * 3600)
        [incident] = works.incidents.open()
        assert thing.name not in incident.message, "an incident outlives the account, and this is the model's name"
        works.upkeep.try_now(thing.id)
        works.run()
        assert left(works) == []


def test_the_command_lists_and_retries(run, database_url: str) -> None:  # noqa: F811
    assert run("leftovers") == (0, "Nothing is left behind.\n")
    works = Works(Studio.on(database_url))
    model = works.lora(works.studio.account())
    works.hub.breaks["delete"] = [refused()]
    with works.studio.session() as session:
        account = session.connection().exec_driver_sql("SELECT account_id FROM lora_model").scalar_one()
    works.loras.delete(account, model)
    works.run()
    works.clock.move(seconds=3600)
    status, said = run("leftovers")
    assert (status, "version is in use" in said, model in said) == (1, True, True)
    [found] = json.loads(run("leftovers", "--json")[1])
    assert (found["what"], found["place"], found["owner_id"]) == ("repository", "hub", model)
    assert run("leftovers", "--retry")[0] == 1
    works.clock.move(seconds=366 * 86400)  # the command has the true time
    for job in works.loras.due():
        works.queue.push(job)
    works.run()
    assert run("leftovers")[0] == 0
    assert run("release-model", new_id())[0] == 1
    works.studio.close()
