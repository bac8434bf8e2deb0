"""What every storage promises, each of them held to it."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from photogen.gateways.base import Missing, Storage
from photogen.kit.guard import OutsideCallInTransaction, transaction
from tests.fakes.storages import KINDS, emptied, make_bucket, opened

NAMES = ("a", "a-b/x.txt", "a.txt", "a/b/c.txt", "a/b.txt", "a0", "b/a.txt")


@pytest.fixture(scope="module", params=KINDS)
def kept(request: pytest.FixtureRequest, endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    name = f"storages-{KINDS.index(request.param)}"
    make_bucket(endpoint, name)
    with opened(request.param, endpoint, name, tmp_path_factory.mktemp("storage")) as storage:
        yield storage


@pytest.fixture
def storage(kept: Storage) -> Storage:
    emptied(kept)
    return kept


@pytest.mark.parametrize("form", ["bytes", "file", "path"])
def test_stores_and_gives_back(storage: Storage, tmp_path: Path, form: str) -> None:
    data = b"x" * 3_000_000
    (tmp_path / "source").write_bytes(data)
    source = {"bytes": data, "file": io.BytesIO(data), "path": tmp_path / "source"}[form]
    stored = storage.put("images/a/original.png", source, "image/png")  # type: ignore[arg-type]
    assert (stored.key, stored.size, stored.content_type) == ("images/a/original.png", 3_000_000, "image/png")
    assert stored.modified is not None
    assert abs(stored.modified - datetime.now(UTC)) < timedelta(minutes=1)
    assert storage.stat(stored.key) == stored
    assert storage.read(stored.key) == data
    storage.download(stored.key, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == data


def test_a_large_object_is_never_held_whole(storage: Storage, tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(b"y" * (20 * 1024 * 1024))
    storage.put("weights/large.safetensors", path, "application/octet-stream")
    sizes = [len(chunk) for chunk in storage.stream("weights/large.safetensors")]
    assert sum(sizes) == 20 * 1024 * 1024
    assert max(sizes) <= 1024 * 1024


def test_the_etag_changes_with_the_bytes(storage: Storage) -> None:
    first = storage.put("a.txt", b"one", "text/plain")
    assert storage.put("a.txt", b"two!", "text/plain").etag != first.etag
    assert storage.read("a.txt") == b"two!"


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        (0, None, b"0123456789"),
        (3, None, b"3456789"),
        (3, 5, b"34"),
        (8, 99, b"89"),
        (10, None, b""),
        (5, 3, b""),
        (99, None, b""),
        (-3, 2, b"01"),
    ],
)
def test_ranges(storage: Storage, start: int, end: int | None, wanted: bytes) -> None:
    storage.put("a.txt", b"0123456789", "text/plain")
    assert b"".join(storage.stream("a.txt", start, end)) == wanted


def test_what_is_not_there(storage: Storage, tmp_path: Path) -> None:
    for call in (storage.stat, storage.read, storage.stream, lambda key: storage.download(key, tmp_path / "copy")):
        with pytest.raises(Missing):
            call("nothing/here.png")
    storage.delete("nothing/here.png")
    assert not (tmp_path / "copy").exists()


def test_lists_in_order_from_anywhere_and_deletes(storage: Storage) -> None:
    names = [f"list/{name}" for name in NAMES if name != "a"]
    for name in names:
        storage.put(name, b"x", "text/plain")
    wanted = sorted(names)
    assert list(storage.keys("list/")) == wanted
    for at in range(len(wanted)):
        assert list(storage.keys("list/", after=wanted[at])) == wanted[at + 1 :]
    assert list(storage.keys("list/a/", after="list/a/b/")) == ["list/a/b/c.txt"]
    assert list(storage.keys("list/a")) == [name for name in wanted if name.startswith("list/a")]
    storage.delete("list/a/b/c.txt")
    storage.delete("list/a/b/c.txt")
    assert list(storage.keys("list/a/")) == ["list/a/b.txt"]


@pytest.mark.parametrize("key", ["", "/etc/passwd", "../x", "a/../b", "a//b", ".incoming/x", "a\x00b", "ü", "x" * 600])
def test_no_key_leads_elsewhere(storage: Storage, key: str) -> None:
    for call in (storage.stat, storage.read, storage.delete, lambda k: storage.put(k, b"", "x/y")):
        with pytest.raises(ValueError, match="not a storage key"):
            call(key)


def test_a_signed_address_carries_the_reference_and_the_suffix(storage: Storage) -> None:
    storage.put("datasets/x.zip", b"zip", "application/zip")
    url = storage.signed_url("datasets/x.zip", timedelta(minutes=5), reference="abc123")
    assert url is not None
    path, _, query = url.partition("?")
    assert path.endswith("datasets/x.zip")
    assert "abc123" in query
    if "X-Amz" in query:
        assert httpx.get(url, trust_env=False).content == b"zip"
    else:
        opened = storage.verify_signature("datasets/x.zip", httpx.QueryParams(query))
        assert opened is not None
        assert (opened.key, opened.reference) == ("datasets/x.zip", "abc123")
    assert storage.verify_signature("datasets/x.zip", {"exp": "99999999999", "sig": "x"}) is None


def test_nothing_is_touched_within_a_transaction(storage: Storage) -> None:
    with transaction(), pytest.raises(OutsideCallInTransaction):
        storage.put("never.txt", b"x", "text/plain")
    assert list(storage.keys("never")) == []
    assert storage.waiting().objects == 0
