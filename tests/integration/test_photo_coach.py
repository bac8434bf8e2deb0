"""The coach on real rows: remarks and what one tap does about them, edits and undo, captions, sets, ZIPs."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageFilter
from sqlalchemy import text

from photogen.domain.photosets import EditPhoto, PhotoView, coach
from photogen.errors import Conflict, Invalid, NotFound, Unavailable
from photogen.gateways.base import Category, Missing, Retry
from photogen.kit.ids import new_id
from photogen.models import Photo, PhotoStatus, Training, TrainingStatus
from tests.factories import photos
from tests.factories.album import Album
from tests.factories.portraits import portrait
from tests.factories.studio import Studio
from tests.factories.work import Works

HALF = EditPhoto.of(crop=(0.5, 0.0, 0.5, 1.0))


@pytest.fixture
def album(studio: Studio, tmp_path: Path) -> Album:
    return Album(studio, tmp_path)


def add(album: Album, picture: Image.Image, name: str = "a.jpg") -> PhotoView:
    return album.add(photos.encoded(picture, "JPEG", quality=92), name)


def codes(view: PhotoView) -> list[str]:
    return [remark.code for remark in view.remarks]


def shown(album: Album, view: PhotoView, size: str = "normal") -> Image.Image:
    key = album.service.photo_file(album.owner, view.id, size, view.revision)  # type: ignore[arg-type]
    return Image.open(io.BytesIO(album.storage.read(key)))


def test_one_tap_does_what_the_remarks_suggest_and_can_be_undone(album: Album) -> None:
    sharp = add(album, photos.scene(1, 900, 800), "sharp.jpg")
    soft = add(album, photos.scene(1, 900, 800).filter(ImageFilter.GaussianBlur(1)), "soft.jpg")
    barred = Image.new("RGB", (900, 900))
    barred.paste(photos.scene(2, 900, 780), (0, 60))
    framed = add(album, barred, "framed.jpg")
    twin = next(remark for remark in album.of(soft.id).remarks if remark.code == "twin")
    assert (twin.fix, twin.other_photo_id) == ("drop", sharp.id)
    assert "sharp.jpg" in twin.sentence
    assert codes(album.of(sharp.id)) == ["no_face"]

    applied = album.service.apply_fixes(album.owner, album.set_id)
    assert applied.dropped == (soft.id,)
    assert [photo_id for photo_id, _ in applied.edited] == [framed.id]
    assert "borders" not in codes(album.of(framed.id))
    assert album.service.accepted_count(album.owner, album.set_id) == 2
    assert album.of(soft.id).dropped

    album.service.restore_many(album.owner, album.set_id, applied.dropped)
    for photo_id, before in applied.edited:
        undo = EditPhoto.of(rotation=before.rotation, crop=before.crop)
        album.service.edit(album.owner, album.set_id, photo_id, undo)
    assert "borders" in codes(album.of(framed.id))
    album.service.keep(album.owner, album.set_id, soft.id)
    assert album.of(soft.id).remarks == ()
    assert codes(album.of(sharp.id)) == ["no_face", "twin"] or codes(album.of(sharp.id)) == ["twin", "no_face"]


def test_where_no_photo_shows_a_face_it_is_said_once_for_all_of_them(album: Album) -> None:
    views = [add(album, photos.scene(seed, 900, 800)) for seed in range(1, 6)]
    assert not any("no_face" in codes(album.of(view.id)) for view in views)
    report = album.service.report(album.owner, album.set_id, "person", "")
    assert [reason.points < 0 for reason in report.reasons if reason.code == "no_face"] == [True]
    add(album, portrait())
    assert all("no_face" in codes(album.of(view.id)) for view in views)
    report = album.service.report(album.owner, album.set_id, "person", "")
    assert "no_face" not in {reason.code for reason in report.reasons}


def test_a_photo_that_lies_on_its_side_is_turned_whole(album: Album) -> None:
    view = add(album, portrait().rotate(90, expand=True))
    album.service.edit(album.owner, album.set_id, view.id, EditPhoto.of(crop=(0, 0, 0.95, 1)))
    applied = album.service.apply_fixes(album.owner, album.set_id)
    assert [(photo_id, before.crop) for photo_id, before in applied.edited] == [(view.id, (0, 0, 0.95, 1))]
    now = album.of(view.id)
    assert (now.rotation, now.crop, (now.width, now.height)) == (90, None, (800, 960))
    assert "turned" not in codes(now)


def test_an_edit_is_made_from_the_upload_and_its_address_never_lies(album: Album) -> None:
    view = album.add(photos.encoded(photos.marked(800, 600)))
    upload = album.storage.read(f"photos/{view.id}/normal.jpg")
    album.service.edit(album.owner, album.set_id, view.id, EditPhoto.of(rotation=90))
    turned = album.of(view.id)
    assert (turned.width, turned.height, turned.revision) == (600, 800, 1)
    assert turned.thumb_url == f"/media/photos/{view.id}/1/256"
    red = shown(album, turned).getpixel((590, 10))
    assert isinstance(red, tuple)
    assert red[0] > 200 > 80 > red[1]  # the upper left corner is at the upper right now
    album.service.edit(album.owner, album.set_id, view.id, EditPhoto.of(rotation=90, crop=(0, 0, 1, 0.5)))
    cut = album.of(view.id)
    assert (cut.width, cut.height, cut.revision) == (600, 400, 2)
    assert shown(album, cut, "256").size == (256, 171)
    with pytest.raises(NotFound):
        shown(album, turned)
    assert {key for key in album.storage.objects if "/r1-" in key} == set()
    album.service.edit(album.owner, album.set_id, view.id, EditPhoto.of())
    back = album.of(view.id)
    assert (back.rotation, back.crop, back.revision, back.width) == (0, None, 3, 800)
    assert album.storage.read(f"photos/{view.id}/normal.jpg") == upload
    assert len(album.storage.objects) == 3
    assert album.service.edit(album.owner, album.set_id, view.id, EditPhoto.of()).rotation == 0  # again: nothing to do
    assert album.of(view.id).revision == 3


@pytest.mark.parametrize(
    "fields",
    [
        {"rotation": 45},
        {"crop": (0.5, 0, 0.6, 1)},
        {"crop": (-0.1, 0, 0.5, 1)},
        {"crop": (0, 0, 0, 1)},
        {"crop": (float("nan"), 0, 1, 1)},
    ],
)
def test_an_edit_that_is_none_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        EditPhoto.of(**fields)


def test_a_crop_that_leaves_too_little_changes_nothing(album: Album) -> None:
    view = album.add(photos.jpeg())
    with pytest.raises(Invalid) as refused:
        album.service.edit(album.owner, album.set_id, view.id, EditPhoto.of(crop=(0, 0, 0.2, 0.2)))
    assert refused.value.code == "too_small"
    assert album.of(view.id).crop is None
    assert len(album.storage.objects) == 3


def test_the_later_of_two_edits_at_once_counts(album: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    view = album.add(photos.jpeg())
    real, overtaken = album.storage.put, []

    def put(key: str, data: Any, content_type: str) -> Any:
        if "/r1-normal" in key and not overtaken:
            overtaken.append(key)
            album.service.edit(album.owner, album.set_id, view.id, EditPhoto.of(rotation=180))
        return real(key, data, content_type)

    monkeypatch.setattr(album.storage, "put", put)
    album.service.edit(album.owner, album.set_id, view.id, HALF)
    now = album.of(view.id)
    assert (now.rotation, now.crop, now.revision) == (180, None, 2)
    assert shown(album, now).size == (800, 600)
    assert not any("/r1-" in key for key in album.storage.objects)


def test_a_storage_that_does_not_answer_leaves_the_photo_as_it_was(album: Album) -> None:
    view = album.add(photos.jpeg())
    album.storage.break_with("put", Retry("It is away.", vendor="storage", code="away", category=Category.NETWORK))
    with pytest.raises(Unavailable):
        album.service.edit(album.owner, album.set_id, view.id, HALF)
    album.storage.failures.clear()
    assert album.of(view.id).revision == 0
    assert shown(album, album.of(view.id)).size == (800, 600)


def test_captions_are_checked_for_the_trigger_word_and_put_right(album: Album) -> None:
    one, two, three = (album.add(photos.jpeg(seed)) for seed in range(3))
    album.service.caption(album.owner, album.set_id, one.id, " a man\nin a boat ")
    album.service.caption(album.owner, album.set_id, two.id, "ADALOVE on a horse")
    views = {v.id: v for v in album.service.photos(album.owner, album.set_id, "person", "adalove")}
    assert views[one.id].caption == "a man\nin a boat"
    assert "adalove" in views[one.id].caption_problem
    assert (views[two.id].caption_problem, views[three.id].caption_problem) == ("", "")
    assert album.service.report(album.owner, album.set_id, "person", "adalove").captions_missing_trigger == 1
    assert album.service.caption_all(album.owner, album.set_id, "adalove") == 1
    assert album.of(one.id).caption == "adalove, a man\nin a boat"
    assert album.of(three.id).caption == ""
    with pytest.raises(Invalid):
        album.service.caption(album.owner, album.set_id, one.id, "x" * 1001)


def test_the_zip_takes_what_is_not_dropped_as_it_is_edited_with_captions(album: Album) -> None:
    a, b, c = (album.add(photos.jpeg(seed)) for seed in range(3))
    album.service.drop(album.owner, album.set_id, b.id)
    album.service.edit(album.owner, album.set_id, c.id, HALF)
    album.service.caption(album.owner, album.set_id, c.id, "a dog")
    made = album.service.build_zip(album.set_id, album.folder / "a.zip", "TOK")
    assert [(u.id, u.revision, u.caption) for u in made.used] == [(a.id, 0, ""), (c.id, 1, "TOK, a dog")]
    with zipfile.ZipFile(album.folder / "a.zip") as archive:
        assert archive.namelist() == ["001.jpg", "002.jpg", "002.txt"]
        assert Image.open(io.BytesIO(archive.read("002.jpg"))).size == (400, 600)
    assert album.service.build_zip(album.set_id, album.folder / "b.zip", "TOK").sha256 == made.sha256


def test_a_photo_that_is_edited_while_the_zip_is_written_does_not_break_it(
    album: Album, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = album.add(photos.jpeg())
    album.service.edit(album.owner, album.set_id, view.id, EditPhoto.of(rotation=90))
    real, done = album.storage.read, []

    def read(key: str) -> bytes:
        if "/r1-" in key and not done:
            done.append(key)
            album.service.edit(album.owner, album.set_id, view.id, EditPhoto.of(rotation=180))
        return real(key)

    monkeypatch.setattr(album.storage, "read", read)
    assert [used.revision for used in album.service.build_zip(album.set_id, album.folder / "a.zip").used] == [2]
    monkeypatch.setattr(album.storage, "read", real)
    album.storage.objects.clear()
    with pytest.raises(Missing):
        album.service.build_zip(album.set_id, album.folder / "b.zip")


def test_the_report_explains_its_score(album: Album) -> None:
    empty = album.service.report(album.owner, album.set_id)
    assert (empty.score, empty.word, empty.photos_used) == (0, "Not ready", 0)
    blurred = add(album, portrait().filter(ImageFilter.GaussianBlur(6)))
    for seed in range(5):
        add(album, photos.scene(seed, 800, 800))
    report = album.service.report(album.owner, album.set_id, "style")
    assert report.score == sum(reason.points for reason in report.reasons)
    weak = next(reason for reason in report.reasons if reason.code == "quality")
    assert weak.photo_ids == (blurred.id,)
    album.service.drop(album.owner, album.set_id, blurred.id)
    assert album.service.report(album.owner, album.set_id, "style").photos_used == 5
    with pytest.raises(Invalid):
        album.service.report(album.owner, album.set_id, "spaceship")


def test_a_round_of_measuring_ends_in_time(album: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in (1, 2, 3):
        album.add(photos.jpeg(seed))
    with album.studio.engine.begin() as rows:
        rows.execute(text("UPDATE photo SET analysis = '{}', analysis_version = 0"))
    monkeypatch.setattr(coach, "_SPELL", -1.0)
    assert [album.service.measure() for _ in range(4)] == [1, 1, 1, 0]


def test_photos_of_before_are_measured_by_the_job(album: Album) -> None:
    view, lost = album.add(photos.jpeg(1)), album.add(photos.jpeg(2))
    before = album.of(view.id)
    with album.studio.engine.begin() as rows:
        rows.execute(text("UPDATE photo SET analysis = '{}', analysis_version = 0"))
    album.studio.queue.waiting.clear()
    assert album.of(view.id).remarks == ()
    assert [(job.name, job.args) for job in album.studio.queue.waiting] == [("measure_photos", (album.set_id,))]
    album.storage.objects.pop(f"photos/{lost.id}/normal.jpg")
    assert album.service.measure(album.set_id) == 2
    assert codes(album.of(view.id)) == codes(before)
    assert album.service.measure() == 0


# --- sets -----------------------------------------------------------------------------------------------------------


def test_a_copy_has_everything_of_its_own(album: Album) -> None:
    plain, edited = album.add(photos.jpeg(1)), album.add(photos.jpeg(2))
    album.add(b"nonsense")
    album.service.edit(album.owner, album.set_id, edited.id, HALF)
    album.service.caption(album.owner, album.set_id, edited.id, "a dog")
    album.service.drop(album.owner, album.set_id, plain.id)
    twin = album.service.copy(album.owner, album.set_id)
    assert (twin.name, twin.accepted, twin.dropped, twin.rejected) == ("Rex (copy)", 1, 1, 0)
    album.service.delete(album.owner, album.set_id)
    first, second = album.service.photos(album.owner, twin.id)
    assert (first.dropped, second.caption, second.crop, second.width) == (True, "a dog", HALF.crop, 400)
    assert shown(album, second).size == (400, 600)
    album.service.edit(album.owner, twin.id, second.id, EditPhoto.of())
    assert shown(album, album.service.photos(album.owner, twin.id)[1]).size == (800, 600)


def test_a_copy_that_fails_leaves_nothing(album: Album) -> None:
    album.add(photos.jpeg(1))
    album.storage.break_with("put", Retry("It is away.", vendor="storage", code="away", category=Category.NETWORK))
    with pytest.raises(Unavailable):
        album.service.copy(album.owner, album.set_id)
    assert len(album.service.list(album.owner)) == 1
    assert len(album.storage.objects) == 3


def test_a_set_goes_with_its_photos_but_not_while_it_is_trained_on(works: Works) -> None:
    service, ada = works.photosets, works.studio.account(credits=100, plan="creator")
    set_id = works.photo_set(ada)
    training_id = works.start(ada, photo_set_id=set_id)
    with pytest.raises(Conflict) as refused:
        service.delete(ada, set_id)
    assert refused.value.code == "photo_set_in_use"
    with works.studio.session() as session:
        row = session.get_one(Training, training_id)
        row.status = TrainingStatus.FAILED
        session.add(row)
        session.commit()
    service.delete(ada, set_id)
    with pytest.raises(NotFound):
        service.get(ada, set_id)
    assert works.row(training_id).photo_set_id == set_id
    assert works.row(training_id).photo_count == 8
    assert not [key for key in works.storage.objects if key.startswith("photos/")]


def test_a_training_keeps_which_photos_it_was_made_of(works: Works) -> None:
    ada = works.studio.account(credits=100, plan="creator")
    set_id = works.photo_set(ada)
    first, second, *_ = works.photosets.photos(ada, set_id)
    training_id = works.start(ada, photo_set_id=set_id)
    works.photosets.drop(ada, set_id, first.id)  # while it waits: it counts
    works.run()
    works.photosets.drop(ada, set_id, second.id)  # the ZIP has been built: it does not
    works.run()
    row = works.row(training_id)
    assert row.photo_count == len(row.photos) == 7
    assert second.id in {photo["id"] for photo in row.photos}
    assert first.id not in {photo["id"] for photo in row.photos}


def test_others_sets_and_photos_can_be_neither_changed_nor_seen(album: Album, studio: Studio) -> None:
    photo = album.add(photos.jpeg(1))
    stranger, service = studio.account(), album.service
    own = service.create(stranger).id
    before = album.of(photo.id)
    for who, set_id in ((stranger, album.set_id), (stranger, own), (album.owner, new_id()), (album.owner, "\0")):
        for call, more in (
            (service.drop, (photo.id,)),
            (service.restore, (photo.id,)),
            (service.keep, (photo.id,)),
            (service.drop_many, ([photo.id],)),
            (service.edit, (photo.id, HALF)),
            (service.caption, (photo.id, "mine")),
        ):
            with pytest.raises(NotFound):
                call(who, set_id, *more)  # type: ignore[operator]
    for attempt in (
        lambda: service.report(stranger, album.set_id),
        lambda: service.apply_fixes(stranger, album.set_id),
        lambda: service.caption_all(stranger, album.set_id, "mine"),
        lambda: service.rename(stranger, album.set_id, "mine"),
        lambda: service.delete(stranger, album.set_id),
        lambda: service.copy(stranger, album.set_id),
        lambda: service.photo_file(stranger, photo.id, "256", 0),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert album.of(photo.id) == before


def test_of_many_photos_all_are_dropped_or_none(album: Album) -> None:
    good, bad = album.add(photos.jpeg(1)), album.add(b"nonsense")
    with pytest.raises(NotFound):
        album.service.drop_many(album.owner, album.set_id, [good.id, bad.id])
    assert not album.of(good.id).dropped
    with album.studio.session() as session:
        assert session.get_one(Photo, bad.id).status is PhotoStatus.REJECTED
