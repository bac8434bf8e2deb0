"""Objects as files below one folder, written aside and moved into place."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from photogen.gateways.base import Category, Missing, Retry, Stop, StoredObject
from photogen.gateways.storage.keys import checked, type_of
from photogen.gateways.storage.signing import SignedObject, Signer
from photogen.kit.guard import outside_call
from photogen.kit.ids import new_id

VENDOR = "storage"
_PIECE = 1024 * 1024
_ASIDE = ".incoming"  # on the same file system, and no key can name it


def missing(key: str) -> Missing:
    """The error for an object that isn't there."""
    return Missing(
        "This file is no longer here. Reload the page; if it stays away, tell the operator.",
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

    def put(self, key: str, data: bytes | BinaryIO | Path, content_type: str) -> StoredObject:  # noqa: ARG002
        """Stores atomically and durably: written aside, flushed to the disk, moved. Raises Retry, Stop."""
        outside_call("storage put")
        target = self._path(key)
        aside = self._aside / new_id()
        try:
            self._aside.mkdir(parents=True, exist_ok=True)
            with aside.open("wb") as file:
                if isinstance(data, bytes):
                    file.write(data)
                elif isinstance(data, Path):
                    with data.open("rb") as source:
                        shutil.copyfileobj(source, file, _PIECE)
                else:
                    shutil.copyfileobj(data, file, _PIECE)
                file.flush()
                os.fsync(file.fileno())
            target.parent.mkdir(parents=True, exist_ok=True)
            aside.replace(target)
            _sync_folder(target.parent)
        except OSError as error:
            raise _trouble(error) from error
        finally:
            aside.unlink(missing_ok=True)
        return self.stat(key)

    def stat(self, key: str) -> StoredObject:
        """Raises Missing."""
        outside_call("storage stat")
        path = self._path(key)
        try:
            found = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            raise missing(key) from None
        except OSError as error:
            raise _trouble(error) from error
        if not path.is_file():
            raise missing(key)
        return StoredObject(key, found.st_size, type_of(key), f"{found.st_mtime_ns:x}-{found.st_size:x}")

    def read(self, key: str) -> bytes:
        """The whole object; for small ones. Raises Missing."""
        return b"".join(self.stream(key))

    def stream(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Chunks of the bytes from `start` up to and without `end`. Raises Missing at once, not later."""
        stored = self.stat(key)
        return self._chunks(key, max(start, 0), stored.size if end is None else min(end, stored.size))

    def _chunks(self, key: str, start: int, end: int) -> Iterator[bytes]:
        try:
            with self._path(key).open("rb") as file:
                file.seek(start)
                left = end - start
                while left > 0 and (piece := file.read(min(_PIECE, left))):
                    left -= len(piece)
                    yield piece
        except FileNotFoundError:
            raise missing(key) from None
        except OSError as error:
            raise _trouble(error) from error

    def download(self, key: str, target: Path) -> None:
        """Writes the object to the file `target`. Raises Missing."""
        outside_call("storage download")
        self.stat(key)
        try:
            shutil.copyfile(self._path(key), target)
        except FileNotFoundError:
            if target.parent.exists():
                raise missing(key) from None
            raise

    def delete(self, key: str) -> None:
        """Deletes, and the folders that became empty; an object that isn't there is fine."""
        outside_call("storage delete")
        path = self._path(key)
        if path.is_dir():
            return  # other keys begin like this one, but it names no object
        try:
            path.unlink()
        except (FileNotFoundError, NotADirectoryError):
            pass
        except OSError as error:
            raise _trouble(error) from error
        with suppress(OSError):  # not empty, or gone already
            for folder in path.parents:
                if folder == self._folder:
                    break
                folder.rmdir()

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key that begins with `prefix`."""
        outside_call("storage keys")
        if prefix:
            checked(prefix.rstrip("/"))
        start = self._folder / prefix.rpartition("/")[0]
        for folder, folders, files in os.walk(start):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(files):
                key = (Path(folder) / name).relative_to(self._folder).as_posix()
                if key.startswith(prefix):
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

    def _path(self, key: str) -> Path:
        return self._folder / checked(key)


def _sync_folder(folder: Path) -> None:
    """Without this the file's name may be gone after a power cut, though its bytes are there."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _trouble(error: OSError) -> Retry | Stop:
    words = f"{type(error).__name__}: {error.strerror}"
    if isinstance(error, PermissionError):
        return Stop(
            "The studio can't use its files. The operator has to look at the data folder's permissions.",
            vendor=VENDOR,
            code="storage_refused",
            category=Category.INTERNAL,
            words=words,
        )
    return Retry(
        "The studio could not store or read a file; its disk may be full. Try again later, or tell the operator.",
        vendor=VENDOR,
        code="storage_failed",
        category=Category.INTERNAL,
        words=words,
    )
