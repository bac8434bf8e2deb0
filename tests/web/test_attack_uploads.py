"""Uploads that go wrong on purpose, and what breaks inside: nothing is left behind, nobody learns how it works."""

import asyncio
import contextlib
from pathlib import Path

import pytest
from sqlalchemy import text

from photogen.kit.ids import new_id
from tests.factories.photos import jpeg
from tests.fakes.raw_tab import ROOT, RawTab
from tests.fakes.servers import wait_for
from tests.fakes.web_server import WebServer

RENAMED = "ALTER TABLE {} RENAME TO {}"


def leftovers(web: WebServer) -> list[Path]:
    return list((web.folder / "uploads").glob("*"))


async def nothing_left(web: WebServer) -> None:
    """The file goes when the handler has noticed."""
    await asyncio.to_thread(wait_for, lambda: not leftovers(web), "the file's end")


@pytest.fixture
def account(web: WebServer) -> str:
    return web.account()


@pytest.fixture
def photo_set(web: WebServer, account: str) -> str:
    return web.services.photosets.create(account).id


def headers(**more: str) -> dict[str, str]:
    return {"x-upload-id": new_id(), "x-file-name": "a.jpg", **more}


async def raw(web: WebServer, token: str, photo_set: str, declared: str, body: bytes, *, end: bool) -> bytes:
    """A request written by hand; the connection is closed in the middle of it unless `end`."""
    reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
    head = (
        f"POST /api/photosets/{photo_set}/photos HTTP/1.1\r\nHost: localhost:{web.port}\r\nOrigin: {web.url}\r\n"
        f"Cookie: photogen_session={token}\r\nX-Upload-Id: {new_id()}\r\nX-File-Name: a.jpg\r\n{declared}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
    answer = b""
    if end:
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(10):
                answer = await reader.read(4096)
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    return answer


async def test_who_may_not_leaves_nothing(web, account, photo_set):
    cases = (
        ("", None, 401),
        (web.session(web.account()), None, 404),
        (web.session(account), "https://evil.example", 403),
    )
    for token, origin, status in cases:
        async with web.client(token, origin=origin) as browser:
            answer = await browser.post(f"/api/photosets/{photo_set}/photos", content=jpeg(), headers=headers())
        assert answer.status_code == status
    assert web.services.photosets.photos(account, photo_set) == []
    assert leftovers(web) == []


@pytest.mark.parametrize("declared", [True, False])
async def test_more_than_a_photo_may_have_is_cut(web, account, photo_set, declared):
    async def endless():
        for _ in range(21):
            yield b"\xff" * 1024 * 1024

    content = b"\xff" * (21 * 1024 * 1024) if declared else endless()
    async with web.client(web.session(account)) as browser:
        answer = await browser.post(f"/api/photosets/{photo_set}/photos", content=content, headers=headers())
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_big"
    assert web.services.photosets.photos(account, photo_set) == []
    await nothing_left(web)


@pytest.mark.parametrize("declared", ["Content-Length: 100000", "Transfer-Encoding: chunked"])
async def test_a_tab_that_is_closed_in_between_leaves_nothing(web, account, photo_set, declared):
    body = b"4000\r\n" + b"\xff" * 500 if "chunked" in declared else jpeg()[:500]
    await raw(web, web.session(account), photo_set, declared, body, end=False)
    async with web.client(web.session(account)) as browser:
        assert (await browser.get(f"/api/photosets/{photo_set}/photos")).json() == {"photos": []}
    await nothing_left(web)


@pytest.mark.parametrize(
    "declared",
    ["Content-Length: -1", "Content-Length: \xb2", "Content-Length: 5\r\nContent-Length: 7", "Content-Length: 1e3",
     "Content-Length: 5\r\nTransfer-Encoding: chunked"],
)  # fmt: skip
async def test_a_length_that_is_none_is_no_way_round(web, account, photo_set, declared):
    answer = await raw(
        web, web.session(account), photo_set, declared, b"0\r\n\r\nGET /api/gallery HTTP/1.1\r\n\r\n", end=True
    )
    assert b" 500 " not in answer.split(b"\r\n")[0]
    assert answer.count(b"HTTP/1.1 200") <= 1
    assert web.alive
    await nothing_left(web)


async def test_a_body_longer_than_declared_is_another_request_and_no_photo(web, account, photo_set):
    photo = jpeg()
    answer = await raw(
        web, web.session(account), photo_set, f"Content-Length: {len(photo)}", photo + b"x" * 1000, end=True
    )
    assert answer.split(b"\r\n")[0] == b"HTTP/1.1 200 OK"
    assert [p.name for p in web.services.photosets.photos(account, photo_set)] == ["a.jpg"]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b\\c.jpg", "%00.jpg", "%0d%0aset-cookie: a=b", "x" * 4000, "%ed%a0%80"]
)
async def test_a_name_is_only_a_name(web, account, photo_set, name):
    async with web.client(web.session(account)) as browser:
        answer = await browser.post(
            f"/api/photosets/{photo_set}/photos", content=jpeg(), headers=headers(**{"x-file-name": name})
        )
    assert answer.status_code in {200, 400, 422}
    assert "a=b" not in str(answer.headers)
    assert leftovers(web) == []


async def test_what_breaks_inside_is_a_code_for_people_and_no_secret_in_the_log(web, account):
    """A table is missing, so that true errors of the database come up through events and requests."""
    token, seen, secret = web.session(account), len(web.log()), f"a prompt about {new_id()}"
    with web.services.uow() as uow:
        uow.session.execute(text(RENAMED.format("generation", "generation_away")))
    try:
        async with RawTab(web.url, token, path="/usage") as tab, web.client(token) as browser:
            generate = f"{ROOT}.photogen___web___pages___generate___state____generate"
            await tab.send(f"{generate}.set_prompt", {"value": secret})
            await tab.send(f"{generate}.retry", {"generation_id": new_id()})
            (words, code) = tab.toasts[-1]
            assert "on our side" in words
            assert len(code) == 8
            assert "generation_away" not in tab.words
            assert "psycopg" not in tab.words
            await browser.get("/api/gallery?search=" + secret.replace(" ", "+"))
    finally:
        with web.services.uow() as uow:
            uow.session.execute(text(RENAMED.format("generation_away", "generation")))
    said = web.log()[seen:]
    assert code in said
    for private in (token, secret, tab.tab, "Cookie"):
        assert private not in said


async def test_a_request_that_breaks_inside_is_answered_with_a_code(web, account):
    token, seen, secret = web.session(account), len(web.log()), f"password of {new_id()}"
    with web.services.uow() as uow:
        uow.session.execute(text(RENAMED.format("image", "image_away")))
        uow.session.execute(text(RENAMED.format("login_session", "session_away")))
    try:
        async with web.client(token, address="127.0.5.1") as browser:
            for answer in (await browser.get("/api/gallery?search=fox"), await browser.post("/auth/logout")):
                assert answer.status_code == 500
                assert "psycopg" not in answer.text
                assert "login_session" not in answer.text
                reference = answer.headers["x-reference"]
                assert reference in answer.text
                assert reference in web.log()[seen:]
            await browser.post("/auth/login", data={"email": "a@b.example", "password": secret})
    finally:
        with web.services.uow() as uow:
            uow.session.execute(text(RENAMED.format("image_away", "image")))
            uow.session.execute(text(RENAMED.format("session_away", "login_session")))
    said = web.log()[seen:]
    for private in (token, secret, "Cookie"):
        assert private not in said
