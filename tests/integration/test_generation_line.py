"""The line in which pictures wait: fair between creators, by weight and plan, the foreground first."""

from __future__ import annotations

import pytest

from photogen.gateways.base import JobState
from photogen.models import PlanVersion, Shot, ShotStatus
from tests.factories.work import Works

S = ShotStatus


def drawn(works: Works) -> list[str]:
    """Whose pictures were asked of the vendor, in that order."""
    with works.studio.session() as session:
        return [session.get_one(Shot, request.reference).account_id for request in works.inline.requests]


def fill(works: Works, account: str, batches: int) -> None:
    for _ in range(batches):
        works.picture(account, count=8)


def test_one_that_comes_late_waits_for_nobodys_500(works: Works) -> None:
    ada, bob, eve = (works.studio.account(credits=100) for _ in range(3))
    fill(works, ada, 5)
    for _ in range(9):
        works.generation.draw_next()
    works.picture(bob)
    for _ in range(2):
        works.generation.draw_next()
    assert drawn(works)[-2:] == [ada, bob]  # one of hers had come up already
    fill(works, eve, 2)
    for _ in range(10):
        works.generation.draw_next()
    assert sorted(drawn(works)[-10:]) == sorted([ada, eve] * 5)
    works.run()
    assert len(works.inline.requests) == 40 + 1 + 16
    assert all(works.sound(one) for one in (ada, bob, eve))


def test_a_plan_has_its_weight_and_its_places(works: Works) -> None:
    free, enterprise = works.studio.account(credits=100), works.studio.account(credits=100, plan="enterprise")
    fill(works, free, 2)
    fill(works, enterprise, 2)
    for _ in range(10):
        works.generation.draw_next()
    assert drawn(works).count(enterprise) == 8
    works.run()

    lora = works.lora(free)
    batch = works.picture(free, model=f"lora:{lora}", count=8)
    works.run()
    assert works.states(batch) == [S.RENDERING] * 4 + [S.QUEUED] * 4  # four at once on the free plan
    view = works.generation.get(free, batch)
    assert (view.ahead, view.status) == (0, "running")
    works.jobs.move(JobState.SUCCEEDED, "p1", picture_url="https://vendor.test/p1.png")
    works.later(1.5)
    assert works.states(batch) == [S.DONE] + [S.RENDERING] * 4 + [S.QUEUED] * 3
    works.generation.cancel(free, batch, begun=False)
    assert works.states(batch) == [S.DONE] + [S.RENDERING] * 4 + [S.CANCELLED] * 3
    view = works.generation.get(free, batch)
    assert (view.ahead, view.notice) == (None, "3 pictures were cancelled. 3 credits were returned.")
    assert works.sound(free)


def test_batches_that_are_not_over_stay_in_sight(works: Works) -> None:
    ada = works.studio.account(credits=50)
    batches = []
    for _ in range(4):
        batches.append(works.picture(ada))
        works.clock.move(seconds=1)
    assert [view.id for view in works.generation.recent(ada, 1)] == batches[::-1]
    assert [view.ahead for view in works.generation.recent(ada, 1)] == [3, 2, 1, 0]
    works.run()
    assert [view.id for view in works.generation.recent(ada, 1)] == batches[:2:-1]


def test_the_background_waits_for_the_foreground(works: Works) -> None:
    ada, bob = works.studio.account(credits=50), works.studio.account(credits=50)
    failed = works.picture(ada, count=3)
    works.generation.cancel(ada, failed)
    works.queue.waiting.clear()
    again = works.generation.retry(ada, failed)
    works.picture(bob, count=2)
    assert [works.generation.get(ada, again).ahead, works.generation.recent(bob)[0].ahead] == [2, 0]
    works.run()
    assert drawn(works) == [bob, bob, ada, ada, ada]


def test_jobs_that_got_lost_are_found_again(works: Works) -> None:
    ada = works.studio.account(credits=50)
    batch = works.picture(ada, model=f"lora:{works.lora(ada)}", count=6)
    works.queue.waiting.clear()
    works.later(6)
    assert works.states(batch) == [S.RENDERING] * 4 + [S.QUEUED] * 2
    assert works.generation.due() == []  # those that may not begin are nobody's job
    for n in range(1, 5):
        works.jobs.move(JobState.SUCCEEDED, f"p{n}", picture_url="https://vendor.test/p.png")
    works.clock.move(seconds=2)
    for job in works.generation.due():
        assert job.name == "advance_shot"
        works.generation.advance(job.args[0])
    works.queue.waiting.clear()  # the news that there is room got lost too
    works.later(11)
    assert works.states(batch) == [S.DONE] * 4 + [S.RENDERING] * 2


def test_how_long_it_takes_is_told_from_what_it_took(works: Works) -> None:
    ada = works.studio.account(credits=50)
    works.picture(ada)
    assert works.generation.recent(ada)[0].seconds_left is None
    works.run()
    with works.studio.session() as session:
        for shot in session.query(Shot):
            assert shot.finished_at is not None
            shot.started_at = shot.finished_at.replace(microsecond=0)
            shot.finished_at = shot.started_at + type(shot.finished_at - shot.started_at)(seconds=4)
        session.commit()
    works.clock.move(seconds=30)
    works.picture(ada, count=3)
    assert works.generation.recent(ada)[0].seconds_left == 16  # three rounds of one, and what is being drawn
    assert works.generation.recent(ada)[1].seconds_left is None  # it is there
    works.run()
    batch = works.picture(ada, model=f"lora:{works.lora(ada)}")
    works.run()
    assert works.generation.get(ada, batch).seconds_left is None  # of this model nobody knows


@pytest.mark.parametrize("plan", ["free", "creator", "pro", "enterprise"])
def test_every_plan_that_is_sold_has_places(works: Works, plan: str) -> None:
    with works.studio.session() as session:
        terms = session.get_one(PlanVersion, (plan, 1))
    assert terms.pictures_at_once >= 4
    assert terms.queue_weight >= 1
