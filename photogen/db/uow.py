"""The unit of work: one transaction, and what is to happen after it.

`commit()` stands only here. Jobs leave after the commit, so a worker never meets a row that isn't there yet;
`notify` goes inside the transaction, so pages hear of a change exactly when it becomes visible.
"""

import json
from collections.abc import Callable
from types import TracebackType
from typing import Self

from sqlalchemy import Engine, text
from sqlmodel import Session

from photogen.gateways.base import Job, Queue
from photogen.kit import guard, log

CHANGES = "photogen_changes"
"""The channel on which changed rows are announced: JSON {"account", "kind", "id"}."""

_log = log.get("uow")


class UnitOfWork:
    """A transaction as a context manager: commits at a clean exit, rolls back on an exception.

    `with uow() as u: u.session.add(row); u.after_commit(Job("advance_training", (row.id,)))`
    """

    session: Session

    def __init__(self, engine: Engine, queue: Queue) -> None:
        self._engine = engine
        self._queue = queue
        self._jobs: list[Job] = []

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
        """Announces to open pages that a row of `account_id` changed, when this transaction commits.

        `kind` is the noun: training, generation, credits, photoset, gallery."""
        payload = json.dumps({"account": account_id, "kind": kind, "id": id}, separators=(",", ":"))
        self.session.execute(text("SELECT pg_notify(:channel, :payload)"), {"channel": CHANGES, "payload": payload})

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.session.commit()
            else:
                self.session.rollback()
        finally:
            self.session.close()
            self._mark.__exit__(None, None, None)
        if error is None:
            for job in self._jobs:
                try:
                    self._queue.push(job)
                except Exception as problem:  # noqa: BLE001  (the queue may be down: the schedule takes the row up)
                    _log.warning("job not pushed", job=job.name, error=type(problem).__name__)


UowFactory = Callable[[], UnitOfWork]
"""Makes a fresh unit of work; services hold one of these."""
