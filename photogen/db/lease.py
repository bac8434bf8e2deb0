"""Leases: a row in work belongs to one worker at a time, and to nobody once that worker says nothing any more.

Taking is one guarded UPDATE. While the work goes on a thread renews; a worker that lost its lease (it was stopped for
long, the database was away) learns it from `Lease.lost` and from `Leases.mine`, and must not write any more.
"""

import functools
import hashlib
import os
import secrets
import socket
import threading
import time
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar, cast

import psutil
from sqlalchemy import ColumnElement, CursorResult, or_, update
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from photogen.db.uow import UowFactory
from photogen.kit import log
from photogen.kit.clock import Clock
from photogen.models.generation import Shot
from photogen.models.training import Training

Row = TypeVar("Row", Training, Shot)
_log = log.get("lease")


class LostLease(Exception):
    """The row belongs to another worker now. Whoever sees this stops; nothing is wrong with the row."""


_NEVER_SO_FAR = timedelta(hours=2)
"""Nothing is held, or put off, for so long: vendors are waited for for an hour at most."""


def reached(column: Mapped[datetime | None], now: datetime) -> ColumnElement[bool]:
    """Whether that moment has come. One that is further ahead than any that is written was written while a clock was
    ahead, and has come as well: the row would else wait until the true time gets there."""
    return or_(column <= now, column > now + _NEVER_SO_FAR)


_BIRTHS_APART = 5
"""Seconds by which a process's birth may seem to move: it is reckoned from the clock, which is set now and then."""


@functools.lru_cache(maxsize=1)
def _here() -> str:
    """Where a process id means something: this boot of this machine, and in it this container. Names of hosts don't
    tell: containers may share one, and pods of one deployment begin alike."""
    parts = [socket.gethostname()]
    with suppress(OSError):  # Linux; elsewhere the name has to do
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        parts.append(str(Path("/proc/self/ns/pid").stat().st_ino))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@functools.lru_cache(maxsize=1)
def _process(pid: int) -> str:
    return f"{_here()}:{pid}:{psutil.Process(pid).create_time():.0f}"


def new_owner() -> str:
    """A name for one spell of work: place, process and a nonce, so that even the same process has two at two times."""
    return f"{_process(os.getpid())}:{secrets.token_hex(4)}"


def is_dead(owner: str) -> bool:
    """Whether `owner` was a process of this place that no longer runs. Of other places' nothing can be said: False."""
    place, pid, born, _ = owner.split(":") if owner.count(":") == 3 else ("", "0", "0", "")
    if place != _here():
        return False
    try:
        return bool(abs(psutil.Process(int(pid)).create_time() - int(born)) > _BIRTHS_APART)
    except psutil.NoSuchProcess:
        return True


class Lease:
    """A row that is ours while the `with` block runs; renewed by a thread."""

    def __init__(self, leases: "Leases[Training] | Leases[Shot]", id: str, owner: str) -> None:
        self._leases = leases
        self.id = id
        self.owner = owner
        self._until = time.monotonic() + leases.length.total_seconds()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"lease-{id}", daemon=True)

    @property
    def lost(self) -> bool:
        """Whether it may belong to somebody else by now. To be asked right before a paid call."""
        return time.monotonic() >= self._until

    def _beat(self) -> None:
        length = self._leases.length.total_seconds()
        while not self._done.wait(length / 3):
            asked = time.monotonic()
            try:
                if not self._leases.renew(self.id, self.owner):
                    self._until = 0.0
                    return
                self._until = asked + length
            except Exception as error:  # noqa: BLE001  (the database may be away: the lease then simply runs out)
                _log.warning("lease not renewed", id=self.id, error=type(error).__name__)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()


class Leases(Generic[Row]):
    """Leases on the rows of `table`, each `length` long."""

    def __init__(self, uow: UowFactory, clock: Clock, table: type[Row], length: timedelta) -> None:
        self._uow = uow
        self._clock = clock
        self._table: type[Row] = table
        self.length = length

    def take(self, session: Session, id: str) -> Lease | None:
        """Takes the row if nobody has it. The lease is valid once the transaction has committed."""
        table, now, owner = self._table, self._clock(), new_owner()
        free = or_(col(table.lease_until).is_(None), reached(col(table.lease_until), now))
        taken = session.execute(
            update(table)
            .where(col(table.id) == id, free)
            .values(lease_owner=owner, lease_until=now + self.length)
            .execution_options(synchronize_session=False)
        )
        return Lease(self, id, owner) if cast("CursorResult[object]", taken).rowcount == 1 else None

    def renew(self, id: str, owner: str) -> bool:
        """Prolongs; False when the row is somebody else's."""
        table = self._table
        with self._uow() as uow:
            renewed = uow.session.execute(
                update(table)
                .where(col(table.id) == id, col(table.lease_owner) == owner)
                .values(lease_until=self._clock() + self.length)
                .execution_options(synchronize_session=False)
            )
            return cast("CursorResult[object]", renewed).rowcount == 1

    def mine(self, session: Session, lease: Lease) -> Row:
        """The row, locked for update. Raises LostLease when it belongs to somebody else (or is gone)."""
        table = self._table
        row: Row | None = session.exec(
            select(table).where(table.id == lease.id).with_for_update().execution_options(populate_existing=True)
        ).one_or_none()
        if row is None or row.lease_owner != lease.owner:
            raise LostLease(lease.id)
        return row

    def release(self, lease: Lease, next_check_at: datetime) -> str | None:
        """Gives the row back, to be looked at again at `next_check_at`. Gives its status at that moment; None when the
        row was somebody else's already."""
        table = self._table
        with self._uow() as uow:
            released = uow.session.execute(
                update(table)
                .where(col(table.id) == lease.id, col(table.lease_owner) == lease.owner)
                .values(lease_owner="", lease_until=None, next_check_at=next_check_at)
                .returning(col(table.status))
                .execution_options(synchronize_session=False)
            )
            return released.scalar_one_or_none()

    def free_dead(self, statuses: tuple[str, ...]) -> list[str]:
        """Ends the leases of this host's processes that no longer run, so that their rows are due at once."""
        table, now = self._table, self._clock()
        with self._uow() as uow:
            held = uow.session.exec(
                select(table)
                .where(col(table.lease_until) > now, col(table.status).in_(statuses))
                .with_for_update(skip_locked=True)
            ).all()
            dead = [row for row in held if is_dead(row.lease_owner)]
            for row in dead:
                row.lease_owner, row.lease_until, row.next_check_at = "", None, now
                uow.session.add(row)
            return [row.id for row in dead]
