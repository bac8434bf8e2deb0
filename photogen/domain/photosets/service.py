"""Photo sets: the one door to them."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Literal

from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.photosets import imaging, repository, zipping
from photogen.domain.photosets.commands import AddPhoto, CreateSet, Reorder
from photogen.domain.photosets.verdict import MAX_BYTES, MAX_PHOTOS, Problem, Unusable, duplicate, too_big, too_many
from photogen.domain.photosets.views import PhotoSetView, PhotoView
from photogen.domain.photosets.zipping import Entry, ZipInfo
from photogen.errors import Invalid, NotFound, Unavailable
from photogen.gateways.base import GatewayError, Storage
from photogen.kit import log
from photogen.kit.clock import Clock
from photogen.kit.ids import is_id, moment_of, new_id
from photogen.models.photoset import Photo, PhotoSet, PhotoStatus

Size = Literal["normal", "256", "512"]
_Photos = list[PhotoView]  # inside the class, `list` is a method

_FILES: dict[Size, str] = {"normal": "normal.jpg", "512": "512.webp", "256": "256.webp"}
_KEPT_REFUSALS = 100
_SWEEP_BATCH = 500
_log = log.get("photosets")


def key_of(photo_id: str, size: Size = "normal") -> str:
    """Where a photo's file lies in the storage."""
    return f"photos/{photo_id}/{_FILES[size]}"


