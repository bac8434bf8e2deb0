"""Files over HTTP, the same from every kind of storage: ranges, validators, HEAD, names, addresses that end."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from photogen.domain.gallery.views import ImageFile
from photogen.gateways.base import Storage
from photogen.web.api import media
from tests.fakes.storages import KINDS, make_bucket, moto, opened

BYTES = bytes(range(256)) * 8192  # two mebibytes: more than is read at once
KEY = "images/01hxyz/original.png"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with moto() as address:
        yield address


@pytest.fixture(scope="module", params=KINDS)
def storage(
    request: pytest.FixtureRequest, endpoint: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Storage]:
    name = f"media-{KINDS.index(request.param)}"
    make_bucket(endpoint, name)
    with opened(request.param, endpoint, name, tmp_path_factory.mktemp("media")) as storage:
        storage.put(KEY, BYTES, "image/png")
        storage.put("images/01hxyz/empty.png", b"", "image/png")
        yield storage


class Browser:
    """Asks for one picture of its own."""

    def __init__(self, client: TestClient, cookie: str) -> None:
        self._client, self._cookie = client, cookie

    def __call__(self, method: str = "GET", query: str = "", **headers: str) -> Any:
        asked = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.request(
            method, f"/media/images/01hxyz/original{query}", headers={"cookie": self._cookie, **asked}
        )


@pytest.fixture
def ask(storage: Storage, services: SimpleNamespace) -> Iterator[Browser]:
    token = services.accounts.add("ada@example.com")
    services.storage = storage
    services.gallery = SimpleNamespace(image_file=lambda *_: ImageFile(KEY, "image/png", "Föhn 1.png"))
    with TestClient(Starlette(routes=media.ROUTES)) as client:
        yield Browser(client, f"photogen_session={token}")


def test_the_whole(ask: Browser) -> None:
    answer = ask()
    assert (answer.status_code, answer.content) == (200, BYTES)
    headers = answer.headers
    assert (headers["content-length"], headers["content-type"]) == (str(len(BYTES)), "image/png")
    assert (headers["accept-ranges"], headers["cache-control"]) == ("bytes", "private, max-age=31536000, immutable")
    assert "content-disposition" not in headers


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-99", 0, 100),
        ("bytes=1000-", 1000, len(BYTES)),
        ("bytes=-10", len(BYTES) - 10, len(BYTES)),
        (f"bytes=-{2 * len(BYTES)}", 0, len(BYTES)),
        (f"bytes=5-{2 * len(BYTES)}", 5, len(BYTES)),
        (f"bytes={len(BYTES) - 1}-", len(BYTES) - 1, len(BYTES)),
    ],
)
def test_a_part(ask: Browser, asked: str, start: int, end: int) -> None:
    answer = ask(range=asked)
    assert (answer.status_code, answer.content) == (206, BYTES[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(BYTES)}"
    assert answer.headers["content-length"] == str(end - start)


@pytest.mark.parametrize("asked", [f"bytes={len(BYTES)}-", "bytes=-0"])
def test_a_part_that_is_not_there(ask: Browser, asked: str) -> None:
    answer = ask(range=asked)
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer.headers["content-range"] == f"bytes */{len(BYTES)}"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "lines=1-2", "bytes=", "bytes=a-b"])
def test_what_is_no_range_of_ours_gives_the_whole(ask: Browser, asked: str) -> None:
    assert ask(range=asked).status_code == 200


def test_head_says_all_and_sends_nothing(ask: Browser) -> None:
    whole, part = ask("HEAD"), ask("HEAD", range="bytes=0-9")
    assert (whole.status_code, whole.content, whole.headers["content-length"]) == (200, b"", str(len(BYTES)))
    assert (part.status_code, part.headers["content-length"]) == (206, "10")
    assert whole.headers["etag"] == ask().headers["etag"]


def test_who_has_it_gets_nothing_and_who_has_another_the_whole(ask: Browser) -> None:
    tag = ask().headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = ask(if_none_match=known)
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert ask(if_none_match='"other"').status_code == 200
    assert ask(range="bytes=0-9", if_range=tag).status_code == 206
    assert ask(range="bytes=0-9", if_range='"other"').content == BYTES
    assert ask(range="bytes=0-9", if_range="Wed, 25 Nov 2026 22:00:00 GMT").status_code == 200


def test_a_download_has_its_name(ask: Browser) -> None:
    wanted = "attachment; filename=\"F_hn 1.png\"; filename*=UTF-8''F%C3%B6hn%201.png"
    assert ask(query="?download=1").headers["content-disposition"] == wanted


def test_what_is_gone_is_not_found(ask: Browser, services: SimpleNamespace) -> None:
    services.gallery.image_file = lambda *_: ImageFile("images/01gone/original.png", "image/png", "x.png")
    assert ask().status_code == 404
    assert ask("HEAD").status_code == 404


def test_an_empty_file(ask: Browser, services: SimpleNamespace) -> None:
    services.gallery.image_file = lambda *_: ImageFile("images/01hxyz/empty.png", "image/png", "x.png")
    assert (ask().status_code, ask().content) == (200, b"")
    assert ask(range="bytes=0-").status_code == 416


def test_a_signed_address_of_ours_opens_one_object_and_ends(storage: Storage, ask: Browser) -> None:
    def fetch(url: str | None) -> Any:
        assert url is not None
        return ask._client.get(url.removeprefix("https://photos.example"), headers={"range": "bytes=0-9"})

    url = storage.signed_url(KEY, timedelta(minutes=5), filename="weights.png")
    if url is None or "X-Amz" in url:
        assert ask._client.get(f"/media/signed/{KEY}?exp=99999999999&sig=x").status_code == 404
        return
    answer = fetch(url)
    assert (answer.status_code, answer.content, answer.headers["cache-control"]) == (
        206,
        BYTES[:10],
        "private, no-store",
    )
    assert fetch(url + "0").status_code == 404
    assert fetch(storage.signed_url(KEY, timedelta(seconds=-1))).status_code == 404


def test_a_large_file_is_sent_in_pieces(ask: Browser, storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces: list[int] = []
    stream = storage.stream

    def counted(key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        for piece in stream(key, start, end):
            pieces.append(len(piece))
            yield piece

    monkeypatch.setattr(storage, "stream", counted)
    assert ask().content == BYTES
    assert len(pieces) >= 2
    assert max(pieces) <= 1024 * 1024
