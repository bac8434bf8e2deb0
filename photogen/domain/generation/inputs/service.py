"""Use cases of uploaded pictures: they become rows of the gallery's table that the gallery does not list."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from photogen.db.uow import UowFactory
from photogen.domain.gallery.commands import NewImage
from photogen.domain.gallery.service import GalleryService, thumbnail_key
from photogen.domain.generation import pictures, policy
from photogen.domain.generation.inputs import repository
from photogen.domain.photosets import imaging
from photogen.domain.photosets.verdict import Unusable
from photogen.errors import Conflict, Invalid
from photogen.gateways.base import Storage
from photogen.kit.clock import Clock
from photogen.kit.ids import new_id
from photogen.kit.text import t

MOST_UNUSED = 20
"""Uploads of an account that nothing was made of."""
KEPT = timedelta(days=1)
"""How long an upload is kept that nothing is made of."""


class InputsService:
    """For pages: add. For the worker: sweep."""

    def __init__(self, uow: UowFactory, clock: Clock, storage: Storage, gallery: GalleryService) -> None:
        self._uow = uow
        self._clock = clock
        self._storage = storage
        self._gallery = gallery

    def add(self, account_id: str, file: Path) -> str:
        """Keeps the picture in `file`, decoded and written anew without what it says of camera and place; gives its id.

        Raises Invalid (with the reason's code, at the input), Conflict (`too_many_uploads`), and what the storage
        raises."""
        with self._uow() as uow:
            if repository.unused(uow.session, account_id) >= MOST_UNUSED:
                raise Conflict(
                    t(
                        "{most_unused} of your uploads wait to be used. Generate with one of them, or come back "
                        "tomorrow.",
                        most_unused=MOST_UNUSED,
                    ),
                    code="too_many_uploads",
                )
        try:
            normal = imaging.prepare(file.read_bytes()).normal
        except Unusable as error:
            raise Invalid(error.problem.sentence, field="input", code=error.problem.code) from error
        made = pictures.prepare(normal)
        id_ = new_id()
        key = f"images/{id_}/original.{made.suffix}"
        for name, data in made.thumbnails.items():
            self._storage.put(thumbnail_key(id_, name), data, "image/webp")
        self._storage.put(key, made.data, made.content_type)
        with self._uow() as uow:
            self._gallery.add(
                uow,
                NewImage(
                    id=id_,
                    account_id=account_id,
                    generation_id=None,
                    shot_id=id_,
                    model_key=repository.UPLOAD,
                    model_name="Upload",
                    lora_model_id=None,
                    in_gallery=False,
                    prompt="",
                    prompt_sent="",
                    aspect=policy.nearest_aspect(made.width, made.height),
                    width=made.width,
                    height=made.height,
                    seed=0,
                    vendor=repository.UPLOAD,
                    credits=0,
                    storage_key=key,
                    content_type=made.content_type,
                    bytes=len(made.data),
                    thumbhash=made.thumbhash,
                    created_at=self._clock(),
                ),
            )
        return id_

    def sweep(self) -> int:
        """Gives up what was uploaded and not used for a day; how many."""
        with self._uow() as uow:
            return repository.give_up(uow.session, self._clock() - KEPT)
