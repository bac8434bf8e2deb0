"""Parameters that no page sends, over a real socket: refused in words, nothing lost, nothing charged."""

import asyncio
from typing import Any

import pytest

from photogen.domain.generation.commands import StartGeneration
from photogen.kit.ids import new_id
from tests.factories.victim import victim
from tests.fakes.raw_tab import ROOT, RawTab
from tests.fakes.web_server import WebServer

GENERATE = f"{ROOT}.photogen___web___pages___generate___state____generate"
WIZARD = f"{ROOT}.photogen___web___pages___wizard___state____wizard"
MISFITS: list[Any] = [
    None, {}, [], [1], {"a": 1}, float("nan"), float("inf"), float("-inf"), 10**30, -(10**30), 1e308, "1e3", "x", "",
    True, "x" * 900_000, "\ud800", "a\x00b", "\x07", "\u202eevil", "🦊" * 1000, -1, 0, 9, 10**9, 0.5,
]  # fmt: skip


def batches(web: WebServer, account: str) -> int:
    return len(web.services.generation.recent(account, 50))


def trainings(web: WebServer, account: str) -> int:
    return len(web.services.training.list(account, None, 50))


@pytest.fixture
def account(web: WebServer) -> str:
    return web.account(credits=50)


@pytest.fixture
async def tab(web: WebServer, account: str):
    async with RawTab(web.url, web.session(account), path="/generate", address="127.0.3.1") as opened:
        await opened.send(f"{GENERATE}.set_prompt", {"value": "a red fox"})
        yield opened


async def start(tab: RawTab) -> None:
    await tab.send(f"{GENERATE}.start", {"form_data": {}})


@pytest.mark.parametrize(
    "setter",
    [
        f"{GENERATE}.set_{name}"
        for name in ("model", "style", "aspect", "count", "seed", "steps", "guidance", "lora_scale", "negative")
    ]
    + [
        f"{WIZARD}.{name}"
        for name in (
            "set_name", "set_trigger_word", "set_subject", "set_steps", "set_learning_rate", "set_lora_rank",
            "set_autocaption", "set_public", "set_replace", "use_set",
        )
    ],
    ids=lambda name: name.rsplit("____", 1)[-1],
)  # fmt: skip
async def test_no_value_of_any_kind_breaks_a_field(web, account, setter):
    seen = len(web.log())
    # Half of them go to a tab of its own, so that the allowance of a log-in is enough.
    for part in (MISFITS[:13], MISFITS[13:]):
        path = "/generate" if setter.startswith(GENERATE) else "/models/new"
        async with RawTab(web.url, web.session(account), path=path, address="127.0.3.2") as tab:
            for value in part:
                await tab.send(setter, {"value": value}, settle=False)
            await tab.settle()
            assert not [words for words, _ in tab.toasts if "on our side" in words]
    assert "Traceback" not in web.log()[seen:]
    assert trainings(web, account) + batches(web, account) == 0
    assert web.services.credits.balance(account).available == 50


@pytest.mark.parametrize(
    ("field", "value", "at"),
    [
        ("model", "base:none", "model"), ("model", "lora:" + "0" * 26, "model"), ("model", "x", "model"),
        ("model", "base:flux:dev-lora", "model"), ("style", "unknown", "style"), ("aspect", "1:0", "aspect"),
        ("aspect", "99:1", "aspect"), ("aspect", "../..", "aspect"), ("seed", "-1", "seed"), ("seed", "1.5", "seed"),
        ("seed", "1e3", "seed"), ("seed", "²", "seed"), ("seed", "2147483647", "seed"),
        ("seed", "999999999999", "seed"),
        ("steps", 10**9, "steps"), ("steps", -1, "steps"), ("steps", 0, "steps"), ("prompt", "", "prompt"),
        ("prompt", " \n\t", "prompt"), ("prompt", "\u200b\u2060", "prompt"), ("prompt", "x" * 10_000, "prompt"),
        ("prompt", "bell \x07", "prompt"), ("prompt", "\x1b[2J", "prompt"),
    ],
)  # fmt: skip
async def test_what_is_out_of_range_is_said_at_its_field_and_nothing_is_lost(web, account, tab, field, value, at):
    await tab.send(f"{GENERATE}.set_{field}", {"value": value})
    await start(tab)
    assert at in tab.value("generate.errors")
    assert tab.value("generate.prompt") == (value if field == "prompt" else "a red fox")
    assert tab.value("generate.starting") is False
    assert batches(web, account) == 0
    assert web.services.credits.balance(account).available == 50


