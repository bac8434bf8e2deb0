"""Log-in, registration and log-out against the real server: cookies, rates, fixation, sessions, open redirects."""

from itertools import count

import httpx
import pytest

from photogen.domain.accounts.commands import Register
from tests.fakes.raw_tab import RawTab
from tests.fakes.web_server import WebServer

PASSWORD = "correct horse battery"
_people = count(1)
_addresses = (f"127.0.4.{n}" for n in count(1))


def person(web: WebServer) -> str:
    """The address of somebody who can log in."""
    email = f"person{next(_people)}@attacked.example"
    web.services.accounts.register(Register.of(name="Ada", email=email, password=PASSWORD))
    return email


async def log_in(browser: httpx.AsyncClient, email: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    return await browser.post("/auth/login", data={"email": email, "password": password, **more})


def cookie(answer: httpx.Response, name: str = "photogen_session") -> str:
    return next((line for line in answer.headers.get_list("set-cookie") if line.startswith(name + "=")), "")


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(web):
    async with web.client(address=next(_addresses)) as browser:
        answer = await log_in(browser, person(web))
    flags = cookie(answer).lower()
    assert "httponly" in flags
    assert "samesite=lax" in flags
    assert "path=/" in flags
    assert "domain" not in flags
    assert answer.headers["cache-control"] == "no-store"
    assert "photogen_session" not in answer.headers["location"]


async def test_a_session_that_somebody_else_planted_is_not_taken_over(web):
    email, planted = person(web), web.session(web.account(name="Eve"))
    for given in (planted, "a-token-of-his-own-making"):
        async with web.client(given, address=next(_addresses)) as browser:
            answer = await log_in(browser, email)
            assert cookie(answer)
            assert given not in cookie(answer)
        async with web.client(given) as browser:
            assert (await browser.get("/api/gallery")).status_code == 401


async def test_guesses_are_stopped_for_the_account_wherever_they_come_from(web):
    email = person(web)
    for _ in range(6):
        async with web.client(address=next(_addresses)) as browser:
            assert cookie(await log_in(browser, email, "wrong wrong wrong"), "flash")
    async with web.client(address=next(_addresses)) as browser:
        assert not cookie(await log_in(browser, email))
    async with web.client(address=next(_addresses)) as browser:
        assert cookie(await log_in(browser, person(web)))


async def test_and_for_the_address_whatever_the_account(web):
    async with web.client(address=next(_addresses)) as browser:
        for n in range(18):
            await log_in(browser, f"nobody{n}@attacked.example", "")
        assert not cookie(await log_in(browser, person(web)))


async def test_an_address_makes_only_so_many_accounts_and_cannot_say_that_it_is_another(web):
    async with web.client(address=next(_addresses)) as browser:
        made = 0
        for n in range(7):
            fields = {"name": "Eve", "email": f"eve{n}@attacked.example", "password": PASSWORD}
            forged = {"x-forwarded-for": f"203.0.113.{n}", "x-real-ip": f"203.0.113.{n}", "forwarded": f"for=1.2.3.{n}"}
            browser.cookies.clear()
            made += bool(cookie(await browser.post("/auth/register", data=fields, headers=forged)))
    assert made == 5


async def test_a_new_password_ends_the_other_sessions_at_once(web):
    email = person(web)
    async with web.client(address=next(_addresses)) as here, web.client(address=next(_addresses)) as there:
        for browser in (here, there):
            await log_in(browser, email)
        async with RawTab(web.url, there.cookies["photogen_session"], path="/settings") as tab:
            wrong = await here.post("/auth/password", data={"current": "not this one", "new": "another good one"})
            assert wrong.status_code == 303
            assert (await there.get("/api/gallery")).status_code == 200
            await here.post("/auth/password", data={"current": PASSWORD, "new": "another good one"})
            assert (await there.get("/api/gallery")).status_code == 401
            assert (await here.get("/api/gallery")).status_code == 200
            tab.deltas.clear()
            await tab.send("reflex___state____state.photogen___web___pages___settings___state____settings_page.load")
            assert tab.redirects
            assert email not in tab.words
    async with web.client(address=next(_addresses)) as browser:
        assert not cookie(await log_in(browser, email))
        assert cookie(await log_in(browser, email, "another good one"))


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example", "//evil.example", "/\\evil.example", "\\/evil.example", "/%09/evil.example",
        "/\t/evil.example", "javascript:alert(1)", "/\r\nset-cookie: a=b", "http:evil.example", "/auth/logout",
        "///evil.example", "/ /evil.example",
    ],
)  # fmt: skip
async def test_a_log_in_never_leads_away(web, elsewhere):
    async with web.client(address=next(_addresses)) as browser:
        answer = await log_in(browser, person(web), next=elsewhere)
    target = httpx.URL(web.url).join(answer.headers["location"])
    assert target.host == "localhost"
    assert target.port == web.port
    assert "a=b" not in str(answer.headers)


async def test_a_cookie_of_another_program_on_this_host_locks_nobody_out(web):
    token = web.session(web.account())
    for others in ('{"a": 1}', '"{\\"a\\":1}"', "a b", "[x]", "=;=", 'x="'):
        async with web.client() as browser:
            headers = {"cookie": f"theirs={others}; photogen_session={token}; more={others}"}
            assert (await browser.get("/api/gallery", headers=headers)).status_code == 200, others


async def test_a_refusal_fits_into_a_cookie_whatever_was_typed(web):
    async with web.client(address=next(_addresses)) as browser:
        fields = {"name": "🦊" * 300, "email": "🦊" * 300, "next": "/" + "🦊" * 200, "password": "x"}
        answer = await browser.post("/auth/register", data=fields)
    assert 0 < len(cookie(answer, "flash")) < 4000


async def test_no_password_reaches_the_log_or_the_page(web):
    seen = len(web.log())
    async with web.client(address=next(_addresses)) as browser:
        answer = await log_in(browser, person(web), "hunter2-hunter2-hunter2")
        page = await browser.get("/login")
    assert "hunter2" not in web.log()[seen:] + str(answer.headers) + page.text
