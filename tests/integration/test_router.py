"""Pictures go to the next vendor that can do the same, at the same price, and never twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from photogen.domain.generation.commands import QuoteGeneration
from photogen.errors import Conflict, Invalid
from photogen.gateways.base import Category, Fix, JobState, Retry, Stop
from photogen.models import ShotStatus
from tests.factories.studio import Studio
from tests.factories.work import Works
from tests.fakes.vendors import Killed, busy, lost

S = ShotStatus
HERE, THERE = "black-forest-labs/FLUX.1-schnell", "black-forest-labs/flux-schnell"


@pytest.fixture
def works(database_url: str) -> Iterator[Works]:
    """Both vendors serve the model."""
    studio = Studio.on(database_url)
    with studio.session() as session:
        session.execute(text("UPDATE image_route SET available = true"))
        session.commit()
    yield Works(studio, guarded=True)
    studio.close()


@pytest.fixture
def ada(works: Works) -> str:
    return works.studio.account(credits=10)


def stop(code: str) -> Stop:
    return Stop("Stopped.", vendor="together", code=code, category=Category.PROVIDER)


def away() -> Retry:
    return Retry("Away.", vendor="together", code="vendor_unreachable", category=Category.NETWORK)


def change(works: Works, sql: str) -> None:
    with works.studio.engine.begin() as connection:
        connection.execute(text(sql))


def tried(works: Works, id_: str) -> list[tuple[str, str]]:
    return [(entry["vendor"], entry["code"]) for shot in works.shots(id_) for entry in shot.tried]


def finished(works: Works, ada: str, id_: str) -> None:
    """The second vendor has drawn it, and everything is as it should be."""
    works.jobs.move(JobState.SUCCEEDED)
    works.later(5)
    view = works.generation.get(ada, id_)
    assert (view.status, view.credits, view.shots[0].error) == ("done", 1, "")
    (shot,) = works.shots(id_)
    assert (shot.vendor, shot.vendor_model, shot.vendor_cost_cents) == ("replicate", THERE, 0.3)
    recipe = works.gallery.recipe(ada, shot.image_id or "")
    assert (recipe.vendor, recipe.vendor_model) == ("replicate", THERE)
    assert works.balance(ada) == 9
    assert works.sound(ada)


class TestFallOver:
    def test_the_preferred_vendor_draws_while_it_can(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada)
        works.run()
        (shot,) = works.shots(id_)
        assert (shot.status, shot.vendor, shot.vendor_model, shot.tried) == (S.DONE, "together", HERE, [])
        assert shot.vendor_cost_cents == pytest.approx(0.27 * 96 * 64 / 1e6, abs=0.001)
        assert works.inline.requests[0].model == HERE

    @pytest.mark.parametrize("code", ["vendor_credentials", "vendor_money", "model_retired"])
    def test_a_vendor_that_stops_makes_way(self, works: Works, ada: str, code: str) -> None:
        works.inline.breaks["submit"] = [stop(code)]
        id_ = works.picture(ada)
        works.run()
        assert [request.model for request in works.jobs.requests] == [THERE]
        assert tried(works, id_) == [("together", code)]
        finished(works, ada, id_)

    def test_a_vendor_that_stays_away_makes_way_soon(self, works: Works, ada: str) -> None:
        works.inline.breaks["submit"] = [away() for _ in range(9)]
        id_ = works.picture(ada)
        works.run()
        works.later(2)
        assert works.inline.calls["submit"] == 2
        assert tried(works, id_) == [("together", "vendor_unreachable")]
        finished(works, ada, id_)

    def test_one_that_wants_time_is_not_waited_for(self, works: Works, ada: str) -> None:
        works.inline.breaks["submit"] = [busy(after=30)]
        id_ = works.picture(ada)
        works.run()
        assert works.inline.calls["submit"] == 1
        finished(works, ada, id_)

    def test_a_paused_vendor_is_not_even_asked(self, works: Works, ada: str) -> None:
        works.inline.breaks["submit"] = [away() for _ in range(50)]
        for _ in range(3):
            works.picture(ada)
        works.run()
        works.later(2)
        assert [trouble.vendor for trouble in works.vendors.troubles()] == ["together"]
        asked = works.inline.calls["submit"]
        id_ = works.picture(ada)
        works.run()
        assert works.inline.calls["submit"] == asked
        assert tried(works, id_) == [("together", "vendor_paused")]
        assert works.shots(id_)[0].vendor == "replicate"

    def test_a_retired_model_is_asked_for_once_and_never_by_those_who_come_after(self, works: Works, ada: str) -> None:
        works.inline.breaks["submit"] = [stop("model_retired") for _ in range(9)]
        for _ in range(3):
            works.picture(ada)
            works.run()
        assert works.inline.calls["submit"] == 1
        assert len(works.jobs.requests) == 3

    def test_what_is_wrong_with_the_picture_is_so_everywhere(self, works: Works, ada: str) -> None:
        works.inline.breaks["submit"] = [Fix("No.", vendor="x", code="moderation", category=Category.MODERATION)]
        id_ = works.picture(ada)
        works.run()
        assert works.states(id_) == [S.FAILED]
        assert works.jobs.requests == []

    def test_where_all_fail_it_ends_with_its_money_back(self, works: Works, ada: str) -> None:
        works.inline.breaks["submit"] = [stop("vendor_money")]
        works.jobs.breaks["submit"] = [stop("vendor_credentials")]
        id_ = works.picture(ada)
        works.run()
        assert works.generation.get(ada, id_).shots[0].error_code == "vendor_credentials"
        assert tried(works, id_) == [("together", "vendor_money")]
        assert works.balance(ada) == 10
        assert works.sound(ada)

    def test_only_a_vendor_that_can_do_all_of_it_takes_over(self, works: Works, ada: str) -> None:
        works.inline.breaks["submit"] = [stop("vendor_money")]
        id_ = works.picture(ada, steps=9)
        works.run()
        assert works.states(id_) == [S.FAILED]
        assert works.jobs.requests == []

    def test_a_batch_is_cancelled_while_it_changes_vendors(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada)

        def cancelled() -> None:
            works.generation.cancel(ada, id_)
            raise stop("vendor_money")

        works.inline.during["submit"] = cancelled
        works.run()
        assert works.states(id_) == [S.CANCELLED]
        assert works.jobs.requests == []
        assert works.balance(ada) == 10


class TestNeverTwice:
    @pytest.mark.parametrize("moment", ["breaks", "after"])
    def test_a_lost_answer_is_nobody_elses(self, works: Works, ada: str, moment: str) -> None:
        getattr(works.inline, moment)["submit"] = [lost()]
        id_ = works.picture(ada)
        works.run()
        works.later(60)
        assert works.generation.get(ada, id_).shots[0].error_code == "outcome_unknown"
        assert (works.inline.calls["submit"], works.jobs.requests) == (1, [])
        assert works.balance(ada) == 10

    def test_a_killed_workers_request_is_nobody_elses(self, works: Works, ada: str) -> None:
        works.inline.after["submit"] = [Killed()]
        id_ = works.picture(ada)
        works.kill()
        change(works, "UPDATE image_route SET available = false WHERE vendor = 'together'")
        works.later(31)
        assert works.generation.get(ada, id_).shots[0].error_code == "outcome_unknown"
        assert works.jobs.requests == []

    def test_a_request_that_the_second_vendor_may_have_stays_there(self, works: Works, ada: str) -> None:
        works.inline.breaks["submit"] = [stop("vendor_money")]
        works.jobs.after["submit"] = [lost()]
        id_ = works.picture(ada)
        works.run()
        works.later(2)
        assert works.shots(id_)[0].vendor_id == "p1"
        assert (len(works.jobs.requests), works.inline.calls["submit"]) == (1, 1)
        finished(works, ada, id_)

    def test_one_that_can_be_asked_and_has_nothing_may_be_followed_by_another(self, works: Works, ada: str) -> None:
        change(works, "UPDATE image_route SET sort = 9 - sort WHERE model_key = 'flux:schnell'")
        works.jobs.breaks["submit"] = [lost()]
        id_ = works.picture(ada)
        works.run()
        change(works, "UPDATE image_route SET available = false WHERE vendor = 'replicate'")
        works.later(5)
        assert works.inline.requests == [], "it may still arrive"
        works.later(21)
        change(works, "UPDATE image_route SET sort = 9 - sort WHERE model_key = 'flux:schnell'")
        assert works.shots(id_)[0].vendor == "together"
        assert works.states(id_) == [S.DONE]


class TestProbe:
    def test_marks_what_is_gone_and_what_is_back(self, works: Works, ada: str) -> None:
        works.inline.retired, works.jobs.retired = frozenset({HERE}), frozenset({THERE})
        works.vendors.probe()
        change(works, "UPDATE image_route SET enabled = false WHERE vendor = 'nebius'")
        with pytest.raises(Conflict) as raised:
            works.picture(ada)
        assert raised.value.code == "model_unavailable"
        with pytest.raises(Conflict):
            works.generation.quote(ada, QuoteGeneration.of(model="base:flux:schnell", count=1))
        assert works.balance(ada) == 10
        shown = {m.choice: m.available for m in works.generation.options(ada).base_models}
        assert shown == {"base:flux:schnell": False, "base:flux:1.1-pro": True}
        works.jobs.retired = frozenset()
        works.vendors.probe()
        id_ = works.picture(ada)
        works.run()
        assert works.shots(id_)[0].vendor == "replicate"
        assert tried(works, id_) == []

    def test_a_vendor_that_can_not_be_asked_marks_nothing(self, works: Works, ada: str) -> None:
        works.inline.breaks["available_models"] = [away()]
        works.inline.retired = frozenset({HERE})
        works.vendors.probe()
        works.picture(ada)
        works.run()
        assert len(works.inline.requests) == 1

    def test_a_model_that_vanishes_under_a_waiting_picture(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada)
        change(works, "UPDATE image_route SET available = false")
        works.run()
        assert works.generation.get(ada, id_).shots[0].error_code == "model_unavailable"
        assert works.balance(ada) == 10
        assert works.sound(ada)

    def test_trained_models_are_drawn_by_whoever_can(self, works: Works, ada: str) -> None:
        change(works, "UPDATE image_route SET available = false WHERE model_key = 'flux:dev-lora'")
        lora = works.lora(ada)
        assert [m.available for m in works.generation.options(ada).my_models] == [False]
        with pytest.raises(Conflict):
            works.picture(ada, model=f"lora:{lora}")


class TestControls:
    def test_what_no_present_vendor_can_do_is_refused(self, works: Works, ada: str) -> None:
        with pytest.raises(Invalid):
            works.picture(ada, negative_prompt="people")
        change(works, "UPDATE image_route SET available = false WHERE vendor <> 'replicate'")
        (schnell, _) = works.generation.options(ada).base_models
        assert schnell.capabilities.steps == (1, 4, 4)
        with pytest.raises(Invalid):
            works.picture(ada, steps=9)
        works.picture(ada, steps=3)

    def test_a_part_here_and_a_part_there_is_refused_before_anything_is_paid(self, works: Works, ada: str) -> None:
        change(
            works,
            "UPDATE image_route SET capabilities = capabilities || '{\"negative_prompt\": true}' "
            "WHERE vendor = 'replicate' AND model_key = 'flux:schnell'",
        )
        with pytest.raises(Invalid) as raised:
            works.picture(ada, negative_prompt="people", steps=9)
        assert raised.value.code == "not_supported"
        assert works.balance(ada) == 10
        id_ = works.picture(ada, negative_prompt="people", steps=4)
        works.run()
        assert works.shots(id_)[0].vendor == "replicate"
        change(
            works,
            "UPDATE image_route SET capabilities = capabilities - 'negative_prompt' WHERE vendor = 'replicate'",
        )
