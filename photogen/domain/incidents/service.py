"""Incidents: reported where they are found, told to the operator, resolved by whatever mends them or by hand.

A `Listener` hears of each incident once, when it is opened, inside the transaction that opens it: the one place from
which the operator is told. The log is the first of them; another way of telling pushes its job with `after_commit`.
"""

from collections.abc import Callable, Sequence

from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.incidents import repository
from photogen.domain.incidents.views import IncidentView
from photogen.errors import NotFound
from photogen.kit import log
from photogen.kit.clock import Clock
from photogen.kit.ids import is_id
from photogen.kit.text import t

Listener = Callable[[UnitOfWork, IncidentView], None]
_MOST_LISTED = 200
_BY_ITSELF = "photogen"
_log = log.get("incidents")


def log_it(_uow: UnitOfWork, incident: IncidentView) -> None:
    """Says it in the log, at the level that is looked at."""
    _log.error(
        "incident",
        kind=incident.kind, subject=incident.subject_id, message=incident.message, incident=incident.id,
        **{f"about_{name}": value for name, value in incident.details.items()},
    )  # fmt: skip


class IncidentsService:
    """Steps: report, resolve. Use cases for the operator: open, count, resolve_by_hand."""

    def __init__(self, uow: UowFactory, clock: Clock, listeners: Sequence[Listener] = (log_it,)) -> None:
        self._uow = uow
        self._clock = clock
        self._listeners = listeners

    def report(
        self,
        uow: UnitOfWork,
        kind: str,
        subject_id: str,
        message: str,
        *,
        account_id: str | None = None,
        **details: str | float | bool,
    ) -> IncidentView:
        """Opens an incident, or counts up the open one of this kind and subject. `kind` is a word in snake case,
        `message` says what happened and what to do; `details` go to logs and pages: no secrets, no personal data."""
        row = repository.report(
            uow.session, kind[:40], subject_id[:200], message[:500], account_id, details, self._clock()
        )
        incident = IncidentView.of(row)
        if incident.count == 1:
            for listener in self._listeners:
                listener(uow, incident)
        return incident

    def resolve(self, uow: UnitOfWork, kind: str, subject_id: str) -> bool:
        """What it was about is mended. False when no such incident was open, which is fine."""
        return repository.resolve(uow.session, kind[:40], subject_id[:200], _BY_ITSELF, self._clock())

    def open(self, limit: int = _MOST_LISTED) -> list[IncidentView]:
        """Those that are not resolved, the last seen first; 200 at most."""
        with self._uow() as uow:
            rows = repository.still_open(uow.session, max(1, min(limit, _MOST_LISTED)))
        return [IncidentView.of(row) for row in rows]

    def count(self) -> int:
        """How many are open."""
        with self._uow() as uow:
            return repository.open_count(uow.session)

    def resolve_by_hand(self, incident_id: str, by: str) -> None:
        """The operator says that it is over; `by` is who. Seen again, it is a new one. Raises NotFound."""
        with self._uow() as uow:
            if not is_id(incident_id) or not repository.resolve_one(uow.session, incident_id, by[:80], self._clock()):
                raise NotFound(t("There is no open incident with this id."), code="incident_not_found")
