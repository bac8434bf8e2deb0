"""Where the files of a photo lie, and how they get there."""

from typing import Literal

from photogen.domain.photosets import imaging
from photogen.errors import Unavailable
from photogen.gateways.base import GatewayError, Storage
from photogen.kit import log
from photogen.kit.text import t
from photogen.models.photoset import Photo

Size = Literal["normal", "256", "512"]
FILES: dict[Size, str] = {"normal": "normal.jpg", "512": "512.webp", "256": "256.webp"}
FOLDER = "photos/"

_log = log.get("photosets")


def key_of(photo_id: str, size: Size = "normal", revision: int = 0) -> str:
    """Where a photo's file lies in the storage; revision 0 is what was uploaded."""
    return f"{FOLDER}{photo_id}/{f'r{revision}-' if revision else ''}{FILES[size]}"


class PhotoFiles:
    """The photos' files in the storage. Never to be called within a transaction."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def store(self, photo_id: str, prepared: imaging.Prepared, revision: int = 0) -> None:
        """Raises Unavailable when the storage does not answer."""
        files: dict[Size, tuple[bytes, str]] = {
            "normal": (prepared.normal, "image/jpeg"),
            "512": (prepared.thumbnails[512], "image/webp"),
            "256": (prepared.thumbnails[256], "image/webp"),
        }
        try:
            for size, (data, content_type) in files.items():
                self._storage.put(key_of(photo_id, size, revision), data, content_type)
        except GatewayError as error:
            raise _unavailable(photo_id, error) from error

    def read(self, photo_id: str, key: str) -> bytes:
        """One file. Raises Unavailable."""
        try:
            return self._storage.read(key)
        except GatewayError as error:
            raise _unavailable(photo_id, error) from error

    def copy(self, photo: Photo, to: str) -> None:
        """Its files, the upload's and the edit's, for a photo of the id `to`. Raises Unavailable."""
        for number in sorted({0, photo.revision if photo.edited else 0}):
            for size in FILES:
                content_type = "image/jpeg" if size == "normal" else "image/webp"
                data = self.read(photo.id, key_of(photo.id, size, number))
                try:
                    self._storage.put(key_of(to, size, number), data, content_type)
                except GatewayError as error:
                    raise _unavailable(to, error) from error

    def forget(self, photo_id: str) -> None:
        """All of a photo's files. Best effort: what stays behind is swept later."""
        try:
            keys = list(self._storage.keys(f"{FOLDER}{photo_id}/"))
        except GatewayError as error:
            _log.warning("photo's files left behind", photo=photo_id, code=error.code)
            return
        self._delete(photo_id, keys)

    def forget_revision(self, photo_id: str, revision: int) -> None:
        """The files of an edit that has been replaced. Best effort."""
        self._delete(photo_id, [key_of(photo_id, size, revision) for size in FILES])

    def _delete(self, photo_id: str, keys: list[str]) -> None:
        for key in keys:
            try:
                self._storage.delete(key)
            except GatewayError as error:
                _log.warning("photo's file left behind", photo=photo_id, code=error.code)


def _unavailable(photo_id: str, error: GatewayError) -> Unavailable:
    _log.warning("storage does not answer", photo=photo_id, code=error.code)
    return Unavailable(t("The photo could not be stored just now. Try again in a minute."), code=error.code)
