"""Photo sets: the one door to them."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.photosets import imaging, repository, zipping
from photogen.domain.photosets.changes import Changes
from photogen.domain.photosets.coach import Coach
from photogen.domain.photosets.commands import AddPhoto, CreateSet, EditPhoto, Reorder
from photogen.domain.photosets.editing import Editor, describe
from photogen.domain.photosets.files import FILES, PhotoFiles, Size, key_of
from photogen.domain.photosets.verdict import MAX_BYTES, MAX_PHOTOS, Problem, Unusable, duplicate, too_big, too_many
from photogen.domain.photosets.views import Applied, Edit, PhotoSetView, PhotoView, SetReport, photo_url
from photogen.domain.photosets.zipping import Entry, SetZip, UsedPhoto
from photogen.errors import Invalid, NotFound
from photogen.gateways.base import Missing, Storage
from photogen.kit.clock import Clock
from photogen.kit.ids import new_id
from photogen.kit.text import t
from photogen.models.photoset import Photo, PhotoSet, PhotoStatus
from photogen.models.training import Subject

_Photos = list[PhotoView]  # inside the class, `list` is a method
_KEPT_REFUSALS = 100
_CHANGING = 3
"""How often a ZIP is begun again because its photos changed meanwhile."""


class PhotoSetsService:
    """Sets of training photos. Ids of others look like ids of nothing: NotFound.

    `keep_under` bounds a ZIP, in bytes."""

    def __init__(self, uow: UowFactory, clock: Clock, storage: Storage, *, keep_under: int = zipping.LIMIT) -> None:
        self._uow = uow
        self._clock = clock
        self._storage = storage
        self._keep_under = keep_under
        self._files = PhotoFiles(storage)
        self._editor = Editor(uow, self._files)
        self._changes = Changes(uow, clock, self._files)
        self._coach = Coach(uow, storage, self._editor)

    def create(self, account_id: str, name: str = "") -> PhotoSetView:
        """A new, empty set. Raises Invalid for a name that can't be one."""
        command = CreateSet.of(name=name)
        with self._uow() as uow:
            photo_set = PhotoSet(account_id=account_id, name=command.name, created_at=self._clock())
            uow.session.add(photo_set)
        return PhotoSetView(photo_set.id, photo_set.name, 0, 0, photo_set.created_at, None)

    def get(self, account_id: str, set_id: str) -> PhotoSetView:
        """Raises NotFound."""
        with self._uow() as uow:
            rows = repository.sets(uow.session, account_id, set_id)
        if not rows:
            raise NotFound(t("This photo set does not exist. Reload the page."))
        return _set_view(rows[0])

    def photos(self, account_id: str, set_id: str, subject: str = Subject.PERSON, trigger_word: str = "") -> _Photos:
        """All of them in their order, with what the coach has to say for this kind of subject, and what is wrong with
        their captions for this trigger word ("": nothing is asked of them). Raises NotFound, Invalid."""
        return self._coach.photos(account_id, set_id, subject, trigger_word)

    def report(self, account_id: str, set_id: str, subject: str = Subject.PERSON, trigger_word: str = "") -> SetReport:
        """How ready the set is for a training, and the settings that suit it. Raises NotFound, Invalid."""
        return self._coach.report(account_id, set_id, subject, trigger_word)

    def accepted_count(self, account_id: str, set_id: str) -> int:
        """How many photos of the set would be trained on: accepted and not dropped. Raises NotFound."""
        with self._uow() as uow:
            return self.accepted_in(uow, account_id, set_id)

    def accepted_in(self, uow: UnitOfWork, account_id: str, set_id: str) -> int:
        """The same as a step, for who holds a unit of work already: until its end the set stays as it is, and can't be
        deleted. Raises NotFound."""
        repository.own_set(uow.session, account_id, set_id, lock="hold")
        return repository.used_count(uow.session, set_id)

    def add(self, account_id: str, set_id: str, command: AddPhoto, source: Path) -> PhotoView:
        """Judges the file at `source`, stores what is kept of it and writes its row, in this order.

        A file that can't be used is not an error: the view says why. A repeated `upload_id` gives the first answer
        again. Raises NotFound for a set that isn't the account's, Unavailable when the storage does not answer."""
        with self._uow() as uow:
            repository.own_set(uow.session, account_id, set_id)
            earlier = repository.by_upload(uow.session, set_id, command.upload_id)
        if earlier is not None:
            return PhotoView.of(earlier)
        size = source.stat().st_size
        photo = Photo(
            set_id=set_id,
            account_id=account_id,
            upload_id=command.upload_id,
            status=PhotoStatus.REJECTED,
            original_name=command.file_name,
            original_bytes=size,
            created_at=self._clock(),
        )
        try:
            if size > MAX_BYTES:
                raise Unusable(too_big(size))
            data = source.read_bytes()
            photo.sha256 = hashlib.sha256(data).hexdigest()
            self._refuse_known(photo)
            prepared = imaging.prepare(data)
        except Unusable as verdict:
            _reject(photo, verdict.problem)
            return self._record(photo)
        _accept(photo, prepared)
        try:
            self._files.store(photo.id, prepared)
            view = self._record(photo)
        except BaseException:
            self._files.forget(photo.id)
            raise
        if view.id != photo.id or view.status is PhotoStatus.REJECTED:
            self._files.forget(photo.id)
        return view

    def _refuse_known(self, photo: Photo) -> None:
        """Raises Unusable before any pixel is decoded; `_record` looks again, then for good."""
        with self._uow() as uow:
            problem = _conflict(uow, photo)
        if problem is not None:
            raise Unusable(problem)

    def _record(self, photo: Photo) -> PhotoView:
        """Writes the row. With the set locked, so that of two equal photos at once one is the duplicate, the fiftieth
        is the last, and the second of two requests for one file finds the first."""
        with self._uow() as uow:
            repository.own_set(uow.session, photo.account_id, photo.set_id, lock="change")
            earlier = repository.by_upload(uow.session, photo.set_id, photo.upload_id)
            if earlier is not None:
                return PhotoView.of(earlier)
            if photo.status is PhotoStatus.ACCEPTED:
                problem = _conflict(uow, photo)
                if problem is not None:
                    _reject(photo, problem)
            photo.position = repository.next_position(uow.session, photo.set_id)
            uow.session.add(photo)
            uow.session.flush()
            repository.forget_oldest_rejected(uow.session, photo.set_id, _KEPT_REFUSALS)
            uow.notify(photo.account_id, "photoset", photo.set_id)
        return PhotoView.of(photo)

    def remove(self, account_id: str, set_id: str, photo_id: str) -> None:
        """Deletes the photo and its files; one that is already gone is fine. Raises NotFound for others' sets."""
        with self._uow() as uow:
            repository.own_set(uow.session, account_id, set_id, lock="change")
            try:
                photo = repository.own_photo(uow.session, account_id, photo_id, set_id)
            except NotFound:
                return
            uow.session.delete(photo)
            uow.notify(account_id, "photoset", set_id)
        self._files.forget(photo_id)

    def reorder(self, account_id: str, set_id: str, ids: Sequence[str]) -> None:
        """Puts the photos into the order of `ids`; those not named follow. Raises NotFound, and Invalid for an id that
        is not in the set or named twice."""
        wanted = Reorder.of(ids=tuple(ids)).ids
        with self._uow() as uow:
            repository.own_set(uow.session, account_id, set_id, lock="change")
            present = [photo.id for photo in repository.photos(uow.session, set_id)]
            if len(set(wanted)) != len(wanted) or not set(wanted) <= set(present):
                raise Invalid(t("The photos have changed meanwhile. Reload the page and try again."), field="ids")
            repository.place(uow.session, set_id, [*wanted, *(i for i in present if i not in set(wanted))])
            uow.notify(account_id, "photoset", set_id)

    # --- what the coach's remarks lead to ---------------------------------------------------------------------------

    def drop(self, account_id: str, set_id: str, photo_id: str) -> None:
        """Leaves the photo out of trainings; `restore` takes it back. Raises NotFound."""
        self._changes.flag(account_id, set_id, [photo_id], dropped=True)

    def restore(self, account_id: str, set_id: str, photo_id: str) -> None:
        """Takes a dropped photo back. Raises NotFound."""
        self._changes.flag(account_id, set_id, [photo_id], dropped=False)

    def keep(self, account_id: str, set_id: str, photo_id: str, kept: bool = True) -> None:
        """The photo is wanted as it is: its remarks are quiet. `kept=False` lets them speak again. Raises NotFound."""
        self._changes.flag(account_id, set_id, [photo_id], kept=kept)

    def drop_many(self, account_id: str, set_id: str, photo_ids: Sequence[str]) -> None:
        """All of them or none. Raises NotFound."""
        self._changes.flag(account_id, set_id, photo_ids, dropped=True)

    def restore_many(self, account_id: str, set_id: str, photo_ids: Sequence[str]) -> None:
        """All of them or none. Raises NotFound."""
        self._changes.flag(account_id, set_id, photo_ids, dropped=False)

    def edit(self, account_id: str, set_id: str, photo_id: str, command: EditPhoto) -> Edit:
        """Turns and cuts the photo, counted from what was uploaded; gives how it was before, for an undo.

        Raises NotFound, Invalid (`too_small`), Unavailable."""
        return self._editor.edit(account_id, set_id, photo_id, command)

    def apply_fixes(self, account_id: str, set_id: str, subject: str = Subject.PERSON) -> Applied:
        """Does everything that the remarks suggest. Raises NotFound, Invalid, Unavailable (then some may be done)."""
        return self._coach.apply_fixes(account_id, set_id, subject)

    def caption(self, account_id: str, set_id: str, photo_id: str, text: str) -> None:
        """Says what the photo shows; empty leaves it to the trainer. Raises NotFound, Invalid."""
        self._changes.caption(account_id, set_id, photo_id, text)

    def caption_all(self, account_id: str, set_id: str, trigger_word: str) -> int:
        """Puts the trigger word in front of each caption that lacks it; gives how many. Raises NotFound, Invalid."""
        return self._changes.caption_all(account_id, set_id, trigger_word)

    def rename(self, account_id: str, set_id: str, name: str) -> None:
        """Raises NotFound, Invalid."""
        self._changes.rename(account_id, set_id, name)

    def delete(self, account_id: str, set_id: str) -> None:
        """Deletes the set and its photos; models and trainings made of it stay, and so do their facts.

        Raises NotFound, Conflict (`photo_set_in_use`) while a training with it is under way."""
        self._changes.delete(account_id, set_id)

    def copy(self, account_id: str, set_id: str) -> PhotoSetView:
        """A second set with the same photos, edits and captions. Raises NotFound, Unavailable."""
        return self.get(account_id, self._changes.copy(account_id, set_id))

    # --- files ------------------------------------------------------------------------------------------------------

    def photo_file(self, account_id: str, photo_id: str, size: Size, revision: int = 0) -> str:
        """The storage key of an accepted photo's file: revision 0 is the upload, others the edit that is in use.

        Raises NotFound for others', refused ones, other sizes and edits that have been replaced."""
        if size not in FILES:
            raise NotFound(t("This photo does not exist."))
        with self._uow() as uow:
            photo = repository.own_photo(uow.session, account_id, photo_id)
        if photo.status is not PhotoStatus.ACCEPTED or revision not in {0, photo.revision}:
            raise NotFound(t("This photo does not exist."))
        return key_of(photo.id, size, revision if photo.edited else 0)

    def build_zip(self, set_id: str, target: Path, trigger_word: str = "") -> SetZip:
        """Writes the photos that are trained on to `target`, for a trainer (worker only: asks for no account), as they
        are now: edited, in their order, with their captions. The same photos give the same bytes.

        Raises Invalid for an empty set, the storage's errors as they are."""
        for _ in range(_CHANGING):
            try:
                return self._build_zip(set_id, target, trigger_word)
            except Missing:  # removed or edited since the rows were read
                continue
        return self._build_zip(set_id, target, trigger_word)

    def _build_zip(self, set_id: str, target: Path, trigger_word: str) -> SetZip:
        with self._uow() as uow:
            photos = repository.used_photos(uow.session, set_id)
        if not photos:
            raise Invalid(t("This photo set is empty. Add photos first."), code="no_photos", field="photo_set_id")
        used = tuple(UsedPhoto(p.id, p.revision, zipping.captioned(p.caption, trigger_word)) for p in photos)
        entries = [
            Entry(
                read=lambda key=photo.storage_key: self._storage.read(key),  # type: ignore[misc]  # bound per photo
                size=photo.bytes,
                caption=this.caption,
            )
            for photo, this in zip(photos, used, strict=True)
        ]
        made = zipping.write_zip(entries, target, self._keep_under)
        return SetZip(made.bytes, made.photos, made.sha256, used)

    def known_files(self, ids: Sequence[str]) -> set[str]:
        """Those of `ids` that are photos: their files are not to be swept."""
        with self._uow() as uow:
            return set(repository.known(uow.session, ids))

    def measure(self, set_id: str = "", limit: int = 100) -> int:
        """Lets the coach see photos that came in before today's rules, of one set or of any (worker only). Gives how
        many were seen; the rest waits for the next call."""
        return self._coach.measure(set_id or None, limit)

    def expected_files(self, after: str, until: str, limit: int) -> Sequence[tuple[str, str]]:
        """Ids between the two and keys of photos whose file has to be there."""
        with self._uow() as uow:
            return repository.stored(uow.session, after, until, limit)

    def list(self, account_id: str) -> "list[PhotoSetView]":
        """The account's sets, newest first."""
        with self._uow() as uow:
            return [_set_view(row) for row in repository.sets(uow.session, account_id)]


