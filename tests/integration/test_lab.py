"""The likeness lab: a grid of fixed seeds, paid as pictures are, out of the gallery until kept, voted on."""

from __future__ import annotations

import pytest

from photogen.domain.gallery import GalleryQuery
from photogen.domain.lab import policy
from photogen.domain.lab.commands import StartLab
from photogen.domain.lab.views import LabRunView
from photogen.errors import Conflict, InsufficientCredits, Invalid, NotFound
from photogen.gateways.base import JobState
from photogen.kit.ids import new_id
from tests.factories.work import Works
from tests.fakes.vendors import png


def start(works: Works, account: str, model_id: str, **changes: object) -> str:
    """A run of two prompts on the model's first version."""
    values = {"model_id": model_id, "version_id": model_id, "prompts": ("portrait", "hike"), "request_key": new_id()}
    return works.lab.start(account, StartLab.of(**values | changes))


def draw(works: Works) -> None:
    """The vendor delivers everything that it was asked for."""
    works.run()
    works.jobs.data = png()
    while asked := [id_ for id_, job in works.jobs.jobs.items() if job.state is not JobState.SUCCEEDED]:
        for vendor_id in asked:
            works.jobs.move(JobState.SUCCEEDED, vendor_id)
        works.later()


def only(works: Works, account: str, model_id: str) -> LabRunView:
    (run,) = works.lab.runs(account, model_id)
    return run


class TestARun:
    def test_a_grid_of_the_same_seeds_at_every_strength(self, works: Works, ada: str) -> None:
        model = works.lora(ada)
        offer = works.lab.offer(ada, model)
        have = works.balance(ada)
        start(works, ada, model)
        assert works.balance(ada) == have - 2 * len(policy.SCALES) * offer.tariff.credits_each
        draw(works)

        asked = {(r.prompt, r.lora.scale if r.lora else None, r.seed) for r in works.jobs.requests}
        prompts = [p for p in policy.PROMPTS["person"] if p.key in ("portrait", "hike")]
        assert asked == {(p.of("adalove"), scale, p.seed) for p in prompts for scale in policy.SCALES}
        run = only(works, ada, model)
        assert (run.done, run.total, run.running) == (10, 10, False)
        assert run.spent == 10 * offer.tariff.credits_each
        assert [[cell.scale for cell in row.cells] for row in run.rows] == [list(policy.SCALES)] * 2
        assert works.sound(ada)

    def test_its_pictures_stay_out_of_the_gallery_until_they_are_kept(self, works: Works, ada: str) -> None:
        model = works.lora(ada)
        id_ = start(works, ada, model)
        draw(works)
        assert works.gallery.count(ada) == 0
        assert works.gallery.page(ada, GalleryQuery.of(search="portrait")).items == ()
        assert works.generation.recent(ada) == []
        assert works.loras.get(ada, model).preview_url == ""
        assert works.loras.get(ada, model).uses == 0
        cell = only(works, ada, model).rows[0].cells[2]
        works.lab.keep(ada, id_, cell.generation_id)
        assert [card.id for card in works.gallery.page(ada, GalleryQuery()).items] == [cell.image_id]
        assert only(works, ada, model).rows[0].cells[2].kept

    def test_all_or_nothing(self, works: Works) -> None:
        poor = works.studio.account(credits=7, plan="creator")
        model = works.lora(poor)
        with pytest.raises(InsufficientCredits):
            start(works, poor, model)
        assert works.balance(poor) == 7
        assert works.lab.runs(poor, model) == []

    def test_a_double_click_is_one_run_and_a_second_run_waits(self, works: Works, ada: str) -> None:
        model = works.lora(ada)
        key = "k" * 50  # as long as a page may make it
        assert start(works, ada, model, request_key=key) == start(works, ada, model, request_key=key)
        with pytest.raises(Conflict) as refused:
            start(works, ada, model)
        assert refused.value.code == "lab_running"

    def test_what_fails_comes_back_and_can_be_asked_for_again(self, works: Works, ada: str) -> None:
        model = works.lora(ada)
        id_ = start(works, ada, model)
        works.run()
        works.jobs.move(JobState.FAILED, "p1")
        for vendor_id in list(works.jobs.jobs)[1:]:
            works.jobs.move(JobState.SUCCEEDED, vendor_id)
        works.later()
        draw(works)
        run = only(works, ada, model)
        assert (run.done, run.failed) == (9, 1)
        assert run.returned == works.lab.offer(ada, model).tariff.credits_each
        assert works.lab.retry(ada, id_) == 1
        draw(works)
        run = only(works, ada, model)
        assert (run.done, run.failed, run.total) == (10, 0, 10)
        assert works.lab.retry(ada, id_) == 0

    def test_cancelled_its_credits_come_back(self, works: Works, ada: str) -> None:
        model = works.lora(ada)
        have = works.balance(ada)
        id_ = start(works, ada, model)
        works.lab.cancel(ada, id_)
        assert works.balance(ada) == have
        assert not only(works, ada, model).running

    def test_a_prompt_of_another_subject_is_refused(self, works: Works, ada: str) -> None:
        with pytest.raises(Invalid):
            start(works, ada, works.lora(ada), prompts=("meadow",))


