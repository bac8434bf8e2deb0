"""The real servers of the tests, on temporary folders and Unix sockets: no ports, nothing shared with another run."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg.sql import SQL, Identifier

from photogen.db import embedded
from photogen.runtime import valkey
from photogen.runtime.child import Child

_PATIENCE = 30.0


class _Server:
    """Starts on entering, ends and removes its files on leaving."""

    url: str
    _sudden = signal.SIGKILL

    def __init__(self) -> None:
        # Not pytest's own folder: its path is too long for a socket on some machines.
        self.folder = Path(tempfile.mkdtemp(prefix="pg-test-"))

    def _launch(self) -> Child:
        raise NotImplementedError

    def _answers(self) -> bool:
        raise NotImplementedError

    def start(self) -> Self:
        self._child = self._launch()
        deadline = time.monotonic() + _PATIENCE
        while not self._answers():
            if self._child.poll() is not None or time.monotonic() > deadline:
                lines = "\n".join(self._child.tail())
                self.stop()
                raise RuntimeError(f"the test's server did not start:\n{lines}")
            time.sleep(0.02)
        return self

    def stop(self) -> None:
        self._child.ask_to_stop()
        self._child.end(time.monotonic() + 10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self) -> None:
        """Ends it without a word, its files as they are; `start` brings it back."""
        os.kill(self._child.pid, self._sudden)
        self._child.end(time.monotonic() + 10)

    @property
    def pid(self) -> int:
        """Of the process that was started."""
        return self._child.pid

    @property
    def running(self) -> bool:
        """Whether it has been started and lives."""
        return self._child.poll() is None

    def revive(self) -> None:
        """Starts it again if it was killed."""
        if not self.running:
            self.start()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class EmbeddedPostgres(_Server):
    """A PostgreSQL. `url` is its maintenance database.

    Unless it is `durable` it does not wait for the disk, and forgets its last commits when it is killed."""

    _sudden = signal.SIGQUIT  # without a checkpoint; its children go with it

    def __init__(self, *, durable: bool = False) -> None:
        super().__init__()
        self.server = embedded.EmbeddedPostgres(self.folder / "data", self.folder, durable=durable)
        self.url = self.server.url("postgres")

    def _launch(self) -> Child:
        self.server.prepare()
        return Child(
            self.server.argv,
            log=self.folder / "log",
            cwd=Path("/"),
            stop_signal=embedded.STOP_SIGNAL,
            preexec=self.server.preexec,
        )

    def _answers(self) -> bool:
        return self.server.answers()

    def create(self, name: str, *, template: str = "template0") -> str:
        """A new database, a copy of `template` (to which nobody may be connected); gives its address."""
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        return self.server.url(name)

    def address(self, name: str) -> str:
        """Of a database that is there."""
        return self.server.url(name)

    def drop(self, name: str) -> None:
        """Removes the database, whoever is still connected to it."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(SQL(statement).format(*map(Identifier, names)))


class EmbeddedValkey(_Server):
    """A Valkey (or the Redis of the machine). `url` is its database 0."""

    def __init__(self) -> None:
        super().__init__()
        self.server = valkey.EmbeddedValkey(self.folder / "data", self.folder)
        self.url = self.server.url

    def _launch(self) -> Child:
        self.server.prepare()
        return Child(self.server.argv, log=self.folder / "log")

    def _answers(self) -> bool:
        return self.server.answers()


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 10.0, *, every: float = 0.02) -> None:
    """Waits for the effect instead of for a while. Raises AssertionError naming `what` when it doesn't come."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(OSError):
            if condition():
                return
        time.sleep(every)
    raise AssertionError(f"not within {seconds:g} s: {what}")
