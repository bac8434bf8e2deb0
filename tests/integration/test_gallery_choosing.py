"""What is chosen in the gallery against a real database: filters, order, counts, months, albums, and what is done to
all that match."""

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from photogen.domain.gallery import AlbumsService, Change, GalleryFilter, GalleryQuery, GalleryService, NewImage, Undo
from photogen.domain.gallery import service as gallery_service
from photogen.domain.gallery.albums import service as albums_service
from photogen.domain.gallery.albums.commands import AlbumCover, AlbumId, NewAlbum, RenameAlbum
from photogen.domain.gallery.listing import repository as listing
from photogen.errors import Conflict, Invalid, NotFound
from photogen.kit.ids import new_id
from photogen.models import LoraModel
from tests.factories.images import image, many_images
from tests.factories.studio import Studio
from tests.fakes.storage import MemoryStorage

JANUARY = datetime(2026, 1, 1, tzinfo=UTC)


class Room:
    """A gallery with albums, the account that uses it, and another one."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.gallery = GalleryService(studio.uow, studio.clock, MemoryStorage())
        self.albums = AlbumsService(studio.uow, studio.clock)
        self.me, self.other = studio.account(), studio.account()

    def add(self, owner: str | None = None, **changes: object) -> NewImage:
        made = image(owner or self.me, **changes)
        with self.studio.uow() as uow:
            assert self.gallery.add(uow, made)
        return made

    def album(self, name: str = "Foxes", owner: str | None = None) -> str:
        return self.albums.create(owner or self.me, NewAlbum.of(name=name))

    def change(self, action: str, ids: list[str], **more: object) -> int:
        return self.gallery.change(self.me, Change.of(action=action, **more), ids).changed

    def all(self, action: str, *, owner: str | None = None, do: dict[str, object] | None = None, **asked: object):  # type: ignore[no-untyped-def]
        """Every step of one change to all that match."""
        steps, cursor = [], None
        while True:
            query = GalleryQuery.of(**asked, before=cursor)
            steps.append(self.gallery.change_all(owner or self.me, Change.of(action=action, **do or {}), query))
            cursor = steps[-1].next_cursor
            if cursor is None:
                return steps

    def ids(self, *, limit: int = 200, **asked: object) -> list[str]:
        """Every picture of the list, page by page; and the same again backwards from its end."""
        pages = [self.gallery.page(self.me, GalleryQuery.of(limit=limit, **asked))]
        while pages[-1].next_cursor is not None:
            pages.append(
                self.gallery.page(self.me, GalleryQuery.of(limit=limit, **asked, before=pages[-1].next_cursor))
            )
        found = [card.id for page in pages for card in page.items]
        if len(pages) > 1:
            assert pages[0].previous_cursor is None
            back = list(pages[-1:])
            while back[0].previous_cursor is not None:
                query = GalleryQuery.of(limit=limit, **asked, after=back[0].previous_cursor)
                back.insert(0, self.gallery.page(self.me, query))
            assert [card.id for page in back for card in page.items] == found
        assert self.gallery.counted(
            self.me, GalleryFilter.of(**{k: v for k, v in asked.items() if k != "sort"})
        ).number == len(found)
        return found

    def agrees(self) -> None:
        """The months say what a count of the pictures says."""
        counted = text(
            "SELECT (extract(year FROM created_at AT TIME ZONE 'UTC') * 100"
            " + extract(month FROM created_at AT TIME ZONE 'UTC'))::integer, count(*)"
            " FROM image WHERE account_id = :me AND deleted_at IS NULL AND in_gallery GROUP BY 1 ORDER BY 1 DESC"
        )
        with self.studio.session() as session:
            rows = [tuple(row) for row in session.execute(counted, {"me": self.me})]
        assert [(month.month, month.count) for month in self.gallery.months(self.me)] == rows


@pytest.fixture
def room(module_database_url: str) -> Iterator[Room]:
    """With accounts of its own in a database that the tests here share."""
    studio = Studio.on(module_database_url)
    yield Room(studio)
    studio.close()


def _mixed(room: Room, count: int) -> dict[str, NewImage]:
    luck = random.Random(7)
    made = {}
    for n in range(count):
        lora = None
        one = room.add(
            created_at=JANUARY + timedelta(days=n // 2),
            aspect=luck.choice(["1:1", "3:4"]),
            model_key=luck.choice(["flux:schnell", "flux:dev"]),
            lora_model_id=lora,
            seed=luck.choice([7, 8, 2**31 - 1]),
            recipe={"style": luck.choice(["film", "mono", ""])},
            prompt=luck.choice(["a red fox", "a red boat", "a blue fox at sea"]),
        )
        made[one.id] = one
    room.add(room.other, created_at=JANUARY, aspect="1:1", model_key="flux:dev", seed=7, recipe={"style": "film"})
    return made


FILTERS: dict[str, tuple[dict[str, object], Callable[[NewImage], bool]]] = {
    "model": ({"model": "base:flux:dev"}, lambda made: made.model_key == "flux:dev"),
    "style": ({"style": "film"}, lambda made: made.recipe["style"] == "film"),
    "aspect": ({"aspect": "3:4"}, lambda made: made.aspect == "3:4"),
    "seed": ({"seed": 2**31 - 1}, lambda made: made.seed == 2**31 - 1),
    "search": ({"search": "fox"}, lambda made: "fox" in made.prompt),
    "month": ({"month": 202602}, lambda made: (made.created_at or JANUARY).month == 2),
    "months": ({"month": 202602, "until": 202603}, lambda made: (made.created_at or JANUARY).month in {2, 3}),
}


@pytest.mark.parametrize(("walk", "gather"), [(6000, 3000), (5, 3000), (5, 4)], ids=["walked", "gathered", "walked on"])
def test_filters_alone_and_together_in_both_orders(
    room: Room, monkeypatch: pytest.MonkeyPatch, walk: int, gather: int
) -> None:
    monkeypatch.setattr(listing, "WALK", walk)
    monkeypatch.setattr(listing, "GATHER", gather)
    made = _mixed(room, 200)
    newest = [card.id for card in room.gallery.page(room.me, GalleryQuery.of(limit=200)).items]
    assert set(newest) == set(made)
    chosen = [(name,) for name in FILTERS] + list(itertools.combinations(FILTERS, 2))
    for names in chosen:
        if names == ("month", "months"):
            continue
        asked = {k: v for name in names for k, v in FILTERS[name][0].items()}
        expected = [id_ for id_ in newest if all(FILTERS[name][1](made[id_]) for name in names)]
        assert room.ids(limit=50, **asked) == expected, names
        assert room.ids(limit=50, **asked, sort="oldest") == expected[::-1], names
    assert room.ids(limit=33, sort="oldest") == newest[::-1]
    room.agrees()


@pytest.mark.parametrize("walk", [6000, 2], ids=["walked", "gathered"])
def test_a_lora_s_pictures_are_not_those_of_the_model_below_it(
    room: Room, monkeypatch: pytest.MonkeyPatch, walk: int
) -> None:
    monkeypatch.setattr(listing, "WALK", walk)
    with room.studio.uow() as uow:
        mine = LoraModel(id=new_id(), account_id=room.me, name="Ada", trigger_word="adalove")
        uow.session.add(mine)
        lora = mine.id
    drawn = [room.add(minute=n, lora_model_id=lora if n % 3 == 0 else None, aspect="3:4").id for n in range(12)]
    room.add(minute=13, model_key="flux:dev")
    of_lora, of_base = drawn[::3], [id_ for n, id_ in enumerate(drawn) if n % 3]
    room.change("favourite", [drawn[0], drawn[1]])
    room.change("trash", [drawn[3], drawn[4]])
    base = "base:together:flux-schnell"
    for model, made in ((f"lora:{lora}", of_lora), (base, of_base)):
        kept = [id_ for id_ in made if id_ not in {drawn[3], drawn[4]}]
        assert room.ids(model=model, limit=2) == kept[::-1]
        assert room.ids(model=model, limit=2, sort="oldest") == kept
        assert room.ids(model=model, limit=2, search="fox", aspect="3:4") == kept[::-1]
        assert room.ids(model=model, search="boat") == []
        assert room.ids(model=model, favourite=True) == kept[:1]
        assert room.ids(model=model, trash=True) == [id_ for id_ in made if id_ not in kept]


def test_a_cursor_belongs_to_its_filter_and_its_order(room: Room) -> None:
    _mixed(room, 12)
    cursor = room.gallery.page(room.me, GalleryQuery.of(limit=2, aspect="1:1")).next_cursor
    for other in ({}, {"aspect": "3:4"}, {"aspect": "1:1", "sort": "oldest"}, {"aspect": "1:1", "trash": True}):
        with pytest.raises(Invalid) as refused:
            room.gallery.page(room.me, GalleryQuery.of(before=cursor, **other))
        assert refused.value.code == "invalid_cursor"


@pytest.mark.parametrize(
    "asked",
    [
        {"month": 202613}, {"month": 0}, {"until": 202600}, {"model": "flux"}, {"model": "lora:x"}, {"seed": -1},
        {"seed": 2**63}, {"rating": 6}, {"album": "x"}, {"style": "' | '"}, {"aspect": "1:1'"}, {"sort": "random"},
    ],
)  # fmt: skip
def test_a_filter_that_means_nothing_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        GalleryQuery.of(**asked)


def test_a_list_can_begin_at_a_month_and_go_both_ways(room: Room) -> None:
    _mixed(room, 200)
    all_ = room.ids()
    start = room.gallery.page(room.me, GalleryQuery.of(start=202602, limit=10))
    assert start.items[0].created_at == JANUARY + timedelta(days=58)
    at = all_.index(start.items[0].id)
    before = room.gallery.page(room.me, GalleryQuery.of(after=start.previous_cursor, limit=10))
    assert [card.id for card in before.items] == all_[at - 10 : at]
    assert room.gallery.page(room.me, GalleryQuery.of(before=before.next_cursor, limit=10)).items == start.items
    oldest = room.gallery.page(room.me, GalleryQuery.of(start=202602, sort="oldest", limit=1))
    assert oldest.items[0].created_at == JANUARY + timedelta(days=31)


def test_months_agree_whatever_happens_to_pictures(room: Room) -> None:
    ids = list(_mixed(room, 90))
    room.add(room.me, in_gallery=False, created_at=JANUARY)
    room.agrees()
    room.change("trash", ids[20:80])
    room.agrees()
    room.change("restore", ids[30:50])
    room.agrees()
    with room.studio.engine.begin() as connection:  # as an upgrade or a hand might
        connection.execute(
            text("UPDATE image SET created_at = created_at + interval '40 days' WHERE account_id = :me"),
            {"me": room.me},
        )
        connection.execute(text("DELETE FROM image WHERE id = ANY(:ids)"), {"ids": ids[40:60]})
    room.agrees()
    with room.studio.engine.begin() as connection:
        connection.execute(text("DELETE FROM account WHERE id = :me"), {"me": room.me})
    assert room.gallery.months(room.me) == []


def test_counts_are_exact_up_to_five_thousand(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    many_images(room.studio.engine, room.me, 12_500)
    for search, number, more in (
        ("photograph", 5_000, True),
        ("dusk", 313, False),
        ("heliotrope", 2, False),
        ("", 12_500, False),
    ):
        counted = room.gallery.counted(room.me, GalleryFilter.of(search=search))
        assert (counted.number, counted.at_least) == (number, more), search
    assert room.gallery.counted(room.me, GalleryFilter.of(search="!")).number == 0


def test_favourites_and_ratings(room: Room) -> None:
    ids = [room.add(minute=n).id for n in range(6)]
    theirs = room.add(room.other).id
    assert room.change("favourite", ids[1:4]) == 3
    assert room.change("favourite", ids[1:2]) == 0
    assert room.change("rate", ids[2:6], rating=3) == 4
    assert room.change("rate", ids[5:], rating=5) == 1
    assert room.ids(favourite=True) == ids[3:0:-1]
    assert room.ids(rating=1) == ids[:1:-1]
    assert room.ids(rating=4) == ids[5:]
    assert room.ids(favourite=True, rating=3, search="fox") == [ids[3], ids[2]]
    recipe = room.gallery.recipe(room.me, ids[3])
    assert (recipe.favourite, recipe.rating) == (True, 3)
    assert room.change("unfavourite", ids) == 3
    for action in ("favourite", "unfavourite", "trash", "restore", "rate"):
        with pytest.raises(NotFound):
            room.change(action, [ids[0], theirs], rating=1)
    room.change("rate", ids, rating=0)
    assert room.ids(rating=1) == room.ids(favourite=True) == []


def test_albums_are_made_filled_named_and_deleted(room: Room) -> None:
    ids = [room.add(minute=n).id for n in range(5)]
    foxes = room.album("Foxes")
    boats = room.album("boats")
    assert room.change("add", ids[:4], album=foxes) == 4
    assert room.change("add", ids[:5], album=foxes) == 1
    assert room.ids(album=foxes, limit=2) == ids[::-1]
    assert room.ids(album=foxes, sort="oldest", limit=2) == ids
    assert room.ids(album=foxes, search="fox", aspect="1:1") == ids[::-1]
    room.change("trash", ids[4:])
    mine = room.albums.mine(room.me)
    assert [(a.name, a.count, a.cover) for a in mine] == [("boats", 0, ""), ("Foxes", 4, ids[3])]
    room.albums.cover(room.me, AlbumCover.of(album=foxes, image=ids[0]))
    assert room.albums.mine(room.me)[1].cover == ids[0]
    room.albums.rename(room.me, RenameAlbum.of(album=foxes, name="Best foxes"))
    for name in ("BOATS", " boats "):
        with pytest.raises(Invalid) as taken:
            room.albums.rename(room.me, RenameAlbum.of(album=foxes, name=name))
        assert taken.value.code == "name_taken"
    assert room.gallery.recipe(room.me, ids[1]).albums == (foxes,)
    assert room.change("take", ids[1:2], album=foxes) == 1
    with pytest.raises(NotFound):
        room.albums.cover(room.me, AlbumCover.of(album=foxes, image=ids[1]))
    room.albums.delete(room.me, AlbumId.of(album=foxes))
    assert [a.id for a in room.albums.mine(room.me)] == [boats]
    assert len(room.ids()) == 4
    with pytest.raises(NotFound):
        room.change("add", ids[:1], album=foxes)


def test_albums_of_others_do_not_exist(room: Room) -> None:
    mine, theirs = room.add().id, room.add(room.other).id
    album = room.album(owner=room.other)
    room.gallery.change(room.other, Change.of(action="add", album=album), [theirs])
    for act in (
        lambda: room.albums.rename(room.me, RenameAlbum.of(album=album, name="Mine")),
        lambda: room.albums.delete(room.me, AlbumId.of(album=album)),
        lambda: room.albums.cover(room.me, AlbumCover.of(album=album, image=theirs)),
        lambda: room.change("add", [mine], album=album),
        lambda: room.change("take", [mine], album=album),
        lambda: room.all("add", do={"album": album}),
    ):
        with pytest.raises(NotFound):
            act()
    assert room.ids(album=album) == []
    undo = Undo.of(action="add", at=room.studio.clock.now, album=album)
    assert room.gallery.undo(room.me, undo) == 0
    assert [a.count for a in room.albums.mine(room.other)] == [1]


def test_there_is_an_end_to_albums(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(albums_service, "MOST", 1)
    room.album()
    with pytest.raises(Conflict):
        room.album("Another")


def test_all_that_match_is_changed_step_by_step_and_undone(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery_service, "STEP", 7)
    foxes = [room.add(minute=n).id for n in range(20)]
    boats = [room.add(minute=n, prompt="a boat").id for n in range(3)]
    theirs = room.add(room.other).id
    album = room.album()
    earlier = room.all("trash", search="boat")
    room.studio.clock.move(minutes=1)
    assert [step.changed for step in room.all("favourite", search="fox")] == [7, 7, 6]
    assert sum(step.changed for step in room.all("add", do={"album": album}, favourite=True)) == 20
    assert sum(step.changed for step in room.all("rate", do={"rating": 4}, album=album)) == 20
    steps = []
    for step in room.all("trash", favourite=True, rating=4, album=album):
        steps.append(step)
        room.studio.clock.move(seconds=1)
    assert room.ids() == []
    undone = [room.gallery.undo(room.me, Undo.of(action="trash", at=step.at)) for step in steps[:1]]
    assert sum(undone) == 20  # the clock stood still during the steps: one instant
    assert Counter(room.ids()) == Counter(foxes)
    assert room.ids(trash=True) == boats[::-1]
    assert room.gallery.undo(room.other, Undo.of(action="trash", at=earlier[0].at)) == 0
    assert room.gallery.undo(room.me, Undo.of(action="trash", at=earlier[0].at)) == 3
    assert sum(step.changed for step in room.all("unfavourite")) == 20
    assert [card.id for card in room.gallery.recent(room.other, 5)] == [theirs]
    room.agrees()


def test_what_was_made_from_a_picture(room: Room) -> None:
    parent, theirs = room.add().id, room.add(room.other).id
    made = [room.add(parent_id=parent, minute=n).id for n in range(3)]
    room.add(room.other, parent_id=theirs)
    assert room.ids(parent=parent, limit=2) == made[::-1]
    assert room.ids(parent=parent, sort="oldest", search="fox") == made
    assert room.ids(parent=theirs) == []
    assert room.gallery.recipe(room.me, made[0]).parent_id == parent


def test_where_a_picture_comes_from_up_to_one_that_was_deleted(room: Room) -> None:
    line = [room.add().id]
    for _ in range(22):
        line.append(room.add(parent_id=line[-1]).id)
    assert room.gallery.recipe(room.me, line[0]).ancestors == ()
    assert room.gallery.recipe(room.me, line[3]).ancestors == tuple(line[:3])
    assert room.gallery.recipe(room.me, line[22]).ancestors == tuple(line[2:22])
    room.change("trash", [line[1]])
    assert room.gallery.recipe(room.me, line[4]).ancestors == tuple(line[2:4])
    assert room.gallery.recipe(room.me, line[2]).ancestors == ()
    theirs = room.add(room.other).id
    assert room.gallery.recipe(room.me, room.add(parent_id=theirs).id).ancestors == ()


def test_a_favourite_and_an_album_can_be_undone(room: Room) -> None:
    old, new = room.add().id, room.add().id
    album = room.album()
    room.change("favourite", [old])
    room.change("add", [old], album=album)
    room.studio.clock.move(seconds=5)
    both = GalleryQuery.of()
    favoured = room.gallery.change_all(room.me, Change.of(action="favourite"), both)
    added = room.gallery.change_all(room.me, Change.of(action="add", album=album), both)
    assert (favoured.changed, added.changed) == (1, 1)
    assert room.gallery.undo(room.me, Undo.of(action="favourite", at=favoured.at)) == 1
    assert room.gallery.undo(room.me, Undo.of(action="add", at=added.at, album=album)) == 1
    assert room.ids(favourite=True) == room.ids(album=album) == [old]
    assert room.ids(search="fox", model=f"lora:{new_id()}") == []
    assert new in room.ids()
