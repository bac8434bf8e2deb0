"""Use cases of links.

Whoever holds an address asks each time anew, for the page and for each picture: revoked, expired, trashed, taken out
of the album, the owner gone or suspended, all of it is so at the next request. Everything that does not work is
refused alike, in the same words.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from photogen.db.locks import lock_account
from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.audit import AuditService, Operator
from photogen.domain.gallery.albums.errors import no_album
from photogen.domain.gallery.albums.repository import AlbumRepository
from photogen.domain.gallery.downloads import imaging as saved
from photogen.domain.gallery.downloads.commands import SaveAs
from photogen.domain.gallery.policy import Position, decode_cursor, encode_cursor
from photogen.domain.gallery.service import recipe_of, thumbnail_key
from photogen.domain.shares import policy
from photogen.domain.shares.commands import LinkId, Share
from photogen.domain.shares.config import SharesConfig
from photogen.domain.shares.imaging import PREVIEW_SIDE, preview
from photogen.domain.shares.repository import COUNTED_MOST, Listed, Opened, ShareRepository
from photogen.domain.shares.views import LinkView, SharedFile, SharedList, SharedOne, SharedPicture
from photogen.errors import Conflict, Invalid, NotFound, Unavailable
from photogen.gateways.base import GatewayError, Missing, Storage
from photogen.kit.clock import Clock
from photogen.kit.text import t
from photogen.models import Image, ShareLink, ShareLinkImage

if TYPE_CHECKING:
    from stream_zip import Method

PAGE = 100
"""Pictures on one page of a link."""
_LEFT_OUT = "left-out.txt"
_MODE = 0o600


class SharesService:
    """For owners: create, mine, revoke. For who holds a link: look, look_at, thumbnail, pasted, download,
    archive. For the
    operator: withdraw. For the worker: purge."""

    def __init__(
        self, uow: UowFactory, clock: Clock, storage: Storage, audit: AuditService, config: SharesConfig
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._storage = storage
        self._audit = audit
        self._config = config

    # --- the owner's ------------------------------------------------------------------------------------------------

    def create(self, account_id: str, command: Share) -> LinkView:
        """Makes a link. Raises NotFound (a picture is not in the account's gallery, the album is not its), Conflict
        (`too_many_links`)."""
        now, lasts = self._clock(), policy.LASTS[command.lasts]
        wanted = tuple(dict.fromkeys(command.pictures))
        with self._uow() as uow:
            lock_account(uow.session, account_id)
            links = ShareRepository(uow.session)
            if links.working(account_id, now) >= policy.MOST:
                raise Conflict(
                    t("{most} links are the most. Revoke one first.", most=policy.MOST), code="too_many_links"
                )
            if command.album and AlbumRepository(uow.session).get(account_id, command.album) is None:
                raise no_album()
            if links.shareable(account_id, wanted) != set(wanted):
                raise NotFound(t("One of these pictures is no longer in your gallery."), code="image_not_found")
            link = ShareLink(
                account_id=account_id,
                album_id=command.album,
                token_hash="",
                recipe=command.recipe,
                downloads=command.downloads,
                expires_at=now + lasts if lasts else None,
                created_at=now,
            )
            link.token_hash = policy.digest(policy.token_of(self._config.key, link.id)) or ""
            uow.session.add(link)
            uow.session.flush()
            uow.session.add_all(ShareLinkImage(link_id=link.id, image_id=image_id) for image_id in wanted)
            said: dict[str, object] = {
                "album": command.album,
                "pictures": len(wanted),
                "recipe": link.recipe,
                "downloads": link.downloads,
                "expires_at": link.expires_at.isoformat() if link.expires_at else None,
            }
            self._record(uow, link, "share_link_made", {}, said)
            uow.session.flush()
            return self._view(links.of_account(account_id, now, link_id=link.id)[0])

    def mine(self, account_id: str, *, image_id: str = "", album_id: str = "") -> list[LinkView]:
        """The account's links, newest first, those that ended not long ago too; or the ones made for one picture alone,
        or for one album."""
        with self._uow() as uow:
            since = self._clock() - policy.KEPT
            links = ShareRepository(uow.session)
            return [
                self._view(one) for one in links.of_account(account_id, since, image_id=image_id, album_id=album_id)
            ]

    def revoke(self, account_id: str, command: LinkId) -> None:
        """Ends a link at once, for good; again is fine. Raises NotFound."""
        with self._uow() as uow:
            link = ShareRepository(uow.session).own(account_id, command.link)
            if link is None:
                raise NotFound(t("This link does not exist any more."), code="link_not_found")
            if link.revoked_at is None:
                link.revoked_at = self._clock()
                self._record(uow, link, "share_link_revoked", {"state": "active"}, {"state": "revoked"})

    def withdraw(self, address: str, by: Operator) -> None:
        """Ends whosever link, by its address: for what must not be shown. Raises NotFound (`link_not_found`), Conflict
        (`link_ended`)."""
        known = policy.digest(policy.token_in(address))
        with self._uow() as uow:
            link = ShareRepository(uow.session).any_by(known) if known else None
            if link is None:
                raise NotFound(t("No link has this address."), code="link_not_found")
            if link.revoked_at is not None:
                raise Conflict(t("This link has been revoked already."), code="link_ended")
            link.revoked_at, link.withdrawn = self._clock(), True
            self._audit.record(
                uow, by, "share_link_withdrawn", f"share:{link.id}", {"state": "active"}, {"state": "withdrawn"}
            )

    def purge(self) -> int:
        """Deletes links that ended long ago. How many."""
        with self._uow() as uow:
            return ShareRepository(uow.session).purge(self._clock() - policy.KEPT)

    def _record(
        self, uow: UnitOfWork, link: ShareLink, action: str, before: dict[str, object], after: dict[str, object]
    ) -> None:
        name = ShareRepository(uow.session).owner_name(link.account_id)
        self._audit.record(uow, Operator(link.account_id, name), action, f"share:{link.id}", before, after)

    def _view(self, found: Listed) -> LinkView:
        link, token = found.link, policy.token_of(self._config.key, found.link.id)
        return LinkView(
            id=link.id,
            address=f"{self._config.address}/s/{token}" if policy.digest(token) == link.token_hash else "",
            state=policy.state_of(link.revoked_at, link.withdrawn, link.expires_at, self._clock()),
            album=found.album,
            album_id=link.album_id or "",
            pictures=min(found.pictures, COUNTED_MOST),
            more=found.pictures > COUNTED_MOST,
            cover=found.cover,
            recipe=link.recipe,
            downloads=link.downloads,
            visits=link.visits,
            last_visit_at=link.last_visit_at,
            created_at=link.created_at,
            expires_at=link.expires_at,
            revoked_at=link.revoked_at,
        )

    # --- the holder's -----------------------------------------------------------------------------------------------

    def look(self, token: str, cursor: str = "", *, visitor: str | None = None, counts: bool = False) -> SharedList:
        """A page of what the link shows. `counts` makes it a visit, unless `visitor` (an account's id) is the owner.
        Raises NotFound (`share_not_found`)."""
        with self._uow() as uow:
            links, link = self._opened(uow, token)
            place = _place(cursor) if cursor else None
            found = links.page(link, place, PAGE + 1)
            total = links.count(link)
            if not total and link.album_id is None:
                raise _none()
            cover = links.first(link)
            if counts and visitor != link.account_id:
                links.visit(link.id, self._clock())
            items = tuple(_picture(image, link) for image in found[:PAGE])
            last = Position(found[PAGE - 1].created_at, found[PAGE - 1].id) if len(found) > PAGE else None
            return SharedList(
                title=link.title,
                total=min(total, COUNTED_MOST),
                more=total > COUNTED_MOST,
                cover=_picture(cover, link) if cover else None,
                items=items,
                next_cursor=encode_cursor(last, trash=False) if last else None,
                downloads=link.downloads,
            )

    def look_at(self, token: str, image_id: str) -> SharedOne:
        """One picture of it. Raises NotFound (`share_not_found`)."""
        with self._uow() as uow:
            links, link = self._opened(uow, token)
            image = _there(links.picture(link, image_id))
            number, previous, following = links.around(link, image)
            total = links.count(link)
            shown = _picture(image, link)
            many = total > COUNTED_MOST
            return SharedOne(
                title=link.title,
                picture=shown,
                number=number,
                total=min(total, COUNTED_MOST),
                more=many,
                previous=previous,
                next=following,
                downloads=link.downloads,
            )

    def thumbnail(self, token: str, image_id: str, size: str) -> SharedFile:
        """A thumbnail of one of its pictures. Raises NotFound (`share_not_found`), Unavailable."""
        with self._uow() as uow:
            links, link = self._opened(uow, token)
            image = _there(links.picture(link, image_id))
        return SharedFile(self._read(thumbnail_key(image.id, size)), "image/webp")

    def pasted(self, token: str) -> SharedFile:
        """What other programs show where the address was pasted. Raises NotFound (`share_not_found`), Unavailable."""
        with self._uow() as uow:
            links, link = self._opened(uow, token)
            image = _there(links.first(link))
        return SharedFile(preview(self._read(thumbnail_key(image.id, str(PREVIEW_SIDE)))), "image/jpeg")

    def download(self, token: str, image_id: str) -> SharedFile:
        """The original, where that is shared; with the recipe in it where that is, else with nothing in it but pixels.
        Raises NotFound (`share_not_found`), Unavailable."""
        with self._uow() as uow:
            links, link = self._opened(uow, token)
            image = _there(links.picture(link, image_id) if link.downloads else None)
        asked = SaveAs(format="original", recipe=link.recipe)
        type_ = saved.content_type(image.content_type, asked)
        if type_ not in saved.SUFFIXES:
            raise _none()
        data = saved.convert(self._read(image.storage_key), image.content_type, asked, recipe_of(image))
        return SharedFile(data, type_, f"{policy.saved_as(link.id, image.id)}.{saved.SUFFIXES[type_]}")

    def archive(self, token: str) -> Iterator[bytes]:
        """A ZIP of all originals, as it is made: each picture is asked for anew, and an end meanwhile is said in it.
        Raises NotFound (`share_not_found`), at once."""
        if not self.look(token).downloads:
            raise _none()
        from stream_zip import stream_zip  # it brings a library of ciphers along

        return iter(stream_zip(self._members(token)))

    def _members(self, token: str) -> Iterator[tuple[str, datetime, int, Method, tuple[bytes, ...]]]:
        now, missing = self._clock(), 0
        cursor: str | None = ""
        while cursor is not None:
            try:
                page = self.look(token, cursor)
            except NotFound as ended:  # the answer has begun: this can only be said inside of it
                yield _member(_LEFT_OUT, now, ended.public.encode())
                return
            for picture in page.items:
                try:
                    file = self.download(token, picture.id)
                except (NotFound, Unavailable):
                    missing += 1
                    continue
                yield _member(file.filename, now, file.data)
            cursor = page.next_cursor
        if missing:
            yield _member(
                _LEFT_OUT, now, t("{missing} could not be read, or are no longer shared.", missing=missing).encode()
            )

    def _opened(self, uow: UnitOfWork, token: str) -> tuple[ShareRepository, Opened]:
        links, known = ShareRepository(uow.session), policy.digest(token)
        link = links.opened(known, self._clock()) if known else None
        if link is None:
            raise _none()
        return links, link

    def _read(self, key: str) -> bytes:
        try:
            return self._storage.read(key)
        except Missing:
            raise _none() from None
        except GatewayError as error:
            raise Unavailable(t("The file can't be read just now. Try again in a minute."), code=error.code) from error


def _member(name: str, at: datetime, data: bytes) -> tuple[str, datetime, int, Method, tuple[bytes, ...]]:
    from stream_zip import ZIP_AUTO

    return name, at, _MODE, ZIP_AUTO(len(data), level=0), (data,)  # pictures are compressed already


def _none() -> NotFound:
    return NotFound(
        t("This link does not work. It may have ended, or have been taken back by whoever shared it."),
        code="share_not_found",
    )


def _there(image: Image | None) -> Image:
    if image is None:
        raise _none()
    return image


def _picture(image: Image, link: Opened) -> SharedPicture:
    return SharedPicture(
        image.id, image.width, image.height, image.thumbhash, recipe_of(image) if link.recipe else None
    )


def _place(cursor: str) -> Position:
    try:
        return decode_cursor(cursor[:100], trash=False)
    except Invalid:
        raise _none() from None
