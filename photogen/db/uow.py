"""The unit of work: one transaction, and what is to happen after it.

`commit()` stands only here. Jobs leave after the commit, so a worker never meets a row that isn't there yet;
`notify` goes inside the transaction, so pages hear of a change exactly when it becomes visible.
"""

import json
from collections.abc import Callable
from types import TracebackType
from typing import Self

import psycopg
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from photogen.errors import DatabaseAway
from photogen.gateways.base import Job, Queue
from photogen.kit import guard, log

CHANGES = "photogen_changes"
"""The channel on which changed rows are announced: JSON {"account", "kind", "id"}."""

_NOTIFY = text("SELECT pg_notify(:channel, payload) FROM unnest(CAST(:payloads AS text[])) AS new (payload)")
_log = log.get("uow")


def is_away(error: BaseException | None) -> bool:
    """Whether `error` says that the database can't be reached: refused, cut off, or no connection came free in time.

    What the server itself refused (a lock, a constraint) carries an SQLSTATE and is something else."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or (
            isinstance(error.orig, psycopg.OperationalError) and error.orig.sqlstate is None
        )
    return isinstance(error, PoolTimeout)


class UnitOfWork:
    """A transaction as a context manager: commits at a clean exit, rolls back on an exception. Raises DatabaseAway
    while the database can't be reached; when that happens at the commit, nobody knows whether it took place.

    `with uow() as u: u.session.add(row); u.after_commit(Job("advance_training", (row.id,)))`
    """

    session: Session

    def __init__(self, engine: Engine, queue: Queue) -> None:
        self._engine = engine
        self._queue = queue
        self._jobs: list[Job] = []
        self._news: dict[str, None] = {}

    def __enter__(self) -> Self:
        self._mark = guard.transaction()
        self._mark.__enter__()
        self.session = Session(self._engine, expire_on_commit=False)
        return self

    def after_commit(self, job: Job) -> None:
        """Pushes `job` once the transaction is durable. A job that can't be pushed is logged: the row is the
        job, so the schedule finds it."""
        self._jobs.append(job)

    def notify(self, account_id: str, kind: str, id: str) -> None:
        """Announces to open pages that a row of `account_id` changed, when this transaction commits: all that it
        announces leaves in one statement, each once.

        `kind` is the noun: training, generation, credits, photoset, gallery."""
        self._news[json.dumps({"account": account_id, "kind": kind, "id": id}, separators=(",", ":"))] = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                if self._news:
                    self.session.connection().execute(_NOTIFY, {"channel": CHANGES, "payloads": list(self._news)})
                self.session.commit()
            else:
                self.session.rollback()
        except Exception as problem:
            if is_away(problem):
                raise _away(problem) from problem
            raise
        finally:
            self.session.close()
            self._mark.__exit__(None, None, None)
        if error is not None and is_away(error):
            raise _away(error) from error
        if error is None:
            for job in self._jobs:
                try:
                    self._queue.push(job)
                except Exception as problem:  # noqa: BLE001  (the queue may be down: the schedule takes the row up)
                    _log.warning("job not pushed", job=job.name, error=type(problem).__name__)


def _away(error: BaseException) -> DatabaseAway:
    cause = getattr(error, "orig", None) or error
    _log.warning("the database is away", error=" ".join(str(cause).split())[:300])
    return DatabaseAway()


UowFactory = Callable[[], UnitOfWork]
"""Makes a fresh unit of work; services hold one of these."""
