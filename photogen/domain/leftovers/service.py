"""Leftovers: written by whoever tried to delete, shown to the operator, an incident once they are a day old."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.incidents import IncidentsService
from photogen.domain.leftovers import repository
from photogen.domain.leftovers.views import LeftoverView, Remains
from photogen.errors import NotFound
from photogen.kit.clock import Clock
from photogen.kit.ids import is_id
from photogen.kit.text import t
from photogen.models.leftover import Leftover, LeftoverOf

TOO_OLD = timedelta(days=1)
"""After which the operator is told: vendors delete within minutes, and an outage rarely lasts a day."""
INCIDENT = "left_behind"
_MOST_LISTED = 200


class LeftoversService:
    """Steps: record. Use cases: list, count, get. `record` is called with the owner's row locked, or by its one job."""

    def __init__(self, uow: UowFactory, clock: Clock, incidents: IncidentsService) -> None:
        self._uow = uow
        self._clock = clock
        self._incidents = incidents

    def record(
        self, uow: UnitOfWork, owner: LeftoverOf, owner_id: str, remains: Sequence[Remains], since: datetime
    ) -> None:
        """Step: what is left of this owner after a try, none when nothing is. What is not among `remains` is gone, and
        its incident with it. `since` is when it should have been gone, for those that are new."""
        now = self._clock()
        known = {(row.what, row.name): row for row in repository.of_owner(uow.session, owner, owner_id)}
        for thing in remains:
            name = thing.name[:200]
            row = known.pop((thing.what, name), None)
            if row is None:
                row = Leftover(
                    owner=owner, owner_id=owner_id, what=thing.what, place=thing.place, name=name, since=since, tries=0
                )
            row.tries += 1
            row.tried_at, row.code, row.words = now, thing.code[:60], thing.words[:2000]
            uow.session.add(row)
            if now - row.since > TOO_OLD:
                # A repository's name is made of the model's, and an incident outlives the account.
                name = "" if row.what == "repository" else f" {row.name}"
                self._incidents.report(
                    uow,
                    INCIDENT,
                    row.id,
                    t(
                        "Something that should be gone is still there: {what}{name} ({place}). It is tried again by "
                        "itself; look whether the other side can be made to delete it.",
                        what=row.what,
                        name=name,
                        place=row.place,
                    ),
                    tries=row.tries,
                    code=row.code,
                )
        for row in known.values():
            uow.session.delete(row)
            self._incidents.resolve(uow, INCIDENT, row.id)

    def list(self, limit: int = _MOST_LISTED) -> list[LeftoverView]:
        """The longest left first; 200 at most."""
        with self._uow() as uow:
            rows = repository.oldest(uow.session, max(1, min(limit, _MOST_LISTED)))
        return [LeftoverView.of(row) for row in rows]

    def count(self) -> int:
        """How many things are left behind."""
        with self._uow() as uow:
            return repository.count(uow.session)

    def get(self, leftover_id: str) -> LeftoverView:
        """Raises NotFound: it is gone."""
        with self._uow() as uow:
            row = repository.get(uow.session, leftover_id) if is_id(leftover_id) else None
        if row is None:
            raise NotFound(t("This is gone already."), code="leftover_gone")
        return LeftoverView.of(row)
