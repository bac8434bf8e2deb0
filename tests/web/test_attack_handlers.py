"""Every handler in Reflex's registry, called raw over a real socket by nobody, by somebody else and by the owner.

The table makes itself: a new handler is attacked here without being listed, and one without a policy fails."""

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from reflex_base.registry import RegistrationContext

from photogen.web.security.policy import level_of
from photogen.web.shell import SCREENS
from tests.factories.victim import Victim, victim
from tests.fakes.raw_tab import RawTab
from tests.fakes.web_server import WebServer

PLAIN = {int: 1, float: 1.0, bool: True, dict: {}, list: []}
"""What an argument of the type gets; text gets whatever the attacker knows."""
TOGETHER = 20
"""Handlers that one log-in may send at once: three events each, of a hundred."""


def handlers(*, ours: bool = True) -> dict[str, Callable[..., Any]]:
    found = {name: item.handler.fn for name, item in RegistrationContext.get().event_handlers.items()}
    house = {"photogen"} if ours else {"reflex", "reflex_base"}
    return {name: fn for name, fn in found.items() if fn.__module__.split(".")[0] in house and ".tests___" not in name}


def arguments(fn: Callable[..., Any], text: str) -> dict[str, Any]:
    """Plausible arguments by the annotations."""
    hints = inspect.get_annotations(fn, eval_str=True)
    filled = {}
    for name in list(inspect.signature(fn).parameters)[1:]:
        kind = getattr(hints[name], "__origin__", hints[name])
        filled[name] = text if kind is str else PLAIN[kind]
    return filled


def takes_text(fn: Callable[..., Any]) -> bool:
    return "TEXT" in arguments(fn, "TEXT").values()


def fitting(fn: Callable[..., Any], who: Victim) -> list[str]:
    """Texts that its owner's page could send: the ids of what an argument is named after, and words that are no ids."""
    if not takes_text(fn):
        return [""]
    nouns = [name.removesuffix("_id") for name in inspect.signature(fn).parameters if name.endswith("_id")]
    ids = [id_ for kind, id_ in who.ids.items() if any(kind.startswith(noun) for noun in nouns)]
    return [*ids, who.ids["model"], f"lora:{who.ids['model']}", "base:flux:schnell", "1:1"]


def pages(fn: Callable[..., Any], who: Victim) -> Iterator[str]:
    """The addresses of the pages that the handler belongs to, with the victim's ids in them."""
    folder = fn.__module__.removesuffix(".state")
    routes = [s.route for s in SCREENS if s.component.__module__.startswith(folder + ".")] or ["/dashboard"]
    for route in routes:
        asked = re.search(r"\[(\w+)_id\]", route)
        if asked is None:
            yield route
        else:
            for kind, id_ in who.ids.items():
                if kind.startswith(asked[1]):
                    yield route.replace(asked[0], id_)


@pytest.fixture(scope="module")
def ada(web: WebServer) -> Victim:
    """Who has something to lose."""
    return victim(web, files=False)


async def test_nobody_gets_past_what_is_public(application, web, ada):
    for n, (name, fn) in enumerate(handlers().items()):
        async with RawTab(web.url, address=f"127.1.0.{n % 200}", boot=False) as tab:  # each with its own allowance
            await tab.send(name, arguments(fn, ada.ids["model"]))
            if level_of(fn) != "public":
                assert [r.split("?")[0] for r in tab.redirects] == ["/login"], name
            assert ada.seen_in(tab.words, sent=(ada.ids["model"],)) == [], name


async def test_what_reflex_brings_along_sets_nothing(application, web, ada):
    for name in handlers(ours=False):
        if name.endswith(".setvar"):
            token = web.session(web.account())  # each with its own allowance
            async with RawTab(web.url, token, address="127.0.1.2", boot=False) as tab:
                await tab.send(name, {"var_name": "role", "value": "admin"})
                assert [code for _, code in tab.toasts] == ["not_found"], name


def attacks(who: Victim) -> Iterator[tuple[str, list[tuple[str, Callable[..., Any]]]]]:
    """Pages, each with handlers that one tab sends without using up its allowance: those that take a text alone, for
    they are sent many."""
    by_page: dict[str, list[tuple[str, Callable[..., Any]]]] = {}
    for name, fn in handlers().items():
        for path in pages(fn, who):
            if takes_text(fn):
                yield path, [(name, fn)]
            else:
                by_page.setdefault(path, []).append((name, fn))
    for path, found in by_page.items():
        for at in range(0, len(found), TOGETHER):
            yield path, found[at : at + TOGETHER]


async def test_others_change_nothing_of_hers_and_see_nothing(application, web, ada):
    before = ada.rows()
    known = [id_ for kind, id_ in ada.ids.items() if kind != "cookie"]
    texts = [*known, f"lora:{ada.ids['model']}"]
    for path, group in attacks(ada):
        # By halves, each to a tab of its own: what belongs together is neighbours, and so never sent to the same one.
        for part in (texts[::2], texts[1::2]) if takes_text(group[0][1]) else ([""],):
            eve = web.session(web.account(name="Eve"))
            async with RawTab(web.url, eve, path=path, address="127.0.1.3") as tab:
                # An echo of what she sent herself tells her nothing.
                sent = {*path.split("/"), *(text.removeprefix("lora:") for text in part)}
                for name, fn in group:
                    for text in part:
                        await tab.send(name, arguments(fn, text), settle=False)
                    await tab.settle()
                    assert ada.seen_in(tab.news(), sent=sent) == [], f"{name}({part}) at {path}"
                    assert tab.redirects == [] or "/login" not in tab.redirects[0], name
    after = ada.rows()
    for table, rows in before.items():
        assert after[table] == rows, table


def belongings(who: Victim) -> dict[str, list[str]]:
    """Her rows but for the log-ins, of which she has another one for each handler."""
    return {table: rows for table, rows in who.rows().items() if table != "login_session"}


async def test_the_owner_meets_no_error_of_ours(application, web):
    failed = []
    me, mine = None, {}
    for name, fn in handlers().items():
        if me is None or belongings(me) != mine:  # the last one has used her up
            me = victim(web, files=False)
            mine = belongings(me)
        log = web.log_length
        token = web.session(me.account)
        texts = fitting(fn, me)
        for path in pages(fn, me):
            async with RawTab(web.url, token, path=path, address="127.0.1.4") as tab:
                for text in texts:
                    await tab.send(name, arguments(fn, text), settle=False)
                await tab.settle()
                broken = [words for words, _ in tab.toasts if "on our side" in words]
                said = web.log(log)
                if broken or "Traceback" in said or "handler failed" in said:
                    failed.append((name, path, broken, said[-1500:]))
                    log = web.log_length
    assert failed == []
