"""Folders for work in hand: gone when the work is, and soon after when the process was killed in the middle of it.

Somebody's photos lie in them. Whoever works holds a lock on what is his; the system drops it with the process, however
that ends, and `sweep` deletes what nobody holds.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "photogen-work-"
_LOCK = ".lock"
_YOUNG = 10.0
"""Seconds between the making of a thing and the lock on it, at the very most."""


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder of one's own."""
    made = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        with (made / _LOCK).open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            inside = made / "files"
            inside.mkdir()
            yield inside
    finally:
        shutil.rmtree(made, ignore_errors=True)


def sweep() -> int:
    """Deletes folders whose process is gone; how many they were."""
    swept = 0
    for made in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if abandoned(made / _LOCK, else_as_old_as=made):
            shutil.rmtree(made, ignore_errors=True)
            swept += 1
    return swept


def abandoned(file: Path, *, else_as_old_as: Path | None = None) -> bool:
    """Whether nobody holds `file`. One that was made a moment ago counts as held; one that is not there yet is as old
    as `else_as_old_as`."""
    with suppress(OSError):
        if time.time() - (else_as_old_as or file).stat().st_mtime < _YOUNG:
            return False
        try:
            handle = os.open(file, os.O_RDONLY)
        except FileNotFoundError:
            return else_as_old_as is not None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        finally:
            os.close(handle)
    return False
