"""The gallery against a real database: lists, search, recipes, the trash."""

import base64
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import event, text

from photogen.domain.gallery import GalleryPage, GalleryQuery, GalleryService, NewImage
from photogen.errors import Invalid, NotFound
from photogen.gateways.base import Category, Retry
from photogen.kit.ids import new_id
from photogen.models import Image
from tests.factories.images import image, many_images
from tests.factories.studio import Studio
from tests.fakes.storage import MemoryStorage


class Room:
    """A gallery, the account that uses it, and another one."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.storage = MemoryStorage()
        self.gallery = GalleryService(studio.uow, studio.clock, self.storage)
        self.me, self.other = studio.account(), studio.account()

    def add(self, owner: str | None = None, **changes: object) -> NewImage:
        made = image(owner or self.me, **changes)
        for key in (made.storage_key, f"images/{made.id}/512.webp", f"images/{made.id}/1024.webp"):
            self.storage.put(key, b"bytes", made.content_type)
        with self.studio.uow() as uow:
            assert self.gallery.add(uow, made)
        return made

    def page(self, owner: str | None = None, **asked: object) -> GalleryPage:
        return self.gallery.page(owner or self.me, GalleryQuery.of(**asked))

    def ids(self, **asked: object) -> list[str]:
        """Every picture of the list, page by page."""
        found: list[str] = []
        page = self.page(**asked)
        while True:
            found += [card.id for card in page.items]
            if page.next_cursor is None:
                return found
            assert page.items, "a page that is empty but not the last"
            page = self.page(**asked, before=page.next_cursor)


@pytest.fixture
def room(module_database_url: str) -> Iterator[Room]:
    """With accounts of its own in a database that the tests here share."""
    studio = Studio.on(module_database_url)
    yield Room(studio)
    studio.close()


@pytest.fixture
def lonely(studio: Studio) -> Room:
    """In a database of its own: what is purged is purged for everybody."""
    return Room(studio)


def test_newest_first_page_by_page_even_at_the_same_instant(room: Room) -> None:
    made = [room.add(minute=n // 3).id for n in range(11)]  # three at a time at the same instant
    room.add(room.other, minute=5)
    expected = [card.id for card in room.page(limit=200).items]
    assert sorted(expected) == sorted(made)
    assert expected[:2] == sorted(made[9:], reverse=True)
    for limit in (1, 2, 4, 11):
        assert room.ids(limit=limit) == expected


def test_new_pictures_do_not_shift_the_pages_that_follow(room: Room) -> None:
    old = [room.add(minute=n).id for n in range(6)][::-1]
    first = room.page(limit=3)
    room.add(minute=100)
    assert [card.id for card in room.page(limit=3, before=first.next_cursor).items] == old[3:]


def test_adding_the_same_picture_again_changes_nothing(room: Room) -> None:
    made = room.add()
    with room.studio.uow() as uow:
        assert not room.gallery.add(uow, made)
    assert room.gallery.count(room.me) == 1


@pytest.mark.parametrize(
    "cursor",
    [
        "x", "====", "\u00e9\u00e9", "bDE", "A" * 100,
        base64.urlsafe_b64encode(b"l1.999999999999999999.01hzzzzzzzzzzzzzzzzzzzzzzz").decode().rstrip("="),
        base64.urlsafe_b64encode(b"l1.1.01h' OR 1=1 --xxxxxxxxxxx").decode().rstrip("="),
        base64.urlsafe_b64encode(b"t1.1.01hzzzzzzzzzzzzzzzzzzzzzzz").decode().rstrip("="),
        base64.urlsafe_b64encode(b"l1.1.01hzzzzzzzzzzzzzzzzzzzzzzz\n").decode().rstrip("="),
    ],
)  # fmt: skip
def test_a_cursor_that_is_not_ours_is_refused(room: Room, cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        room.page(before=cursor)
    assert refused.value.code == "invalid_cursor"


def test_somebody_elses_cursor_shows_only_my_pictures(room: Room) -> None:
    for n in range(3):
        room.add(room.other, minute=n)
    mine = room.add(minute=-5)
    cursor = room.page(room.other, limit=1).next_cursor
    assert [card.id for card in room.page(before=cursor).items] == [mine.id]


@pytest.mark.parametrize("limit", [0, 201, -1, "many"])
def test_the_page_size_has_bounds(limit: object) -> None:
    with pytest.raises(Invalid):
        GalleryQuery.of(limit=limit)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("fox", True),
        ("FOX", True),
        ("fo", True),
        ("snow fox", True),
        ("fox harbour", False),
        ("ox", False),
        ('"red fox"', True),
        ('"fox red"', False),
        ("photo-real", True),
        ("photo_realistic", True),
        ("real", True),
        ("élan", True),
        ("ÉLAN", True),
        ("猫耳", True),
        ("少女", True),
        ("耳猫", False),
        ("🦊", True),
        ("🐺", False),
        ("한국", True),
        ("שלום", True),
        ("35mm", True),
        ("f/1.8", True),
        ("it's", True),
        ("@", False),
        ("!!! & | ( :* \\ '", False),
        ("fox & !red | (", True),
        ("'; DROP TABLE image; --", False),
        ("fox:*", True),
        ("<->", False),
        ("fox " * 49, True),
    ],
)
def test_search_in_prompts(room: Room, search: str, found: bool) -> None:
    made = room.add(
        prompt="A red fox 🦊 in the snow, photo-realistic (it's an Élan!), 猫耳少女, 한국어, שלום, 35mm f/1.8", minute=1
    )
    room.add(prompt="an empty harbour", minute=2)
    room.add(room.other, prompt="A red fox in the snow", minute=3)
    assert room.ids(search=search) == ([made.id] if found else [])


def test_the_owners_mark_in_the_index_can_not_be_searched_for(room: Room) -> None:
    room.add()
    assert room.ids(search=f"@{room.me}") == []
    assert room.ids(search=room.me) == []


def test_search_runs_through_all_pages_whether_the_word_is_common_or_rare(room: Room) -> None:
    many_images(room.studio.engine, room.me, 21_000)  # farther than a search walks in order
    many_images(room.studio.engine, room.other, 300)
    assert len(room.ids(search="photograph", limit=200)) == 21_000
    dusk = room.ids(search="at dusk", limit=200)
    assert len(dusk) == len(set(dusk)) == 525
    assert dusk == sorted(dusk, reverse=True)
    assert len(room.ids(search="helio photo", limit=1)) == 3
    assert len(room.ids(limit=200)) == 21_000


def test_pages_and_rare_words_are_read_from_indexes(room: Room) -> None:
    many_images(room.studio.engine, room.me, 20_000)
    seen: list[str] = []

    def look(conn, cursor, statement, parameters, context, executemany):  # type: ignore[no-untyped-def]
        if statement.lstrip().startswith(("SELECT", "WITH")) and "image" in statement:
            plan = conn.connection.driver_connection.execute("EXPLAIN " + statement, parameters).fetchall()
            seen.append("\n".join(line for (line,) in plan))

    deep = room.page(limit=200)
    for _ in range(20):
        deep = room.page(limit=200, before=deep.next_cursor)
    event.listen(room.studio.engine, "before_cursor_execute", look)
    room.page(limit=100, before=deep.next_cursor)
    assert "ix_image_gallery" in seen[-1]
    assert "ROW(created_at" in seen[-1]
    assert "Sort" not in seen[-1]
    room.page(search="heliotrope")
    assert "Bitmap Index Scan on ix_image_search" in seen[-1]
    event.remove(room.studio.engine, "before_cursor_execute", look)


def test_the_recipe_has_everything(room: Room) -> None:
    parameters = {"steps": 28, "guidance": 3.5, "lora_scale": 0.9, "seconds": 2.25}
    words = {"negative_prompt": "blur", "style": "film", "vendor_model": "owner/flux:v1"}
    made = room.add(seed=2**31 - 10, recipe=parameters | words)
    recipe = room.gallery.recipe(room.me, made.id)
    assert (recipe.prompt, recipe.prompt_sent) == ("a red fox in the snow", "a red fox in the snow, film grain")
    assert recipe.seed == 2**31 - 10
    assert {name: getattr(recipe, name) for name in parameters | words} == parameters | words
    assert (recipe.vendor, recipe.credits, recipe.created_at) == ("together", 1, made.created_at)
    assert recipe.deleted_at is None


def test_a_recipe_without_optional_parts_says_none(room: Room) -> None:
    recipe = room.gallery.recipe(room.me, room.add(recipe={}).id)
    assert {recipe.steps, recipe.guidance, recipe.lora_scale, recipe.seconds} == {None}
    assert recipe.negative_prompt == recipe.style == recipe.vendor_model == ""


@pytest.mark.parametrize("missing", ["01hzzzzzzzzzzzzzzzzzzzzzzz", "", "x' OR 'a'='a", "0" * 5000])
def test_what_does_not_exist_is_not_found(room: Room, missing: str) -> None:
    with pytest.raises(NotFound):
        room.gallery.recipe(room.me, missing)
    with pytest.raises(NotFound):
        room.gallery.image_file(room.me, missing, "512")


def test_pictures_of_others_do_not_exist(room: Room) -> None:
    theirs, mine = room.add(room.other), room.add()
    for act in (
        lambda: room.gallery.recipe(room.me, theirs.id),
        lambda: room.gallery.image_file(room.me, theirs.id, "original"),
        lambda: room.gallery.trash(room.me, [mine.id, theirs.id]),
        lambda: room.gallery.restore(room.me, [theirs.id]),
    ):
        with pytest.raises(NotFound):
            act()
    assert room.gallery.count(room.me) == room.gallery.count(room.other) == 1


def test_files_of_a_picture(room: Room) -> None:
    made = room.add(content_type="image/jpeg", storage_key="images/x/original.jpg")
    original = room.gallery.image_file(room.me, made.id, "original")
    assert (original.key, original.content_type) == ("images/x/original.jpg", "image/jpeg")
    assert original.filename == f"photogen-20260601-42-{made.id[-6:]}.jpg"
    small = room.gallery.image_file(room.me, made.id, "512")
    assert (small.key, small.content_type) == (f"images/{made.id}/512.webp", "image/webp")
    for variant in ("513", "../secret", "original.png", ""):
        with pytest.raises(NotFound):
            room.gallery.image_file(room.me, made.id, variant)


def test_trash_and_restore_can_be_repeated(room: Room) -> None:
    made = [room.add(minute=n).id for n in range(3)]
    assert room.gallery.trash(room.me, made[:2]) == 2
    assert room.gallery.trash(room.me, [made[0], made[0]]) == 0
    assert room.ids() == [made[2]]
    assert sorted(room.ids(trash=True)) == sorted(made[:2])
    assert room.gallery.recipe(room.me, made[0]).deleted_at == room.studio.clock.now
    assert room.gallery.restore(room.me, made) == 2
    assert room.gallery.restore(room.me, made) == 0
    assert room.ids() == made[::-1]
    assert room.ids(trash=True) == []


def test_the_trash_is_ordered_by_when_and_can_be_searched(room: Room) -> None:
    fox, boat = room.add(minute=9).id, room.add(minute=1, prompt="a boat").id
    for one in (fox, boat):
        room.gallery.trash(room.me, [one])
        room.studio.clock.move(minutes=1)
    assert room.ids(trash=True, limit=1) == [boat, fox]
    assert room.ids(trash=True, search="fox") == [fox]
    assert room.ids(search="fox") == []


def test_open_pages_hear_of_it_when_it_is_durable(room: Room) -> None:
    with room.studio.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as ear:
        ear.execute(text("LISTEN photogen_changes"))
        made = room.add()
        room.gallery.trash(room.me, [made.id])
        room.gallery.trash(room.me, [made.id])
        heard = [note.payload for note in ear.connection.driver_connection.notifies(timeout=0.2)]
        ear.execute(text("UNLISTEN *"))
    assert len(heard) == 2
    assert all(f'"kind":"gallery","id":"{made.id}"' in note for note in heard)


def test_after_thirty_days_it_is_gone_for_the_person_and_then_for_good(lonely: Room) -> None:
    old, kept = lonely.add(), lonely.add()
    lonely.gallery.trash(lonely.me, [old.id])
    lonely.studio.clock.move(days=29, hours=23)
    assert lonely.gallery.purge_due() == 0
    assert lonely.ids(trash=True) == [old.id]
    lonely.studio.clock.move(hours=1)
    assert lonely.ids(trash=True) == []
    with pytest.raises(NotFound):
        lonely.gallery.restore(lonely.me, [old.id])
    assert lonely.gallery.purge_due() == 0  # an hour of grace: nobody restores what is being deleted
    lonely.studio.clock.move(hours=1)
    assert lonely.gallery.purge_due() == 1
    assert not any(old.id in key for key in lonely.storage.objects)
    assert len([key for key in lonely.storage.objects if kept.id in key]) == 3
    with lonely.studio.session() as session:
        assert session.get(Image, old.id) is None
    assert lonely.gallery.purge_due() == 0


def test_a_file_that_can_not_be_deleted_now_is_tried_again(lonely: Room) -> None:
    made = lonely.add()
    lonely.gallery.trash(lonely.me, [made.id])
    lonely.studio.clock.move(days=31)
    lonely.storage.break_with("delete", Retry("Later.", vendor="s3", code="slow_down", category=Category.PROVIDER))
    assert lonely.gallery.purge_due() == 0
    with lonely.studio.session() as session:
        assert session.get(Image, made.id) is not None
    lonely.storage.failures.clear()
    assert lonely.gallery.purge_due() == 1


def test_recent_and_count_leave_the_trash_out(room: Room) -> None:
    made = [room.add(minute=n).id for n in range(4)]
    room.gallery.trash(room.me, [made[3]])
    assert [card.id for card in room.gallery.recent(room.me, 2)] == [made[2], made[1]]
    assert room.gallery.count(room.me) == 3
    assert room.gallery.count(new_id()) == 0


def test_a_moment_keeps_its_microseconds_in_the_cursor(room: Room) -> None:
    base = image(room.me).created_at
    assert base is not None
    for micro in range(5):
        room.add(created_at=base + timedelta(microseconds=micro))
    assert len(room.ids(limit=1)) == 5
