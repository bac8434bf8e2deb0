"""The photo coach: what it remarks on, how ready a set is, and doing what it suggests."""

import time
from typing import Any

from photogen.db.uow import UowFactory
from photogen.domain.photosets import imaging, policy, readiness, repository
from photogen.domain.photosets.analysis import VERSION
from photogen.domain.photosets.commands import Coaching, EditPhoto
from photogen.domain.photosets.editing import Editor
from photogen.domain.photosets.verdict import Unusable
from photogen.domain.photosets.views import Applied, Edit, PhotoView, SetReport
from photogen.gateways.base import Job, Missing, Storage
from photogen.kit import log
from photogen.models.photoset import Photo, PhotoStatus

MEASURE = "measure_photos"
"""Job that measures what today's rules have not seen, by the id of a set ("": of all)."""
_SPELL = 40.0
"""Seconds that one round of measuring takes at most: the next begins after a minute, and a slow machine must not be
busy with nothing else."""
_log = log.get("photosets")


class Coach:
    """Judges by what was measured when a photo came in or was edited: no picture is looked at here."""

    def __init__(self, uow: UowFactory, storage: Storage, editor: Editor) -> None:
        self._uow = uow
        self._storage = storage
        self._editor = editor

    def photos(self, account_id: str, set_id: str, subject: str, trigger_word: str) -> list[PhotoView]:
        """Raises NotFound, Invalid."""
        asked = Coaching.of(subject=subject, trigger_word=trigger_word)
        rows = self._rows(account_id, set_id)
        remarks = policy.remarks(_used(rows), asked.subject)
        return [
            PhotoView.of(
                row,
                remarks.get(row.id, ()),
                caption_problem=policy.caption_problem(row.caption, asked.trigger_word),
                suggested=policy.suggested_edit(row, remarks.get(row.id, ()), asked.subject),
            )
            for row in rows
        ]

    def report(self, account_id: str, set_id: str, subject: str, trigger_word: str) -> SetReport:
        """Raises NotFound, Invalid."""
        asked = Coaching.of(subject=subject, trigger_word=trigger_word)
        used = _used(self._rows(account_id, set_id))
        return readiness.report(used, policy.remarks(used, asked.subject), asked.subject, asked.trigger_word)

    def apply_fixes(self, account_id: str, set_id: str, subject: str) -> Applied:
        """Raises NotFound, Invalid, Unavailable."""
        dropped: list[str] = []
        edited: list[tuple[str, Edit]] = []
        for photo in self.photos(account_id, set_id, subject, ""):
            fixes = {remark.fix for remark in photo.remarks}
            if "drop" in fixes:
                dropped.append(photo.id)
            elif fixes & {"crop", "rotate"}:
                command = EditPhoto.of(rotation=photo.suggested_rotation, crop=photo.suggested_crop)
                edited.append((photo.id, self._editor.edit(account_id, set_id, photo.id, command)))
        with self._uow() as uow:
            repository.own_set(uow.session, account_id, set_id, lock="change")
            done = repository.drop(uow.session, set_id, dropped)
            uow.notify(account_id, "photoset", set_id)
        return Applied(tuple(photo_id for photo_id in dropped if photo_id in done), tuple(edited))

    def measure(self, set_id: str | None, limit: int) -> int:
        """Measures photos that today's rules have not seen, of one set or of any; gives how many. What can't be read is
        not tried again. Raises the storage's errors."""
        with self._uow() as uow:
            photos = repository.unseen(uow.session, VERSION, limit, set_id)
        until = time.monotonic() + _SPELL
        for seen, photo in enumerate(photos):
            if seen and time.monotonic() > until:
                return seen
            measured: dict[str, Any] = {}
            try:
                normal = self._storage.read(photo.storage_key)
                measured = imaging.look(normal, int(photo.analysis.get("jpeg_quality", 0))).as_json()
            except (Missing, Unusable) as error:
                _log.warning("photo can't be measured", photo=photo.id, error=type(error).__name__)
            with self._uow() as uow:
                repository.write_analysis(uow.session, photo, measured, VERSION)
                uow.notify(photo.account_id, "photoset", photo.set_id)
        return len(photos)

    def _rows(self, account_id: str, set_id: str) -> list[Photo]:
        with self._uow() as uow:
            repository.own_set(uow.session, account_id, set_id)
            rows = repository.photos(uow.session, set_id)
            if any(row.status is PhotoStatus.ACCEPTED and row.analysis_version < VERSION for row in rows):
                uow.after_commit(Job(MEASURE, (set_id,)))
            return rows


def _used(rows: list[Photo]) -> list[Photo]:
    return [row for row in rows if row.status is PhotoStatus.ACCEPTED and not row.dropped]
