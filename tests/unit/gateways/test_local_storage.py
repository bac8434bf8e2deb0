"""Files below one folder: whole or not at all, never outside of it, opened by signature for a while."""

import errno
import fcntl
import io
import os
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from photogen.gateways.base import GatewayError, Missing, Retry, Stop
from photogen.gateways.storage.local import LocalStorage
from photogen.gateways.storage.signing import ROUTE, Signer

SIGNER = Signer("s" * 32)
BAD_KEYS = (
    "",
    "/etc/passwd",
    "../x",
    "a/../b",
    "a//b",
    "a/.hidden",
    ".incoming/x",
    "a\\b",
    "a\x00b",
    "a b",
    "ü",
    "a/",
    "x" * 600,
)


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "objects", SIGNER, address="https://photos.example")


def test_a_broken_source_leaves_the_old_bytes(storage: LocalStorage) -> None:
    class Breaks(io.RawIOBase):
        calls = 0

        def read(self, size: int = -1) -> bytes:
            self.calls += 1
            if self.calls > 1:
                raise RuntimeError("cut")
            return b"new"

    storage.put("a.txt", b"old", "text/plain")
    with pytest.raises(RuntimeError):
        storage.put("a.txt", Breaks(), "text/plain")  # type: ignore[arg-type]
    assert storage.read("a.txt") == b"old"
    assert list(storage.keys("")) == ["a.txt"]


def test_what_is_not_there(storage: LocalStorage, tmp_path: Path) -> None:
    storage.put("folder/a.txt", b"x", "text/plain")
    for key in ("nothing", "folder", "folder/a.txt/deeper"):
        with pytest.raises(Missing):
            storage.stat(key)
        with pytest.raises(Missing):
            storage.stream(key)
        with pytest.raises(Missing):
            storage.download(key, tmp_path / "copy")
        storage.delete(key)
    assert storage.read("folder/a.txt") == b"x"


@pytest.mark.parametrize("key", BAD_KEYS)
def test_no_key_leads_outside(storage: LocalStorage, key: str) -> None:
    for call in (storage.stat, storage.read, storage.delete, lambda k: storage.put(k, b"", "x/y")):
        with pytest.raises(ValueError, match="not a storage key"):
            call(key)
    assert storage.verify_signature(key, {"exp": "9", "sig": "x"}) is None


def test_lists_and_deletes(storage: LocalStorage) -> None:
    for key in ("images/1/a.png", "images/1/b.png", "images/12/a.png", "photos/1/a.png"):
        storage.put(key, b"x", "image/png")
    assert list(storage.keys("images/1/")) == ["images/1/a.png", "images/1/b.png"]
    assert len(list(storage.keys("images/1"))) == 3
    assert len(list(storage.keys(""))) == 4
    storage.delete("photos/1/a.png")
    storage.delete("photos/1/a.png")
    assert list(storage.keys("photos/")) == []


def opened(storage: LocalStorage, url: str | None, **changes: str) -> object:
    assert url is not None
    parts = urlsplit(url)
    assert parts.path.startswith(ROUTE)
    query = dict(parse_qsl(parts.query)) | changes
    return storage.verify_signature(parts.path.removeprefix(ROUTE), query)


def test_a_signed_address_opens_one_object_and_carries_the_reference(storage: LocalStorage) -> None:
    url = storage.signed_url("d/x.zip", timedelta(minutes=5), reference="abc123", filename="Föhn photos.zip")
    assert url is not None
    assert url.startswith("https://photos.example/media/signed/d/x.zip?")
    assert "ref=abc123" in url
    found = opened(storage, url)
    assert found is not None
    assert (found.key, found.reference, found.filename) == ("d/x.zip", "abc123", "Föhn photos.zip")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "change",
    [
        {"exp": "99999999999"},
        {"ref": "other"},
        {"name": "evil.html"},
        {"sig": "0" * 64},
        {"sig": ""},
        {"sig": "é"},
        {"exp": "x"},
    ],
)
def test_whoever_changes_it_stays_outside(storage: LocalStorage, change: dict[str, str]) -> None:
    url = storage.signed_url("d/x.zip", timedelta(minutes=5), reference="abc123")
    assert opened(storage, url, **change) is None


def test_it_ends_and_belongs_to_one_key_and_one_installation(storage: LocalStorage, tmp_path: Path) -> None:
    assert opened(storage, storage.signed_url("d/x.zip", timedelta(seconds=-1))) is None
    url = storage.signed_url("d/x.zip", timedelta(minutes=5))
    assert url is not None
    query = dict(parse_qsl(urlsplit(url).query))
    assert storage.verify_signature("d/y.zip", query) is None
    other = LocalStorage(tmp_path, Signer("t" * 32), address=None)
    assert other.verify_signature("d/x.zip", query) is None


def test_no_address_where_nobody_reaches_us(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path, SIGNER, address=None)
    assert storage.signed_url("d/x.zip", timedelta(minutes=5)) is None


def test_checks_itself_and_leaves_nothing(storage: LocalStorage) -> None:
    storage.check()
    assert list(storage.keys("")) == []


@pytest.mark.parametrize(
    ("number", "error"), [(errno.EACCES, Stop), (errno.EIO, Retry), (errno.EROFS, Retry), (errno.ENOSPC, Retry)]
)
def test_a_disk_that_refuses_is_said_in_words_of_the_house(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch, number: int, error: type[GatewayError]
) -> None:
    storage.put("images/a.png", b"x", "image/png")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, "refused")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        with pytest.raises(error):
            storage.delete("images/a.png")
    stream = storage.stream("images/a.png")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        with pytest.raises(error):
            list(stream)
    assert storage.read("images/a.png") == b"x"


def test_what_a_killed_writer_left_half_written_is_swept(storage: LocalStorage, tmp_path: Path) -> None:
    aside = tmp_path / "objects" / ".incoming"
    aside.mkdir(parents=True)
    left, fresh, held = aside / "left", aside / "fresh", aside / "held"
    for file in (left, fresh, held):
        file.write_bytes(b"half of a face")
    for file in (left, held):
        os.utime(file, (time.time() - 60, time.time() - 60))
    with held.open("rb") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        storage.put("images/a/original.png", b"x", "image/png")
    assert sorted(file.name for file in aside.iterdir()) == ["fresh", "held"]