class PhotoSetsService:
    """Sets of training photos. Ids of others look like ids of nothing: NotFound.

    `keep_under` bounds a ZIP, in bytes."""

    def __init__(self, uow: UowFactory, clock: Clock, storage: Storage, *, keep_under: int = zipping.LIMIT) -> None:
        self._uow = uow
        self._clock = clock
        self._storage = storage
        self._keep_under = keep_under

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
            raise NotFound("This photo set does not exist. Reload the page.")
        return _set_view(rows[0])

    def photos(self, account_id: str, set_id: str) -> _Photos:
        """Accepted and rejected ones in their order. Raises NotFound."""
        with self._uow() as uow:
            repository.own_set(uow.session, account_id, set_id)
            return [PhotoView.of(photo) for photo in repository.photos(uow.session, set_id)]

    def accepted_count(self, account_id: str, set_id: str) -> int:
        """How many photos of the set can be trained on. Raises NotFound."""
        with self._uow() as uow:
            return self.accepted_in(uow, account_id, set_id)

    def accepted_in(self, uow: UnitOfWork, account_id: str, set_id: str) -> int:
        """The same as a step, for who holds a unit of work already. Raises NotFound."""
        repository.own_set(uow.session, account_id, set_id)
        return repository.accepted_count(uow.session, set_id)

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
            self._store(photo.id, prepared)
            view = self._record(photo)
        except BaseException:
            self._forget_files(photo.id)
            raise
        if view.id != photo.id or view.status is PhotoStatus.REJECTED:
            self._forget_files(photo.id)
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
            repository.own_set(uow.session, photo.account_id, photo.set_id, lock=True)
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

    def _store(self, photo_id: str, prepared: imaging.Prepared) -> None:
        files: dict[Size, tuple[bytes, str]] = {
            "normal": (prepared.normal, "image/jpeg"),
            "512": (prepared.thumbnails[512], "image/webp"),
            "256": (prepared.thumbnails[256], "image/webp"),
        }
        try:
            for size, (data, content_type) in files.items():
                self._storage.put(key_of(photo_id, size), data, content_type)
        except GatewayError as error:
            _log.warning("photo not stored", photo=photo_id, code=error.code)
            raise Unavailable(
                "The photo could not be stored just now. Try again in a minute.", code=error.code
            ) from error

    def _forget_files(self, photo_id: str) -> None:
        """Best effort: what stays behind is swept later."""
        for size in _FILES:
            try:
                self._storage.delete(key_of(photo_id, size))
            except GatewayError as error:
                _log.warning("photo's file left behind", photo=photo_id, code=error.code)

    def remove(self, account_id: str, set_id: str, photo_id: str) -> None:
        """Deletes the photo and its files; one that is already gone is fine. Raises NotFound for others' sets."""
        with self._uow() as uow:
            repository.own_set(uow.session, account_id, set_id, lock=True)
            try:
                photo = repository.own_photo(uow.session, account_id, photo_id, set_id)
            except NotFound:
                return
            uow.session.delete(photo)
            uow.notify(account_id, "photoset", set_id)
        self._forget_files(photo_id)

    def reorder(self, account_id: str, set_id: str, ids: Sequence[str]) -> None:
        """Puts the photos into the order of `ids`; those not named follow. Raises NotFound, and Invalid for an id that
        is not in the set or named twice."""
        wanted = Reorder.of(ids=tuple(ids)).ids
        with self._uow() as uow:
            repository.own_set(uow.session, account_id, set_id, lock=True)
            present = [photo.id for photo in repository.photos(uow.session, set_id)]
            if len(set(wanted)) != len(wanted) or not set(wanted) <= set(present):
                raise Invalid("The photos have changed meanwhile. Reload the page and try again.", field="ids")
            repository.place(uow.session, set_id, [*wanted, *(i for i in present if i not in set(wanted))])
            uow.notify(account_id, "photoset", set_id)

    def photo_file(self, account_id: str, photo_id: str, size: Size) -> str:
        """The storage key of an accepted photo's file. Raises NotFound for others', refused ones and other sizes."""
        if size not in _FILES or not is_id(photo_id):
            raise NotFound("This photo does not exist.")
        with self._uow() as uow:
            photo = repository.own_photo(uow.session, account_id, photo_id)
        if photo.status is not PhotoStatus.ACCEPTED:
            raise NotFound("This photo does not exist.")
        return key_of(photo.id, size)

    def build_zip(self, set_id: str, target: Path, trigger_word: str = "") -> ZipInfo:
        """Writes the set's accepted photos to `target`, for a trainer (worker only: asks for no account). The same
        photos give the same bytes. Raises Invalid for an empty set, the storage's errors as they are."""
        with self._uow() as uow:
            photos = repository.photos(uow.session, set_id, status=PhotoStatus.ACCEPTED)
        if not photos:
            raise Invalid("This photo set is empty. Add photos first.", code="no_photos", field="photo_set_id")
        entries = [
            Entry(
                read=lambda key=photo.storage_key: self._storage.read(key),  # type: ignore[misc]  # bound per photo
                size=photo.bytes,
                caption=zipping.captioned(photo.caption, trigger_word),
            )
            for photo in photos
        ]
        return zipping.write_zip(entries, target, self._keep_under)

    def sweep_orphans(self, older_than: timedelta = timedelta(days=1)) -> int:
        """Deletes files that have no row and are old enough not to be on their way to one. Gives how many."""
        swept = 0
        candidates = self._old_photo_ids(older_than)
        ids = iter(candidates)
        while batch := list(islice(ids, _SWEEP_BATCH)):
            with self._uow() as uow:
                known = set(repository.known(uow.session, batch))
            for photo_id in set(batch) - known:
                self._forget_files(photo_id)
                swept += 1
        return swept

    def _old_photo_ids(self, older_than: timedelta) -> Sequence[str]:
        before = self._clock() - older_than
        found = {key.split("/")[1] for key in self._storage.keys("photos/") if key.count("/") == 2}
        return sorted(photo_id for photo_id in found if is_id(photo_id) and moment_of(photo_id) < before)

    def list(self, account_id: str) -> "list[PhotoSetView]":
        """The account's sets, newest first."""
        with self._uow() as uow:
            return [_set_view(row) for row in repository.sets(uow.session, account_id)]


def _set_view(row: repository.SetRow) -> PhotoSetView:
    photo_set = row.photo_set
    return PhotoSetView(
        photo_set.id, photo_set.name, row.accepted, row.rejected, photo_set.created_at, row.cover_photo_id
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
    photo.width, photo.height = prepared.width, prepared.height
    photo.bytes = len(prepared.normal)
    photo.storage_key = key_of(photo.id)
    photo.thumbhash = prepared.thumbhash


def _reject(photo: Photo, problem: Problem) -> None:
    photo.status = PhotoStatus.REJECTED
    photo.problem_code, photo.problem = problem.code, problem.sentence
    photo.width = photo.height = photo.bytes = 0
    photo.storage_key = photo.thumbhash = ""
