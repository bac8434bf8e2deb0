"""A data folder while one photogen uses it: who holds it, its secret, its sockets, what a killed start left running."""

import fcntl
import hashlib
import json
import os
import secrets
import signal
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from photogen.db.embedded import socket_fits
from photogen.runtime.preflight import CannotStart, any_port

_LONGEST_SOCKET = ".s.PGSQL.5432.lock"


class Instance:
    """Holds `folder` from entering to leaving. Raises CannotStart on entering while another one holds it.

    The lock is the kernel's, on an open file: it ends with the process however that ends, and no stale file can keep
    anybody out.
    """

    def __init__(self, folder: Path, *, address: str = "") -> None:
        self.folder = folder
        self.logs = folder / "logs"
        self.run = folder / "run"
        self._address = address
        self._children: dict[str, tuple[int, float]] = {}

    def __enter__(self) -> Self:
        self._lock = (self.folder / "lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.seek(0)
            holder = self._lock.read().strip()
            self._lock.close()
            raise CannotStart(
                f"The data folder {self.folder} is in use by another photogen ({holder or 'just starting'}). Open "
                "that one, end it, or give this one a folder and a port of its own: "
                f"PHOTOGEN_DATA={self.folder}-2 PORT={any_port(3001)} make run",
                code="data_folder_in_use",
            ) from None
        self._lock.truncate(0)
        self._lock.write(f"process {os.getpid()}{f', {self._address}' if self._address else ''}")
        self._lock.flush()
        for folder in (self.logs, self.run):
            folder.mkdir(mode=0o700, exist_ok=True)
        self._end_leftovers()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.close()

    @property
    def sockets(self) -> Path:
        """A private folder whose path is short enough for sockets: in the data folder, else below the temporary one."""
        if socket_fits(self.run / _LONGEST_SOCKET):
            return self.run
        return _short_folder(self.folder)

    def secret_key(self) -> str:
        """The installation's secret, made at the first call: what signs sessions and addresses outlives a restart."""
        file = self.folder / "secret_key"
        try:
            return file.read_text().strip()
        except FileNotFoundError:
            pass
        key = secrets.token_urlsafe(48)
        staging = file.with_suffix(".new")
        staging.unlink(missing_ok=True)
        staging.touch(mode=0o600, exist_ok=False)
        staging.write_text(key + "\n")
        staging.replace(file)
        return key

    def port_for(self, name: str) -> int:
        """A free port, the same as last time where that is possible: rows keep addresses of the sandbox."""
        file = self.run / f"{name}.port"
        try:
            wish: int | None = int(file.read_text())
        except (FileNotFoundError, ValueError):
            wish = None
        port = any_port(wish)
        file.write_text(str(port))
        return port

    def remember(self, name: str, pid: int) -> None:
        """Notes a started process, so that the next start can end it if this one is killed."""
        with suppress(psutil.NoSuchProcess):
            self._children[name] = (pid, psutil.Process(pid).create_time())
        self._note(self._children)

    def _note(self, children: Mapping[str, tuple[int, float]]) -> None:
        staging = self.run / "children.new"
        staging.write_text(json.dumps(children))
        staging.replace(self.run / "children.json")

    def _end_leftovers(self) -> None:
        try:
            noted: dict[str, tuple[int, float]] = json.loads((self.run / "children.json").read_text())
        except (FileNotFoundError, ValueError):
            return
        alive = []
        for pid, born in noted.values():
            with suppress(psutil.NoSuchProcess):
                process = psutil.Process(pid)
                if abs(process.create_time() - born) < 1.0:  # else the number went to somebody else
                    # PostgreSQL has its own way (db.embedded); for the others there is nothing to be lost.
                    process.send_signal(signal.SIGINT if "postgres" in process.name() else signal.SIGTERM)
                    alive.append(process)
        _, stubborn = psutil.wait_procs(alive, timeout=10)
        for process in stubborn:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        psutil.wait_procs(stubborn, timeout=5)
        self._note({})


def _short_folder(folder: Path) -> Path:
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"photogen-{os.geteuid()}-{name}"
    if not socket_fits(short / _LONGEST_SOCKET):
        short = Path("/tmp") / short.name  # noqa: S108 (checked below to be ours alone)
    with suppress(FileExistsError):
        short.mkdir(mode=0o700)
    found = short.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) != 0o700:
        raise CannotStart(
            f"{short} belongs to somebody else. Remove it, or choose a data folder with a shorter path "
            "(under 80 characters), whose own folder can then hold the sockets.",
            code="socket_folder",
        )
    return short
