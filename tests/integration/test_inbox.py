"""Events of others: kept once, handled once, tried again when that fails, and given up at last."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from threading import Event as Flag

import pytest
from sqlmodel import select

from photogen.domain.inbox import Event, InboxService
from photogen.domain.inbox.policy import KEPT, MOST_ATTEMPTS
from photogen.errors import Unavailable
from photogen.gateways.base import Job
from photogen.models import InboxEvent
from tests.factories.studio import Studio


class Seen:
    """A handler that notes what it gets; `then` may do more, or fail."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.then: Callable[[], object] = lambda: None

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self.then()


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def inbox(studio: Studio, seen: Seen) -> InboxService:
    return InboxService(studio.uow, studio.clock, {"replicate": seen})


def receive(inbox: InboxService, event_id: str = "msg_1", payload: dict[str, object] | None = None) -> bool:
    return inbox.receive("replicate", event_id, "training.completed", "our-id", payload or {"status": "succeeded"})


def row(studio: Studio) -> InboxEvent:
    with studio.session() as rows:
        return rows.scalars(select(InboxEvent)).one()


def broken() -> None:
    raise Unavailable("The hub does not answer.")


def test_an_event_is_kept_and_handed_to_a_worker(studio: Studio, inbox: InboxService, seen: Seen) -> None:
    assert receive(inbox)
    event = row(studio)
    assert list(studio.queue.waiting) == [Job("handle_event", (event.id,), lane="quick")]
    assert inbox.waiting_since() == studio.clock.now
    assert inbox.handle(event.id)
    assert seen.events == [Event("replicate", "msg_1", "training.completed", "our-id", {"status": "succeeded"})]
    assert row(studio).handled_at == studio.clock.now
    assert inbox.waiting_since() is None


def test_a_doubled_event_is_one(studio: Studio, inbox: InboxService, seen: Seen) -> None:
    start = Barrier(6)

    def deliver(_: int) -> bool:
        start.wait()
        return receive(inbox)

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(deliver, range(6))) == [False] * 5 + [True]
    assert studio.queue.depth() == 1
    event = row(studio)
    assert inbox.handle(event.id)
    assert not inbox.handle(event.id)
    assert not receive(inbox)
    assert len(seen.events) == 1
    assert inbox.receive("replicate", "msg_2", "", "", {})


def test_two_workers_with_the_same_event_handle_it_once(studio: Studio, inbox: InboxService, seen: Seen) -> None:
    receive(inbox)
    event_id = row(studio).id
    inside, leave = Flag(), Flag()

    def wait() -> None:
        inside.set()
        assert leave.wait(20)

    seen.then = wait
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(inbox.handle, event_id)
        assert inside.wait(20)
        assert not inbox.handle(event_id)
        assert inbox.due() == []
        leave.set()
        assert first.result()
    assert len(seen.events) == 1


def test_a_failure_is_recorded_and_tried_again_later(studio: Studio, inbox: InboxService, seen: Seen) -> None:
    receive(inbox)
    event_id = row(studio).id
    seen.then = broken
    assert not inbox.handle(event_id)
    kept = row(studio)
    assert (kept.attempts, kept.error) == (1, "unavailable: The hub does not answer.")
    assert kept.handled_at is None
    assert inbox.due() == []
    assert not inbox.handle(event_id), "not before it is due"

    studio.clock.move(seconds=30)
    assert inbox.due() == [event_id]
    seen.then = lambda: None
    assert inbox.handle(event_id)
    kept = row(studio)
    assert (kept.attempts, kept.error, kept.next_attempt_at) == (2, "", None)
    assert inbox.due() == []


def test_a_worker_killed_in_the_middle_leaves_it_due(studio: Studio, inbox: InboxService, seen: Seen) -> None:
    receive(inbox)
    event_id = row(studio).id

    def killed() -> None:
        raise SystemExit

    seen.then = killed
    with pytest.raises(SystemExit):
        inbox.handle(event_id)
    studio.clock.move(seconds=30)
    assert inbox.due() == [event_id]


def test_an_event_that_never_succeeds_is_given_up_but_stays_unhandled(
    studio: Studio, inbox: InboxService, seen: Seen
) -> None:
    receive(inbox)
    event_id, came = row(studio).id, studio.clock.now
    seen.then = lambda: {}["secret detail"]
    for _ in range(MOST_ATTEMPTS):
        assert inbox.due() == [event_id]
        assert not inbox.handle(event_id)
        studio.clock.move(hours=7)
    assert inbox.due() == []
    assert (row(studio).attempts, row(studio).error) == (MOST_ATTEMPTS, "KeyError")
    assert inbox.waiting_since() == came


def test_a_source_without_a_handler_is_a_failure_that_is_kept(studio: Studio, inbox: InboxService) -> None:
    inbox.receive("unknown", "1", "", "", {})
    assert not inbox.handle(row(studio).id)
    assert row(studio).error == "KeyError"


def test_a_payload_that_jsonb_can_not_hold_is_kept_all_the_same(
    studio: Studio, inbox: InboxService, seen: Seen
) -> None:
    assert receive(inbox, payload={"logs": "a\x00b\ud800", "list": [{"\x00": 1}]})
    inbox.handle(row(studio).id)
    assert seen.events[0].payload == {"logs": "a\ufffdb\ufffd", "list": [{"\ufffd": 1}]}


def test_an_event_that_is_not_there(inbox: InboxService) -> None:
    assert not inbox.handle("0" * 26)


def test_the_longest_waiting_comes_first(studio: Studio, inbox: InboxService) -> None:
    for number in range(3):
        receive(inbox, f"msg_{number}")
        studio.clock.move(seconds=1)
    jobs = [job.args[0] for job in studio.queue.waiting]
    assert inbox.due() == jobs
    assert inbox.due(2) == jobs[:2]


def test_what_was_handled_long_ago_goes_and_what_was_not_stays(
    studio: Studio, inbox: InboxService, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photogen.domain.inbox.service._BATCH", 2)
    for number in range(5):
        receive(inbox, f"old_{number}")
    jobs = [job.args[0] for job in studio.queue.waiting]
    for id_ in jobs[:4]:
        assert inbox.handle(id_)
    studio.clock.now += KEPT
    receive(inbox, "new")
    assert inbox.handle(studio.queue.waiting[-1].args[0])
    assert inbox.purge() == 0, "not a moment too early"
    studio.clock.move(seconds=1)
    assert inbox.purge() == 4
    with studio.session() as rows:
        assert sorted(rows.scalars(select(InboxEvent.event_id))) == ["new", "old_4"]


def test_only_rows_of_ours_are_our_business(studio: Studio, seen: Seen) -> None:
    inbox = InboxService(studio.uow, studio.clock, {}, {"training": lambda id_: id_ == "ours"})
    assert inbox.is_about_us("training", "ours")
    assert not inbox.is_about_us("training", "theirs")
    assert not inbox.is_about_us("", "")
