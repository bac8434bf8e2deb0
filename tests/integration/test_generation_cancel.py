"""Batches cancelled, also against their delivery."""

from __future__ import annotations

import contextlib
import threading

import pytest

from photogen.errors import Conflict
from photogen.models import ShotStatus
from tests.factories.work import Works

S = ShotStatus


@pytest.fixture
def ada(works: Works) -> str:
    return works.studio.account(credits=10)


class TestCancel:
    def test_what_waits_at_once_and_what_is_done_stays(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada, count=3)
        works.generation.advance(works.shots(id_)[0].id)
        works.generation.cancel(ada, id_)
        works.run()
        view = works.generation.get(ada, id_)
        assert [shot.status for shot in view.shots] == ["done", "cancelled", "cancelled"]
        assert (view.credits, view.returned) == (1, 2)
        assert works.balance(ada) == 9
        works.generation.cancel(ada, id_)
        assert len(works.inline.requests) == 1

    def test_what_is_drawn_is_cancelled_at_the_vendor(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada, model=f"lora:{works.lora(ada)}")
        works.run()
        works.generation.cancel(ada, id_)
        assert works.balance(ada) == 10
        works.run()
        assert works.jobs.cancelled == ["p1"]

    def test_against_delivery_one_wins_and_the_money_agrees(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada)
        works.inline.during["submit"] = lambda: works.generation.cancel(ada, id_)
        works.run()
        assert works.states(id_) == [S.CANCELLED]
        assert works.balance(ada) == 10
        assert works.gallery.count(ada) == 0
        assert not [key for key in works.storage.objects if key.startswith("images/")]
        assert works.sound(ada)

    def test_many_at_once_against_delivery(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada, count=4)
        shots = works.shots(id_)
        gate = threading.Barrier(5)

        def cancel() -> None:
            gate.wait()
            with contextlib.suppress(Conflict):
                works.generation.cancel(ada, id_)

        def draw(shot_id: str) -> None:
            gate.wait()
            works.generation.advance(shot_id)

        threads = [threading.Thread(target=draw, args=(shot.id,)) for shot in shots]
        threads.append(threading.Thread(target=cancel))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        done = works.states(id_).count(S.DONE)
        assert done + works.states(id_).count(S.CANCELLED) == 4
        assert works.balance(ada) == 10 - done
        assert works.gallery.count(ada) == done
        assert works.sound(ada)

    def test_when_all_is_done_it_is_too_late(self, works: Works, ada: str) -> None:
        id_ = works.picture(ada)
        works.run()
        with pytest.raises(Conflict):
            works.generation.cancel(ada, id_)
