"""Log in, register, log out, change the password, over HTTP."""

import asyncio
import base64
import json

import httpx
import pytest
from starlette.applications import Starlette

from photogen.web import deps
from photogen.web.api import health
from photogen.web.api import session as routes
from photogen.web.security.throttle import Throttle
from photogen.web.session import cookie_name

NAME = cookie_name(https=False)


@pytest.fixture
def client(services, monkeypatch):
    monkeypatch.setattr(routes, "throttle", Throttle())
    app = Starlette(routes=[*routes.ROUTES, *health.ROUTES])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:3000")


def flash(answer):
    return json.loads(base64.urlsafe_b64decode(answer.cookies["flash"].strip('"')))


async def log_in(client, email="ada@example.com", password="correct horse", **more):
    return await client.post("/auth/login", data={"email": email, "password": password, **more})


async def test_registration_logs_in_and_lands_on_the_dashboard(client, services):
    answer = await client.post(
        "/auth/register", data={"name": "Ada", "email": "Ada@Example.com ", "password": "correct horse"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/dashboard")
    set_cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in set_cookie
    assert "samesite=lax" in set_cookie
    assert services.accounts.identify(answer.cookies[NAME]).email == "ada@example.com"


async def test_over_tls_the_cookie_is_bound_to_the_host(client, services, monkeypatch):
    monkeypatch.setenv("PUBLIC_URL", "https://photos.example")
    deps.settings.cache_clear()
    services.accounts.add("ada@example.com")
    set_cookie = (await log_in(client)).headers["set-cookie"]
    assert set_cookie.startswith("__Host-photogen=")
    assert "Secure" in set_cookie
    assert "Path=/" in set_cookie
    assert "Domain" not in set_cookie


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "", "email": "ada@example.com", "password": "correct horse"}, "name"),
        ({"name": "Ada", "email": "not an address", "password": "correct horse"}, "email"),
        ({"name": "Ada", "email": "ada@example.com", "password": "short"}, "password"),
    ],
)
async def test_a_refused_registration_says_why_and_keeps_what_was_typed(client, fields, field):
    answer = await client.post("/auth/register", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/register")
    said = flash(answer)
    assert said["field"] == field
    assert said["values"] == {k: v for k, v in fields.items() if k != "password" and v}
    assert "correct horse" not in answer.headers["set-cookie"]


async def test_a_taken_address_is_said_at_its_field(client, services):
    services.accounts.add("ada@example.com")
    answer = await client.post(
        "/auth/register", data={"name": "Ada", "email": "ada@example.com", "password": "other words"}
    )
    assert (flash(answer)["field"], flash(answer)["code"]) == ("email", "email_taken")


@pytest.mark.parametrize(
    ("email", "password"), [("ada@example.com", "wrong words"), ("nobody@example.com", "correct horse")]
)
async def test_a_wrong_pair_says_the_same_whichever_is_wrong(client, services, email, password):
    services.accounts.add("ada@example.com")
    answer = await log_in(client, email, password)
    assert answer.headers["location"] == "/login"
    assert flash(answer)["text"] == "Email or password is wrong"
    assert flash(answer)["values"] == {"email": email}


async def test_a_log_in_leads_to_where_it_was_asked_for(client, services):
    services.accounts.add("ada@example.com")
    assert (await log_in(client, next="/models/01?tab=uses")).headers["location"] == "/models/01?tab=uses"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\tevil",
        "javascript:alert(1)",
        "/auth/logout",
        "/login",
        "",
    ],
)
async def test_and_never_to_somebody_elses_page(client, services, elsewhere):
    services.accounts.add("ada@example.com")
    assert (await log_in(client, next=elsewhere)).headers["location"] == "/dashboard"


async def test_a_log_in_always_makes_a_new_session_and_ends_the_old(client, services):
    services.accounts.add("ada@example.com")
    first = (await log_in(client)).cookies[NAME]
    second = (
        await client.post(
            "/auth/login",
            data={"email": "ada@example.com", "password": "correct horse"},
            headers={"cookie": f"{NAME}={first}"},
        )
    ).cookies[NAME]
    assert first != second
    assert services.accounts.identify(first) is None
    assert services.accounts.identify(second) is not None