class TestVotes:
    def test_they_decide_and_the_strength_becomes_usual(self, works: Works, ada: str) -> None:
        model = works.lora(ada)
        id_ = start(works, ada, model)
        with pytest.raises(Conflict):
            works.lab.vote(ada, id_, only(works, ada, model).rows[0].cells[2].generation_id, right=True)
        draw(works)
        rows = only(works, ada, model).rows
        for row, column in ((0, 2), (1, 2), (1, 3), (1, 2)):
            works.lab.vote(ada, id_, rows[row].cells[column].generation_id, right=True)
        run = only(works, ada, model)
        assert (run.verdict.best, run.verdict.votes, run.verdict.total) == (0.8, 2, 3)
        works.lab.vote(ada, id_, rows[0].cells[2].generation_id, right=False)
        assert only(works, ada, model).verdict.level == (0.8, 1.0)
        works.lab.use_scale(ada, id_, 0.8)
        assert works.loras.get(ada, model).default_scale == 0.8
        with pytest.raises(Invalid):
            works.lab.use_scale(ada, id_, 0.7)

    def test_nobody_reaches_into_somebody_elses_run(self, works: Works, ada: str) -> None:
        model = works.lora(ada)
        id_ = start(works, ada, model)
        draw(works)
        cell = only(works, ada, model).rows[0].cells[0].generation_id
        eve = works.studio.account(credits=100, plan="creator")
        for attempt in (
            lambda: start(works, eve, model),
            lambda: works.lab.offer(eve, model),
            lambda: works.lab.runs(eve, model),
            lambda: works.lab.vote(eve, id_, cell, right=True),
            lambda: works.lab.use_scale(eve, id_, 0.8),
            lambda: works.lab.keep(eve, id_, cell),
            lambda: works.lab.retry(eve, id_),
            lambda: works.lab.cancel(eve, id_),
        ):
            with pytest.raises(NotFound):
                attempt()


def test_what_was_not_kept_goes_to_the_trash_with_its_version(works: Works, ada: str) -> None:
    model = works.lora(ada)
    id_ = start(works, ada, model)
    draw(works)
    kept = only(works, ada, model).rows[0].cells[1]
    works.lab.keep(ada, id_, kept.generation_id)
    works.loras.delete(ada, model)
    assert [card.id for card in works.gallery.page(ada, GalleryQuery()).items] == [kept.image_id]
    trash = works.gallery.page(ada, GalleryQuery(trash=True)).items
    assert len(trash) == 9
    works.gallery.restore(ada, [trash[0].id])
    assert works.gallery.count(ada) == 2
