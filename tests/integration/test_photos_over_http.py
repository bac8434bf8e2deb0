"""Uploads and media through the routes: who may, how much, ranges, caches, and a tab that is closed in between."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from starlette.applications import Starlette

from photogen.domain.photosets import PhotoSetsService
from photogen.gateways.storage.local import LocalStorage
from photogen.gateways.storage.signing import Signer
from photogen.kit.ids import new_id
from photogen.web import deps, session
from photogen.web.api import media, uploads
from photogen.web.security.throttle import Throttle
from tests.factories import photos
from tests.factories.studio import Studio


class House:
    """The routes over real services, and two people logged in."""

    def __init__(self, studio: Studio, folder: Path, app: Starlette) -> None:
        self.folder, self.app = folder, app
        self.storage = LocalStorage(folder / "storage", Signer("s" * 32), address="http://localhost")
        self.photosets = PhotoSetsService(studio.uow, studio.clock, self.storage)
        self.ada, self.eve = studio.register(), studio.register()
        self.set_id = self.photosets.create(self.ada.identity.account_id).id
        self.address = f"/api/photosets/{self.set_id}/photos"

    def client(self, who: Any = None) -> httpx.AsyncClient:
        cookies = {session.cookie_name(False): who.token} if who else {}
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://localhost", cookies=cookies)

    async def upload(self, data: bytes, name: str = "a.jpg", *, who: Any = None, upload_id: str = "") -> httpx.Response:
        headers = {"x-upload-id": upload_id or new_id(), "x-file-name": quote(name)}
        async with self.client(who or self.ada) as client:
            return await client.post(self.address, content=data, headers=headers)

    def leftovers(self) -> list[Path]:
        return list((self.folder / "uploads").glob("*"))


@pytest.fixture
def house(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    app = Starlette(routes=[*uploads.ROUTES, *media.ROUTES])
    settings = SimpleNamespace(https=False, data_folder=tmp_path, database_pool=8)
    monkeypatch.setattr(deps, "settings", lambda: settings)
    throttle = Throttle("memory://")
    monkeypatch.setattr(uploads, "throttle", throttle)
    uploads._folder.cache_clear()
    house = House(studio, tmp_path, app)
    deps.use(SimpleNamespace(accounts=studio.accounts, photosets=house.photosets, storage=house.storage))  # type: ignore[arg-type]
    yield house
    deps.use(None)
    uploads._folder.cache_clear()


async def test_a_photo_is_judged_and_answered(house: House) -> None:
    answer = await house.upload(photos.jpeg(), "кот 🐈.jpg")
    assert answer.status_code == 200
    photo = answer.json()["photo"]
    assert (photo["status"], photo["name"], photo["width"]) == ("accepted", "кот 🐈.jpg", 800)
    assert answer.headers["cache-control"] == "private, no-store"
    bad = (await house.upload(b"nonsense")).json()["photo"]
    assert (bad["status"], bad["problem_code"]) == ("rejected", "wrong_type")
    async with house.client(house.ada) as client:
        listed = (await client.get(house.address)).json()["photos"]
    assert [{**each, "remarks": []} for each in listed] == [photo, bad]  # the coach speaks when it has seen all
    assert house.leftovers() == []


async def test_a_repeated_request_gives_the_same_answer(house: House) -> None:
    first = await house.upload(photos.jpeg(), upload_id="upload-0001")
    assert (await house.upload(photos.jpeg(), upload_id="upload-0001")).json() == first.json()


async def test_nobody_and_others_are_refused(house: House) -> None:
    photo = (await house.upload(photos.jpeg())).json()["photo"]
    async with house.client() as nobody, house.client(house.eve) as eve:
        for method, address in (
            ("GET", house.address),
            ("POST", house.address),
            ("DELETE", f"{house.address}/{photo['id']}"),
            ("PUT", f"/api/photosets/{house.set_id}/order"),
            ("GET", photo["thumb_url"]),
        ):
            content = {"json": {"ids": []}} if method == "PUT" else {}
            headers = {"x-upload-id": "upload-0001"}
            assert (await nobody.request(method, address, headers=headers, **content)).status_code == 401
            foreign = await eve.request(method, address, headers=headers, **content)
            assert foreign.status_code == 404, address
            assert foreign.json()["error"]["code"] == "not_found"


async def test_photos_are_put_in_order_and_taken_out(house: House) -> None:
    ids = [(await house.upload(photos.jpeg(seed))).json()["photo"]["id"] for seed in range(3)]
    async with house.client(house.ada) as client:
        order = f"/api/photosets/{house.set_id}/order"
        assert (await client.put(order, json={"ids": ids[::-1]})).status_code == 200
        assert (await client.delete(f"{house.address}/{ids[1]}")).json() == {"removed": ids[1]}
        left = (await client.get(house.address)).json()["photos"]
        assert [photo["id"] for photo in left] == [ids[2], ids[0]]
        for wrong in ({"ids": "x"}, {"ids": [1]}, {}, {"ids": [new_id()]}):
            assert (await client.put(order, json=wrong)).status_code == 422


async def test_too_much_is_refused_by_what_it_says_and_by_what_it_is(house: House) -> None:
    declared = await house.upload(bytes(20_000_001))
    assert (declared.status_code, declared.json()["error"]["code"]) == (413, "too_big")
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1_000_000
            yield bytes(1_000_000)

    async with house.client(house.ada) as client:
        running = await client.post(house.address, content=endless(), headers={"x-upload-id": "upload-0001"})
    assert running.status_code == 413
    assert sent <= 23_000_000
    assert house.leftovers() == []


@pytest.mark.parametrize("upload_id", ["", "short", "a b c d e f", "x" * 65])
async def test_a_request_without_a_good_id_is_refused(house: House, upload_id: str) -> None:
    async with house.client(house.ada) as client:
        answer = await client.post(house.address, content=photos.jpeg(), headers={"x-upload-id": upload_id})
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "upload_id")


async def _raw(house: House, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Speaks ASGI: the messages come, then nothing."""
    said: list[dict[str, Any]] = []
    waiting = iter(messages)

    async def receive() -> dict[str, Any]:
        for message in waiting:
            return message
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Any) -> None:
        said.append(message)

    cookie = f"{session.cookie_name(False)}={house.ada.token}".encode()
    scope = {
        "type": "http", "method": "POST", "path": house.address, "raw_path": house.address.encode(), "root_path": "",
        "query_string": b"", "http_version": "1.1", "scheme": "http", "server": ("localhost", 80),
        "client": ("127.0.0.1", 1), "headers": [(b"cookie", cookie), (b"x-upload-id", b"upload-0001")],
    }  # fmt: skip
    await house.app(scope, receive, send)
    return said


