"""Use cases of the gallery."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.gallery.albums.errors import no_album
from photogen.domain.gallery.albums.repository import AlbumRepository, albums_of
from photogen.domain.gallery.commands import Change, Changed, GalleryFilter, GalleryQuery, NewImage, Undo
from photogen.domain.gallery.listing.repository import Listing
from photogen.domain.gallery.policy import (
    PURGE_GRACE,
    TRASH_FOR,
    Position,
    Selection,
    before_month,
    decode_cursor,
    encode_cursor,
    month_end,
    month_start,
    search_query,
)
from photogen.domain.gallery.repository import ImageRepository
from photogen.domain.gallery.views import Counted, GalleryPage, ImageCard, ImageFile, MonthCount, RecipeView
from photogen.errors import NotFound
from photogen.gateways.base import GatewayError, Storage
from photogen.kit import log
from photogen.kit.clock import Clock
from photogen.kit.text import t
from photogen.models import Image
from photogen.models.image import OWNER

THUMBNAILS = ("512", "1024")
"""Longest sides in pixels of the WebP thumbnails that lie beside each picture."""

STEP = 1000
"""Pictures that one step of "all that match" changes."""

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
        """A page of what is asked for; in the trash, latest trashed first. The cost does not grow with the depth.

        Raises Invalid (code `invalid_cursor`) for a cursor that is not of this list."""
        return self._page(account_id, query, query.limit)

    def _page(self, account_id: str, query: GalleryQuery, limit: int) -> GalleryPage:
        selection = self._selection(query)
        if selection is None:
            return GalleryPage((), None)
        backwards = query.after is not None
        cursor = query.after or query.before
        place = decode_cursor(cursor, trash=query.trash, of=selection.mark) if cursor else None
        if place is None and query.start:
            place = before_month(query.start, oldest=selection.oldest)
        with self._uow() as uow:
            found = Listing(uow.session, account_id, selection).page(place, limit + 1, backwards=backwards)
        more = len(found) > limit
        items = tuple(found[-limit:] if backwards else found[:limit])

        def cursor_at(card: ImageCard) -> str:
            at = card.deleted_at if query.trash and card.deleted_at else card.created_at
            return encode_cursor(Position(at, card.id), trash=query.trash, of=selection.mark)

        if not items:
            return GalleryPage((), None)
        following = cursor_at(items[-1]) if more or backwards else None
        preceding = cursor_at(items[0]) if (more if backwards else place is not None) else None
        return GalleryPage(items, following, preceding)

    def counted(self, account_id: str, query: GalleryFilter) -> Counted:
        """How many pictures meet `query`."""
        selection = self._selection(query)
        if selection is None:
            return Counted(0)
        with self._uow() as uow:
            return Listing(uow.session, account_id, selection).count()

    def months(self, account_id: str) -> list[MonthCount]:
        """The months of the gallery that have pictures, latest first."""
        with self._uow() as uow:
            return Listing(uow.session, account_id, Selection()).months()

    def _selection(self, query: GalleryFilter) -> Selection | None:
        """What is asked for; None where nothing can be (a search of punctuation alone)."""
        words = search_query(query.search)
        if query.search and words is None:
            return None
        facets = {
            "s": query.style,
            "a": query.aspect,
            "n": "" if query.seed is None else str(query.seed),
        }
        return Selection(
            words=words,
            facets=tuple(f"{OWNER}{kind}:{value}" for kind, value in facets.items() if value),
            model=query.model.partition(":")[2],
            favourite=query.favourite,
            rating=query.rating,
            album_id=query.album,
            parent_id=query.parent,
            since=month_start(query.month) if query.month else None,
            until=month_end(query.until or query.month) if query.month else None,
            oldest=isinstance(query, GalleryQuery) and query.sort == "oldest",
            trashed_since=self._clock() - TRASH_FOR if query.trash else None,
        )

    def of_shots(self, account_id: str, shots: Sequence[str]) -> dict[str, str]:
        """Ids of pictures by the shot that drew them; a shot without one, or somebody else's, is left out."""
        with self._uow() as uow:
            return ImageRepository(uow.session).of_shots(account_id, shots)

    def newest_of(self, account_id: str, models: Sequence[str]) -> dict[str, str]:
        """Ids of the newest picture by each of these models that has one: what the model does, in the account's own
        work."""
        with self._uow() as uow:
            return ImageRepository(uow.session).newest_of(account_id, models)

    def recent(self, account_id: str, limit: int) -> tuple[ImageCard, ...]:
        """The newest `limit` pictures."""
        with self._uow() as uow:
            return tuple(Listing(uow.session, account_id, Selection()).page(None, limit))

    def count(self, account_id: str) -> int:
        """How many pictures the account has outside of the trash."""
        with self._uow() as uow:
            return Listing(uow.session, account_id, Selection()).count().number

    def recipe(self, account_id: str, image_id: str) -> RecipeView:
        """Everything about one picture, in the gallery or in the trash. Raises NotFound."""
        image = self._get(account_id, image_id)
        with self._uow() as uow:
            images = ImageRepository(uow.session)
            above = images.ancestors(account_id, image.parent_id) if image.parent_id else []
            return recipe_of(image, albums_of(uow.session, account_id, image_id), above)

    def image_file(self, account_id: str, image_id: str, variant: str) -> ImageFile:
        """Where the `original` or a thumbnail (`512`, `1024`) lies. Raises NotFound."""
        if variant != "original" and variant not in THUMBNAILS:
            raise _gone()
        image = self._get(account_id, image_id)
        stem = file_stem(image)
        if variant == "original":
            suffix = _SUFFIXES.get(image.content_type, "bin")
            return ImageFile(image.storage_key, image.content_type, f"{stem}.{suffix}")
        return ImageFile(thumbnail_key(image.id, variant), "image/webp", f"{stem}-{variant}.webp")

    def trash(self, account_id: str, ids: Sequence[str]) -> int:
        """Moves pictures into the trash; how many weren't there yet. Raises NotFound when one isn't the account's."""
        return self.change(account_id, Change.of(action="trash"), ids).changed

    def restore(self, account_id: str, ids: Sequence[str]) -> int:
        """Takes pictures out of the trash; how many were in it. Raises NotFound when one is gone or somebody else's."""
        return self.change(account_id, Change.of(action="restore"), ids).changed

    def change(self, account_id: str, change: Change, ids: Sequence[str]) -> Changed:
        """Does one thing to pictures. Raises NotFound when one of them, or the album, isn't the account's."""
        now = self._clock()
        wanted = sorted(set(ids))
        with self._uow() as uow:
            if ImageRepository(uow.session).owned(account_id, wanted, now - TRASH_FOR) != set(wanted):
                raise _gone()
            changed = self._apply(uow, account_id, change, wanted, now) if wanted else 0
        return Changed(changed, now)

    def change_all(self, account_id: str, change: Change, query: GalleryQuery) -> Changed:
        """Does one thing to the next `STEP` pictures that meet `query`: `next_cursor` leads on, until it is
        None. What comes in meanwhile is left alone (newest first). Raises Invalid, NotFound (the album)."""
        page = self._page(account_id, query, STEP)
        now = self._clock()
        with self._uow() as uow:
            changed = self._apply(uow, account_id, change, [card.id for card in page.items], now)
        return Changed(changed, now, page.next_cursor, len(page.items))

    def undo(self, account_id: str, undo: Undo) -> int:
        """Takes back what `change` did at that instant; what was changed again since stays. How many."""
        with self._uow() as uow:
            images = ImageRepository(uow.session)
            if undo.action == "trash":
                undone = images.undo(account_id, undo.at)
            elif undo.action == "favourite":
                undone = images.unfavour(account_id, undo.at)
            else:
                undone = AlbumRepository(uow.session).take_back(account_id, undo.album or "", undo.at)
            if undone:
                uow.notify(account_id, "gallery", account_id)
        return undone

    def _apply(self, uow: UnitOfWork, account_id: str, change: Change, ids: Sequence[str], now: datetime) -> int:
        images, albums = ImageRepository(uow.session), AlbumRepository(uow.session)
        if change.album is not None and albums.get(account_id, change.album) is None:
            raise no_album()
        album = change.album or ""
        changed = {
            "trash": lambda: images.mark(account_id, ids, now),
            "restore": lambda: images.mark(account_id, ids, None),
            "favourite": lambda: images.favour(account_id, ids, now),
            "unfavourite": lambda: images.favour(account_id, ids, None),
            "rate": lambda: images.rate(account_id, ids, change.rating),
            "add": lambda: albums.add(account_id, album, ids, now),
            "take": lambda: albums.take(account_id, album, ids),
        }[change.action]()
        if changed:
            uow.notify(account_id, "gallery", ids[0])
        return changed

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


def _gone() -> NotFound:
    return NotFound(t("This picture does not exist, or it has been deleted for good."), code="image_not_found")


def file_stem(image: Image) -> str:
    """Under which name a picture is saved, without the suffix."""
    return f"photogen-{image.created_at:%Y%m%d}-{image.seed}-{image.id[-6:]}"


def recipe_of(image: Image, albums: Sequence[str] = (), ancestors: Sequence[str] = ()) -> RecipeView:
    """Everything that is known of how it was made."""
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
        favourite=image.favourite_at is not None,
        rating=image.rating,
        albums=tuple(albums),
        ancestors=tuple(ancestors),
    )