def _set_view(row: repository.SetRow) -> PhotoSetView:
    cover = photo_url(row.cover_photo_id, "256", row.cover_revision or 0) if row.cover_photo_id else ""
    photo_set = row.photo_set
    return PhotoSetView(
        id=photo_set.id,
        name=photo_set.name,
        accepted=row.used,
        rejected=row.rejected,
        created_at=photo_set.created_at,
        cover_photo_id=row.cover_photo_id,
        cover_url=cover,
        dropped=row.dropped,
    )


def _conflict(uow: UnitOfWork, photo: Photo) -> Problem | None:
    twin = repository.twin(uow.session, photo.set_id, photo.sha256)
    if twin is not None:
        return duplicate(twin.original_name)
    if repository.accepted_count(uow.session, photo.set_id) >= MAX_PHOTOS:
        return too_many()
    return None


def _accept(photo: Photo, prepared: imaging.Prepared) -> None:
    photo.id = new_id()
    photo.status = PhotoStatus.ACCEPTED
    photo.storage_key = key_of(photo.id)
    describe(photo, prepared)


def _reject(photo: Photo, problem: Problem) -> None:
    photo.status = PhotoStatus.REJECTED
    photo.problem_code, photo.problem = problem.code, problem.sentence
    photo.width = photo.height = photo.bytes = 0
    photo.storage_key = photo.thumbhash = ""
