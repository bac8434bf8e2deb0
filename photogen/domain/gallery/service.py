"""Use cases of the gallery."""

from collections.abc import Sequence
from typing import Any

from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.gallery.commands import GalleryQuery, NewImage
from photogen.domain.gallery.policy import (
    PURGE_GRACE,
    TRASH_FOR,
    Position,
    decode_cursor,
    encode_cursor,
    search_query,
)
from photogen.domain.gallery.repository import ImageRepository
from photogen.domain.gallery.views import GalleryPage, ImageCard, ImageFile, RecipeView
from photogen.errors import NotFound
from photogen.gateways.base import GatewayError, Storage
from photogen.kit import log
from photogen.kit.clock import Clock
from photogen.models import Image

THUMBNAILS = ("512", "1024")
"""Longest sides in pixels of the WebP thumbnails that lie beside each picture."""

_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
_PURGE_BATCH = 200

_log = log.get("gallery")


def thumbnail_key(image_id: str, size: str) -> str:
    """Storage key of a thumbnail."""
    return f"images/{image_id}/{size}.webp"


class GalleryService:
    """A creator's pictures. Whatever belongs to somebody else is NotFound."""

    def __init__(self, uow: UowFactory, clock: Clock, storage: Storage) -> None:
        self._uow = uow
        self._clock = clock
        self._storage = storage

    def add(self, uow: UnitOfWork, image: NewImage) -> bool:
        """Step: puts a delivered picture into the gallery and tells open pages. False when it is there already."""
        if not ImageRepository(uow.session).add(image, image.created_at or self._clock()):
            return False
        uow.notify(image.account_id, "gallery", image.id)
        return True

    def page(self, account_id: str, query: GalleryQuery) -> GalleryPage:
        """A page of pictures, newest first; in the trash, latest trashed first. The cost does not grow with the depth.

        Raises Invalid (code `invalid_cursor`) for a cursor that is not ours."""
        before = decode_cursor(query.before, trash=query.trash) if query.before else None
        words = search_query(query.search)
        if query.search and words is None:
            return GalleryPage((), None)  # nothing but punctuation
        wanted = query.limit + 1
        with self._uow() as uow:
            images = ImageRepository(uow.session)
            if query.trash:
                found = images.trash(account_id, words, before, wanted, self._clock() - TRASH_FOR)
            elif words is not None:
                found = images.search(account_id, words, before, wanted)
            else:
                found = images.page(account_id, before, wanted)
        return _page(found, query.limit, trash=query.trash)

    def of_shots(self, account_id: str, shots: Sequence[str]) -> dict[str, str]:
        """Ids of pictures by the shot that drew them; a shot without one, or somebody else's, is left out."""
        with self._uow() as uow:
            return ImageRepository(uow.session).of_shots(account_id, shots)

    def recent(self, account_id: str, limit: int) -> tuple[ImageCard, ...]:
        """The newest `limit` pictures."""
        with self._uow() as uow:
            return tuple(ImageRepository(uow.session).page(account_id, None, limit))

    def count(self, account_id: str) -> int:
        """How many pictures the account has outside of the trash."""
        with self._uow() as uow:
            return ImageRepository(uow.session).count(account_id)

    def recipe(self, account_id: str, image_id: str) -> RecipeView:
        """Everything about one picture, in the gallery or in the trash. Raises NotFound."""
        return _recipe(self._get(account_id, image_id))

    def image_file(self, account_id: str, image_id: str, variant: str) -> ImageFile:
        """Where the `original` or a thumbnail (`512`, `1024`) lies. Raises NotFound."""
        if variant != "original" and variant not in THUMBNAILS:
            raise _gone()
        image = self._get(account_id, image_id)
        stem = f"photogen-{image.created_at:%Y%m%d}-{image.seed}-{image.id[-6:]}"
        if variant == "original":
            suffix = _SUFFIXES.get(image.content_type, "bin")
            return ImageFile(image.storage_key, image.content_type, f"{stem}.{suffix}")
        return ImageFile(thumbnail_key(image.id, variant), "image/webp", f"{stem}-{variant}.webp")

    def trash(self, account_id: str, ids: Sequence[str]) -> int:
        """Moves pictures into the trash; how many weren't there yet. Raises NotFound when one isn't the account's."""
        return self._move(account_id, ids, to_trash=True)

    def restore(self, account_id: str, ids: Sequence[str]) -> int:
        """Takes pictures out of the trash; how many were in it. Raises NotFound when one is gone or somebody else's."""
        return self._move(account_id, ids, to_trash=False)

    def keep(self, account_id: str, image_id: str) -> None:
        """Puts a picture of the likeness lab among the others. Raises NotFound."""
        with self._uow() as uow:
            if not ImageRepository(uow.session).keep(account_id, image_id):
                raise _gone()
            uow.notify(account_id, "gallery", image_id)

    def purge_due(self) -> int:
        """Deletes for good what has been in the trash for 30 days, files first. How many pictures went.

        A picture whose files can't be deleted now keeps its row, and with it the next try."""
        until = self._clock() - TRASH_FOR - PURGE_GRACE
        with self._uow() as uow:
            due = ImageRepository(uow.session).due(until, _PURGE_BATCH)
        gone = [image_id for image_id, key in due if self._delete_files(image_id, key)]
        if not gone:
            return 0
        with self._uow() as uow:
            return ImageRepository(uow.session).delete(gone, until)

    def known_files(self, ids: Sequence[str]) -> set[str]:
        """Those of `ids` that are pictures, in the trash too: their files are not to be swept."""
        with self._uow() as uow:
            return ImageRepository(uow.session).known(ids)

    def expected_files(self, after: str, until: str, limit: int) -> Sequence[tuple[str, str]]:
        """Ids between the two and keys of pictures whose file has to be there."""
        with self._uow() as uow:
            return ImageRepository(uow.session).stored(after, until, limit)

    def _delete_files(self, image_id: str, storage_key: str) -> bool:
        try:
            for key in (*(thumbnail_key(image_id, size) for size in THUMBNAILS), storage_key):
                self._storage.delete(key)
        except GatewayError as error:
            _log.warning("picture not purged", image=image_id, code=error.code)
            return False
        return True

    def _get(self, account_id: str, image_id: str) -> Image:
        with self._uow() as uow:
            image = ImageRepository(uow.session).get(account_id, image_id, self._clock() - TRASH_FOR)
        if image is None:
            raise _gone()
        return image

    def _move(self, account_id: str, ids: Sequence[str], *, to_trash: bool) -> int:
        now = self._clock()
        wanted = sorted(set(ids))
        if not wanted:
            return 0
        with self._uow() as uow:
            images = ImageRepository(uow.session)
            if images.owned(account_id, wanted, now - TRASH_FOR) != set(wanted):
                raise _gone()
            moved = images.mark(account_id, wanted, now if to_trash else None)
            if moved:
                uow.notify(account_id, "gallery", wanted[0])
        return moved