async def test_log_out_ends_the_session_and_clears_the_browser(client, services):
    token = services.accounts.add("ada@example.com")
    answer = await client.post("/auth/logout", headers={"cookie": f"{NAME}={token}"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert services.accounts.identify(token) is None
    assert answer.headers["clear-site-data"] == '"storage"'
    assert "Max-Age=0" in answer.headers["set-cookie"]


async def test_guessing_passwords_is_stopped_for_the_account_even_with_the_right_one(client, services):
    services.accounts.add("ada@example.com")
    for _ in range(10):
        await log_in(client, password="guess number n")
    answer = await log_in(client)
    assert NAME not in answer.cookies
    assert flash(answer)["code"] == "rate_limited"
    assert services.accounts.log_ins == 10
    assert "Try again in" in flash(answer)["text"]


async def test_many_registrations_from_one_address_are_stopped(client, monkeypatch):
    monkeypatch.setenv("REGISTRATION_RATE", "3/hour")
    deps.settings.cache_clear()
    answers = [
        await client.post(
            "/auth/register", data={"name": "A", "email": f"a{n}@example.com", "password": "correct horse"}
        )
        for n in range(4)
    ]
    assert [NAME in answer.cookies for answer in answers] == [True, True, True, False]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xfe=1", "application/x-www-form-urlencoded"),
        (b"a=1&" * 50, "application/x-www-form-urlencoded"),
        (b"email=" + b"x" * 20_000, "application/x-www-form-urlencoded"),
        (b'{"email": "ada@example.com"}', "application/json"),
        (b"", "multipart/form-data; boundary=x"),
    ],
    ids=["not utf-8", "many fields", "too long", "json", "multipart"],
)
async def test_a_body_that_is_no_form_is_refused_in_words(client, content, kind):
    answer = await client.post("/auth/login", content=content, headers={"content-type": kind})
    assert answer.status_code == 303
    assert flash(answer)["tone"] == "bad"


async def test_the_password_is_changed_by_who_knows_it(client, services):
    token = services.accounts.add("ada@example.com")
    cookie = {"cookie": f"{NAME}={token}"}
    wrong = await client.post(
        "/auth/password", data={"current": "not this one", "new": "battery staple"}, headers=cookie
    )
    assert flash(wrong)["field"] == "current"
    right = await client.post(
        "/auth/password", data={"current": "correct horse", "new": "battery staple"}, headers=cookie
    )
    assert (right.headers["location"], flash(right)["tone"]) == ("/settings", "good")
    assert NAME in (await log_in(client, password="battery staple")).cookies


async def test_nobody_changes_a_password_without_a_session(client):
    answer = await client.post("/auth/password", data={"current": "a", "new": "b"})
    assert answer.headers["location"] == "/login?next=/settings"


async def test_ready_names_the_part_that_is_missing_and_tells_no_cause(client, services):
    def broken():
        raise RuntimeError("postgresql://secret@host")

    services.checks = {"database": broken, "queue": lambda: None, "storage": lambda: None}
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "unavailable", "database": "unavailable", "queue": "ok", "storage": "ok"}
    alive = (await client.get("/healthz")).json()
    assert alive == {"status": "ok", "installation": deps.settings().installation}
    assert len(alive["installation"]) == 20


async def test_ready_adds_what_is_worth_knowing_and_no_note_makes_it_unready(client, services):
    def broken():
        raise RuntimeError("postgresql://secret@host")

    services.checks = {"storage": lambda: None}
    services.notes = {"storage_waiting": lambda: {"objects": 2}, "quiet": dict, "odd": broken}
    answer = await client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "storage": "ok", "notes": {"storage_waiting": {"objects": 2}}}


async def test_a_crowd_that_asks_shares_one_look(client, services):
    looks = []
    services.checks = {"storage": lambda: looks.append(1)}
    answers = await asyncio.gather(*(client.get("/readyz") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(looks) == 1
