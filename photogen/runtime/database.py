"""The database for a command of its own, whether photogen runs at the moment or not."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from photogen.db import embedded
from photogen.runtime.child import Child
from photogen.runtime.instance import Instance
from photogen.runtime.preflight import CannotStart
from photogen.runtime.up import data_folder

_PATIENCE = 60.0


@contextmanager
def reachable() -> Iterator[str]:
    """The address of a database that answers: DATABASE_URL, else the embedded server of the data folder, started for
    as long as the block lasts unless photogen runs on it. Raises CannotStart."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    folder = data_folder()
    instance = Instance(folder)
    server = embedded.EmbeddedPostgres(folder / "postgresql", instance.sockets)
    if server.answers():
        yield server.url()
        return
    with ExitStack() as stack:
        stack.enter_context(instance)
        server.prepare()
        child = Child(
            server.argv,
            log=instance.logs / "postgresql.log",
            cwd=Path("/"),
            stop_signal=embedded.STOP_SIGNAL,
            preexec=server.preexec,
        )
        instance.remember("postgresql", child.pid)
        stack.callback(lambda: child.end(time.monotonic() + 20))
        stack.callback(child.ask_to_stop)
        deadline = time.monotonic() + _PATIENCE
        while not server.answers():
            if child.poll() is not None or time.monotonic() > deadline:
                raise CannotStart("PostgreSQL did not start:\n" + "\n".join(child.tail()), code="service_failed")
            time.sleep(0.05)
        server.ensure_database()
        yield server.url()
