"""The event guard, through Reflex's own pipeline: nobody, somebody, somebody else, an admin; raw names and raw
arguments."""

import pytest
import reflex as rx

from photogen.models import Role
from photogen.web.live import hub
from photogen.web.notices import Notices
from photogen.web.security.guard import Guard
from photogen.web.session import cookie_name
from tests.web.states import Target, name_of


def cookie(token: str) -> str:
    return f"other=1; {cookie_name(https=False)}={token}"


def code_shown(tab) -> list[str]:
    return [notice.code for notice in tab.value(Notices, "items") or []]


@pytest.fixture
def tokens(services):
    add = services.accounts.add
    return {
        "nobody": "",
        "stranger": "0" * 26,
        "creator": add("ada@example.com"),
        "moderator": add("mo@example.com", role=Role.MODERATOR),
        "admin": add("root@example.com", role=Role.ADMIN),
    }


@pytest.mark.parametrize(
    ("handler", "may"),
    [
        ("greet", {"nobody", "stranger", "creator", "moderator", "admin"}),
        ("who", {"creator", "moderator", "admin"}),
        ("moderate", {"moderator", "admin"}),
        ("rule", {"admin"}),
        ("forgotten", set()),
        ("undecorated", set()),
        ("setvar", set()),
    ],
)
@pytest.mark.parametrize("role", ["nobody", "stranger", "creator", "moderator", "admin"])
async def test_only_who_is_allowed_reaches_a_handler(pipeline, tokens, handler, may, role):
    async with pipeline() as tab:
        payload = {"var_name": "n", "value": 9} if handler == "setvar" else {}
        await tab().send(name_of(handler), payload, cookie=cookie(tokens[role]))
        changed = {
            "greet": tab().value(Target, "n") == 1,
            "who": bool(tab().value(Target, "mine")),
            "setvar": tab().value(Target, "n") == 9,
        }.get(handler, tab().value(Target, "opened") is True)
    assert changed == (role in may)


async def test_who_is_not_logged_in_is_led_to_the_log_in_and_back(pipeline, tokens):
    async with pipeline() as tab:
        await tab().send(name_of("who"), path="/gallery")
    assert tab().went_to() == ["/login?next=/gallery"]


async def test_a_refusal_does_not_tell_that_the_handler_exists(pipeline, tokens):
    async with pipeline() as tab:
        await tab().send(name_of("rule"), cookie=cookie(tokens["creator"]))
        refused = code_shown(tab())
        await tab("second").send(name_of("forgotten"), cookie=cookie(tokens["creator"]))
    assert refused == code_shown(tab("second")) == ["not_found"]


async def test_an_event_chained_by_an_allowed_one_is_held_too(pipeline, tokens):
    async with pipeline() as tab:
        await tab().send(name_of("chain"), cookie=cookie(tokens["creator"]))
    assert tab().value(Target, "opened") is not True


async def test_a_session_that_ended_opens_nothing_any_more(pipeline, tokens, services):
    async with pipeline() as tab:
        services.accounts.log_out(tokens["creator"])
        await tab().send(name_of("who"), cookie=cookie(tokens["creator"]))
    assert not tab().value(Target, "mine")


@pytest.mark.parametrize(
    "payload",
    [
        {"text": 7},
        {"text": {"a": 1}},
        {"text": None},
        {"text": ["x"]},
        {"text": "x", "times": "3"},
        {"text": "x", "times": 1.5},
        {"text": "x", "times": True},
        {"text": "x", "other": 1},
        {"times": 1},
        {},
        {"text": "a\x00b"},
        {"text": "\ud800"},
        {"text": "x", "times": float("nan")},
        {"text": "x" * 300_000},
    ],
    ids=lambda payload: str(payload)[:40],
)
async def test_arguments_that_do_not_fit_never_reach_the_handler(pipeline, tokens, payload):
    async with pipeline() as tab:
        await tab().send(name_of("keep"), payload, cookie=cookie(tokens["creator"]))
    assert not tab().value(Target, "text")
    assert code_shown(tab()) in (["bad_arguments"], ["payload_too_large"])


@pytest.mark.parametrize(
    ("payload", "kept"),
    [({"text": "héllo"}, "héllo"), ({"text": "ab", "times": 2}, "abab"), ({"text": "שלום 🙂"}, "שלום 🙂")],
)
async def test_arguments_that_fit_arrive_as_they_are(pipeline, tokens, payload, kept):
    async with pipeline() as tab:
        await tab().send(name_of("keep"), payload, cookie=cookie(tokens["creator"]))
    assert tab().value(Target, "text") == kept


async def test_a_form_arrives_as_a_dictionary(pipeline, tokens):
    async with pipeline() as tab:
        await tab().send(name_of("form"), {"data": {"name": "Ada"}}, cookie=cookie(tokens["creator"]))
    assert tab().value(Target, "text") == "Ada"


async def test_a_tab_taken_over_by_somebody_else_is_emptied_first(pipeline, tokens):
    """The tab's token is no secret: presenting another's must not show what that other had on the page."""
    async with pipeline() as tab:
        await tab().send(name_of("keep"), {"text": "ada-only-words"}, cookie=cookie(tokens["creator"]))
        tab().deltas.clear()
        await tab().send(name_of("greet"), cookie=cookie(tokens["moderator"]))
        await tab().send(f"{rx.State.get_full_name()}.hydrate", cookie=cookie(tokens["moderator"]))
    assert "ada-only-words" not in repr(tab().deltas)
    assert tab().value(Target, "text") == ""


async def test_logging_out_empties_the_tab(pipeline, tokens):
    async with pipeline() as tab:
        await tab().send(name_of("keep"), {"text": "ada-only-words"}, cookie=cookie(tokens["creator"]))
        tab().deltas.clear()
        await tab().send(f"{rx.State.get_full_name()}.hydrate")
    assert "ada-only-words" not in repr(tab().deltas)


async def test_a_flood_is_refused_and_its_sender_told(pipeline, tokens):
    async with pipeline(Guard(rate=0.001, burst=5)) as tab:
        for _ in range(9):
            await tab().send(name_of("greet"), cookie=cookie(tokens["creator"]))
        assert tab().value(Target, "n") == 5
        await tab("other").send(name_of("greet"), cookie=cookie(tokens["moderator"]))
    assert tab("other").value(Target, "n") == 1


async def test_live_pages_hear_when_a_handler_begins_to_read_and_only_if_it_may(pipeline, tokens, monkeypatch):
    begun = []
    monkeypatch.setattr(hub, "begins", lambda _tab, handler: begun.append(handler))
    async with pipeline() as tab:
        await tab().send(name_of("rule"), cookie=cookie(tokens["creator"]))
        await tab().send(name_of("who"), cookie=cookie(tokens["creator"]))
    assert name_of("who") in begun
    assert name_of("rule") not in begun
