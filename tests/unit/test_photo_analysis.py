"""What is measured in a picture, against pictures that are made and spoilt by known amounts."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageFilter

from photogen.domain.photosets import imaging, policy
from photogen.domain.photosets.analysis import Analysis, quality_of
from photogen.domain.photosets.framing import Box, mapped
from photogen.models.photoset import Photo, PhotoStatus
from photogen.models.training import Subject
from tests.factories import photos
from tests.factories.portraits import portrait


def seen(picture: Image.Image) -> Analysis:
    return imaging.prepare(photos.encoded(picture, "PNG")).analysis


def photo(picture: Image.Image, **changes: object) -> Photo:
    prepared = imaging.prepare(photos.encoded(picture, "PNG"))
    values = {
        "id": "a", "set_id": "s", "account_id": "x", "upload_id": "u", "status": PhotoStatus.ACCEPTED,
        "original_name": "a.jpg", "width": prepared.width, "height": prepared.height,
        "analysis": prepared.analysis.as_json(), "analysis_version": 1,
    }  # fmt: skip
    return Photo(**{**values, **changes})


def codes(picture: Image.Image, subject: Subject = Subject.PERSON) -> set[str]:
    return {remark.code for remark in policy.remarks([photo(picture)], subject)["a"]}


def test_a_good_portrait_is_left_alone() -> None:
    assert codes(portrait(width=900, height=1080)) == set()


def test_what_is_measured_survives_the_row() -> None:
    measured = seen(portrait(((0.3, 0.4, 0.2), (0.7, 0.4, 0.2))))
    assert len(measured.faces) == 2
    assert Analysis.from_json(measured.as_json()) == measured


@pytest.mark.parametrize("radius", [3, 6])
def test_blur_is_seen_and_grows_with_the_blur(radius: int) -> None:
    sharp, blurred = portrait(), portrait().filter(ImageFilter.GaussianBlur(radius))
    assert (seen(sharp).blur or 0) < (seen(blurred).blur or 1)
    assert "blurred" in codes(blurred)
    assert not codes(sharp) & {"blurred", "soft"}


def test_shake_in_one_direction_is_blur() -> None:
    pixels = np.asarray(portrait(), np.float32)
    shaken = np.mean([np.roll(pixels, by, axis=0) for by in range(25)], axis=0).astype(np.uint8)
    assert "blurred" in codes(Image.fromarray(shaken), Subject.STYLE)


def test_a_sharp_subject_before_a_soft_background_is_sharp() -> None:
    picture = portrait().filter(ImageFilter.GaussianBlur(8))
    box = (220, 200, 580, 620)
    picture.paste(portrait().crop(box), box)
    assert not codes(picture) & {"blurred", "soft"}


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda picture: ImageEnhance.Brightness(picture).enhance(0.15), "dark"),
        (lambda picture: picture.point(lambda v: min(255, v + 210)), "blown_out"),
        (lambda picture: picture.point(lambda v: 120 + v // 10), "flat"),
    ],
    ids=["dark", "blown out", "flat"],
)
def test_exposure_is_judged(spoil: object, code: str) -> None:
    assert code in codes(spoil(photos.scene(1, 900, 800)), Subject.PET)  # type: ignore[operator]
    assert code not in codes(photos.scene(1, 900, 800), Subject.PET)


def test_a_product_before_white_is_not_blown_out() -> None:
    picture = Image.new("RGB", (900, 900), "white")
    picture.paste(photos.scene(1, 400, 400), (250, 250))
    assert "blown_out" not in codes(picture, Subject.PRODUCT)
    assert "borders" not in codes(picture, Subject.PRODUCT)


@pytest.mark.parametrize(
    ("side", "expected"), [((900, 900), set()), ((900, 700), {"small"}), ((1024, 768), set())], ids=str
)
def test_small_photos_are_told(side: tuple[int, int], expected: set[str]) -> None:
    assert codes(photos.scene(1, *side), Subject.STYLE) == expected


@pytest.mark.parametrize("quality", [20, 35, 75, 95])
def test_how_hard_a_jpeg_was_pressed_is_read_from_its_tables(quality: int) -> None:
    data = photos.jpeg(quality=quality)
    assert abs(quality_of(data) - quality) <= 1
    assert imaging.prepare(data).analysis.jpeg_quality == quality_of(data)


def test_bars_are_found_and_cut_off() -> None:
    picture = Image.new("RGB", (1000, 1000))
    picture.paste(photos.scene(2, 1000, 600), (0, 200))
    row = photo(picture)
    found = policy.remarks([row], Subject.STYLE)["a"]
    assert [(remark.code, remark.fix) for remark in found] == [("borders", "crop")]
    edit = policy.suggested_edit(row, found, Subject.STYLE)
    assert edit is not None
    assert edit.crop == pytest.approx((0, 0.2, 1, 0.6), abs=0.01)
    cut = imaging.edit(imaging.prepare(photos.encoded(picture, "PNG")).normal, edit.rotation, edit.crop)
    assert cut is not None
    assert cut.analysis.border is None


def test_what_is_hardly_more_than_bars_is_left_out() -> None:
    picture = Image.new("RGB", (600, 900))
    picture.paste(photos.scene(2, 600, 300), (0, 300))
    found = policy.remarks([photo(picture)], Subject.STYLE)["a"]
    assert ("borders", "drop") in [(remark.code, remark.fix) for remark in found]


@given(
    box=st.tuples(*[st.floats(0, 1)] * 4).map(lambda b: (b[0], b[1], b[2] * (1 - b[0]), b[3] * (1 - b[1]))),
    crop=st.none() | st.tuples(*[st.floats(0.1, 0.5)] * 4),
)
def test_whatever_is_suggested_can_be_applied(box: Box, crop: Box | None) -> None:
    suggested = mapped((box[0], box[1], max(box[2], 0.01), max(box[3], 0.01)), crop)
    assert min(suggested) >= 0
    assert suggested[0] + suggested[2] <= 1 + 1e-6
    assert suggested[1] + suggested[3] <= 1 + 1e-6


def test_near_duplicates_are_found_and_others_are_not() -> None:
    base = photos.scene(1, 600, 600)
    darker = ImageEnhance.Brightness(base).enhance(0.93)
    shifted = base.crop((6, 6, 594, 594))
    pressed = Image.open(io.BytesIO(photos.encoded(base, "JPEG", quality=40)))
    first = seen(base)
    assert all(policy.alike(first, seen(other)) for other in (darker, shifted, pressed))
    others = [seen(photos.scene(seed, 600, 600)) for seed in range(2, 9)]
    assert not any(policy.alike(one, other) for one in [first, *others] for other in others if one is not other)


# --- people ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tall", [0.1, 0.2, 0.4, 0.6])
def test_a_face_is_found_where_it_is(tall: float) -> None:
    (face,) = seen(portrait(((0.5, 0.42, tall),), width=1000, height=1200)).faces
    assert face.height == pytest.approx(tall, rel=0.25)
    assert face.left + face.width / 2 == pytest.approx(0.5, abs=0.05)
    assert face.tilt == pytest.approx(0, abs=5)


def test_where_nobody_is_no_face_is_found() -> None:
    assert [seen(photos.scene(seed, 600, 600)).faces for seed in range(4)] == [()] * 4
    assert codes(photos.scene(1, 900, 900)) == {"no_face"}
    assert codes(photos.scene(1, 900, 900), Subject.PET) == set()


def test_of_several_people_one_can_be_cut_out() -> None:
    row = photo(portrait(((0.28, 0.4, 0.3), (0.78, 0.45, 0.24)), width=1400, height=1000))
    found = policy.remarks([row], Subject.PERSON)["a"]
    assert [(remark.code, remark.fix) for remark in found] == [("several_people", "crop")]
    edit = policy.suggested_edit(row, found, Subject.PERSON)
    assert edit is not None
    assert edit.crop is not None
    left, _, width, _ = edit.crop
    assert left < 0.2 < 0.36 < left + width < 0.72
    assert policy.remarks([row], Subject.PRODUCT)["a"] == ()


def test_people_who_stand_too_close_are_left_out() -> None:
    row = photo(portrait(((0.36, 0.4, 0.3), (0.64, 0.42, 0.3)), width=640, height=720))
    found = policy.remarks([row], Subject.PERSON)["a"]
    assert (found[0].code, found[0].fix) == ("several_people", "drop")


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_photo_that_lies_on_its_side_can_be_turned(turn: int) -> None:
    row = photo(portrait().rotate(turn, expand=True))  # Pillow turns anticlockwise: clockwise by as much mends it
    found = policy.remarks([row], Subject.PERSON)["a"]
    assert [(remark.code, remark.fix) for remark in found] == [("turned", "rotate")]
    edit = policy.suggested_edit(row, found, Subject.PERSON)
    assert edit is not None
    assert edit.rotation == turn


def test_a_small_subject_can_be_cut_out_of_an_empty_background() -> None:
    picture = Image.new("RGB", (1300, 1000), (200, 205, 210))
    picture.paste(portrait(((0.5, 0.4, 0.6),), width=250, height=250), (200, 600))
    row = photo(picture)
    found = policy.remarks([row], Subject.PRODUCT)["a"]
    assert [(remark.code, remark.fix) for remark in found] == [("small_subject", "crop")]
    edit = policy.suggested_edit(row, found, Subject.PRODUCT)
    assert edit is not None
    assert edit.crop is not None
    left, top, width, height = edit.crop
    assert left <= 200 / 1300
    assert left + width >= 450 / 1300
    assert top <= 0.6
    assert top + height >= 0.85
