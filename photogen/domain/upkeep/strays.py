"""The search for strays: what lies at the vendors, carries our marks, and is in no row of ours.

A worker that was killed at the wrong moment, a lease that was lost in the middle of a call, a database that was set
back: each can leave a thing that no clean-up knows of. Accounts at vendors hold other things too, of other people and
of other installations, so only what is marked is touched, and only when it is older than anything under way can be.
"""

from __future__ import annotations

from photogen.domain.leftovers import HUB, LeftoverOf, Tried
from photogen.domain.training.parts import Parts
from photogen.domain.upkeep import policy, repository
from photogen.gateways.base import GatewayError, Kept
from photogen.gateways.base_hub import HubRepository
from photogen.kit import log

_BATCH = 100
"""Things that one search deletes at most; the next goes on."""
_log = log.get("strays")


class Strays:
    """Looks through the trainer and the hub, and deletes what is nobody's."""

    def __init__(self, parts: Parts) -> None:
        self._p = parts

    def __call__(self) -> int:
        """How many things went. A vendor that does not answer is left for the next search."""
        tried, gone, everywhere = Tried("strays"), 0, True
        for search in (self._at_hub, self._at_trainer):
            try:
                gone += search(tried)
            except GatewayError as error:
                _log.warning("strays not searched", vendor=error.vendor, code=error.code)
                everywhere = False
        if everywhere:  # else what was listed before may still be there: the list is kept
            with self._p.uow() as uow:
                self._p.leftovers.record(uow, LeftoverOf.NOBODY, "", tried.left, self._p.clock())
        if gone:
            _log.warning("strays deleted", things=gone)
        return gone

    def _at_trainer(self, tried: Tried) -> int:
        trainer = self._p.trainer
        before = self._p.clock() - self._p.config.stray_after
        old = [kept for kept in trainer.kept() if kept.created_at is not None and kept.created_at < before]
        with self._p.uow() as uow:
            wanted = repository.at_trainer(uow.session, [kept.reference or kept.id for kept in old])
        strays = [kept for kept in old if (kept.reference or kept.id) not in wanted][:_BATCH]

        def discard(kept: Kept) -> bool:
            return tried.part(kept.kind, trainer.name, kept.id, lambda: trainer.discard(kept))

        return sum([discard(kept) for kept in strays])

    def _at_hub(self, tried: Tried) -> int:
        marked = [found for found in self._p.hub.owned() if self._ours(found)]
        with self._p.uow() as uow:
            wanted = repository.at_hub(uow.session, [found.id for found in marked])
        before = self._p.clock() - self._p.config.stray_after

        def is_old(found: HubRepository) -> bool:
            return found.created_at is not None and found.created_at < before

        nobodys = [found for found in marked if found.id not in wanted]
        strays = [found for found in nobodys if is_old(found) or not found.private][:_BATCH]

        def discard(found: HubRepository) -> bool:
            def work() -> None:
                if not found.private:
                    self._p.hub.make_private(found.id)
                if is_old(found):
                    self._p.hub.delete(found.id)

            return tried.part("repository", HUB, found.id, work)

        return sum([discard(found) for found in strays])

    def _ours(self, found: HubRepository) -> bool:
        return policy.is_marked(found.id, found.tags, frozenset(found.files), self._p.config.mark)
