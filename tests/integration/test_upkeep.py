"""The audit of the hub, and the search for what no row knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from photogen.domain.upkeep.policy import holds, is_marked
from photogen.errors import Conflict, NotFound, Unavailable
from photogen.gateways.base import Category, Fix, JobState, Kept, Stop
from photogen.gateways.base_hub import HubRepository
from photogen.kit.ids import new_id
from photogen.models import LoraStatus, LoraVersion, TrainingStatus
from tests.factories.work import WEIGHTS, Works
from tests.fakes.vendors import Killed, busy

HOUR = 3600 + 60


def not_private() -> Stop:
    return Stop("It stays public.", vendor="hub", code="hub_not_private", category=Category.PROVIDER, words="public")


@pytest.fixture
def model(works: Works, ada: str) -> LoraVersion:
    """A published private model of Ada's, not looked at for an hour."""
    works.to_training(ada)
    works.finish()
    works.clock.move(seconds=HOUR)
    [shown] = works.loras.all(ada)
    with works.studio.session() as session:
        return session.scalars(select(LoraVersion).where(LoraVersion.lora_model_id == shown.id)).one()


def status(works: Works, model: LoraVersion) -> LoraStatus:
    with works.studio.session() as session:
        return session.get_one(LoraVersion, model.id).status


def change(works: Works, model: LoraVersion, **values: object) -> None:
    """Somebody changed the repository behind our back."""
    id_ = model.hub_repository
    works.hub.repositories[id_] = replace(works.hub.repositories[id_], **values)  # type: ignore[arg-type]


def kinds(works: Works) -> list[str]:
    return sorted(incident.kind for incident in works.incidents.open())


class TestAudit:
    def test_a_model_as_it_should_be_is_looked_at_once_an_hour(self, works: Works, model: LoraVersion) -> None:
        assert works.upkeep.audit_hub() == 1
        assert works.upkeep.audit_hub() == 0
        works.clock.move(seconds=HOUR)
        assert works.upkeep.audit_hub() == 1
        assert (status(works, model), kinds(works)) == (LoraStatus.READY, [])
        assert works.hub.calls["publish"] == 1

    def test_an_open_one_is_closed_quarantined_and_told(self, works: Works, ada: str, model: LoraVersion) -> None:
        change(works, model, private=False)
        works.upkeep.audit_hub()
        assert works.hub.repositories[model.hub_repository].private
        assert (status(works, model), kinds(works)) == (LoraStatus.QUARANTINED, ["hub_public"])
        assert works.loras.all(ada)[0].status == "quarantined"
        with pytest.raises(NotFound):
            works.picture(ada, model=f"lora:{model.lora_model_id}")
        [waiting] = works.upkeep.quarantined()
        assert (waiting.id, waiting.hub_repository) == (model.id, model.hub_repository)
        works.upkeep.release(model.id)
        assert (status(works, model), kinds(works)) == (LoraStatus.READY, [])
        with pytest.raises(Conflict):
            works.upkeep.release(model.id)
        with pytest.raises(NotFound):
            works.upkeep.release(new_id())

    def test_it_is_not_released_while_it_stands_open_or_nobody_knows(self, works: Works, model: LoraVersion) -> None:
        change(works, model, private=False)
        works.upkeep.audit_hub()
        change(works, model, private=False)
        with pytest.raises(Conflict) as refused:
            works.upkeep.release(model.id)
        assert refused.value.code == "still_open"
        works.hub.breaks["look"] = [busy()]
        with pytest.raises(Unavailable):
            works.upkeep.release(model.id)
        assert status(works, model) is LoraStatus.QUARANTINED
        works.clock.move(seconds=HOUR)
        works.upkeep.audit_hub()
        works.upkeep.release(model.id)
        assert status(works, model) is LoraStatus.READY

    def test_killed_before_it_was_closed_it_can_not_be_used(self, works: Works, model: LoraVersion) -> None:
        change(works, model, private=False)
        works.hub.breaks["make_private"] = [Killed()]
        with pytest.raises(Killed):
            works.upkeep.audit_hub()
        assert (status(works, model), kinds(works)) == (LoraStatus.QUARANTINED, ["hub_public"])
        works.upkeep.audit_hub()
        assert works.hub.repositories[model.hub_repository].private

    def test_one_that_can_not_be_closed_is_tried_soon_and_keeps_nobody_waiting(
        self, works: Works, ada: str, model: LoraVersion
    ) -> None:
        other = works.lora(ada, trigger_word="other")
        with works.studio.uow() as uow:
            version = uow.session.get_one(LoraVersion, other)
            version.created_at, version.weights_bytes = works.clock() - timedelta(hours=2), len(WEIGHTS)
            name = version.hub_repository
        works.hub.repositories[name] = HubRepository(name, True, {"lora.safetensors": len(WEIGHTS)}, "")
        change(works, model, private=False)
        works.hub.breaks["make_private"] = [not_private()]
        assert works.upkeep.audit_hub() == 2
        assert status(works, model) is LoraStatus.QUARANTINED
        works.clock.move(seconds=400)
        assert works.upkeep.audit_hub() == 1
        assert works.hub.repositories[model.hub_repository].private

    @pytest.mark.parametrize("gone", ["repository", "file", "part of the file"])
    def test_missing_weights_are_published_again(self, works: Works, model: LoraVersion, gone: str) -> None:
        if gone == "repository":
            works.hub.repositories.clear()
        else:
            change(works, model, files={"README.md": 1} | ({} if gone == "file" else {"lora.safetensors": 3}))
        works.upkeep.audit_hub()
        assert kinds(works) == ["hub_weights_missing"]
        mended = works.hub.repositories[model.hub_repository]
        assert (mended.private, mended.files["lora.safetensors"]) == (True, len(WEIGHTS))
        assert status(works, model) is LoraStatus.READY
        works.clock.move(seconds=HOUR)
        works.upkeep.audit_hub()
        assert kinds(works) == [], "seen to be there, it is over"

    def test_weights_that_are_nowhere_stay_an_incident(self, works: Works, model: LoraVersion) -> None:
        works.hub.repositories.clear()
        works.storage.objects.clear()
        assert works.upkeep.audit_hub() == 1
        assert kinds(works) == ["hub_weights_missing"]

    def test_a_public_one_that_the_hub_closed_is_told_and_left_alone(self, works: Works, ada: str) -> None:
        works.to_training(ada, visibility="public")
        works.finish()
        works.clock.move(seconds=HOUR)
        [view] = works.loras.all(ada)
        works.upkeep.audit_hub()
        assert kinds(works) == []
        repository = works.hub.repositories[view.hub_repository]
        works.hub.repositories[view.hub_repository] = replace(repository, private=True)
        works.clock.move(seconds=HOUR)
        works.upkeep.audit_hub()
        assert kinds(works) == ["hub_closed"]
        assert works.loras.all(ada)[0].status == "ready"

    def test_what_is_deleted_while_it_is_published_again_does_not_stay(
        self, works: Works, ada: str, model: LoraVersion
    ) -> None:
        def deleted() -> None:
            works.loras.delete(ada, model.lora_model_id)
            works.run()

        works.hub.repositories.clear()
        works.hub.during["publish"] = deleted
        works.upkeep.audit_hub()
        assert works.hub.repositories == {}

    def test_a_slow_hub_keeps_one_worker_for_less_than_a_round(
        self, works: Works, ada: str, model: LoraVersion
    ) -> None:
        with works.studio.uow() as uow:
            version = uow.session.get_one(LoraVersion, works.lora(ada, trigger_word="other"))
            version.created_at = works.clock() - timedelta(hours=2)
        works.hub.during["look"] = lambda: works.clock.move(seconds=50)
        assert works.upkeep.audit_hub() == 1
        assert works.upkeep.audit_hub() == 1

    def test_the_hub_being_away_changes_nothing(self, works: Works, model: LoraVersion) -> None:
        works.hub.breaks["look"] = [busy()]
        assert works.upkeep.audit_hub() == 0
        assert (status(works, model), kinds(works)) == (LoraStatus.READY, [])
        assert works.upkeep.audit_hub() == 1


