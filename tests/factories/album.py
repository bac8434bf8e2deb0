"""One account's photo set, with the service it is reached by and a storage in memory."""

from dataclasses import replace
from pathlib import Path

from photogen.domain.photosets import AddPhoto, PhotoSetsService, PhotoView
from photogen.kit.ids import new_id
from tests.factories.studio import Studio
from tests.fakes.storage import MemoryStorage


class Album:
    """The service with one account's set, and short ways to use them."""

    def __init__(self, studio: Studio, folder: Path) -> None:
        self.studio, self.folder = studio, folder
        self.storage = MemoryStorage()
        self.service = PhotoSetsService(studio.uow, studio.clock, self.storage)
        self.owner = studio.account()
        self.set_id = self.service.create(self.owner, "Rex").id

    def add(self, data: bytes, name: str = "a.jpg", *, upload_id: str = "", set_id: str = "") -> PhotoView:
        source = self.folder / new_id()
        source.write_bytes(data)
        command = AddPhoto.of(upload_id=upload_id or new_id(), file_name=name)
        return self.service.add(self.owner, set_id or self.set_id, command, source)

    def all(self) -> list[PhotoView]:
        """Without the coach's remarks, which `add` doesn't give either: test_photo_coach looks at them."""
        views = self.service.photos(self.owner, self.set_id)
        return [replace(view, remarks=(), suggested_crop=None, suggested_rotation=0) for view in views]

    def of(self, photo_id: str) -> PhotoView:
        """One photo as the coach sees it."""
        return next(view for view in self.service.photos(self.owner, self.set_id) if view.id == photo_id)
