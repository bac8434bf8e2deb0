"""The services' log files: bounded, and their warnings shown where photogen was started."""

import re
import time
from pathlib import Path

LIMIT = 20_000_000
"""Bytes after which a log is cut; as many of its last ones are kept as `<name>.log.1`, in the place of those before."""
_SHOWN_PER_MINUTE = 20
_WIDTH = 220
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
# structlog's console, its JSON, the standard library's and Granian's form, and PostgreSQL's.
_WARNING = re.compile(
    r"\[(warning|error|critical)\s*\]|\"level\": ?\"(warning|error|critical)\"|^\[?(WARN|WARNING|ERROR|CRITICAL)\b"
    r"|\b(WARNING|ERROR|FATAL|PANIC):  ",
)


def make_room(log: Path) -> None:
    """Puts the log aside when it has grown over the limit. Its writer appends, so it goes on at the new beginning."""
    try:
        size = log.stat().st_size
    except FileNotFoundError:
        return
    if size < LIMIT:
        return
    with log.open("rb+") as file:
        file.seek(size - LIMIT)
        log.with_name(log.name + ".1").write_bytes(file.read())
        file.truncate(0)


class LogFollower:
    """Reads what is added to a log from now on, and picks out warnings and errors."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._at = log.stat().st_size if log.exists() else 0
        self._rest = b""
        self._minute = time.monotonic()
        self._shown = 0

    def warnings(self) -> list[str]:
        """New lines that warn, cut to a length; at most a handful a minute, then a word that there are more."""
        if time.monotonic() - self._minute > 60:
            self._minute, self._shown = time.monotonic(), 0
        found = []
        for line in self._new_lines():
            if not _WARNING.search(line):
                continue
            self._shown += 1
            if self._shown <= _SHOWN_PER_MINUTE:
                found.append(line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…")
            elif self._shown == _SHOWN_PER_MINUTE + 1:
                found.append(f"more of this in {self._log}")
        return found

    def _new_lines(self) -> list[str]:
        try:
            size = self._log.stat().st_size
            if size == self._at:
                return []
            with self._log.open("rb") as file:
                file.seek(self._at if size > self._at else 0)
                data = self._rest + file.read(1_000_000)
                self._at = file.tell()
        except FileNotFoundError:
            return []
        *lines, self._rest = data.split(b"\n")
        return [_ESCAPES.sub("", line.decode("utf-8", "replace")).strip() for line in lines]