def _gone() -> NotFound:
    return NotFound("This picture does not exist, or it has been deleted for good.", code="image_not_found")


def _page(found: list[ImageCard], limit: int, *, trash: bool) -> GalleryPage:
    items = tuple(found[:limit])
    if len(found) <= limit:
        return GalleryPage(items, None)
    last = items[-1]
    at = last.deleted_at if trash and last.deleted_at else last.created_at
    return GalleryPage(items, encode_cursor(Position(at, last.id), trash=trash))


def _recipe(image: Image) -> RecipeView:
    recipe: dict[str, Any] = image.recipe
    return RecipeView(
        id=image.id,
        prompt=image.prompt,
        prompt_sent=image.prompt_sent,
        negative_prompt=recipe.get("negative_prompt") or "",
        seed=image.seed,
        model_key=image.model_key,
        model_name=image.model_name,
        lora_model_id=image.lora_model_id,
        vendor=image.vendor,
        vendor_model=recipe.get("vendor_model") or "",
        style=recipe.get("style") or "",
        steps=recipe.get("steps"),
        guidance=recipe.get("guidance"),
        lora_scale=recipe.get("lora_scale"),
        model_version=recipe.get("model_version"),
        aspect=image.aspect,
        width=image.width,
        height=image.height,
        seconds=recipe.get("seconds"),
        credits=image.credits,
        content_type=image.content_type,
        bytes=image.bytes,
        thumbhash=image.thumbhash,
        generation_id=image.generation_id,
        created_at=image.created_at,
        deleted_at=image.deleted_at,
        prompt_drawn=recipe.get("prompt_drawn") or "",
        parent_id=image.parent_id,
        strength=recipe.get("strength"),
    )
