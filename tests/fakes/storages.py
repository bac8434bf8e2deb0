"""Every kind of storage that an installation can have, real ones: a folder, a bucket on moto's server, a bucket with
its spool, and the spool alone while its bucket is away."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from photogen.gateways.base import Category, GatewayError, Retry, Storage, StoredObject
from photogen.gateways.storage.local import LocalStorage
from photogen.gateways.storage.s3 import S3Storage
from photogen.gateways.storage.signing import Signer
from photogen.gateways.storage.spooled import SpooledStorage

KINDS = ("folder", "bucket", "spooled", "spool alone")
ADDRESS = "https://photos.example"
SIGNER = Signer("s" * 32)


@contextmanager
def moto() -> Iterator[str]:
    """The address of an S3 server of one's own."""
    from moto.server import ThreadedMotoServer  # takes seconds to import, which not all who come here need

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def make_bucket(endpoint: str, name: str) -> None:
    """A new, empty bucket."""
    with closing(s3_client(endpoint)) as client:
        client.create_bucket(Bucket=name)


def s3_client(endpoint: str) -> Any:
    """The bucket's other side, for what a Storage can't do."""
    import boto3

    return boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )


def s3(endpoint: str, bucket: str) -> S3Storage:
    """A client of a bucket."""
    return S3Storage(bucket, access_key="a", secret_key="b", endpoint_url=endpoint)


def emptied(storage: Any) -> Any:
    """The same storage, without anything in it."""
    for key in list(storage.keys("")):
        storage.delete(key)
    return storage


class Moody:
    """A storage that refuses every `put` with `error` while it has one; `puts` are the keys that it was asked for."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.error: GatewayError | None = None
        self.puts: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

    def put(self, key: str, data: bytes | BinaryIO | Path, content_type: str) -> StoredObject:
        self.puts.append(key)
        if self.error is not None:
            raise self.error
        return self._storage.put(key, data, content_type)

    def signed_url(self, key: str, ttl: timedelta, *, reference: str = "", filename: str = "") -> str | None:
        return self._storage.signed_url(key, ttl, reference=reference, filename=filename)


def away(kind: type[GatewayError] = Retry) -> GatewayError:
    """What a bucket that is away raises."""
    return kind("It is away.", vendor="s3", code="storage_failed", category=Category.NETWORK)


@contextmanager
def opened(kind: str, endpoint: str, bucket: str, folder: Path) -> Iterator[Storage]:
    """A storage of that kind, empty if its bucket is."""
    if kind == "folder":
        yield LocalStorage(folder / "objects", SIGNER, address=ADDRESS)
        return
    with closing(s3(endpoint, bucket)) as plain:
        moody = Moody(plain)
        moody.error = away() if kind == "spool alone" else None
        yield plain if kind == "bucket" else spooled(moody, folder)


def spooled(bucket: Any, folder: Path, **more: Any) -> SpooledStorage:
    """A spool before `bucket` that never rests."""
    return SpooledStorage(bucket, folder / "spool", SIGNER, **{"address": ADDRESS, "keep_free": 0, "rest": 0.0, **more})
