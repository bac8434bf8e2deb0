"""A bucket that is away loses nothing: what it did not take waits on this host, is there for whoever asks, and goes
into the bucket later. Whatever happens in between, the newest bytes win and what was deleted stays deleted."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from photogen.gateways.base import GatewayError, Missing, Retry, Stop, StoredObject
from photogen.gateways.storage.s3 import S3Storage
from photogen.gateways.storage.spooled import SpooledStorage
from tests.fakes.storages import Moody, away, emptied, make_bucket, s3, s3_client, spooled

KEY = "images/01hxyz/original.png"


@pytest.fixture(scope="module")
def bucket(endpoint: str) -> str:
    make_bucket(endpoint, "spooled-storage")
    return "spooled-storage"


@pytest.fixture(scope="module")
def client(endpoint: str, bucket: str) -> Iterator[S3Storage]:
    with closing(s3(endpoint, bucket)) as client:
        yield client


@pytest.fixture
def plain(client: S3Storage) -> S3Storage:
    """The bucket itself, emptied."""
    return emptied(client)


@pytest.fixture
def moody(plain: S3Storage) -> Moody:
    return Moody(plain)


@pytest.fixture
def storage(moody: Moody, tmp_path: Path) -> SpooledStorage:
    return spooled(moody, tmp_path)


@pytest.mark.parametrize("kind", [Retry, Stop])
def test_what_the_bucket_refuses_waits_and_is_moved_later(
    storage: SpooledStorage, moody: Moody, plain: S3Storage, kind: type[GatewayError]
) -> None:
    moody.error = away(kind)
    stored = storage.put(KEY, b"paid for", "image/png")
    assert storage.read(stored.key) == b"paid for"
    waiting = storage.waiting()
    assert (waiting.objects, waiting.bytes) == (1, 8)
    assert waiting.oldest is not None
    assert datetime.now(UTC) - waiting.oldest < timedelta(minutes=1)
    assert storage.transfer() == 0
    assert storage.waiting().objects == 1

    moody.error = None
    assert storage.transfer() == 1
    assert storage.waiting().objects == 0
    assert plain.read(KEY) == b"paid for"
    assert plain.stat(KEY).content_type == "image/png"
    assert storage.read(KEY) == b"paid for"


def test_a_true_bucket_that_nobody_listens_for(tmp_path: Path, endpoint: str, bucket: str) -> None:
    with closing(s3("http://127.0.0.1:9", bucket)) as dead:
        spooled(dead, tmp_path).put(
            KEY, tmp_path / "file" if (tmp_path / "file").write_bytes(b"x") else b"", "image/png"
        )
    with closing(s3(endpoint, bucket)) as alive:
        assert spooled(alive, tmp_path).transfer() == 1
        assert alive.read(KEY) == b"x"


def test_a_newer_put_wins_even_when_the_bucket_is_back(storage: SpooledStorage, moody: Moody, plain: S3Storage) -> None:
    plain.put(KEY, b"first", "image/png")
    moody.error = away()
    storage.put(KEY, b"second", "image/png")
    assert storage.read(KEY) == b"second"
    moody.error = None
    storage.put(KEY, b"third", "image/png")
    assert storage.read(KEY) == b"third"
    assert storage.transfer() == 1
    assert plain.read(KEY) == b"third"
    storage.put(KEY, b"fourth", "image/png")
    assert (storage.waiting().objects, plain.read(KEY)) == (0, b"fourth")


def test_a_delete_deletes_both(storage: SpooledStorage, moody: Moody, plain: S3Storage) -> None:
    plain.put(KEY, b"first", "image/png")
    moody.error = away()
    storage.put(KEY, b"second", "image/png")
    storage.delete(KEY)
    for store in (storage, plain):
        with pytest.raises(Missing):
            store.read(KEY)
    moody.error = None
    assert storage.transfer() == 0


class Slow(Moody):
    """A bucket whose `put` stands still until it is let go."""

    def __init__(self, storage: S3Storage) -> None:
        super().__init__(storage)
        self.begun, self.go = threading.Event(), threading.Event()

    def put(self, key: str, data: bytes | BinaryIO | Path, content_type: str) -> StoredObject:
        self.begun.set()
        assert self.go.wait(20)
        return super().put(key, data, content_type)


@pytest.mark.parametrize("meanwhile", ["delete", "put"])
def test_what_happens_during_a_transfer_comes_after_it(plain: S3Storage, tmp_path: Path, meanwhile: str) -> None:
    before = Moody(plain)
    before.error = away()
    spooled(before, tmp_path).put(KEY, b"old", "image/png")
    slow = Slow(plain)
    storage = spooled(slow, tmp_path)
    transfer = threading.Thread(target=storage.transfer)
    transfer.start()
    assert slow.begun.wait(20)
    other = spooled(Moody(plain), tmp_path)
    act = threading.Thread(
        target=other.delete if meanwhile == "delete" else lambda key: other.put(key, b"new", "image/png"), args=(KEY,)
    )
    act.start()
    slow.go.set()
    transfer.join(20)
    act.join(20)
    other.transfer()
    if meanwhile == "delete":
        with pytest.raises(Missing):
            plain.read(KEY)
    else:
        assert plain.read(KEY) == b"new"
    assert other.waiting().objects == 0


def test_two_movers_share_the_work(plain: S3Storage, tmp_path: Path) -> None:
    moody = Moody(plain)
    moody.error = away()
    first, second = spooled(moody, tmp_path), spooled(moody, tmp_path)
    for number in range(40):
        first.put(f"photos/{number:02}/normal.jpg", b"x", "image/jpeg")
    moody.error = None
    moody.puts.clear()
    movers = [threading.Thread(target=store.transfer) for store in (first, second)]
    for mover in movers:
        mover.start()
    for mover in movers:
        mover.join(30)
    first.transfer()  # a lock is shared by some keys: what one held, the other left
    assert first.waiting().objects == 0
    assert sorted(moody.puts) == sorted(set(moody.puts))
    assert len(list(plain.keys("photos/"))) == 40


_KILLED = """
import os, signal, sys
from pathlib import Path
from photogen.gateways.storage import spooled as module
from tests.fakes.storages import Moody, away, emptied, make_bucket, s3, s3_client, spooled
point, endpoint, bucket, folder = sys.argv[1:]
moody = Moody(s3(endpoint, bucket))
storage = spooled(moody, Path(folder))
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
if point == "while spooling":
    os.fsync = die
