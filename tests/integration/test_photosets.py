"""Photo sets on real rows: verdicts beside each other, repeats, races, others' ids, order, the trainer's ZIP."""

import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import text

from photogen.domain.photosets import AddPhoto, PhotoSetsService, PhotoView
from photogen.domain.photosets import service as module
from photogen.errors import Invalid, NotFound, Unavailable
from photogen.gateways.base import Category, Retry
from photogen.kit.ids import new_id
from photogen.models import PhotoStatus
from tests.factories import photos
from tests.factories.album import Album
from tests.factories.studio import Studio


@pytest.fixture
def album(studio: Studio, tmp_path: Path) -> Album:
    return Album(studio, tmp_path)


def test_a_bad_file_gets_its_message_and_spoils_nothing(album: Album) -> None:
    good = album.add(photos.jpeg(1), "good.jpg")
    bad = album.add(photos.encoded(photos.scene(), "GIF"), "bad.jpg")
    phone = album.add(photos.heic(2), "IMG_1.HEIC")
    assert [photo.status for photo in (good, bad, phone)] == ["accepted", "rejected", "accepted"]
    assert (bad.name, bad.problem_code, bad.thumb_url) == ("bad.jpg", "wrong_type", "")
    assert good.thumb_url == f"/media/photos/{good.id}/256"
    assert album.all() == [good, bad, phone]
    view = album.service.get(album.owner, album.set_id)
    assert (view.name, view.accepted, view.rejected, view.cover_photo_id) == ("Rex", 2, 1, good.id)
    assert album.service.list(album.owner) == [view]
    assert album.service.accepted_count(album.owner, album.set_id) == 2


def test_content_decides_and_not_the_name(album: Album) -> None:
    assert album.add(photos.encoded(photos.scene(), "PNG"), "x.gif").status is PhotoStatus.ACCEPTED


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("C:\\Users\\Ada\\Pictures\\cat.jpg", "cat.jpg"),
        ("../../etc/passwd", "passwd"),
        ("", "photo"),
        ("a\x00b\u202egpj.exe", "a bgpj.exe"),
        ("ф" * 400, "ф" * 255),
        ("🐈‍⬛ кот.jpg", "🐈‍⬛ кот.jpg"),
    ],
)
def test_file_names_are_shown_as_a_person_would_read_them(album: Album, name: str, shown: str) -> None:
    assert album.add(photos.jpeg(), name).name == shown


def test_every_file_has_its_objects_and_a_refused_one_none(album: Album) -> None:
    good = album.add(photos.jpeg(1))
    album.add(b"nonsense")
    assert set(album.storage.objects) == {f"photos/{good.id}/{f}" for f in ("normal.jpg", "256.webp", "512.webp")}
    assert album.storage.stat(f"photos/{good.id}/512.webp").content_type == "image/webp"


def test_a_repeated_request_gives_the_same_answer_and_no_second_photo(album: Album) -> None:
    first = album.add(photos.jpeg(1), upload_id="upload-0001")
    assert album.add(photos.jpeg(1), upload_id="upload-0001") == first
    bad = album.add(b"nonsense", upload_id="upload-0002")
    assert album.add(photos.jpeg(3), upload_id="upload-0002") == bad
    assert album.all() == [first, bad]


def test_the_same_photo_twice_is_a_duplicate_only_in_the_same_set(album: Album) -> None:
    album.add(photos.jpeg(1), "first.jpg")
    again = album.add(photos.jpeg(1), "copy.jpg")
    assert (again.problem_code, again.problem) == ("duplicate", "This photo is already in the set, as first.jpg.")
    other = album.service.create(album.owner).id
    assert album.add(photos.jpeg(1), set_id=other).status is PhotoStatus.ACCEPTED


def _at_once(album: Album, count: int, upload_ids: list[str], datas: list[bytes]) -> list[PhotoView]:
    barrier = Barrier(count)

    def send(number: int) -> PhotoView:
        barrier.wait()
        return album.add(datas[number], upload_id=upload_ids[number])

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(send, range(count)))


def test_of_equal_photos_at_once_one_is_accepted(album: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PhotoSetsService, "_refuse_known", lambda *_: None)  # as if all had looked before any wrote
    views = _at_once(album, 6, [new_id() for _ in range(6)], [photos.jpeg(1)] * 6)
    assert sorted(view.status for view in views) == ["accepted"] + ["rejected"] * 5
    assert {view.problem_code for view in views} == {"", "duplicate"}
    assert len(album.storage.objects) == 3  # what the others had stored is gone again


def test_the_same_request_several_times_at_once_is_one_photo(album: Album) -> None:
    views = _at_once(album, 6, ["upload-same"] * 6, [photos.jpeg(1)] * 6)
    assert len({view.id for view in views}) == 1
    assert len(album.all()) == 1
    assert len(album.storage.objects) == 3


