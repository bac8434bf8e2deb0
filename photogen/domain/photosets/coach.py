"""The photo coach: what it remarks on, how ready a set is, and doing what it suggests."""

from photogen.db.uow import UowFactory
from photogen.domain.photosets import policy, readiness, repository
from photogen.domain.photosets.commands import Coaching, EditPhoto
from photogen.domain.photosets.editing import Editor
from photogen.domain.photosets.files import PhotoFiles
from photogen.domain.photosets.views import Applied, Edit, PhotoView, SetReport
from photogen.models.photoset import Photo, PhotoStatus


class Coach:
    """Judges by what was measured when a photo came in or was edited: no picture is looked at here."""

    def __init__(self, uow: UowFactory, files: PhotoFiles, editor: Editor) -> None:
        self._uow = uow
        self._files = files
        self._editor = editor

    def photos(self, account_id: str, set_id: str, subject: str, trigger_word: str) -> list[PhotoView]:
        """Raises NotFound, Invalid."""
        asked = Coaching.of(subject=subject, trigger_word=trigger_word)
        rows = self._rows(account_id, set_id)
        remarks = policy.remarks(_used(rows), asked.subject)
        return [
            PhotoView.of(
                row,
                () if row.kept else remarks.get(row.id, ()),
                caption_problem=policy.caption_problem(row.caption, asked.trigger_word),
                suggested=None if row.kept else policy.suggested_edit(row, remarks.get(row.id, ())),
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
                command = EditPhoto.of(rotation=photo.suggested_rotation, crop=photo.suggested_crop or photo.crop)
                edited.append((photo.id, self._editor.edit(account_id, set_id, photo.id, command)))
        with self._uow() as uow:
            repository.own_set(uow.session, account_id, set_id, lock="change")
            done = repository.drop(uow.session, set_id, dropped)
            uow.notify(account_id, "photoset", set_id)
        return Applied(tuple(photo_id for photo_id in dropped if photo_id in done), tuple(edited))

    def _rows(self, account_id: str, set_id: str) -> list[Photo]:
        with self._uow() as uow:
            repository.own_set(uow.session, account_id, set_id)
            return repository.photos(uow.session, set_id)


def _used(rows: list[Photo]) -> list[Photo]:
    return [row for row in rows if row.status is PhotoStatus.ACCEPTED and not row.dropped]