elif point == "spooled":
    pass
moody.error = away()
storage.put("images/a/original.png", b"paid for", "image/png")
if point == "spooled":
    die()
moody.error = None
if point == "before the bucket":
    moody.put = die
if point == "after the bucket":
    storage._spool.delete = die
storage.transfer()
"""


@pytest.mark.parametrize("point", ["while spooling", "spooled", "before the bucket", "after the bucket"])
def test_a_killed_process_leaves_a_whole_object_or_none(
    point: str, plain: S3Storage, endpoint: str, bucket: str, tmp_path: Path
) -> None:
    died = subprocess.run([sys.executable, "-c", _KILLED, point, endpoint, bucket, str(tmp_path)], check=False)
    assert died.returncode == -signal.SIGKILL
    storage = spooled(plain, tmp_path)
    if point == "while spooling":
        assert storage.waiting().objects == 0
        assert storage.unfinished(datetime.now(UTC) + timedelta(minutes=1), discard=True) == 1
        assert storage.unfinished(datetime.now(UTC) + timedelta(minutes=1)) == 0
        return
    assert storage.read("images/a/original.png") == b"paid for"
    assert storage.transfer() == 1
    assert plain.read("images/a/original.png") == b"paid for"
    assert storage.waiting().objects == 0


def test_the_lock_of_a_killed_mover_is_free(plain: S3Storage, tmp_path: Path) -> None:
    moody = Moody(plain)
    moody.error = away()
    storage = spooled(moody, tmp_path)
    storage.put(KEY, b"x", "image/png")
    script = (
        "import sys, time; from pathlib import Path; from tests.fakes.storages import spooled\n"
        f"with spooled(None, Path(sys.argv[1]))._turn('{KEY}'):\n    print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    moody.error = None
    assert storage.transfer() == 0
    holder.kill()
    holder.wait(10)
    holder.stdout.close()
    assert storage.transfer() == 1


def test_one_bad_object_does_not_hold_up_the_others_and_a_dead_bucket_is_not_asked_for_each(
    plain: S3Storage, tmp_path: Path
) -> None:
    class Picky(Moody):
        def put(self, key: str, data: bytes | BinaryIO | Path, content_type: str) -> StoredObject:
            self.puts.append(key)
            if self.error is not None or "bad" in key:
                raise away(Stop)
            return plain.put(key, data, content_type)

    picky = Picky(plain)
    picky.error = away()
    storage = spooled(picky, tmp_path)
    for name in ("bad", "c", "d", "e", "f"):
        storage.put(f"photos/{name}/normal.jpg", b"x", "image/jpeg")
    picky.puts.clear()
    storage.transfer()
    assert len(picky.puts) == 3
    picky.error = None
    assert storage.transfer() == 4
    assert storage.waiting().objects == 1


def test_while_the_bucket_rests_it_is_not_asked(moody: Moody, tmp_path: Path) -> None:
    storage = spooled(moody, tmp_path, rest=60.0)
    moody.error = away()
    for number in range(5):
        storage.put(f"photos/{number}/normal.jpg", b"x", "image/jpeg")
    assert moody.puts == ["photos/0/normal.jpg"]
    moody.error = None
    assert storage.transfer() == 5
    moody.puts.clear()
    storage.put("photos/9/normal.jpg", b"x", "image/jpeg")
    assert moody.puts == ["photos/9/normal.jpg"]


def test_a_full_disk_is_said_and_nothing_is_half_there(moody: Moody, tmp_path: Path) -> None:
    storage = spooled(moody, tmp_path, keep_free=1 << 60)
    moody.error = away()
    with pytest.raises(Retry) as raised:
        storage.put(KEY, b"x", "image/png")
    assert raised.value.code == "disk_full"
    assert storage.waiting().objects == 0
    moody.error = None
    storage.put(KEY, b"x", "image/png")


def test_a_folder_without_rights_is_said(moody: Moody, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = spooled(moody, tmp_path)
    moody.error = away()

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(Stop) as raised:
        storage.put(KEY, b"x", "image/png")
    assert raised.value.code == "storage_refused"


def test_an_address_of_ours_goes_on_after_the_transfer(storage: SpooledStorage, moody: Moody) -> None:
    moody.error = away()
    storage.put("weights/a.safetensors", b"x", "application/octet-stream")
    url = storage.signed_url("weights/a.safetensors", timedelta(minutes=5), reference="ref")
    assert url is not None
    assert url.startswith("https://photos.example/media/signed/weights/a.safetensors?")
    moody.error = None
    storage.transfer()
    query = dict(pair.split("=") for pair in url.split("?")[1].split("&"))
    opened = storage.verify_signature("weights/a.safetensors", query)
    assert opened is not None
    assert storage.read(opened.key) == b"x"
    later = storage.signed_url("weights/a.safetensors", timedelta(minutes=5))
    assert later is not None
    assert "X-Amz" in later


def test_no_address_for_what_waits_where_nobody_reaches_us(moody: Moody, tmp_path: Path) -> None:
    storage = spooled(moody, tmp_path, address=None)
    moody.error = away()
    storage.put(KEY, b"x", "image/png")
    assert storage.signed_url(KEY, timedelta(minutes=5)) is None


def test_a_stream_that_was_opened_before_the_transfer_goes_on_after_it(storage: SpooledStorage, moody: Moody) -> None:
    moody.error = away()
    storage.put(KEY, b"0123456789", "image/png")
    unread, half = storage.stream(KEY, 2, 8), storage.stream(KEY)
    moody.error = None
    storage.transfer()
    assert b"".join(unread) == b"234567"
    assert b"".join(half) == b"0123456789"


def test_lists_what_waits_before_it_says_that_the_bucket_is_away(moody: Moody, tmp_path: Path) -> None:
    with closing(s3("http://127.0.0.1:9", "none")) as dead:
        storage = spooled(dead, tmp_path)
        moody.error = away()
        spooled(moody, tmp_path).put(KEY, b"x", "image/png")
        listing = storage.keys("images/")
        assert next(listing) == KEY
        with pytest.raises(Retry):
            next(listing)


def test_the_rows_of_parts_that_nobody_completed_are_found(storage: SpooledStorage, endpoint: str, bucket: str) -> None:
    with closing(s3_client(endpoint)) as client:
        client.create_multipart_upload(Bucket=bucket, Key="weights/half.safetensors")
        later = datetime.now(UTC) + timedelta(days=1)
        assert storage.unfinished(datetime(2000, 1, 1, tzinfo=UTC), discard=True) == 0  # moto's begin in 2010
        assert storage.unfinished(later) == 1
        assert storage.unfinished(later, discard=True) == 1
        assert client.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []


def test_a_put_beside_transfers_that_empty_its_folder(moody: Moody, tmp_path: Path) -> None:
    """The folder of a key goes when the last object in it is moved: no put may fail for that."""
    storage = spooled(moody, tmp_path)
    moody.error = away()
    stop = threading.Event()

    def empty() -> None:
        while not stop.is_set():
            storage._spool.delete("photos/a/x.jpg")
            storage._spool.put("photos/a/x.jpg", b"x", "image/jpeg")

    other = threading.Thread(target=empty)
    other.start()
    try:
        for _ in range(60):
            storage.put("photos/a/y.jpg", b"y", "image/jpeg")
            storage._spool.delete("photos/a/y.jpg")
    finally:
        stop.set()
        other.join(10)
    assert list((tmp_path / "spool" / "objects" / ".incoming").iterdir()) == []