def test_the_last_place_is_given_once(album: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PHOTOS", 3)
    views = _at_once(album, 6, [new_id() for _ in range(6)], [photos.jpeg(seed) for seed in range(6)])
    assert sorted(view.problem_code for view in views) == ["", "", "", "too_many", "too_many", "too_many"]
    assert album.service.accepted_count(album.owner, album.set_id) == 3
    album.service.remove(album.owner, album.set_id, next(v.id for v in views if not v.problem_code))
    assert album.add(photos.jpeg(9)).status is PhotoStatus.ACCEPTED


def test_too_big_is_said_before_anything_is_read(album: Album) -> None:
    huge = album.add(photos.jpeg(1) + bytes(20_000_000))
    assert huge.problem_code == "too_big"
    assert "20.1 MB" in huge.problem


def test_others_sets_and_photos_do_not_exist(album: Album, studio: Studio) -> None:
    photo = album.add(photos.jpeg(1))
    stranger = studio.account()
    service = album.service
    own = service.create(stranger).id
    for attempt in (
        lambda: service.get(stranger, album.set_id),
        lambda: service.photos(stranger, album.set_id),
        lambda: service.accepted_count(stranger, album.set_id),
        lambda: service.remove(stranger, album.set_id, photo.id),
        lambda: service.reorder(stranger, album.set_id, [photo.id]),
        lambda: service.photo_file(stranger, photo.id, "normal"),
        lambda: service.add(stranger, album.set_id, AddPhoto.of(upload_id="upload-0001"), Path("/nowhere")),
    ):
        with pytest.raises(NotFound):
            attempt()
    service.remove(stranger, own, photo.id)  # through a set of their own: nothing happens
    with pytest.raises(Invalid):
        service.reorder(stranger, own, [photo.id])
    assert album.all() == [photo]
    assert service.list(stranger) == [service.get(stranger, own)]


def test_only_accepted_photos_have_files(album: Album) -> None:
    good, bad = album.add(photos.jpeg(1)), album.add(b"nonsense")
    assert album.service.photo_file(album.owner, good.id, "512") == f"photos/{good.id}/512.webp"
    for photo_id, size in ((bad.id, "256"), (good.id, "1024"), (good.id, "../normal"), ("x", "256"), (new_id(), "256")):
        with pytest.raises(NotFound):
            album.service.photo_file(album.owner, photo_id, size)  # type: ignore[arg-type]


def test_removing_takes_row_and_files_and_can_be_repeated(album: Album) -> None:
    photo, other = album.add(photos.jpeg(1)), album.add(photos.jpeg(2))
    for _ in range(2):
        album.service.remove(album.owner, album.set_id, photo.id)
    assert album.all() == [other]
    assert {key.split("/")[1] for key in album.storage.objects} == {other.id}
    assert album.add(photos.jpeg(1)).status is PhotoStatus.ACCEPTED


def test_photos_take_the_order_they_are_given(album: Album) -> None:
    a, b, c, d = (album.add(photos.jpeg(seed)) for seed in range(4))
    album.service.reorder(album.owner, album.set_id, [d.id, b.id])
    assert [photo.id for photo in album.all()] == [d.id, b.id, a.id, c.id]
    assert album.service.get(album.owner, album.set_id).cover_photo_id == d.id
    for wrong in ([a.id, a.id], [a.id, new_id()]):
        with pytest.raises(Invalid):
            album.service.reorder(album.owner, album.set_id, wrong)
    assert [photo.id for photo in album.all()] == [d.id, b.id, a.id, c.id]


def _refuse(album: Album, call: str) -> None:
    album.storage.break_with(
        call, Retry("It does not answer.", vendor="storage", code="storage_down", category=Category.NETWORK)
    )


def test_a_storage_that_does_not_answer_leaves_no_row(album: Album) -> None:
    _refuse(album, "put")
    with pytest.raises(Unavailable) as refused:
        album.add(photos.jpeg(1), upload_id="upload-0001")
    assert refused.value.code == "storage_down"
    assert album.all() == []
    album.storage.failures.clear()
    assert album.add(photos.jpeg(1), upload_id="upload-0001").status is PhotoStatus.ACCEPTED


def test_a_set_that_vanishes_in_between_leaves_no_files(album: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    real = module.imaging.prepare

    def slow(data: bytes) -> object:
        with album.studio.engine.begin() as rows:
            rows.execute(text("DELETE FROM photo_set"))
        return real(data)

    monkeypatch.setattr(module.imaging, "prepare", slow)
    with pytest.raises(NotFound):
        album.add(photos.jpeg(1))
    assert album.storage.objects == {}


def test_refusals_are_only_messages_and_do_not_pile_up(album: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_KEPT_REFUSALS", 3)
    good = album.add(photos.jpeg(1))
    for number in range(5):
        album.add(b"nonsense", f"{number}.jpg")
    assert [photo.name for photo in album.all()] == [good.name, "2.jpg", "3.jpg", "4.jpg"]


def test_the_zip_has_the_accepted_photos_in_their_order(album: Album) -> None:
    a, b, c = (album.add(photos.jpeg(seed)) for seed in range(3))
    album.add(b"nonsense")
    album.service.reorder(album.owner, album.set_id, [c.id, a.id, b.id])
    with album.studio.engine.begin() as rows:
        rows.execute(text("UPDATE photo SET caption = 'a dog' WHERE id = :id"), {"id": a.id})
    target = album.folder / "set.zip"
    info = album.service.build_zip(album.set_id, target, "TOK")
    with zipfile.ZipFile(target) as archive:
        assert archive.namelist() == ["001.jpg", "002.jpg", "002.txt", "003.jpg"]
        assert archive.read("001.jpg") == album.storage.read(f"photos/{c.id}/normal.jpg")
        assert archive.read("002.txt") == b"TOK, a dog"
    assert info.photos == 3
    assert album.service.build_zip(album.set_id, album.folder / "again.zip", "TOK").sha256 == info.sha256


def test_an_empty_set_has_no_zip(album: Album) -> None:
    album.add(b"nonsense")
    with pytest.raises(Invalid) as refused:
        album.service.build_zip(album.set_id, album.folder / "set.zip")
    assert refused.value.code == "no_photos"


@pytest.mark.parametrize("upload_id", ["", "short", "x" * 65, "has space", "ünicode-id"])
def test_an_upload_id_that_is_none_is_refused(upload_id: str) -> None:
    with pytest.raises(Invalid) as refused:
        AddPhoto.of(upload_id=upload_id)
    assert refused.value.field == "upload_id"
