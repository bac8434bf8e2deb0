"""What keeps trainings and models clean over time, and what the operator can do about them."""

from __future__ import annotations

from photogen.domain.erasure import ERASE
from photogen.domain.leftovers import LeftoverOf
from photogen.domain.loras.service import REMOVE
from photogen.domain.training.parts import Parts
from photogen.domain.training.settle import CLEAN_UP
from photogen.domain.upkeep import repository
from photogen.domain.upkeep.hub_audit import HubAudit
from photogen.domain.upkeep.strays import Strays
from photogen.domain.upkeep.views import QuarantinedView
from photogen.gateways.base import Job

FIND_STRAYS = "find_strays"
"""A function of worker.jobs."""


class UpkeepService:
    """For the schedule: audit_hub, find_strays. For the operator: quarantined, release, try_now."""

    def __init__(self, parts: Parts) -> None:
        self._p = parts
        self._audit = HubAudit(parts)
        self._strays = Strays(parts)

    def audit_hub(self, limit: int = 50) -> int:
        """Looks at published repositories that were not looked at for an hour, the longest ago first; how many."""
        return self._audit(limit)

    def find_strays(self) -> int:
        """Deletes what lies at the vendors, carries our marks and belongs to no row; how many things went."""
        return self._strays()

    def quarantined(self) -> list[QuarantinedView]:
        """Versions of models that wait for the operator, the longest first."""
        with self._p.uow() as uow:
            rows = repository.quarantined(uow.session)
        return [
            QuarantinedView(
                version.id,
                model.id,
                model.name,
                version.number,
                version.status_reason,
                model.account_id,
                version.hub_repository,
                version.hub_url,
            )
            for version, model in rows
        ]

    def release(self, version_id: str) -> None:
        """Gives a quarantined version back to its owner, once its repository was seen to be as it should be.

        Raises NotFound, Conflict (`not_quarantined`, `still_open`), Unavailable (the hub does not answer)."""
        self._audit.release(version_id)

    def try_now(self, leftover_id: str) -> None:
        """Lets the deletion be tried at once instead of later. Raises NotFound when it is gone already."""
        found = self._p.leftovers.get(leftover_id)
        now = self._p.clock()
        with self._p.uow() as uow:
            if found.owner is LeftoverOf.TRAINING:
                repository.clean_at(uow.session, found.owner_id, now)
                uow.after_commit(Job(CLEAN_UP, (found.owner_id,)))
            elif found.owner is LeftoverOf.VERSION:
                repository.remove_at(uow.session, found.owner_id, now)
                uow.after_commit(Job(REMOVE, (found.owner_id,)))
            elif found.owner is LeftoverOf.ACCOUNT:
                uow.after_commit(Job(ERASE, (found.owner_id,)))
            else:
                uow.after_commit(Job(FIND_STRAYS))
