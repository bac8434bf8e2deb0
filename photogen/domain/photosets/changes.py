"""What a person changes in a set besides its pixels: what is left out, captions, names; copying and deleting it."""

from collections.abc import Sequence

from photogen.db.uow import UowFactory
from photogen.domain.photosets import repository, zipping
from photogen.domain.photosets.commands import CaptionPhoto, RenameSet
from photogen.domain.photosets.editing import own_accepted
from photogen.domain.photosets.files import PhotoFiles, key_of
from photogen.errors import Conflict
from photogen.kit.clock import Clock
from photogen.kit.ids import new_id
from photogen.kit.text import t
from photogen.models.photoset import Photo, PhotoSet

_OWN = {"id", "set_id", "upload_id", "storage_key", "created_at"}
"""What a copied photo does not share with the photo it is copied from."""


class Changes:
    """The set, and the flags and captions of its photos."""

    def __init__(self, uow: UowFactory, clock: Clock, files: PhotoFiles) -> None:
        self._uow = uow
        self._clock = clock
        self._files = files

    def flag(
        self,
        account_id: str,
        set_id: str,
        photo_ids: Sequence[str],
        *,
        dropped: bool | None = None,
        kept: bool | None = None,
    ) -> None:
        """Sets what is given on all of the photos, or on none. Raises NotFound."""
        with self._uow() as uow:
            repository.own_set(uow.session, account_id, set_id, lock="change")
            for photo_id in photo_ids:
                photo = own_accepted(uow, account_id, set_id, photo_id)
                photo.dropped = photo.dropped if dropped is None else dropped
                photo.kept = photo.kept if kept is None else kept
                uow.session.add(photo)
            uow.notify(account_id, "photoset", set_id)

    def caption(self, account_id: str, set_id: str, photo_id: str, text: str) -> None:
        """Raises NotFound, Invalid."""
        command = CaptionPhoto.of(text=text)
        with self._uow() as uow:
            repository.own_set(uow.session, account_id, set_id, lock="change")
            photo = own_accepted(uow, account_id, set_id, photo_id)
            photo.caption = command.text
            uow.session.add(photo)
            uow.notify(account_id, "photoset", set_id)

    def caption_all(self, account_id: str, set_id: str, trigger_word: str) -> int:
        """Gives how many captions were changed. Raises NotFound, Invalid (also when one would become too long: then
        none is changed)."""
        changed = 0
        with self._uow() as uow:
            repository.own_set(uow.session, account_id, set_id, lock="change")
            for photo in repository.photos(uow.session, set_id):
                full = zipping.captioned(photo.caption, trigger_word)
                if full == photo.caption:
                    continue
                photo.caption = CaptionPhoto.of(text=full).text
                uow.session.add(photo)
                changed += 1
            if changed:
                uow.notify(account_id, "photoset", set_id)
        return changed

    def rename(self, account_id: str, set_id: str, name: str) -> None:
        """Raises NotFound, Invalid."""
        command = RenameSet.of(name=name)
        with self._uow() as uow:
            photo_set = repository.own_set(uow.session, account_id, set_id, lock="change")
            photo_set.name = command.name
            uow.session.add(photo_set)
            uow.notify(account_id, "photoset", set_id)

    def delete(self, account_id: str, set_id: str) -> None:
        """The photos go, rows and files; the set's own row stays for the trainings that name it. Raises NotFound,
        Conflict."""
        with self._uow() as uow:
            photo_set = repository.own_set(uow.session, account_id, set_id, lock="change")
            # A training that starts now waits for this lock (`accepted_in`), and then finds no set.
            if repository.in_training(uow.session, set_id):
                raise Conflict(
                    t("A training with these photos is under way. Wait for its end or cancel it, then delete the set."),
                    code="photo_set_in_use",
                )
            gone = repository.delete_photos(uow.session, set_id)
            repository.forget_in_drafts(uow.session, set_id)
            photo_set.deleted_at = self._clock()
            uow.session.add(photo_set)
            uow.notify(account_id, "photoset", set_id)
        for photo_id in gone:
            self._files.forget(photo_id)

    def copy(self, account_id: str, set_id: str) -> str:
        """Gives the id of the new set. Files first: when one can't be copied there is no second set. Raises NotFound,
        Unavailable."""
        with self._uow() as uow:
            original = repository.own_set(uow.session, account_id, set_id)
            photos = repository.accepted_photos(uow.session, set_id)
        now = self._clock()
        twin = PhotoSet(account_id=account_id, name=_copy_name(original.name), created_at=now)
        rows = [_copy_of(photo, twin.id) for photo in photos]
        try:
            for photo, row in zip(photos, rows, strict=True):
                self._files.copy(photo, row.id)
                row.created_at = now
            with self._uow() as uow:
                repository.own_set(uow.session, account_id, set_id)
                uow.session.add(twin)
                uow.session.flush()
                uow.session.add_all(rows)
                uow.notify(account_id, "photoset", twin.id)
        except BaseException:
            for row in rows:
                self._files.forget(row.id)
            raise
        return twin.id


def _copy_of(photo: Photo, set_id: str) -> Photo:
    row = Photo(
        **photo.model_dump(exclude=_OWN),
        id=new_id(),
        set_id=set_id,
        upload_id=new_id(),
    )
    row.storage_key = key_of(row.id, revision=photo.revision if photo.edited else 0)
    return row


def _copy_name(name: str) -> str:
    return f"{name} (copy)"[:80] if name else ""
