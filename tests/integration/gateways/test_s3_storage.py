"""The bucket, on moto's server: the same promises as the folder's."""

import io
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer

from photogen.gateways.base import Missing, Retry, Stop
from photogen.gateways.storage.s3 import S3Storage
from photogen.kit.guard import OutsideCallInTransaction, transaction
from photogen.kit.ids import new_id

BUCKET = "photogen-test"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    client = boto3.client(
        "s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    client.create_bucket(Bucket=BUCKET)
    client.close()
    yield address
    server.stop()


@pytest.fixture
def storage(endpoint: str) -> Iterator[S3Storage]:
    with closing(S3Storage(BUCKET, access_key="a", secret_key="b", endpoint_url=endpoint)) as gateway:
        yield gateway


@pytest.mark.parametrize("form", ["bytes", "file", "path"])
def test_stores_and_gives_back(storage: S3Storage, tmp_path: Path, form: str) -> None:
    data = b"x" * 3_000_000
    (tmp_path / "source").write_bytes(data)
    source = {"bytes": data, "file": io.BytesIO(data), "path": tmp_path / "source"}[form]
    stored = storage.put(f"images/{form}/original.png", source, "image/png")  # type: ignore[arg-type]
    assert (stored.size, stored.content_type) == (3_000_000, "image/png")
    assert storage.stat(stored.key) == stored
    assert storage.read(stored.key) == data
    storage.download(stored.key, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == data


def test_a_large_object_goes_in_parts(storage: S3Storage, tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(b"y" * (40 * 1024 * 1024))
    stored = storage.put("weights/large.safetensors", path, "application/octet-stream")
    assert stored.size == 40 * 1024 * 1024
    assert stored.etag.endswith("-3")
    assert b"".join(storage.stream(stored.key, 16 * 1024 * 1024 - 1, 16 * 1024 * 1024 + 1)) == b"yy"


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [(0, None, b"0123456789"), (3, None, b"3456789"), (3, 5, b"34"), (8, 99, b"89"), (10, None, b""), (5, 3, b"")],
)
def test_ranges(storage: S3Storage, start: int, end: int | None, wanted: bytes) -> None:
    storage.put("a.txt", b"0123456789", "text/plain")
    assert b"".join(storage.stream("a.txt", start, end)) == wanted


def test_what_is_not_there(storage: S3Storage, tmp_path: Path) -> None:
    for call in (storage.stat, storage.read, storage.stream, lambda key: storage.download(key, tmp_path / "copy")):
        with pytest.raises(Missing):
            call("nothing/here.png")
    storage.delete("nothing/here.png")
    assert not (tmp_path / "copy").exists()


def test_lists_in_pages_and_deletes(storage: S3Storage) -> None:
    for number in range(3):
        storage.put(f"list/{number}.txt", b"x", "text/plain")
    assert list(storage.keys("list/")) == ["list/0.txt", "list/1.txt", "list/2.txt"]
    storage.delete("list/1.txt")
    assert list(storage.keys("list/")) == ["list/0.txt", "list/2.txt"]


def test_a_signed_address_needs_no_key_and_carries_the_reference(storage: S3Storage) -> None:
    storage.put("datasets/x.zip", b"zip", "application/zip")
    reference = new_id()
    url = storage.signed_url("datasets/x.zip", timedelta(minutes=5), reference=reference)
    assert url is not None
    path, _, query = url.partition("?")
    assert path.endswith(".zip")
    assert reference in query
    assert f"ref={reference}" in unquote(query)
    assert "X-Amz-SignedHeaders" in query
    answer = httpx.get(url, trust_env=False)
    assert answer.content == b"zip"
    assert reference in answer.headers["content-disposition"]


def test_a_signed_address_lives_a_week_at_most_and_names_the_download(storage: S3Storage) -> None:
    storage.put("datasets/x.zip", b"zip", "application/zip")
    url = storage.signed_url("datasets/x.zip", timedelta(days=30), filename='my "photos"\r\n.zip')
    assert url is not None
    assert "X-Amz-Expires=604800" in url
    assert httpx.get(url, trust_env=False).headers["content-disposition"] == 'attachment; filename="my photos.zip"'


def test_no_key_leads_elsewhere(storage: S3Storage) -> None:
    for key in ("../x", "/x", "a//b", ""):
        with pytest.raises(ValueError, match="not a storage key"):
            storage.put(key, b"", "text/plain")


def test_a_bucket_that_is_not_there_stops(endpoint: str) -> None:
    with closing(S3Storage("no-such-bucket", access_key="a", secret_key="b", endpoint_url=endpoint)) as storage:
        with pytest.raises(Stop) as raised:
            storage.put("a.txt", b"x", "text/plain")
        assert raised.value.code == "storage_refused"


def test_a_store_that_is_away_is_tried_again_later() -> None:
    away = S3Storage(BUCKET, access_key="a", secret_key="b", endpoint_url="http://127.0.0.1:9")
    with closing(away) as storage, pytest.raises(Retry):
        storage.read("a.txt")


def test_checks_itself_and_leaves_nothing(storage: S3Storage) -> None:
    storage.check()
    assert list(storage.keys("check/")) == []


def test_nothing_is_touched_within_a_transaction(storage: S3Storage) -> None:
    with transaction(), pytest.raises(OutsideCallInTransaction):
        storage.put("never.txt", b"x", "text/plain")
    assert list(storage.keys("never")) == []
