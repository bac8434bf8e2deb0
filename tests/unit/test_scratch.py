"""Folders for work in hand: nobody's photos stay in them, whatever becomes of the process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from photogen.kit import scratch

_KILLED = """
import os, signal
from photogen.kit import scratch
with scratch.folder() as folder:
    (folder / "photos.zip").write_bytes(b"faces")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The machine's folder for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def aged(path: Path) -> None:
    moment = time.time() - 60
    os.utime(path, (moment, moment))


def test_it_is_gone_when_the_work_is(here: Path) -> None:
    def work() -> None:
        with scratch.folder() as folder:
            assert list(folder.iterdir()) == []
            (folder / "photos.zip").write_bytes(b"faces")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert list(here.iterdir()) == []


def test_what_a_killed_process_left_is_swept_and_nothing_else(here: Path) -> None:
    subprocess.run([sys.executable, "-c", _KILLED], env={**os.environ, "TMPDIR": str(here)}, check=False)
    (left,) = here.iterdir()
    assert scratch.sweep() == 0  # too young to be sure
    aged(left)
    with scratch.folder() as folder:
        (folder / "mine").touch()
        aged(folder.parent)
        assert scratch.sweep() == 1
        assert (folder / "mine").exists()
    assert not left.exists()


def test_a_process_killed_before_it_had_the_lock(here: Path) -> None:
    left = here / "photogen-work-early"
    left.mkdir()
    aged(left)
    assert scratch.sweep() == 1
    assert not left.exists()
