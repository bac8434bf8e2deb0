"""A bucket with a spool on this host's disk: what the bucket does not take is kept here, and moved there later.

Bytes that were paid for must not be lost because a bucket is away, or its key was revoked. So a `put` that fails ends
in the spool, a folder of plain files. Three rules keep the two apart:

- What the spool holds is newer than what the bucket holds under the same key. So it is asked first, and a `put` while
  an older one still waits joins it there.
- A file leaves the spool only when the bucket has its bytes, or when the object is deleted.
- Both happen under a lock for the key: else a transfer under way could bring back what was deleted meanwhile. The lock
  is the kernel's, on an open file: it ends with its process however that ends.

The folder is all the memory there is: a killed process leaves files, which the next one finds. The processes of one
host (or of hosts that share the folder) see one spool. Hosts that don't share it can't see what waits on another until
it has been moved; a row naming the host could say where the bytes are, but not bring them.
"""

import fcntl
import shutil
import tempfile
import time
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from photogen.gateways.base import GatewayError, Missing, Retry, SignedObject, Stop, Storage, StoredObject, Waiting
from photogen.gateways.examination import Examinable, Finding, good, warning
from photogen.gateways.storage.keys import checked, type_of
from photogen.gateways.storage.local import LocalStorage, disk_full, disk_trouble
from photogen.gateways.storage.signing import Signer
from photogen.kit import log

KEEP_FREE = 500_000_000
"""Bytes that the spool leaves free: the database may live on the same disk, and must not stop for a bucket's sake."""
_LOCKS = 256
_REST = 15.0
"""Seconds after a failure in which this process does not try the bucket anew: each try waits for its time-out."""
_FAILURES = 3
"""Failures after which a transfer takes the bucket for away, and not these objects for odd."""

_log = log.get("storage")


