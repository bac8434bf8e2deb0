"""Objects as files below one folder, written aside and moved into place."""

import errno
import fcntl
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from photogen.gateways.base import Category, Missing, Retry, SignedObject, Stop, StoredObject, Waiting
from photogen.gateways.examination import Finding
from photogen.gateways.storage.keys import checked, type_of
from photogen.gateways.storage.signing import Signer
from photogen.gateways.storage.trial import tried
from photogen.kit import scratch
from photogen.kit.guard import outside_call
from photogen.kit.ids import new_id
from photogen.kit.text import t

VENDOR = "storage"
_PIECE = 1024 * 1024
_MOVES = 10
_SWEEP_SECONDS = 60.0
_ASIDE = ".incoming"  # on the same file system, and no key can name it


def missing(key: str) -> Missing:
    """The error for an object that isn't there."""
    return Missing(
        t("This file is no longer here. Reload the page; if it stays away, tell the operator."),
        vendor=VENDOR,
        code="object_missing",
        category=Category.FILE,
        words=key,
    )


class LocalStorage:
    """A Storage. The content type of an object is that of its key's suffix; nothing else is kept beside the bytes.

    `address` (scheme://host[:port], no slash) is where vendors reach this installation; None where they can't."""

    def __init__(self, folder: Path, signer: Signer, *, address: str | None) -> None:
        self._folder = folder
        self._aside = folder / _ASIDE
        self._signer = signer
        self._address = address
        self._sweep_at = 0.0

    def put(self, key: str, data: bytes | BinaryIO | Path, content_type: str) -> StoredObject:  # noqa: ARG002
        """Stores atomically and durably: written aside, flushed to the disk, moved. Raises Retry, Stop."""
        outside_call("storage put")
        target = self.path(key)
        aside = self._aside / new_id()
        try:
            self._aside.mkdir(parents=True, exist_ok=True)
            self._sweep()
            with aside.open("wb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)  # held until it is moved, or this process is no more
                if isinstance(data, bytes):
                    file.write(data)
                elif isinstance(data, Path):
                    with data.open("rb") as source:
                        shutil.copyfileobj(source, file, _PIECE)
                else:
                    shutil.copyfileobj(data, file, _PIECE)
                file.flush()
                os.fsync(file.fileno())
            _move(aside, target)
            _sync_folder(target.parent)
        except OSError as error:
            raise disk_trouble(error) from error
        finally:
            with suppress(OSError):  # moved, or never made
                aside.unlink()
        return self.stat(key)

    def _sweep(self) -> None:
        """Deletes what writers that were killed left half written; at most once a minute."""
        if time.monotonic() < self._sweep_at:
            return
        self._sweep_at = time.monotonic() + _SWEEP_SECONDS
        for left in self._aside.iterdir():
            if scratch.abandoned(left):
                left.unlink(missing_ok=True)

    def stat(self, key: str) -> StoredObject:
        """Raises Missing."""
        outside_call("storage stat")
        path = self.path(key)
        try:
            found = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            raise missing(key) from None
        except OSError as error:
            raise disk_trouble(error) from error
        if not path.is_file():
            raise missing(key)
        return StoredObject(
            key,
            found.st_size,
            type_of(key),
            f"{found.st_mtime_ns:x}-{found.st_size:x}",
            datetime.fromtimestamp(found.st_mtime, UTC),
        )

    def read(self, key: str) -> bytes:
        """The whole object; for small ones. Raises Missing."""
        return b"".join(self.stream(key))

    def stream(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Chunks of the bytes from `start` up to and without `end`. Raises Missing at once, not later."""
        stored = self.stat(key)
        return self._chunks(key, max(start, 0), stored.size if end is None else min(end, stored.size))

    def _chunks(self, key: str, start: int, end: int) -> Iterator[bytes]:
        try:
            with self.path(key).open("rb") as file:
                file.seek(start)
                left = end - start
                while left > 0 and (piece := file.read(min(_PIECE, left))):
                    left -= len(piece)
                    yield piece
        except FileNotFoundError:
            raise missing(key) from None
        except OSError as error:
            raise disk_trouble(error) from error

    def download(self, key: str, target: Path) -> None:
        """Writes the object to the file `target`. Raises Missing."""
        outside_call("storage download")
        self.stat(key)
        try:
            shutil.copyfile(self.path(key), target)
        except FileNotFoundError:
            if target.parent.exists():
                raise missing(key) from None
            raise
        except OSError as error:
            raise disk_trouble(error) from error

    def delete(self, key: str) -> None:
        """Deletes, and the folders that became empty; an object that isn't there is fine."""
        outside_call("storage delete")
        path = self.path(key)
        if path.is_dir():
            return  # other keys begin like this one, but it names no object
        try:
            path.unlink()
        except (FileNotFoundError, NotADirectoryError):
            pass
        except OSError as error:
            raise disk_trouble(error) from error
        with suppress(OSError):  # not empty, or gone already
            for folder in path.parents:
                if folder == self._folder:
                    break
                folder.rmdir()

    def keys(self, prefix: str, *, after: str = "") -> Iterator[str]:
        """Every key that begins with `prefix` and comes behind `after`, in the order of their characters."""
        outside_call("storage keys")
        if prefix:
            checked(prefix.rstrip("/"))
        folder, slash, _ = prefix.rpartition("/")
        return self._walk(self._folder / folder, folder + slash, prefix, after)

    def _walk(self, folder: Path, base: str, prefix: str, after: str) -> Iterator[str]:
        """A folder sorts with its slash, as it does in the keys: `a/x` comes behind `a.txt`."""
        try:
            with os.scandir(folder) as entries:
                names = sorted(
                    entry.name + "/" * entry.is_dir(follow_symlinks=False)
                    for entry in entries
                    if not entry.name.startswith(".")
                )
        except (FileNotFoundError, NotADirectoryError):  # none there, or deleted meanwhile
            return
        except OSError as error:
            raise disk_trouble(error) from error
        for name in names:
            key = base + name
            if not key.startswith(prefix) or (key <= after and not after.startswith(key)):
                continue
            if name.endswith("/"):
                yield from self._walk(folder / name, key, prefix, after)
            elif key != after:
                yield key

    def signed_url(self, key: str, ttl: timedelta, *, reference: str = "", filename: str = "") -> str | None:
        """An address of ours with `ref=` and a signature in its query; None where vendors can't reach us."""
        checked(key)
        if self._address is None:
            return None
        return self._address + self._signer.path(key, ttl.total_seconds(), reference=reference, filename=filename)

    def verify_signature(self, key: str, query: Mapping[str, str]) -> SignedObject | None:
        """What a signed address opens, for the media route; None when the signature is wrong or over."""
        try:
            return self._signer.opened(checked(key), query)
        except ValueError:
            return None

    def check(self) -> None:
        """Writes, reads and deletes a small object."""
        key = f"check/{new_id()}.txt"
        self.put(key, b"photogen", "text/plain")
        try:
            self.read(key)
        finally:
            self.delete(key)

    def examine(self) -> Iterator[Finding]:
        """Tries the folder out."""
        yield from tried(self, mend=f"Look at the rights and the disk of {self._folder}.")

    def unfinished(self, before: datetime, *, discard: bool = False) -> int:
        """Files that were being written when their writer was killed."""
        outside_call("storage unfinished")
        count = 0
        try:
            for file in list(self._aside.iterdir()):
                with suppress(FileNotFoundError):  # its writer lives, and has moved it
                    if file.stat().st_mtime < before.timestamp():
                        count += 1
                        if discard:
                            file.unlink()
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise disk_trouble(error) from error
        return count

    def waiting(self) -> Waiting:
        """Nothing ever waits: files are where they belong."""
        return Waiting()

    def transfer(self, seconds: float = 240.0) -> int:  # noqa: ARG002
        """There is nowhere else to go."""
        return 0

    def path(self, key: str) -> Path:
        """The file of the object `key`, whether there is one or not."""
        return self._folder / checked(key)


def _move(aside: Path, target: Path) -> None:
    """A delete of the last object beside it may take the folder, or the one above it, away between any two steps."""
    for left in reversed(range(_MOVES)):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            aside.replace(target)
        except (
            FileNotFoundError,
            FileExistsError,
        ):  # mkdir may find one that then goes
            if not left or not aside.exists():
                raise
        else:
            return


def _sync_folder(folder: Path) -> None:
    """Without this the file's name may be gone after a power cut, though its bytes are there."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return  # deleted already, and the object with it
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def disk_trouble(error: OSError) -> Retry | Stop:
    """The error of the house for a disk that refuses: Stop for missing rights, else Retry (`disk_full`, for one)."""
    words = f"{type(error).__name__}: {error.strerror}"
    if isinstance(error, PermissionError):
        return Stop(
            t("The studio can't use its files. The operator has to look at the data folder's permissions."),
            vendor=VENDOR,
            code="storage_refused",
            category=Category.INTERNAL,
            words=words,
        )
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(words)
    return Retry(
        t("The studio could not store or read a file; its disk has trouble. Try again later, or tell the operator."),
        vendor=VENDOR,
        code="storage_failed",
        category=Category.INTERNAL,
        words=words,
    )


def disk_full(words: str) -> Retry:
    """The error for a file that has no room."""
    return Retry(
        t("The studio's disk is full, so nothing can be stored. Try again later; the operator has to make room."),
        vendor=VENDOR,
        code="disk_full",
        category=Category.INTERNAL,
        words=words,
    )
