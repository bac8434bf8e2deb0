"""The hub between announcements of the database and open tabs, with a stand-in for Reflex's event processor."""

import asyncio
from contextlib import nullcontext
from types import SimpleNamespace

import pytest

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


async def test_who_disconnected_is_forgotten_and_the_rest_read_again(hub, processor, connected):
    hub.subscribe("tab-1", "/x", "ada", "training", "T.refresh")
    hub.subscribe("tab-2", "/x", "bob", "training", "T.refresh")
    del connected["tab-1"]
    hub.tidy()
    await settle()
    assert processor.taken == [("tab-2", "T.refresh")]
    await processor.finish_all()


@pytest.mark.parametrize("payload", ["", "[]", "{}", '{"account": "ada"}', "null", "\x00"])
async def test_an_announcement_that_is_none_is_passed_over(hub, processor, payload):
    hub.subscribe("tab-1", "/x", "ada", "training", "T.refresh")
    hub._hear(payload)
    await settle()
    assert processor.taken == []