class SpooledStorage:
    """A Storage. A spooled object's content type is that of its key's suffix, which is what all callers give.

    `address` is where vendors reach this installation, None where they can't: what waits is fetched from us."""

    def __init__(
        self,
        bucket: Storage,
        folder: Path,
        signer: Signer,
        *,
        address: str | None,
        keep_free: int = KEEP_FREE,
        rest: float = _REST,
    ) -> None:
        self._bucket = bucket
        self._folder = folder
        self._spool = LocalStorage(folder / "objects", signer, address=address)
        self._keep_free = keep_free
        self._rest = rest
        self._rest_until = float("-inf")

    def put(self, key: str, data: bytes | BinaryIO | Path, content_type: str) -> StoredObject:
        """Stores in the bucket, else in the spool. Raises Retry (`disk_full`) and Stop when neither takes it."""
        if not isinstance(data, bytes | Path):
            with self._written_down(data) as file:
                return self.put(key, file, content_type)
        trouble: GatewayError | None = None
        if time.monotonic() >= self._rest_until and not self._waits(key):
            try:
                return self._bucket.put(key, data, content_type)
            except (Retry, Stop) as error:
                self._rest_until = time.monotonic() + self._rest
                trouble = error
                _log.warning("kept here until the bucket takes it", key=key, code=error.code, words=error.words)
        with self._turn(key):
            self._leave_room()
            try:
                return self._spool.put(key, data, content_type)
            except GatewayError as error:
                raise error from trouble

    def stat(self, key: str) -> StoredObject:
        """Raises Missing."""
        try:
            return self._spool.stat(key)
        except Missing:
            return self._bucket.stat(key)

    def read(self, key: str) -> bytes:
        """The whole object; for small ones. Raises Missing."""
        try:
            return self._spool.read(key)
        except Missing:
            return self._bucket.read(key)

    def stream(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Chunks of the bytes from `start` up to and without `end`. Raises Missing at once, not later."""
        try:
            chunks = self._spool.stream(key, start, end)
        except Missing:
            return self._bucket.stream(key, start, end)
        return self._from_either(chunks, key, start, end)

    def _from_either(self, chunks: Iterator[bytes], key: str, start: int, end: int | None) -> Iterator[bytes]:
        """The file is opened at the first chunk; it may have been moved since it was seen."""
        try:
            yield from chunks
        except Missing:
            yield from self._bucket.stream(key, start, end)

    def download(self, key: str, target: Path) -> None:
        """Writes the object to the file `target`. Raises Missing."""
        try:
            self._spool.download(key, target)
        except Missing:
            self._bucket.download(key, target)

    def delete(self, key: str) -> None:
        """Deletes in both; an object that isn't there is fine."""
        if not self._waits(key):
            self._bucket.delete(key)
            return
        with self._turn(key):
            self._spool.delete(key)
            self._bucket.delete(key)

    def keys(self, prefix: str, *, after: str = "") -> Iterator[str]:
        """Every key that begins with `prefix` and comes behind `after`, in the order of their characters. While the
        bucket is away, those of the spool, and then the bucket's error."""
        here = deque(self._spool.keys(prefix, after=after))
        trouble: GatewayError | None = None
        try:
            for key in self._bucket.keys(prefix, after=after):
                while here and here[0] < key:
                    yield here.popleft()
                if here and here[0] == key:
                    here.popleft()
                yield key
        except GatewayError as error:
            trouble = error
        yield from here
        if trouble is not None:
            raise trouble

    def signed_url(self, key: str, ttl: timedelta, *, reference: str = "", filename: str = "") -> str | None:
        """The bucket's address, or ours for what waits: it goes on working after the transfer."""
        store: Storage = self._spool if self._waits(key) else self._bucket
        return store.signed_url(key, ttl, reference=reference, filename=filename)

    def verify_signature(self, key: str, query: Mapping[str, str]) -> SignedObject | None:
        """What an address of ours opens."""
        return self._spool.verify_signature(key, query)

    def check(self) -> None:
        """Asks the bucket: an installation that only spools is not ready."""
        self._bucket.check()

    def examine(self) -> Iterator[Finding]:
        """What waits here, and then the bucket."""
        left = self.waiting()
        if left.objects:
            since = f", the oldest since {left.oldest:%Y-%m-%d %H:%M} UTC" if left.oldest else ""
            yield warning(
                "waiting",
                f"{left.objects} objects ({left.bytes} bytes) wait on this host for the bucket{since}",
                "They are moved by the worker as soon as the bucket takes them. Keep the data folder until then.",
            )
        else:
            yield good("waiting", "nothing waits for the bucket")
        if isinstance(self._bucket, Examinable):
            yield from self._bucket.examine()

    def unfinished(self, before: datetime, *, discard: bool = False) -> int:
        """Of both."""
        return self._spool.unfinished(before, discard=discard) + self._bucket.unfinished(before, discard=discard)

    def waiting(self) -> Waiting:
        """What is in the spool."""
        found = list(self._spooled())
        oldest = datetime.fromtimestamp(found[0][0], UTC) if found else None
        return Waiting(len(found), sum(size for _, size, _ in found), oldest)

    def transfer(self, seconds: float = 240.0) -> int:
        """Moves what waits into the bucket, oldest first. Several may try at once: each object has one turn."""
        moved = failures = 0
        deadline = time.monotonic() + seconds
        for _, _, key in self._spooled():
            if time.monotonic() > deadline:
                break
            with self._turn(key, patient=False) as mine:
                if not mine or not self._waits(key):
                    continue
                try:
                    self._bucket.put(key, self._spool.path(key), type_of(key))
                except GatewayError as error:
                    failures += 1
                    _log.warning("not moved into the bucket yet", key=key, code=error.code, words=error.words)
                    if failures == _FAILURES:
                        break
                    continue
                self._spool.delete(key)
                self._rest_until = float("-inf")
                moved += 1
        if moved or failures:
            left = self.waiting()
            _log.info("spool", moved=moved, objects=left.objects, bytes=left.bytes, oldest=str(left.oldest or ""))
        return moved

    def _spooled(self) -> list[tuple[float, int, str]]:
        """Moment (seconds), size and key of what waits, oldest first."""
        found = []
        for key in self._spool.keys(""):
            try:
                file = self._spool.path(key).stat()
            except FileNotFoundError:
                continue
            found.append((file.st_mtime, file.st_size, key))
        return sorted(found)

    def _waits(self, key: str) -> bool:
        try:
            self._spool.stat(key)
        except Missing:
            return False
        return True

    def _leave_room(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(self._folder).free
        except OSError as error:
            raise disk_trouble(error) from error
        if free < self._keep_free:
            raise disk_full(f"{free} bytes are free; the spool leaves {self._keep_free}")

    @contextmanager
    def _written_down(self, source: BinaryIO) -> Iterator[Path]:
        """A stream can be read once, and two may want it."""
        with tempfile.NamedTemporaryFile(prefix="photogen-") as file:
            try:
                shutil.copyfileobj(source, file)
                file.flush()
            except OSError as error:
                raise disk_trouble(error) from error
            yield Path(file.name)

    @contextmanager
    def _turn(self, key: str, *, patient: bool = True) -> Iterator[bool]:
        """Whether the key is ours within the block: False only for the impatient. Some keys share a lock, so that the
        files of the locks never have to be deleted."""
        name = f"{zlib.crc32(checked(key).encode()) % _LOCKS:02x}"
        try:
            folder = self._folder / "locks"
            folder.mkdir(parents=True, exist_ok=True)
            file = (folder / name).open("wb")
        except OSError as error:
            raise disk_trouble(error) from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if patient else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
                return
            yield True
