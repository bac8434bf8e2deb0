"""Batches of pictures: what is asked, paid, refused and delivered."""

from __future__ import annotations

import threading

import pytest

from photogen.domain.gallery.commands import GalleryQuery
from photogen.domain.generation.commands import QuoteGeneration, StartGeneration
from photogen.errors import InsufficientCredits, Invalid, NotFound, TierRequired
from photogen.gateways.base import Category, Fix, JobState
from photogen.kit.ids import new_id
from photogen.models import ShotStatus
from tests.factories.work import Works

S = ShotStatus


@pytest.fixture
def ada(works: Works) -> str:
    return works.studio.account(credits=10)


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

    def test_what_was_delivered_is_added_up_by_model(self, works: Works, ada: str) -> None:
        bob = works.studio.account(credits=5)
        lora = works.lora(ada)
        works.picture(bob)
        works.picture(ada, count=2)
        works.picture(ada, model=f"lora:{lora}")
        assert works.generation.by_model(ada) == []  # nothing is there yet
        works.run()
        works.jobs.move(JobState.SUCCEEDED, picture_url="https://vendor.test/p1.png")
        works.later(1.5)
        first, *others = works.generation.by_model(ada)
        assert (first.name, first.pictures, first.credits, first.quota) == ("FLUX.1 schnell", 2, 2, 0)
        assert [(total.pictures, total.credits) for total in others] == [(1, 1)]
        works.studio.subscribe(ada)
        works.picture(ada)
        works.run()
        assert (works.generation.by_model(ada)[0].credits, works.generation.by_model(ada)[0].quota) == (2, 1)
        works.studio.clock.move(days=30)
        assert works.generation.by_model(ada) == []

    def test_my_model_goes_to_the_vendor_that_can(self, works: Works, ada: str) -> None:
        lora = works.lora(ada)
        id_ = works.picture(ada, model=f"lora:{lora}", prompt="in a garden")
        works.run()
        request = works.jobs.requests[0]
        assert request.prompt == "adalove, in a garden"
        assert request.lora is not None
        assert request.lora.scale == 1.0
        assert f"ref={works.shots(id_)[0].id}" in request.lora.url
        assert works.states(id_) == [S.RENDERING]
        works.jobs.move(JobState.SUCCEEDED, picture_url="https://vendor.test/p1.png")
        works.later(1.5)
        assert works.states(id_) == [S.DONE]
        assert works.loras.all(ada)[0].uses == 1
        assert works.loras.all(ada)[0].preview_url.startswith("/media/images/")

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

    def test_a_size_of_ones_own(self, works: Works) -> None:
        ada = works.studio.account(plan="creator", credits=10)
        own = {"model": "base:flux:1.1-pro", "aspect": "custom", "width": 1000, "height": 300}
        id_ = works.picture(ada, **own)
        works.run()
        view = works.generation.get(ada, id_)
        assert (view.status, view.aspect, view.width, view.height) == ("done", "custom", 992, 288)
        assert [(r.aspect, r.width, r.height) for r in works.inline.requests] == [("custom", 992, 288)]
        found = works.gallery.page(ada, GalleryQuery(aspect="custom")).items
        assert [item.id for item in found] == [view.shots[0].id]
        works.inline.breaks["submit"] = [Fix("Dropped.", vendor="fake", code="unsafe", category=Category.MODERATION)]
        lost = works.picture(ada, **own)
        works.run()
        again = works.generation.get(ada, works.generation.retry(ada, lost))
        assert (again.aspect, again.width, again.height) == ("custom", 992, 288)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"width": 1000}, "height"),
            ({"width": 100, "height": 512}, "width"),
            ({"width": 512, "height": 4000}, "height"),
            ({"width": 2048, "height": 2048}, "width"),
            ({"width": 512, "height": 512, "model": "base:flux:schnell"}, "aspect"),
        ],
    )
    def test_a_size_that_cannot_be_drawn(self, works: Works, changes: dict[str, object], field: str) -> None:
        ada = works.studio.account(plan="creator", credits=10)
        with pytest.raises(Invalid) as refused:
            works.picture(ada, **{"model": "base:flux:1.1-pro", "aspect": "custom"} | changes)
        assert refused.value.field == field
        assert works.balance(ada) == 10

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

    def test_a_base_model_shows_what_one_made_with_it_last(self, works: Works, ada: str) -> None:
        def shown() -> dict[str, str]:
            return {choice.choice: choice.preview_url for choice in works.generation.options(ada).base_models}

        assert set(shown().values()) == {""}
        for _ in range(2):
            works.picture(ada, model="base:flux:schnell")
            works.run()
        works.picture(ada, model=f"lora:{works.lora(ada)}")
        works.picture(works.studio.account(credits=5), model="base:flux:schnell")
        works.run()
        newest, earlier = works.gallery.page(ada, GalleryQuery.of(model="base:flux:schnell")).items
        assert shown() == {"base:flux:schnell": f"/media/images/{newest.id}/512", "base:flux:1.1-pro": ""}
        works.gallery.trash(ada, [newest.id])
        assert shown()["base:flux:schnell"] == f"/media/images/{earlier.id}/512"


class TestWildcards:
    def test_each_combination_once_or_one_at_random(self, works: Works) -> None:
        ada = works.studio.account(credits=10, plan="pro")
        typed = "{red|{light|dark} blue} coat"
        lora = works.lora(ada)
        for command, seeds in (
            ({"wildcards": "each", "count": 5, "seed": 9}, [9, 9, 9]),
            ({"count": 4, "seed": 9}, [9, 10, 11, 12]),
        ):
            works.jobs.requests.clear()
            id_ = works.picture(ada, model=f"lora:{lora}", prompt=typed, style="film", **command)
            works.run()
            view = works.generation.get(ada, id_)
            assert (view.prompt, view.count, [shot.seed for shot in view.shots]) == (typed, len(seeds), seeds)
            drawn = [shot.prompt for shot in view.shots]
            every = ["red coat", "light blue coat", "dark blue coat"]
            assert drawn == every if "wildcards" in command else set(drawn) <= set(every)
            sent = [request.prompt for request in works.jobs.requests]
            assert [one.split(", 35 mm")[0] for one in sent] == [f"adalove, {prompt}" for prompt in drawn]
        again = works.picture(ada, prompt=typed, seed=11)
        assert works.shots(again)[0].prompt == drawn[2]  # the same seed and text, whatever else was in the batch
        works.run()
        kept = works.gallery.recipe(ada, works.shots(again)[0].id)
        assert (kept.prompt, kept.prompt_drawn, kept.prompt_sent) == (typed, drawn[2], drawn[2])
        assert works.sound(ada)

    def test_a_retry_draws_the_very_same_words(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada, prompt="{a|b|c|d|e|f|g|h|i} hat", wildcards="each")
        works.generation.cancel(ada, id_)
        again = works.shots(works.generation.retry(ada, id_))
        assert [(shot.seed, shot.prompt) for shot in again] == [(shot.seed, shot.prompt) for shot in works.shots(id_)]
        assert works.balance(ada) == 1

    def test_too_many_are_refused_and_nothing_is_taken(self, works: Works, ada: str) -> None:
        with pytest.raises(Invalid) as refused:
            works.picture(ada, prompt="{a|b}" * 5, wildcards="each")
        assert (refused.value.field, refused.value.code) == ("prompt", "too_many_combinations")
        assert works.balance(ada) == 10
        assert works.generation.quote(ada, QuoteGeneration.of(model="base:flux:schnell", count=24)).total == 24
