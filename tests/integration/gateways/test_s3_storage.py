"""What is peculiar to the bucket, on moto's server; what all storages promise is in test_storages.py."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest

from photogen.gateways.base import Retry, Stop
from photogen.gateways.storage.s3 import S3Storage
from photogen.kit.ids import new_id
from tests.fakes.storages import s3


@pytest.fixture
def storage(endpoint: str, bucket: str) -> Iterator[S3Storage]:
    with closing(s3(endpoint, bucket)) as gateway:
        yield gateway


def test_a_large_object_goes_in_parts(storage: S3Storage, tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(b"y" * (40 * 1024 * 1024))
    stored = storage.put("weights/large.safetensors", path, "application/octet-stream")
    assert stored.size == 40 * 1024 * 1024
    assert stored.etag.endswith("-3")
    assert b"".join(storage.stream(stored.key, 16 * 1024 * 1024 - 1, 16 * 1024 * 1024 + 1)) == b"yy"


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


def test_a_bucket_that_is_not_there_stops(endpoint: str) -> None:
    with closing(s3(endpoint, "no-such-bucket")) as storage:
        with pytest.raises(Stop) as raised:
            storage.put("a.txt", b"x", "text/plain")
        assert raised.value.code == "storage_refused"


def test_a_store_that_is_away_is_tried_again_later() -> None:
    with closing(s3("http://127.0.0.1:9", "photos")) as storage, pytest.raises(Retry):
        storage.read("a.txt")


def test_checks_itself_and_leaves_nothing(storage: S3Storage) -> None:
    storage.check()
    assert list(storage.keys("")) == []
