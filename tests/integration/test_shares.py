"""Share links against a real database: what they open, and all that ends them."""

import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import text

from photogen.domain.audit import AuditService, Operator
from photogen.domain.gallery import AlbumsService, Change, GalleryService
from photogen.domain.gallery.albums.commands import AlbumCover, AlbumId, NewAlbum
from photogen.domain.shares import LinkId, LinkView, Share, SharesService, policy, repository, service
from photogen.domain.shares.config import SharesConfig
from photogen.errors import Conflict, Invalid, NotFound, Unavailable
from photogen.gateways.base import Category, Retry
from photogen.kit.ids import new_id
from tests.factories.images import image
from tests.factories.studio import Studio
from tests.fakes.storage import MemoryStorage

PROMPT = "a red fox in the snow"
CONFIG = SharesConfig("https://photos.example", b"k" * 32)


class Room:
    """A gallery with files and links, the account that uses it, and another one."""

    def __init__(self, studio: Studio) -> None:
        self.studio, self.storage = studio, MemoryStorage()
        self.gallery = GalleryService(studio.uow, studio.clock, self.storage)
        self.albums = AlbumsService(studio.uow, studio.clock)
        self.audit = AuditService(studio.uow, studio.clock)
        self.shares = self.with_key(CONFIG.key)
        self.me, self.other = studio.account(), studio.account()

    def with_key(self, key: bytes) -> SharesService:
        config = SharesConfig(CONFIG.address, key)
        return SharesService(self.studio.uow, self.studio.clock, self.storage, self.audit, config)

    def add(self, owner: str = "", **changes: object) -> str:
        made = image(owner or self.me, prompt=PROMPT, content_type="image/jpeg", **changes)
        out, small = BytesIO(), BytesIO()
        Image.new("RGB", (64, 48), "teal").save(out, "JPEG", comment=b"vendor's words")
        Image.new("RGB", (64, 48), "teal").save(small, "WEBP")
        self.storage.put(made.storage_key, out.getvalue(), made.content_type)
        for size in ("512", "1024"):
            self.storage.put(f"images/{made.id}/{size}.webp", small.getvalue(), "image/webp")
        with self.studio.uow() as uow:
            self.gallery.add(uow, made)
        return made.id

    def album(self, *ids: str, name: str = "") -> str:
        made = self.albums.create(self.me, NewAlbum.of(name=name or new_id()))
        if ids:
            self.change("add", *ids, album=made)
        return made

    def change(self, action: str, *ids: str, **more: object) -> None:
        self.gallery.change(self.me, Change.of(action=action, **more), ids)

    def share(self, **asked: object) -> LinkView:
        return self.shares.create(self.me, Share.of(**asked))

    def sql(self, statement: str, **values: object) -> list[str]:
        with self.studio.engine.begin() as connection:
            found = connection.execute(text(statement), values)
            return [str(tuple(row)) for row in found] if found.returns_rows else []

    def doors(self, link: LinkView, image_id: str) -> dict[str, Callable[[], object]]:
        """Every way to something of a picture."""
        held, shares = token(link), self.shares
        return {
            "page": lambda: shares.look(held),
            "picture": lambda: shares.look_at(held, image_id),
            "thumbnail": lambda: shares.thumbnail(held, image_id, "512"),
            "download": lambda: shares.download(held, image_id),
            "preview": lambda: shares.pasted(held),
            "archive": lambda: shares.archive(held),
        }

    def shut(self, link: LinkView, image_id: str, *, but: tuple[str, ...] = ()) -> None:
        """None of them opens, all say the same."""
        said = set()
        for name, door in self.doors(link, image_id).items():
            if name in but:
                door()
                continue
            with pytest.raises(NotFound) as refused:
                door()
            said.add((refused.value.code, refused.value.public))
        with pytest.raises(NotFound) as unknown:
            self.shares.look("x" * 32)
        assert said == {(unknown.value.code, unknown.value.public)}


def token(link: LinkView) -> str:
    return link.address.removeprefix("https://photos.example/s/")


@pytest.fixture
def room(module_database_url: str) -> Iterator[Room]:
    studio = Studio.on(module_database_url)
    yield Room(studio)
    studio.close()


