"""Pictures as files, and ZIPs of them, against a real database."""

import json
import zipfile
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

from photogen.domain.gallery import GalleryQuery, GalleryService
from photogen.domain.gallery.downloads import DownloadsService
from photogen.domain.gallery.downloads.commands import SaveAs
from photogen.errors import NotFound, Unavailable
from photogen.gateways.base import Category, Retry
from tests.factories.images import image
from tests.factories.studio import Studio
from tests.fakes.storage import MemoryStorage

WORDS = "a red fox in the snow, film grain"


class Room:
    """Pictures with files, whose they are, and another account."""

    def __init__(self, studio: Studio) -> None:
        self.studio, self.storage = studio, MemoryStorage()
        self.gallery = GalleryService(studio.uow, studio.clock, self.storage)
        self.downloads = DownloadsService(studio.uow, self.gallery, self.storage)
        self.me, self.other = studio.account(), studio.account()

    def add(self, owner: str | None = None, kind: str = "PNG", **changes: object) -> str:
        out = BytesIO()
        Image.new("RGBA" if kind == "PNG" else "RGB", (64, 48), "teal").save(out, kind, **_secret(kind))
        made = image(owner or self.me, content_type=f"image/{kind.lower()}", **changes)
        self.storage.put(made.storage_key, out.getvalue(), made.content_type)
        with self.studio.uow() as uow:
            self.gallery.add(uow, made)
        return made.id


def _secret(kind: str) -> dict[str, object]:
    """What a vendor may have written into a file."""
    exif = Image.Exif()
    exif[0x010E] = "vendor's words"
    return {"exif": exif} | ({"comment": b"vendor's words"} if kind == "JPEG" else {})


@pytest.fixture
def room(module_database_url: str) -> Iterator[Room]:
    studio = Studio.on(module_database_url)
    yield Room(studio)
    studio.close()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("format_", ["original", "png", "jpeg", "webp"])
def test_every_format_out_of_every_format_with_and_without_the_recipe(room: Room, kind: str, format_: str) -> None:
    made = room.add(kind=kind, seed=2**31 - 1)
    comes = kind if format_ == "original" else format_.upper()
    for recipe in (True, False):
        file = room.downloads.one(room.me, made, SaveAs.of(format=format_, recipe=recipe))
        assert file.content_type == f"image/{comes.lower()}"
        assert file.filename == f"photogen-20260601-{2**31 - 1}-{made[-6:]}.{comes.lower().replace('jpeg', 'jpg')}"
        assert b"vendor's words" not in file.data
        with Image.open(BytesIO(file.data)) as opened:
            assert (opened.format, opened.size) == (comes, (64, 48))
            if comes == "PNG":
                opened.load()
                words, facts = opened.text.get("parameters", ""), opened.text.get("photogen", "{}")
            else:
                exif = opened.getexif()
                words = exif.get_ifd(0x8769).get(0x9286, b"")[8:].decode("utf-16-be")
                facts = exif.get(0x010E, "{}")
        assert (words.splitlines()[:1], json.loads(facts).get("seed")) == (
            ([WORDS], 2**31 - 1) if recipe else ([], None)
        )
        assert ("Seed: 2147483647" in words) == recipe


def test_a_zip_of_some_in_their_order_and_of_all_that_match(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photogen.domain.gallery.downloads.service.AT_ONCE", 2)
    ids = [room.add(minute=n, prompt="a fox" if n % 2 else "a boat") for n in range(5)]
    room.add(room.other, prompt="a fox")

    def names(packed: Iterator[bytes]) -> list[str]:
        with zipfile.ZipFile(BytesIO(b"".join(packed))) as archive:
            assert archive.testzip() is None
            assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_DEFLATED}
            return [name.rsplit("-", 1)[1] for name in archive.namelist()]

    as_webp = SaveAs.of(format="webp")
    assert names(room.downloads.some(room.me, [ids[3], ids[0], ids[3]], as_webp)) == [
        f"{ids[3][-6:]}.webp",
        f"{ids[0][-6:]}.webp",
    ]
    found = names(room.downloads.all(room.me, GalleryQuery.of(search="fox"), SaveAs.of()))
    assert found == [f"{ids[3][-6:]}.png", f"{ids[1][-6:]}.png"]
    assert len(names(room.downloads.all(room.me, GalleryQuery.of(sort="oldest"), SaveAs.of()))) == 5


def test_pictures_of_others_and_of_nobody_are_in_no_file(room: Room) -> None:
    mine, theirs, gone = room.add(), room.add(room.other), room.add()
    room.gallery.trash(room.me, [gone])
    for wrong in (theirs, gone, "0" * 26):
        with pytest.raises(NotFound):
            room.downloads.one(room.me, wrong, SaveAs.of())
        with pytest.raises(NotFound):
            room.downloads.some(room.me, [mine, wrong], SaveAs.of())
    with pytest.raises(NotFound):
        room.downloads.all(room.me, GalleryQuery.of(search="zebra"), SaveAs.of())


def test_what_can_not_be_read_is_named_in_the_archive(room: Room) -> None:
    ids = [room.add(minute=n) for n in range(2)]
    room.storage.delete(f"images/{ids[0]}/original.png")
    with zipfile.ZipFile(BytesIO(b"".join(room.downloads.some(room.me, ids, SaveAs.of())))) as archive:
        assert len(archive.namelist()) == 2
        assert ids[0][-6:] in archive.read("left-out.txt").decode()
    with pytest.raises(NotFound):
        room.downloads.one(room.me, ids[0], SaveAs.of())
    room.storage.break_with("read", Retry("Later.", vendor="s3", code="slow_down", category=Category.PROVIDER))
    with pytest.raises(Unavailable):
        room.downloads.one(room.me, ids[1], SaveAs.of())