@pytest.mark.parametrize(
    "prompt",
    ["\u202eright to left", "مرحبا بالعالم", "🦊👩‍👩‍👧‍👦" * 50, "line\nline", "%s {0} ${x} <b>'\";--", "\\u0000"],
)
async def test_whatever_can_be_typed_is_drawn(web, account, tab, prompt):
    await tab.send(f"{GENERATE}.set_prompt", {"value": prompt})
    await start(tab)
    assert tab.value("generate.errors") == {}
    assert [batch.prompt for batch in web.services.generation.recent(account)] == [prompt]


@pytest.mark.parametrize("prompt", ["a\x00b", "\ud800", "x" * 300_000])
async def test_what_cannot_be_stored_is_said_and_the_prompt_of_before_stays(web, account, tab, prompt):
    await tab.send(f"{GENERATE}.set_prompt", {"value": prompt})
    assert [code for _, code in tab.toasts] in (["bad_arguments"], ["payload_too_large"])
    assert tab.value("generate.prompt") == "a red fox"


@pytest.mark.parametrize(("count", "made"), [(-1, 1), (0, 1), (9, 8), (10**9, 8)])
async def test_a_count_out_of_range_is_brought_into_it_and_the_price_said(web, account, tab, count, made):
    await tab.send(f"{GENERATE}.set_count", {"value": count})
    assert tab.value("generate.count") == made
    await start(tab)
    assert web.services.credits.balance(account).available == 50 - made


async def test_a_model_of_somebody_else_draws_nothing(web, account, tab):
    ada = victim(web, files=False)
    await tab.send(f"{GENERATE}.set_model", {"value": f"lora:{ada.ids['model']}"})
    await start(tab)
    assert "model" in tab.value("generate.errors")
    assert ada.seen_in(tab.words, sent=[ada.ids["model"]]) == []
    assert batches(web, account) == 0


async def test_two_clicks_are_one_batch(web, account, tab):
    for _ in range(3):
        await tab.send(f"{GENERATE}.start", {"form_data": {}}, settle=False)
    await tab.settle()
    assert web.services.credits.balance(account).available == 50 - batches(web, account)
    key = new_id()
    command = StartGeneration.of(request_key=key, model="base:flux:schnell", prompt="a hen", count=3)
    started = await asyncio.gather(
        *(asyncio.to_thread(web.services.generation.start, account, command) for _ in range(4))
    )
    assert len(set(started)) == 1


async def test_of_two_tabs_and_credits_for_one_exactly_one_succeeds(web):
    for _ in range(3):
        account = web.account(credits=2)
        token = web.session(account)
        tabs = [RawTab(web.url, token, path="/generate", address="127.0.3.3") for _ in range(2)]
        async with tabs[0], tabs[1]:
            for tab in tabs:
                await tab.send(f"{GENERATE}.set_prompt", {"value": "a red fox"})
                await tab.send(f"{GENERATE}.set_count", {"value": 2})
            await asyncio.gather(*(start(tab) for tab in tabs))
            assert batches(web, account) == 1
            assert web.services.credits.balance(account).available == 0
            told = sorted((tab.value("walls.wall") or {}).get("code", "") for tab in tabs)
            assert told == ["", "insufficient_credits"]


async def test_a_training_started_twice_is_one(web):
    ada = victim(web, files=False)
    before = trainings(web, ada.account)
    token = web.session(ada.account)
    async with RawTab(web.url, token, path="/models/new", address="127.0.3.4") as tab:
        await tab.send(f"{WIZARD}.set_name", {"value": "Twice"})
        await tab.send(f"{WIZARD}.set_trigger_word", {"value": "twice_tok"})
        await tab.send(f"{WIZARD}.use_set", {"value": ada.ids["set"]})
        for _ in range(3):
            await tab.send(f"{WIZARD}.start", settle=False)
        await tab.settle()
        assert tab.value("wizard.errors") == {}
        assert trainings(web, ada.account) == before + 1
        assert len(set(tab.redirects)) == 1