class TestPublishing:
    def test_a_repository_that_would_not_stay_private_is_deleted_and_told(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.hub.after["publish"] = [not_private()]
        works.finish()
        works.later(60)
        assert works.row(id_).status is TrainingStatus.FAILED
        assert works.hub.repositories == {}
        [incident] = works.incidents.open()
        assert (incident.kind, incident.subject_id) == ("hub_not_private", id_)

    def test_what_a_vendor_wants_of_the_operator_is_one_incident_for_all(self, works: Works) -> None:
        for _ in range(3):
            account = works.studio.account(credits=100, plan="creator")
            works.trainer.breaks["submit"] = [
                Stop("No money.", vendor="fake", code="vendor_money", category=Category.AUTHENTICATION, words="402")
            ]
            works.start(account)
            works.run()
        [incident] = works.incidents.open()
        assert (incident.kind, incident.subject_id, incident.count) == ("vendor_money", "fake", 3)


class TestStrays:
    def test_versions_and_files_of_nobody_go_when_they_are_old(self, works: Works, ada: str) -> None:
        running = works.to_training(ada)
        day = timedelta(days=1, minutes=1)
        old, young = works.clock() - day, works.clock() - timedelta(hours=23)
        for kept in (
            Kept("version", "old", "", old),
            Kept("version", "young", "", young),
            Kept("version", "undated", "", None),
            Kept("file", "lost", new_id(), old),
            Kept("file", "needed", running, old),
        ):
            works.trainer.things[kept.id] = kept
        assert works.upkeep.find_strays() == 2
        assert set(works.trainer.things) == {"young", "undated", "needed"}

    @pytest.mark.parametrize("named", ["studio/loras:abc", "abc"])
    def test_a_version_that_a_clean_up_is_still_at_is_left_to_it(self, works: Works, ada: str, named: str) -> None:
        works.to_training(ada)
        works.trainer.breaks["clean_up"] = [busy() for _ in range(9)]
        works.trainer.things["abc"] = Kept("version", "abc", "", works.clock() - timedelta(days=2))
        works.trainer.move(JobState.SUCCEEDED, version=named)
        works.later()
        assert works.upkeep.find_strays() == 0

    def test_an_open_one_is_closed_also_while_the_trainer_is_away(self, works: Works) -> None:
        made = HubRepository("studio/open", False, {}, "", frozenset({"photogen-teststudio"}), works.clock())
        works.hub.repositories[made.id] = made
        works.trainer.breaks["kept"] = [busy()]
        works.upkeep.find_strays()
        assert works.hub.repositories[made.id].private

    def test_marked_repositories_of_nobody_are_closed_at_once_and_go_when_old(
        self, works: Works, ada: str, model: LoraVersion
    ) -> None:
        tag = frozenset({"photogen-teststudio"})
        old = works.clock() - timedelta(days=2)

        def there(name: str, **values: object) -> None:
            made = HubRepository(f"studio/{name}", True, {"lora.safetensors": 3}, "", frozenset(), old)
            works.hub.repositories[made.id] = replace(made, **values)  # type: ignore[arg-type]

        there("ours-old", tags=tag)
        there("ours-open", tags=tag, private=False, created_at=works.clock())
        there("ours-young", tags=tag, created_at=works.clock())
        there(f"empty-{new_id()[-12:]}", files={".gitattributes": 1})
        there("somebody-elses", private=False)
        there(f"looks-alike-{new_id()[-12:]}")
        there("other-studio", tags=frozenset({"photogen-another"}))
        assert works.upkeep.find_strays() == 3
        names = sorted(id_.split("/")[1].rsplit("-", 1)[0] for id_ in works.hub.repositories)
        assert names == sorted(["ada", "ours", "ours", "somebody", "looks-alike", "other"])
        assert works.hub.repositories["studio/ours-open"].private
        assert not works.hub.repositories["studio/somebody-elses"].private
        assert model.hub_repository in works.hub.repositories

    def test_the_repository_of_a_training_that_publishes_is_somebodys(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.hub.after["publish"] = [Killed()]
        works.later()
        with pytest.raises(Killed):
            works.finish()
        assert works.row(id_).status is TrainingStatus.PUBLISHING
        works.clock.move(seconds=2 * 86400)
        works.upkeep.find_strays()
        assert len(works.hub.repositories) == 1

    def test_a_late_publication_of_a_lost_worker_is_found(self, works: Works, ada: str, model: LoraVersion) -> None:
        works.loras.delete(ada, model.lora_model_id)
        late = works.hub.repositories[model.hub_repository]
        works.run()
        works.hub.repositories[late.id] = late
        works.clock.move(seconds=2 * 86400)
        assert works.upkeep.find_strays() == 1
        assert works.hub.repositories == {}

    def test_one_that_does_not_go_is_listed_and_its_vendor_away_changes_nothing(self, works: Works, ada: str) -> None:
        old = works.clock() - timedelta(days=2)
        works.trainer.things["v1"] = Kept("version", "v1", "", old)
        refused = Fix("No.", vendor="fake", code="in_use", category=Category.PROVIDER, words="in use")
        works.trainer.breaks["discard"] = [refused]
        assert works.upkeep.find_strays() == 0
        [thing] = works.leftovers.list()
        assert (thing.what, thing.name, thing.code, thing.owner_id) == ("version", "v1", "in_use", "")
        works.trainer.breaks["kept"] = [busy()]
        works.upkeep.find_strays()
        assert len(works.leftovers.list()) == 1
        works.upkeep.try_now(thing.id)
        works.run()
        assert works.leftovers.list() == []
        assert works.trainer.things == {}


def test_what_is_ours_is_told_by_its_mark_alone() -> None:
    tag, empty = frozenset({"lora", "photogen-abc"}), frozenset({".gitattributes"})
    assert is_marked("studio/fox", tag, frozenset({"lora.safetensors"}), "abc")
    assert not is_marked("studio/fox", tag, frozenset({"lora.safetensors"}), "xyz")
    assert not is_marked("studio/fox", tag, empty, "")
    assert is_marked(f"studio/fox-{new_id()[-12:]}", frozenset(), empty, "abc")
    assert not is_marked(f"studio/fox-{new_id()[-12:]}", frozenset(), frozenset({"README.md"}), "abc")
    assert not is_marked("studio/fox-photographyzz", frozenset(), empty, "abc")
    assert not is_marked("studio/fox", frozenset(), empty, "abc")


def test_a_size_that_nobody_tells_counts_as_right() -> None:
    assert holds({"a": 3}, "a", 3)
    assert holds({"a": None}, "a", 3)
    assert not holds({"a": 2}, "a", 3)
    assert not holds({}, "a", 3)
