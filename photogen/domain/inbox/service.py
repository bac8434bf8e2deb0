"""The inbox (rule 6): verified events of others go in, are answered at once, and are handled in the worker.

Handlers run outside of any transaction, may be called again for the same event (a worker killed in the middle), and
keep a key of their own on the business object.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from photogen.db.uow import UowFactory
from photogen.domain.inbox import repository
from photogen.domain.inbox.policy import KEPT, patience, storable
from photogen.errors import PhotogenError
from photogen.gateways.base import GatewayError, Job
from photogen.kit import log
from photogen.kit.clock import Clock

_BATCH = 500
_log = log.get("inbox")


@dataclass(frozen=True, slots=True)
class Event:
    """What a handler gets. `subject` is our own row's id where the sender told it."""

    source: str
    event_id: str
    kind: str
    subject: str
    payload: Mapping[str, Any]


Handler = Callable[[Event], None]
"""Does what the event asks for, safely twice. What it raises is recorded, and it is called again later."""


Known = Callable[[str], bool]
"""Whether there is a row of ours with this id."""


class InboxService:
    """`handlers` are by source (replicate, stripe ...), `subjects` by the kind of row that an event may be about."""

    def __init__(
        self,
        uow: UowFactory,
        clock: Clock,
        handlers: Mapping[str, Handler],
        subjects: Mapping[str, Known] | None = None,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._handlers = handlers
        self._subjects = subjects or {}

    def is_about_us(self, kind: str, subject: str) -> bool:
        """Whether `subject` is the id of a row of ours: an event about anything else need not be kept."""
        known = self._subjects.get(kind)
        return known is not None and known(subject)

    def receive(self, source: str, event_id: str, kind: str, subject: str, payload: Mapping[str, Any]) -> bool:
        """Keeps a verified event and hands it to a worker; False when it came before (that is no error)."""
        with self._uow() as uow:
            row_id = repository.insert_or_ignore(
                uow.session, source, event_id, kind, subject, storable(dict(payload)), self._clock()
            )
            if row_id is not None:
                uow.after_commit(Job("handle_event", (row_id,), lane="quick"))
        return row_id is not None

    def handle(self, row_id: str) -> bool:
        """Takes the event up, once at a time and not before it is due; False when there was nothing to do or it failed.

        A failure is recorded on the row and logged, not raised: the event is due again later, until it is given up.
        """
        event = self._take(row_id)
        if event is None:
            return False
        try:
            self._handlers[event.source](event)
        except Exception as error:  # noqa: BLE001  (whatever it is: kept with the event, and tried again)
            _log.warning("event not handled", row=row_id, source=event.source, kind=event.kind, exc_info=True)
            self._close(row_id, error=_words(error))
            return False
        self._close(row_id)
        return True

    def due(self, limit: int = 100) -> list[str]:
        """Ids of events that lost their job or are to be tried again."""
        with self._uow() as uow:
            return repository.due(uow.session, self._clock(), limit)

    def waiting_since(self) -> datetime | None:
        """When the longest unhandled event came in; None when none waits. Health goes red after five minutes."""
        with self._uow() as uow:
            return repository.oldest_unhandled(uow.session)

    def purge(self) -> int:
        """Deletes what was handled long ago; how many events that were. What was given up stays for the operator."""
        before, purged = self._clock() - KEPT, 0
        while True:
            with self._uow() as uow:
                deleted = repository.delete_handled(uow.session, before, _BATCH)
            purged += deleted
            if deleted < _BATCH:
                return purged

    def _take(self, row_id: str) -> Event | None:
        now = self._clock()
        with self._uow() as uow:
            row = repository.locked(uow.session, row_id, wait=False)
            if row is None or row.next_attempt_at is None or row.next_attempt_at > now:
                return None
            row.attempts += 1
            wait = patience(row.attempts)
            # From here until then the event is ours. Killed in between, it is due again.
            row.next_attempt_at = None if wait is None else now + wait
            return Event(row.source, row.event_id, row.kind, row.subject, row.payload)

    def _close(self, row_id: str, *, error: str = "") -> None:
        with self._uow() as uow:
            row = repository.locked(uow.session, row_id, wait=True)
            if row is None:
                return
            row.error = error
            if not error:
                row.handled_at = self._clock()
                row.next_attempt_at = None


def _words(error: Exception) -> str:
    """For the operator, at most 500 characters, without secrets: our own errors speak, of others only the kind does."""
    if isinstance(error, PhotogenError | GatewayError):
        return f"{error.code}: {error.public}"[:500]
    return type(error).__name__
