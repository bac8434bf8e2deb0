"""A storage in memory, with the house's rule about transactions; `break_with` makes every call of a kind fail."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from photogen.gateways.base import Category, GatewayError, Missing, SignedObject, StoredObject, Waiting
from photogen.kit import guard


class MemoryStorage:
    """`objects` maps keys to (bytes, content type)."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, str]] = {}
        self.failures: dict[str, GatewayError] = {}

    def break_with(self, call: str, error: GatewayError) -> None:
        """From now on the method `call` raises `error`."""
        self.failures[call] = error

    def _call(self, name: str) -> None:
        guard.outside_call(f"storage.{name}")
        if name in self.failures:
            raise self.failures[name]

    def _get(self, key: str) -> tuple[bytes, str]:
        try:
            return self.objects[key]
        except KeyError:
            raise Missing("It is gone.", vendor="storage", code="missing", category=Category.FILE) from None

    def put(self, key: str, data: bytes | BinaryIO | Path, content_type: str) -> StoredObject:
        self._call("put")
        if isinstance(data, Path):
            data = data.read_bytes()
        self.objects[key] = (data if isinstance(data, bytes) else data.read(), content_type)
        return self.stat(key)

    def stat(self, key: str) -> StoredObject:
        self._call("stat")
        data, content_type = self._get(key)
        return StoredObject(key, len(data), content_type, sha256(data).hexdigest()[:16])

    def read(self, key: str) -> bytes:
        self._call("read")
        return self._get(key)[0]

    def stream(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        self._call("stream")
        data = self._get(key)[0][start:end]
        for at in range(0, len(data), 65536):
            yield data[at : at + 65536]

    def download(self, key: str, target: Path) -> None:
        self._call("download")
        target.write_bytes(self._get(key)[0])

    def delete(self, key: str) -> None:
        self._call("delete")
        self.objects.pop(key, None)

    def keys(self, prefix: str, *, after: str = "") -> Iterator[str]:
        self._call("keys")
        return iter(sorted(key for key in self.objects if key.startswith(prefix) and key > after))

    def signed_url(self, key: str, ttl: timedelta, *, reference: str = "", filename: str = "") -> str | None:
        self._call("signed_url")
        return f"https://storage.test/{key}?ref={reference}&name={filename}&ttl={ttl.total_seconds():.0f}"

    def check(self) -> None:
        self._call("check")

    def verify_signature(self, key: str, query: Mapping[str, str]) -> SignedObject | None:
        return None

    def unfinished(self, before: datetime, *, discard: bool = False) -> int:
        self._call("unfinished")
        return 0

    def waiting(self) -> Waiting:
        return Waiting()

    def transfer(self, seconds: float = 240.0) -> int:
        self._call("transfer")
        return 0
