"""Turning and cutting photos. What was uploaded stays; each edit is made anew from it, under a number of its own."""

from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.photosets import imaging, repository
from photogen.domain.photosets.analysis import VERSION
from photogen.domain.photosets.commands import EditPhoto
from photogen.domain.photosets.files import PhotoFiles, key_of
from photogen.domain.photosets.views import Edit, crop_of
from photogen.errors import Invalid, NotFound
from photogen.kit.text import t
from photogen.models.photoset import Photo, PhotoStatus


class Editor:
    """Edits of single photos."""

    def __init__(self, uow: UowFactory, files: PhotoFiles) -> None:
        self._uow = uow
        self._files = files

    def edit(self, account_id: str, set_id: str, photo_id: str, command: EditPhoto) -> Edit:
        """Makes the photo look so, and gives how it was before. The last edit counts, however two at once overtake
        each other. Raises NotFound, Invalid (`too_small`), Unavailable."""
        with self._uow() as uow:
            photo = own_accepted(uow, account_id, set_id, photo_id)
            before = Edit(photo.rotation, crop_of(photo))
            if (command.rotation, command.crop) == (before.rotation, before.crop):
                return before
            # The number is taken before the work: nobody else's files lie under it, now or later.
            revision = repository.next_revision(uow.session, photo_id)
            quality = int(photo.analysis.get("jpeg_quality", 0))
        upload = self._files.read(photo_id, key_of(photo_id))
        prepared = imaging.edit(upload, command.rotation, command.crop, quality)
        if prepared is None:
            raise Invalid(
                t(
                    "This crop is too small: {SMALLEST_CROP} pixels on the short side are needed.",
                    SMALLEST_CROP=imaging.SMALLEST_CROP,
                ),
                field="crop",
                code="too_small",
            )
        if command.rotation or command.crop:
            self._files.store(photo_id, prepared, revision)
        replaced = self._write(account_id, set_id, photo_id, command, revision, prepared)
        if replaced:
            self._files.forget_revision(photo_id, replaced)
        return before

    def _write(
        self,
        account_id: str,
        set_id: str,
        photo_id: str,
        command: EditPhoto,
        revision: int,
        prepared: imaging.Prepared,
    ) -> int:
        """Gives the revision whose files nobody needs any more, 0 for none."""
        with self._uow() as uow:
            repository.own_set(uow.session, account_id, set_id, lock="change")
            try:
                photo = own_accepted(uow, account_id, set_id, photo_id)
            except NotFound:
                return revision
            if photo.revision > revision:  # a later edit was quicker
                return revision
            replaced = photo.revision if photo.edited else 0
            photo.rotation = command.rotation
            photo.crop = list(command.crop) if command.crop else None
            photo.revision = revision
            photo.storage_key = key_of(photo_id, revision=revision if photo.edited else 0)
            describe(photo, prepared)
            uow.session.add(photo)
            uow.notify(account_id, "photoset", set_id)
        return replaced


def describe(photo: Photo, prepared: imaging.Prepared) -> None:
    """Writes into the row what is known of the picture in use."""
    photo.width, photo.height = prepared.width, prepared.height
    photo.bytes = len(prepared.normal)
    photo.thumbhash = prepared.thumbhash
    photo.analysis = prepared.analysis.as_json()
    photo.analysis_version = VERSION


def own_accepted(uow: UnitOfWork, account_id: str, set_id: str, photo_id: str) -> Photo:
    """An accepted photo of the account's in this set. Raises NotFound."""
    repository.own_set(uow.session, account_id, set_id)
    photo = repository.own_photo(uow.session, account_id, photo_id, set_id)
    if photo.status is not PhotoStatus.ACCEPTED:
        raise NotFound(t("This photo does not exist. Reload the page."))
    return photo
