"""Use cases of albums."""

from __future__ import annotations

from collections.abc import Mapping

from photogen.db.locks import lock_account
from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.gallery.albums.commands import AlbumCover, AlbumId, NewAlbum, RenameAlbum
from photogen.domain.gallery.albums.errors import no_album
from photogen.domain.gallery.albums.repository import AlbumRepository
from photogen.domain.gallery.views import AlbumView
from photogen.errors import Conflict, Invalid, NotFound
from photogen.kit.clock import Clock
from photogen.kit.text import t
from photogen.models import Album

MOST = 500
"""Albums of an account."""


class AlbumsService:
    """A creator's albums. Somebody else's don't exist. What is in them is changed by `GalleryService.change`."""

    def __init__(self, uow: UowFactory, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock

    def mine(self, account_id: str) -> list[AlbumView]:
        """All of them, by name."""
        with self._uow() as uow:
            return AlbumRepository(uow.session).all(account_id)

    def create(self, account_id: str, command: NewAlbum) -> str:
        """Makes an empty one; gives its id. Raises Invalid (`name_taken`), Conflict (`too_many_albums`)."""
        with self._uow() as uow:
            lock_account(uow.session, account_id)
            there = AlbumRepository(uow.session).names(account_id)
            if len(there) >= MOST:
                raise Conflict(t("{most} albums are the most. Delete one first.", most=MOST), code="too_many_albums")
            _check_name(command.name, there)
            row = Album(account_id=account_id, name=command.name, created_at=self._clock())
            uow.session.add(row)
            uow.notify(account_id, "gallery", row.id)
            return row.id

    def rename(self, account_id: str, command: RenameAlbum) -> None:
        """Gives it another name. Raises NotFound, Invalid (`name_taken`)."""
        with self._uow() as uow:
            lock_account(uow.session, account_id)
            row = _own(uow, account_id, command.album)
            there = AlbumRepository(uow.session).names(account_id)
            _check_name(command.name, {id_: name for id_, name in there.items() if id_ != row.id})
            row.name = command.name
            uow.session.add(row)
            uow.notify(account_id, "gallery", row.id)

    def delete(self, account_id: str, command: AlbumId) -> None:
        """Its pictures stay in the gallery. Raises NotFound."""
        with self._uow() as uow:
            uow.session.delete(_own(uow, account_id, command.album))
            uow.notify(account_id, "gallery", command.album)

    def cover(self, account_id: str, command: AlbumCover) -> None:
        """Lets one of its pictures stand for it. Raises NotFound (the album, or the picture is not in it)."""
        with self._uow() as uow:
            row = _own(uow, account_id, command.album)
            if not AlbumRepository(uow.session).contains(row.id, command.image):
                raise NotFound(t("This picture is not in the album."), code="image_not_found")
            row.cover_id = command.image
            uow.session.add(row)
            uow.notify(account_id, "gallery", row.id)


def _own(uow: UnitOfWork, account_id: str, album_id: str) -> Album:
    row = AlbumRepository(uow.session).get(account_id, album_id)
    if row is None:
        raise no_album()
    return row


def _check_name(name: str, there: Mapping[str, str]) -> None:
    if name.casefold() in {taken.casefold() for taken in there.values()}:
        raise Invalid(t("There is an album “{name}” already.", name=name), field="name", code="name_taken")
