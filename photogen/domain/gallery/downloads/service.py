"""Use cases of downloads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from photogen.db.uow import UowFactory
from photogen.domain.gallery.commands import GalleryQuery
from photogen.domain.gallery.downloads import imaging
from photogen.domain.gallery.downloads.commands import SaveAs
from photogen.domain.gallery.repository import ImageRepository
from photogen.domain.gallery.service import GalleryService, file_stem, recipe_of
from photogen.errors import NotFound, Unavailable
from photogen.gateways.base import GatewayError, Missing, Storage
from photogen.kit import log
from photogen.kit.text import t
from photogen.models import Image

if TYPE_CHECKING:
    from stream_zip import Method

AT_ONCE = 100
"""Pictures whose rows are read together."""
_LEFT_OUT = "left-out.txt"
_MODE = 0o600

_log = log.get("downloads")


@dataclass(frozen=True, slots=True)
class Download:
    """A picture that is saved: its bytes, their type, and a name."""

    data: bytes
    content_type: str
    filename: str


class DownloadsService:
    """A creator's pictures as files. Whatever belongs to somebody else is NotFound."""

    def __init__(self, uow: UowFactory, gallery: GalleryService, storage: Storage) -> None:
        self._uow = uow
        self._gallery = gallery
        self._storage = storage

    def one(self, account_id: str, image_id: str, asked: SaveAs) -> Download:
        """A picture as it is asked for. Raises NotFound, Unavailable (the storage does not answer)."""
        image = next(iter(self._rows(account_id, [image_id])), None)
        if image is None:
            raise NotFound(t("This picture does not exist, or it has been deleted for good."), code="image_not_found")
        try:
            return self._file(image, asked)
        except Missing:
            raise NotFound(t("The file of this picture is no longer here."), code="file_not_found") from None
        except GatewayError as error:
            raise Unavailable(t("The file can't be read just now. Try again in a minute."), code=error.code) from error

    def some(self, account_id: str, ids: Sequence[str], asked: SaveAs) -> Iterator[bytes]:
        """A ZIP of these, as it is made: no more than one picture of it is in memory. Raises NotFound, at once, when
        one of them isn't the account's."""
        wanted = list(dict.fromkeys(ids))
        with self._uow() as uow:
            if {image.id for image in ImageRepository(uow.session).whole(account_id, wanted)} != set(wanted):
                raise NotFound(t("One of these pictures does not exist any more."), code="image_not_found")
        return self._zip(account_id, iter(wanted), asked)

    def all(self, account_id: str, query: GalleryQuery, asked: SaveAs) -> Iterator[bytes]:
        """A ZIP of all that meet `query`, however many. Raises NotFound, at once, when there is none."""
        if not self._gallery.page(account_id, query.model_copy(update={"limit": 1})).items:
            raise NotFound(t("No picture matches these filters."), code="nothing_to_download")
        return self._zip(account_id, self._matching(account_id, query), asked)

    def _matching(self, account_id: str, query: GalleryQuery) -> Iterator[str]:
        cursor = None
        while True:
            page = self._gallery.page(account_id, query.model_copy(update={"before": cursor, "limit": AT_ONCE}))
            yield from (card.id for card in page.items)
            cursor = page.next_cursor
            if cursor is None:
                return

    def _zip(self, account_id: str, ids: Iterator[str], asked: SaveAs) -> Iterator[bytes]:
        from stream_zip import stream_zip  # it brings a library of ciphers along

        yield from stream_zip(self._members(account_id, ids, asked))

    def _members(
        self, account_id: str, ids: Iterator[str], asked: SaveAs
    ) -> Iterator[tuple[str, datetime, int, Method, tuple[bytes, ...]]]:
        from stream_zip import ZIP_AUTO

        left_out, taken = [], set[str]()
        while batch := list(islice(ids, AT_ONCE)):
            for image in self._rows(account_id, batch):
                try:
                    file = self._file(image, asked)
                except GatewayError as error:
                    # The answer has begun: what is missing can only be said inside of it.
                    _log.warning("picture left out of a download", image=image.id, code=error.code)
                    left_out.append(t("{n}: the file can't be read ({code})", n=file_stem(image), code=error.code))
                    continue
                name = file.filename if file.filename not in taken else f"{image.id}-{file.filename}"
                taken.add(name)
                # Pictures are compressed already: packed, not squeezed.
                yield name, image.created_at, _MODE, ZIP_AUTO(len(file.data), level=0), (file.data,)
        if left_out:
            text = "\n".join([t("These pictures are not in this archive:"), *left_out, ""]).encode()
            yield _LEFT_OUT, image.created_at, _MODE, ZIP_AUTO(len(text)), (text,)

    def _rows(self, account_id: str, ids: Sequence[str]) -> Sequence[Image]:
        with self._uow() as uow:
            return ImageRepository(uow.session).whole(account_id, ids)

    def _file(self, image: Image, asked: SaveAs) -> Download:
        data = self._storage.read(image.storage_key)
        type_ = imaging.content_type(image.content_type, asked)
        if type_ in imaging.SUFFIXES:
            data = imaging.convert(data, image.content_type, asked, recipe_of(image))
        return Download(data, type_, f"{file_stem(image)}.{imaging.SUFFIXES.get(type_, 'bin')}")