def test_a_picture_is_shown_without_anything_of_how_it_was_made(room: Room) -> None:
    made = room.add(seed=12345)
    link = room.share(pictures=[made], downloads=True)
    assert (link.state, link.album, link.pictures, link.cover, link.recipe) == ("active", "", 1, made, False)
    assert link.expires_at == room.studio.clock() + timedelta(days=7)
    shown = room.shares.look(token(link))
    assert (shown.title, shown.total, [p.id for p in shown.items], shown.items[0].recipe) == ("", 1, [made], None)
    assert room.shares.thumbnail(token(link), made, "512").content_type == "image/webp"
    assert Image.open(BytesIO(room.shares.pasted(token(link)).data)).format == "JPEG"
    file = room.shares.download(token(link), made)
    assert b"vendor's words" not in file.data
    assert PROMPT.encode() not in file.data
    assert "12345" not in file.filename
    assert made[-6:] not in file.filename
    assert room.shares.look_at(token(link), made).number == 1


def test_the_recipe_and_the_original_go_along_only_when_that_was_asked_for(room: Room) -> None:
    made = room.add()
    told = room.share(pictures=[made], recipe=True, downloads=True)
    recipe = room.shares.look_at(token(told), made).picture.recipe
    assert recipe is not None
    assert recipe.prompt == PROMPT
    assert PROMPT.encode() in room.shares.download(token(told), made).data
    quiet = room.share(pictures=[made])
    with pytest.raises(NotFound) as refused:
        room.shares.download(token(quiet), made)
    assert refused.value.code == "share_not_found"


def test_nothing_that_is_stored_opens_a_link(room: Room) -> None:
    link = room.share(pictures=[room.add()])
    held = token(link)
    assert len(held) == 32  # 192 bits
    stored = room.sql("SELECT * FROM share_link WHERE id = :id", id=link.id)[0]
    assert held not in stored
    for guess in (link.id, stored, held[:-1], held + "A", held.swapcase(), "", "a" * 300, policy.digest(held) or "-"):
        with pytest.raises(NotFound):
            room.shares.look(guess)
    # Another secret: what was given away opens on, and can't be told again.
    later = room.with_key(b"another")
    assert later.look(held).total == 1
    assert later.mine(room.me)[0].address == ""


ENDS = {
    "revoked": lambda room, link, made, album: room.shares.revoke(room.me, LinkId.of(link=link.id)),
    "withdrawn": lambda room, link, made, album: room.shares.withdraw(link.address, Operator(None, "command line")),
    "expired": lambda room, link, made, album: room.studio.clock.move(days=7),
    "trashed": lambda room, link, made, album: room.change("trash", made),
    "deleted": lambda room, link, made, album: room.sql("DELETE FROM image WHERE id = :id", id=made),
    "taken out": lambda room, link, made, album: room.change("take", made, album=album),
    "album deleted": lambda room, link, made, album: room.albums.delete(room.me, AlbumId.of(album=album)),
    "suspended": lambda room, link, made, album: room.sql(
        "UPDATE account SET suspended_at = now() WHERE id = :id", id=room.me
    ),
    "erased": lambda room, link, made, album: room.sql(
        "UPDATE account SET deleted_at = now() WHERE id = :id", id=room.me
    ),
    "no longer kept": lambda room, link, made, album: room.sql(
        "UPDATE image SET in_gallery = false WHERE id = :id", id=made
    ),
}
OF_ALBUMS_ALONE = {"taken out", "album deleted"}
_LEAVES_THE_ALBUM = {"trashed", "deleted", "taken out", "no longer kept"}


@pytest.mark.parametrize("end", ENDS)
def test_what_ends_a_link_ends_every_way_to_the_picture_at_once(room: Room, end: str) -> None:
    for kind in ("album", "pictures"):
        if kind == "pictures" and end in OF_ALBUMS_ALONE:
            continue
        made = room.add()
        album = room.album(made)
        asked = {"album": album} if kind == "album" else {"pictures": [made]}
        link = room.share(**asked, downloads=True)
        for door in room.doors(link, made).values():
            door()
        ENDS[end](room, link, made, album)
        # An album stays an album, with nothing in it.
        room.shut(link, made, but=("page", "archive") if kind == "album" and end in _LEAVES_THE_ALBUM else ())
        room.sql("UPDATE account SET suspended_at = NULL, deleted_at = NULL WHERE id = :id", id=room.me)


