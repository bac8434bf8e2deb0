"""This machine: what a start needs before anything is configured."""

import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from photogen.gateways.examination import Finding, failed, good, warning
from photogen.runtime import frontend, preflight
from photogen.runtime.checkup.parts import Part


def parts(folder: Path) -> list[Part]:
    """Python, the pages, the disk."""
    return [
        Part("python", "Python", _python),
        Part("pages", "Pages", _pages),
        Part("disk", "Data folder", lambda: _disk(folder), "PHOTOGEN_DATA"),
        Part("chromium", "Chromium", _chromium, "CHROMIUM_PATH"),
    ]


def _python() -> Iterator[Finding]:
    yield good("version", f"{platform.python_version()} ({sys.executable})")


def _pages() -> Iterator[Finding]:
    if frontend.is_built():
        yield good("built", "built")
    elif shutil.which("node", path=str(Path(sys.executable).parent)) is None:
        yield failed("node", "not built, and Node is missing from .venv", "Run make install.")
    else:
        yield good("built", "not built from the present sources; the next start does that")


def _disk(folder: Path) -> Iterator[Finding]:
    room = preflight.room_on_disk(folder)  # raises when there is too little for a start
    if room:
        yield warning("room", room, "Make room, or name another folder in PHOTOGEN_DATA.")
    else:
        yield good("room", f"{folder}, {shutil.disk_usage(folder).free // 1_000_000_000} GB free")


def _chromium() -> Iterator[Finding]:
    found = preflight.find_chromium()
    yield good("found", str(found) if found else "none; only the browser tests need one")
