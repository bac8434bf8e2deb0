"""Goes through all accounts, a portion at a time, and opens an incident for whatever contradicts itself."""

from __future__ import annotations

import time
from collections.abc import Callable

from photogen.db.disagreements import Disagreement, find
from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.books.checking import repository
from photogen.domain.books.checking.views import Verdict
from photogen.domain.incidents import IncidentsService
from photogen.kit import log
from photogen.kit.clock import Clock
from photogen.kit.text import t

BATCH = 500
"""Accounts whose rows one transaction reads."""
MOST = 100
"""Contradictions of one kind that one portion names: what is broken everywhere is one fault, not a million."""
MOST_IN_ALL = 1000
_log = log.get("books")

Look = Callable[[UnitOfWork, str, str, int], list[Disagreement]]
"""A room's own step: what contradicts itself among the accounts between two ids."""


class Checking:
    """Reads without locks and closes nothing: an incident stays open until a person has looked."""

    def __init__(self, uow: UowFactory, clock: Clock, incidents: IncidentsService, rooms: tuple[Look, ...]) -> None:
        self._uow = uow
        self._clock = clock
        self._incidents = incidents
        self._rooms = rooms

    def __call__(self, *, batch: int = BATCH) -> Verdict:
        """The whole of the books. Safe to repeat, and to be killed: the same contradiction is one incident."""
        began, accounts, after = time.monotonic(), 0, ""
        found: list[Disagreement] = []
        while len(found) < MOST_IN_ALL:
            with self._uow() as uow:
                ids = repository.accounts(uow.session, after, batch)
            if not ids:
                break
            found += self._portion(ids[0], ids[-1])
            accounts, after = accounts + len(ids), ids[-1]
        cut = len(found) >= MOST_IN_ALL
        verdict = Verdict(accounts, time.monotonic() - began, tuple(found[:MOST_IN_ALL]), cut)
        _log.info("books checked", accounts=accounts, found=len(found), seconds=round(verdict.seconds, 1))
        return verdict

    def _portion(self, first: str, last: str) -> list[Disagreement]:
        found: list[Disagreement] = []
        with self._uow() as uow:
            found += find(uow.session, repository.CHECKS, first, last, self._clock(), MOST)
            for room in self._rooms:
                found += room(uow, first, last, MOST)
        if found:
            with self._uow() as uow:
                for one in found:
                    message = t(
                        "The books contradict themselves: {what}. Nothing was changed. See what happened: "
                        "python -m photogen explain-balance {id}",
                        what=one.words,
                        id=one.account_id,
                    )
                    kind = f"books_{one.check}"
                    self._incidents.report(uow, kind, one.subject, message, account_id=one.account_id)
        return found
