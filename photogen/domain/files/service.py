"""The sweeper: deletes objects that no row knows, and reports rows whose object is gone.

Storage comes before the row (rule 8), so what has no row may be on its way to one. It is only taken for an orphan when
the id in its key and the object itself are older than a day, and the rooms are asked once more right before it goes.
"""

import socket
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice

from photogen.db.uow import UowFactory
from photogen.domain.files import repository
from photogen.domain.files.views import Area, AreaReport, SweepReport
from photogen.domain.incidents import IncidentsService
from photogen.gateways.base import GatewayError, Missing, Storage
from photogen.kit import log
from photogen.kit.clock import Clock
from photogen.kit.ids import is_id, moment_of
from photogen.kit.text import number, t

OLD = timedelta(days=1)
BATCH = 500
BUDGET = 20_000
"""Keys of one prefix that one run looks at: a bucket lists a thousand per call."""
_SHOWN = 100
_MISSING = "objects_missing"
_WAITING = "storage_waiting"
_LONG = timedelta(minutes=10)
_LAST = "z" * 26
_log = log.get("files")


class FilesService:
    """All objects, whatever room they belong to."""

    def __init__(
        self, uow: UowFactory, clock: Clock, storage: Storage, incidents: IncidentsService, areas: Sequence[Area]
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._storage = storage
        self._incidents = incidents
        self._areas = areas
        self._reported = True  # perhaps, before this process began

    def sweep(self, budget: int = BUDGET) -> SweepReport:
        """Worker: goes on where the last run stopped, `budget` keys further in each area. Raises the storage's errors
        when it can't be listed; what was done until then is written down."""
        areas = []
        for area in self._areas:
            with self._uow() as uow:
                row = repository.position(uow.session, area.prefix)
                after, missing = row.after, row.missing
            report = AreaReport(area.prefix)
            last = self._pass(area, report, after, budget, dry=False)
            self._write_down(report, last, missing + report.missing_count)
            areas.append(report)
        unfinished = self._storage.unfinished(self._clock() - OLD, discard=True)
        return SweepReport(False, areas, unfinished)

    def transfer(self) -> int:
        """What this host keeps for the bucket goes there. What waits for long is an incident of this host."""
        moved = self._storage.transfer()
        left = self._storage.waiting()
        if left.objects and left.oldest is not None and self._clock() - left.oldest > _LONG:
            with self._uow() as uow:
                self._incidents.report(
                    uow,
                    _WAITING,
                    socket.gethostname(),
                    t(
                        "The bucket does not take what is to be stored; this host keeps it in its data folder's spool. "
                        "Look at the bucket's key and address: `make doctor`."
                    ),
                    objects=left.objects,
                    bytes=left.bytes,
                )
            self._reported = True
        elif not left.objects and self._reported:
            with self._uow() as uow:
                self._incidents.resolve(uow, _WAITING, socket.gethostname())
            self._reported = False
        return moved

    def inspect(self, *, dry: bool) -> SweepReport:
        """The operator: everything in one go; a `dry` run only looks. Raises the storage's errors."""
        areas = []
        for area in self._areas:
            report = AreaReport(area.prefix)
            last = self._pass(area, report, "", None, dry=dry)
            if not dry:
                self._write_down(report, last, report.missing_count)
            areas.append(report)
        return SweepReport(dry, areas, self._storage.unfinished(self._clock() - OLD, discard=not dry))

    def _pass(self, area: Area, report: AreaReport, after: str, budget: int | None, *, dry: bool) -> str:
        """Looks at the keys behind `after`. Gives the last one; `ended` when there are no more."""
        before = self._clock() - OLD
        listing = self._storage.keys(area.prefix, after=after)
        keys: Iterator[str] = listing if budget is None else islice(listing, budget)
        last, last_id = after, _id_of(area.prefix, after) if after else ""
        while batch := list(islice(keys, BATCH)):
            report.looked_at += len(batch)
            self._orphans(area, report, batch, before, dry=dry)
            last = batch[-1]
            until = _id_of(area.prefix, last)
            if is_id(until):  # behind a strange key, the next batch's look begins where this one would have
                self._missing(area, report, set(batch), last_id, until, before)
                last_id = until
        report.ended = budget is None or report.looked_at < budget
        if report.ended:
            self._missing(area, report, set(), last_id, _LAST, before)
        return last

    def _orphans(self, area: Area, report: AreaReport, keys: Sequence[str], before: datetime, *, dry: bool) -> None:
        by_id: dict[str, list[str]] = {}
        for key in keys:
            id_ = _id_of(area.prefix, key)
            if not is_id(id_):
                report.strange += 1
            elif moment_of(id_) < before:
                by_id.setdefault(id_, []).append(key)
        for id_ in sorted(set(by_id) - self._known(area, list(by_id))):
            for key in by_id[id_]:
                self._orphan(area, report, id_, key, before, dry=dry)

    def _orphan(self, area: Area, report: AreaReport, id_: str, key: str, before: datetime, *, dry: bool) -> None:
        try:
            found = self._storage.stat(key)
            if found.modified is None or found.modified >= before or self._known(area, [id_]):
                return  # somebody writes it anew, right now
            report.orphan_count += 1
            if len(report.orphans) < _SHOWN:
                report.orphans.append(key)
            if not dry:
                self._storage.delete(key)
                _log.info("orphan deleted", key=key, bytes=found.size)
        except Missing:
            return
        except GatewayError as error:
            report.left += 1
            _log.warning("orphan left behind", key=key, code=error.code)

    def _missing(
        self, area: Area, report: AreaReport, listed: set[str], after: str, until: str, before: datetime
    ) -> None:
        """Rows between two ids whose object was not in the list, and is really not there."""
        if area.expected is None or after >= until:
            return
        while rows := area.expected(after, until, BATCH):
            after = rows[-1][0]
            for id_, key in rows:
                if key in listed or moment_of(id_) >= before:
                    continue
                try:
                    self._storage.stat(key)
                except Missing:
                    if self._known(area, [id_]):  # else it was deleted since the row was read
                        report.missing_count += 1
                        if len(report.missing) < _SHOWN:
                            report.missing.append(key)
            if len(rows) < BATCH:
                return

    def _known(self, area: Area, ids: Sequence[str]) -> set[str]:
        return {id_ for ask in area.known for id_ in ask(ids)} if ids else set()

    def _write_down(self, report: AreaReport, last: str, missing: int) -> None:
        """An incident stays open until a whole pass finds everything."""
        with self._uow() as uow:
            repository.note(uow.session, report.prefix, last, missing, self._clock(), ended=report.ended)
            if report.missing:
                details: Mapping[str, str] = {"keys": " ".join(report.missing[:5])}
                self._incidents.report(
                    uow,
                    _MISSING,
                    report.prefix,
                    t(
                        "{n} objects below {prefix} are gone, though rows still need them. Bring them back from a "
                        "backup; `python -m photogen sweep --dry-run` names them.",
                        n=number(missing),
                        prefix=report.prefix,
                    ),
                    **details,
                )
            elif report.ended and not missing:
                self._incidents.resolve(uow, _MISSING, report.prefix)


def _id_of(prefix: str, key: str) -> str:
    return key.removeprefix(prefix).partition("/")[0].partition(".")[0]