def test_nobody_shares_or_revokes_what_is_somebody_elses(room: Room) -> None:
    mine, theirs = room.add(), room.add(room.other)
    album = room.album(mine)
    link = room.share(pictures=[mine], downloads=True)
    for asked in ({"pictures": [mine, theirs]}, {"pictures": [new_id()]}, {"album": new_id()}):
        with pytest.raises(NotFound):
            room.share(**asked)
    with pytest.raises(NotFound):
        room.shares.create(room.other, Share.of(album=album))
    with pytest.raises(NotFound):
        room.shares.create(room.other, Share.of(pictures=[mine]))
    with pytest.raises(NotFound):
        room.shares.revoke(room.other, LinkId.of(link=link.id))
    assert room.shares.mine(room.other) == []
    for image_id in (theirs, new_id(), "x"):
        room.shut(link, image_id, but=("page", "preview", "archive"))
    # Not even an album into which a mistake put it.
    room.sql("INSERT INTO album_image VALUES (:a, :i, now(), now())", a=album, i=theirs)
    shown = room.share(album=album, downloads=True)
    assert [p.id for p in room.shares.look(token(shown)).items] == [mine]
    room.shut(shown, theirs, but=("page", "preview", "archive"))


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "missing"),
        ({"pictures": [new_id()], "album": new_id()}, "missing"),
        ({"pictures": [new_id()], "lasts": "2 years"}, "not_a_choice"),
        ({"pictures": [new_id()] * 501}, "out_of_range"),
        ({"pictures": ["../x"]}, "invalid"),
    ],
)
def test_what_can_not_be_asked_for(asked: dict[str, object], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        Share.of(**asked)
    assert refused.value.code == code


def test_an_album_in_pages_in_its_order_with_what_came_in_meanwhile(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PAGE", 3)
    made = [room.add(minute=n) for n in range(7)]
    album = room.album(*made, name="Foxes")
    link = room.share(album=album)
    room.albums.cover(room.me, AlbumCover.of(album=album, image=made[2]))
    pages, cursor = [], ""
    while True:
        page = room.shares.look(token(link), cursor)
        pages.append([p.id for p in page.items])
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert [len(ids) for ids in pages] == [3, 3, 1]
    assert [image_id for ids in pages for image_id in ids] == made[::-1]
    assert (page.title, page.total, page.cover and page.cover.id) == ("Foxes", 7, made[2])
    middle = room.shares.look_at(token(link), made[5])
    assert (middle.number, middle.total, middle.previous, middle.next) == (2, 7, made[6], made[4])
    assert room.shares.look_at(token(link), made[6]).previous == ""
    assert room.shares.look_at(token(link), made[0]).next == ""
    monkeypatch.setattr(repository, "COUNTED_MOST", 4)
    monkeypatch.setattr(service, "COUNTED_MOST", 4)
    many = room.shares.look(token(link))
    assert (many.total, many.more) == (4, True)
    assert [room.shares.look_at(token(link), made[n]).number for n in (6, 3, 2, 0)] == [1, 4, 0, 0]
    listed = room.shares.mine(room.me)[0]
    assert (listed.pictures, listed.more) == (4, True)
    late = room.add(minute=9)
    room.change("add", late, album=album)
    assert room.shares.look(token(link)).items[0].id == late
    with pytest.raises(NotFound):
        room.shares.look(token(link), "nonsense")


def test_visits_are_counted_but_for_the_owners_own(room: Room) -> None:
    made = room.add()
    link = room.share(pictures=[made])
    room.shares.look(token(link), visitor=room.me, counts=True)
    room.shares.look(token(link))
    room.shares.look_at(token(link), made)
    assert room.shares.mine(room.me)[0].visits == 0
    room.shares.look(token(link), counts=True)
    room.shares.look(token(link), visitor=room.other, counts=True)
    seen = room.shares.mine(room.me)[0]
    assert (seen.visits, seen.last_visit_at) == (2, room.studio.clock())


def test_the_list_tells_how_each_stands_and_forgets_what_ended_long_ago(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.shares.purge()  # what other tests left
    one, two = room.add(), room.add()
    album = room.album(two)
    of_one = room.share(pictures=[one], lasts="ever")
    both = room.share(pictures=[one, two], lasts="day")
    of_album = room.share(album=album, lasts="month")
    assert [v.id for v in room.shares.mine(room.me)] == [of_album.id, both.id, of_one.id]
    assert [v.id for v in room.shares.mine(room.me, image_id=one)] == [of_one.id]
    assert [v.id for v in room.shares.mine(room.me, album_id=album)] == [of_album.id]
    assert room.shares.mine(room.other, image_id=one) == []
    assert (of_one.expires_at, both.pictures) == (None, 2)
    monkeypatch.setattr(policy, "MOST", 3)
    with pytest.raises(Conflict) as refused:
        room.share(pictures=[one])
    assert refused.value.code == "too_many_links"

    room.studio.clock.move(days=2)
    room.shares.revoke(room.me, LinkId.of(link=of_one.id))
    room.shares.revoke(room.me, LinkId.of(link=of_one.id))  # again is fine
    room.shares.withdraw(f" {of_album.address}/{two} ", Operator(None, "command line"))
    with pytest.raises(Conflict):
        room.shares.withdraw(of_album.address, Operator(None, "command line"))
    with pytest.raises(NotFound):
        room.shares.withdraw("https://photos.example/s/nothing", Operator(None, "command line"))
    states = {v.id: v.state for v in room.shares.mine(room.me)}
    assert states == {of_one.id: "revoked", both.id: "expired", of_album.id: "withdrawn"}
    lines = room.audit.newest(["share_link_made", "share_link_revoked", "share_link_withdrawn"], 6)
    assert [(line.action, line.made_by) for line in lines if line.subject == f"share:{of_one.id}"] == [
        ("share_link_revoked", "Ada"),
        ("share_link_made", "Ada"),
    ]
    assert [line.made_by for line in lines if line.action == "share_link_withdrawn"] == ["command line"]

    assert room.shares.purge() == 0
    room.studio.clock.move(days=30)
    assert room.shares.mine(room.me) == []
    assert room.shares.purge() >= 3
    assert room.sql("SELECT id FROM share_link WHERE account_id = :id", id=room.me) == []


def test_a_storage_that_is_away_is_no_dead_link(room: Room) -> None:
    made = room.add()
    link = room.share(pictures=[made], downloads=True)
    room.storage.break_with("read", Retry("away", vendor="s3", code="storage_failed", category=Category.NETWORK))
    for door in ("thumbnail", "download", "preview"):
        with pytest.raises(Unavailable):
            room.doors(link, made)[door]()


def test_all_of_them_as_a_zip_up_to_the_moment_at_which_the_link_ends(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PAGE", 2)
    made = [room.add(minute=n) for n in range(5)]
    link = room.share(pictures=made, downloads=True)

    def names(parts: Iterator[bytes]) -> list[str]:
        with zipfile.ZipFile(BytesIO(b"".join(parts))) as archive:
            assert archive.testzip() is None
            assert PROMPT.encode() not in b"".join(archive.read(name) for name in archive.namelist())
            return archive.namelist()

    whole = names(room.shares.archive(token(link)))
    assert whole == [room.shares.download(token(link), one).filename for one in made[::-1]]
    room.storage.delete(f"images/{made[1]}/original.png")
    assert names(room.shares.archive(token(link))) == [*whole[:3], whole[4], "left-out.txt"]

    def until_revoked() -> Iterator[bytes]:
        parts = room.shares.archive(token(link))
        yield next(parts)
        room.shares.revoke(room.me, LinkId.of(link=link.id))
        yield from parts

    assert names(until_revoked()) == [whole[0], "left-out.txt"]
    quiet = room.share(pictures=made)
    with pytest.raises(NotFound):
        room.shares.archive(token(quiet))
