"""Files over HTTP, the same from every kind of storage: ranges, validators, HEAD, names, addresses that end."""

import time
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from photogen.domain.gallery.views import ImageFile
from photogen.gateways.base import Storage
from photogen.gateways.storage.delivery import BUCKET_SECONDS, SignedDelivery
from photogen.web.api import media
from tests.fakes.storages import KINDS, SIGNER, make_bucket, moto, opened

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

    def __call__(self, method: str = "GET", query: str = "", variant: str = "original", **headers: str) -> Any:
        asked = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.request(
            method, f"/media/images/01hxyz/{variant}{query}", headers={"cookie": self._cookie, **asked}
        )


@pytest.fixture
def ask(storage: Storage, services: SimpleNamespace) -> Iterator[Browser]:
    token = services.accounts.add("ada@example.com")
    services.storage = storage
    services.delivery = SignedDelivery(storage, SIGNER, cdn="", bucket=False)
    services.gallery = SimpleNamespace(image_file=lambda *_: ImageFile(KEY, "image/png", "Föhn 1.png"))
    with TestClient(Starlette(routes=media.ROUTES), follow_redirects=False) as client:
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


def test_originals_come_from_the_bucket_where_that_is_wanted(
    ask: Browser, storage: Storage, services: SimpleNamespace, request: pytest.FixtureRequest
) -> None:
    services.delivery = SignedDelivery(storage, SIGNER, cdn="", bucket=True)
    kind = request.node.callspec.params["storage"]
    assert ask(variant="512").status_code == 200  # as small as a redirect is slow
    answer = ask(query="?download=1")
    if kind == "spool alone":  # what the bucket did not take is here
        assert (answer.status_code, answer.content) == (200, BYTES)
    if kind not in {"bucket", "spooled"}:
        return
    assert answer.status_code == 302
    assert answer.headers["cache-control"] == f"private, max-age={BUCKET_SECONDS // 2}"
    signed = answer.headers["location"]
    assert signed.startswith(services.delivery.origins[0] + "/")
    fetched = httpx.get(signed, trust_env=False)
    assert (fetched.content, fetched.headers["content-type"]) == (BYTES, "image/png")
    assert "attachment" in fetched.headers["content-disposition"]
    assert "content-disposition" not in httpx.get(ask().headers["location"], trust_env=False).headers
    assert parse_qs(urlsplit(signed).query)["X-Amz-Expires"] == [str(BUCKET_SECONDS)]
    assert ask(cookie="").status_code == 401


def test_pictures_come_from_a_cdn_whose_addresses_stay_and_end(
    ask: Browser, storage: Storage, services: SimpleNamespace, request: pytest.FixtureRequest
) -> None:
    if request.node.callspec.params["storage"] in {"bucket", "spool alone"}:
        return  # a bucket without a spool has no addresses of ours
    now = [time.time()]
    cdn = "https://cdn.example"
    services.delivery = SignedDelivery(storage, SIGNER, cdn=cdn, bucket=True, clock=lambda: now[0])
    assert services.delivery.origins[0] == cdn
    address = ask(variant="512").headers["location"]
    assert address.startswith(f"{cdn}/media/signed/{KEY}?")
    left = int(parse_qs(urlsplit(address).query)["exp"][0]) - now[0]
    assert 86400 < left <= 2 * 86400
    found = set()
    for _ in range(48):
        now[0] += 3600
        found.add(ask(variant="512").headers["location"])
    assert len(found - {address}) == 2
    others = [services.delivery.elsewhere(f"images/{n}/512.webp").address for n in range(20)]
    assert len({parse_qs(urlsplit(other).query)["exp"][0] for other in others}) > 15  # not all at one moment

    given = ask._client.get(address.removeprefix(cdn), headers={"range": "bytes=0-9"})
    assert (given.status_code, given.content) == (206, BYTES[:10])
    public, age, _ = given.headers["cache-control"].split(", ")
    assert (public, abs(int(age.removeprefix("max-age=")) - left) < 5) == ("public", True)
    assert given.headers["cross-origin-resource-policy"] == "cross-origin"  # else no page could show it
    plain = SIGNER.path(KEY, 60)
    assert ask._client.get(plain).headers["cache-control"] == "private, no-store"
    assert ask._client.get(f"{plain}&ref=cdn").status_code == 404
    assert ask._client.get(SIGNER.path(KEY, until=int(time.time()) - 1, reference="cdn")).status_code == 404
    assert ask(variant="512", cookie="").status_code == 401