async def test_a_tab_that_is_closed_in_mid_upload_leaves_nothing(house: House) -> None:
    half = photos.jpeg()[:5000]
    await _raw(house, [{"type": "http.request", "body": half, "more_body": True}, {"type": "http.disconnect"}])
    assert house.leftovers() == []
    assert house.photosets.photos(house.ada.identity.account_id, house.set_id) == []
    assert (await house.upload(photos.jpeg(), upload_id="upload-0001")).json()["photo"]["status"] == "accepted"


async def test_a_sender_that_falls_silent_is_let_go(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PATIENCE", 0.05)
    said = await _raw(house, [{"type": "http.request", "body": b"\xff\xd8", "more_body": True}])
    assert said[0]["status"] == 422
    assert b"incomplete" in said[1]["body"]
    assert house.leftovers() == []


def test_what_a_killed_process_left_goes_at_the_next_start(house: House) -> None:
    folder = house.folder / "uploads"
    folder.mkdir()
    old, young = folder / "old", folder / "young"
    old.write_bytes(b"x")
    young.write_bytes(b"x")
    os.utime(old, (time.time() - 7200,) * 2)
    uploads._folder()
    assert house.leftovers() == [young]


async def test_too_many_uploads_have_to_wait(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def one_only(_: str) -> None:
        await uploads.throttle._take("1/minute", 1, "upload", house.ada.identity.account_id)

    monkeypatch.setattr(uploads.throttle, "upload", one_only)
    assert (await house.upload(photos.jpeg())).status_code == 200
    refused = await house.upload(photos.jpeg(2))
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limited")
    assert 1 <= int(refused.headers["retry-after"]) <= 60


async def test_decoding_does_not_hold_up_the_loop(house: House) -> None:
    large = [photos.jpeg(seed, 4000, 3000) for seed in range(3)]
    longest, last, done = 0.0, time.perf_counter(), False

    async def watch() -> None:
        nonlocal longest, last
        while not done:
            await asyncio.sleep(0.005)
            now = time.perf_counter()
            longest, last = max(longest, now - last), now

    watching = asyncio.create_task(watch())
    answers = await asyncio.gather(*(house.upload(data) for data in large))
    done = True
    await watching
    assert [answer.json()["photo"]["status"] for answer in answers] == ["accepted"] * 3
    assert longest < 0.25  # one photo alone takes about 0.1 s to decode; two cores are shared with the test itself


# --- media ----------------------------------------------------------------------------------------------------------


@pytest.fixture
async def photo(house: House) -> dict[str, Any]:
    found: dict[str, Any] = (await house.upload(photos.jpeg())).json()["photo"]
    return found


@pytest.mark.parametrize(("size", "kind"), [("256", "image/webp"), ("512", "image/webp"), ("normal", "image/jpeg")])
async def test_the_owner_sees_each_size(house: House, photo: dict[str, Any], size: str, kind: str) -> None:
    async with house.client(house.ada) as client:
        answer = await client.get(f"/media/photos/{photo['id']}/{size}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == kind
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "content-disposition" not in answer.headers
    assert len(answer.content) == int(answer.headers["content-length"]) > 500


@pytest.mark.parametrize("size", ["1024", "..%2Fnormal", "256.webp"])
async def test_other_sizes_do_not_exist(house: House, photo: dict[str, Any], size: str) -> None:
    async with house.client(house.ada) as client:
        assert (await client.get(f"/media/photos/{photo['id']}/{size}")).status_code == 404


async def test_head_says_the_same_without_the_bytes(house: House, photo: dict[str, Any]) -> None:
    async with house.client(house.ada) as client:
        whole, head = await client.get(photo["thumb_url"]), await client.head(photo["thumb_url"])
    assert head.status_code == 200
    assert head.content == b""
    assert dict(head.headers) == dict(whole.headers)


async def test_what_the_browser_has_is_not_sent_again(house: House, photo: dict[str, Any]) -> None:
    async with house.client(house.ada) as client:
        tag = (await client.get(photo["thumb_url"])).headers["etag"]
        again = await client.get(photo["thumb_url"], headers={"if-none-match": f'"x", W/{tag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert (await client.get(photo["thumb_url"], headers={"if-none-match": '"x"'})).status_code == 200


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-99", 0, 100), ("bytes=100-", 100, None), ("bytes=-50", -50, None), ("bytes=10-999999999", 10, None)],
)
async def test_ranges(house: House, photo: dict[str, Any], asked: str, start: int, end: int | None) -> None:
    address = f"/media/photos/{photo['id']}/normal"
    async with house.client(house.ada) as client:
        whole = (await client.get(address)).content
        part = await client.get(address, headers={"range": asked})
    assert part.status_code == 206
    assert part.content == whole[start:end]
    first = start % len(whole)
    assert part.headers["content-range"] == f"bytes {first}-{first + len(part.content) - 1}/{len(whole)}"


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0", "bytes=9-3"])
async def test_a_range_outside_is_refused(house: House, photo: dict[str, Any], asked: str) -> None:
    async with house.client(house.ada) as client:
        answer = await client.get(photo["thumb_url"], headers={"range": asked})
    assert answer.status_code == 416
    assert answer.headers["content-range"].startswith("bytes */")


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "items=0-1", "bytes=", "bytes=-", "nonsense"])
async def test_a_range_that_is_not_understood_gives_the_whole(house: House, photo: dict[str, Any], asked: str) -> None:
    async with house.client(house.ada) as client:
        assert (await client.get(photo["thumb_url"], headers={"range": asked})).status_code == 200


async def test_a_range_of_another_version_gives_the_whole(house: House, photo: dict[str, Any]) -> None:
    async with house.client(house.ada) as client:
        headers = {"range": "bytes=0-9", "if-range": '"old"'}
        assert (await client.get(photo["thumb_url"], headers=headers)).status_code == 200


async def test_a_signed_address_opens_one_object_without_a_log_in(house: House) -> None:
    house.storage.put("datasets/a.zip", b"PK" + bytes(3_000_000), "application/zip")
    house.storage.put("datasets/b.zip", b"PK", "application/zip")
    url = house.storage.signed_url("datasets/a.zip", timedelta(minutes=5), reference="training-1", filename="ä.zip")
    assert url is not None
    async with house.client() as nobody:
        answer = await nobody.get(url)
        assert answer.status_code == 200
        assert len(answer.content) == 3_000_002
        assert answer.headers["content-disposition"] == "attachment; filename=\"_.zip\"; filename*=UTF-8''%C3%A4.zip"
        others = (url.replace("a.zip?", "b.zip?"), url.replace("training-1", "training-2"))
        for wrong in (*others, url[:-3] + "xxx", url.split("?", maxsplit=1)[0]):
            assert (await nobody.get(wrong)).status_code == 404
        over = house.storage.signed_url("datasets/a.zip", timedelta(seconds=-5))
        assert over is not None
        assert (await nobody.get(over)).status_code == 404


async def test_a_row_whose_file_is_missing_is_not_found(house: House, photo: dict[str, Any]) -> None:
    house.storage.delete(f"photos/{photo['id']}/256.webp")
    async with house.client(house.ada) as client:
        assert (await client.get(photo["thumb_url"])).status_code == 404
