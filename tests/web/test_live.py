"""The hub between announcements of the database and open tabs, with a stand-in for Reflex's event processor."""

import asyncio
import time
from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from photogen.errors import NotFound
from photogen.web import live
from photogen.web.live import Hub


class Processor:
    """Takes events and finishes each when it is told to."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.pending: list[asyncio.Future[None]] = []

    async def enqueue(self, token, event):
        self.taken.append((token, event.name))
        self.pending.append(asyncio.get_running_loop().create_future())
        return self.pending[-1]

    async def finish_all(self):
        while self.pending:
            self.pending.pop(0).set_result(None)
            await settle()


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
def processor():
    return Processor()


@pytest.fixture
def connected():
    return {"tab-1": "s1", "tab-2": "s2"}


@pytest.fixture
def hub(processor, connected):
    made = Hub()
    namespace = SimpleNamespace(token_to_sid=connected)
    made._app = SimpleNamespace(event_processor=processor, set_contexts=nullcontext, event_namespace=namespace)
    return made


async def test_only_the_tabs_of_the_account_and_the_kind_read_again(hub, processor):
    hub.subscribe("tab-1", "/trainings", "ada", "training", "T.refresh")
    hub.subscribe("tab-2", "/trainings", "bob", "training", "T.refresh")
    hub.announce("ada", "training")
    hub.announce("ada", "credits")
    await settle()
    assert processor.taken == [("tab-1", "T.refresh")]
    await processor.finish_all()


async def test_announcements_that_come_meanwhile_are_answered_by_one_more_reading(hub, processor):
    hub.subscribe("tab-1", "/trainings", "ada", "training", "T.refresh")
    for _ in range(20):
        hub.announce("ada", "training")
    await settle()
    assert len(processor.taken) == 1
    await processor.finish_all()
    assert len(processor.taken) == 2


async def test_what_was_announced_before_the_handler_began_to_read_is_answered_by_it(hub, processor):
    hub.subscribe("tab-1", "/trainings", "ada", "training", "T.refresh")
    for _ in range(20):
        hub.announce("ada", "training")
    await settle()
    hub.begins("tab-1", "T.refresh")
    await processor.finish_all()
    assert len(processor.taken) == 1
    hub.announce("ada", "training")
    await settle()
    hub.begins("tab-1", "T.refresh")
    hub.announce("ada", "training")
    await processor.finish_all()
    assert len(processor.taken) == 3


async def test_a_tab_that_went_to_another_page_hears_of_the_old_one_no_more(hub, processor):
    hub.subscribe("tab-1", "/trainings", "ada", "training", "T.refresh")
    hub.subscribe("tab-1", "/gallery", "ada", "generation", "G.refresh")
    hub.announce("ada", "training")
    await settle()
    assert processor.taken == []


async def test_two_handlers_of_a_page_both_hear(hub, processor):
    hub.subscribe("tab-1", "/x", "ada", "credits", "Me.refresh")
    hub.subscribe("tab-1", "/x", "ada", "credits", "X.refresh")
    hub.announce("ada", "credits")
    await settle()
    assert sorted(processor.taken) == [("tab-1", "Me.refresh"), ("tab-1", "X.refresh")]
    await processor.finish_all()


async def test_a_handler_that_reads_for_itself_answers_what_was_announced_until_then_and_nothing_else(hub, processor):
    hub.subscribe("tab-1", "/x", "ada", "generation", "T.refresh")
    hub.subscribe("tab-1", "/x", "ada", "credits", "Me.refresh")
    hub.subscribe("tab-2", "/x", "ada", "generation", "T.refresh")
    with hub.hold("tab-1") as held:
        hub.announce("ada", "generation")
        hub.announce("ada", "credits")
        await settle()
        assert processor.taken == [("tab-2", "T.refresh")]
        held.discard("T.refresh")
    await settle()
    assert processor.taken[1:] == [("tab-1", "Me.refresh")]
    await processor.finish_all()
    with hub.hold("tab-1") as held:
        held.discard("T.refresh")
        hub.announce("ada", "generation")  # after the reading began
    await settle()
    assert ("tab-1", "T.refresh") in processor.taken
    await processor.finish_all()


async def test_who_disconnected_is_forgotten_and_the_rest_read_again(hub, processor, connected):
    hub.subscribe("tab-1", "/x", "ada", "training", "T.refresh")
    hub.subscribe("tab-2", "/x", "bob", "training", "T.refresh")
    del connected["tab-1"]
    hub.tidy()
    await settle()
    assert processor.taken == [("tab-2", "T.refresh")]
    await processor.finish_all()


async def test_the_safety_net_leaves_out_what_was_read_lately(hub, processor, monkeypatch):
    now = time.monotonic()
    monkeypatch.setattr(live.time, "monotonic", lambda: now)
    hub.subscribe("tab-1", "/x", "ada", "training", "T.refresh")
    hub.subscribe("tab-1", "/x", "ada", "credits", "Me.refresh")
    hub.announce("ada", "training")
    await processor.finish_all()
    now += live.SAFETY_SECONDS / 4
    hub.tidy()
    await settle()
    assert processor.taken == [("tab-1", "T.refresh"), ("tab-1", "Me.refresh")]
    await processor.finish_all()
    now += live.SAFETY_SECONDS / 2 + 1
    hub.tidy()
    await settle()
    assert sorted(processor.taken[2:]) == [("tab-1", "Me.refresh"), ("tab-1", "T.refresh")]
    await processor.finish_all()


@pytest.mark.parametrize("payload", ["", "[]", "{}", '{"account": "ada"}', "null", "\x00"])
async def test_an_announcement_that_is_none_is_passed_over(hub, processor, payload):
    hub.subscribe("tab-1", "/x", "ada", "training", "T.refresh")
    hub._hear(payload)
    await settle()
    assert processor.taken == []


async def test_each_tab_reads_again_in_its_turn_of_the_safety_net(hub, processor, connected):
    connected.update({f"tab-{n}": f"s{n}" for n in range(100)})
    for token in connected:
        hub.subscribe(token, "/x", "ada", "training", "T.refresh")
    turns = []
    for part in range(4):
        before = len(processor.taken)
        hub.tidy(part, 4)
        await settle()
        turns.append(len(processor.taken) - before)
        await processor.finish_all()
    assert {token for token, _ in processor.taken} == set(connected)
    assert max(turns) < 60
    assert sum(turns) == 100


class Row:
    """A service that says how often it was asked."""

    def __init__(self) -> None:
        self.reads = 0

    def get(self, account_id: str, row_id: str) -> str:
        self.reads += 1
        if row_id == "gone":
            raise NotFound("There is none.")
        return f"{account_id} {row_id} {self.reads}"


async def test_tabs_that_one_announcement_made_read_are_served_by_one_reading(hub):
    row = Row()
    seen = await asyncio.gather(*(hub.read("ada", "training", row.get, "ada", "1") for _ in range(50)))
    assert set(seen) == {"ada 1 1"}
    assert await hub.read("ada", "training", row.get, "ada", "1") == "ada 1 1"


async def test_what_was_read_before_an_announcement_serves_nobody_after_it(hub):
    row = Row()
    await hub.read("ada", "training", row.get, "ada", "1")
    await hub.read("ada", "credits", row.get, "ada", "1")
    hub.announce("ada", "training")
    assert await hub.read("ada", "training", row.get, "ada", "1") == "ada 1 3"
    assert await hub.read("ada", "credits", row.get, "ada", "1") == "ada 1 2"


async def test_a_reading_serves_no_other_account_and_no_other_row(hub):
    row = Row()
    assert await hub.read("ada", "training", row.get, "ada", "1") == "ada 1 1"
    assert await hub.read("bob", "training", row.get, "bob", "1") == "bob 1 2"
    assert await hub.read("ada", "training", row.get, "ada", "2") == "ada 2 3"


async def test_every_tab_hears_why_there_was_nothing_to_read(hub):
    row = Row()
    tabs = (hub.read("ada", "training", row.get, "ada", "gone") for _ in range(3))
    assert [type(e) for e in await asyncio.gather(*tabs, return_exceptions=True)] == [NotFound] * 3
    assert row.reads == 1


async def test_a_tab_that_goes_away_takes_the_reading_from_nobody(hub):
    row = Row()
    first = asyncio.create_task(hub.read("ada", "training", row.get, "ada", "1"))
    second = asyncio.create_task(hub.read("ada", "training", row.get, "ada", "1"))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == "ada 1 1"
