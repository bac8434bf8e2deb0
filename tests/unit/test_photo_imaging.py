"""One file in, a verdict or a normalised photo out."""

import base64
import struct
from contextlib import suppress
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageOps

from photogen.domain.photosets import imaging
from photogen.domain.photosets.verdict import MAX_PIXELS, Unusable
from tests.factories import photos


def _opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def _problem(data: bytes) -> tuple[str, str]:
    with pytest.raises(Unusable) as refused:
        imaging.prepare(data)
    return refused.value.problem.code, refused.value.problem.sentence


@pytest.mark.parametrize("kind", photos.UNUSABLE)
def test_each_kind_of_bad_file_has_its_own_verdict(kind: str) -> None:
    make, code = photos.UNUSABLE[kind]
    found, sentence = _problem(make())
    assert found == code
    assert 20 < len(sentence) <= 300
    assert sentence.endswith(".")


@pytest.mark.parametrize("kind", photos.USABLE)
def test_each_usable_kind_becomes_an_upright_srgb_jpeg_without_metadata(kind: str) -> None:
    prepared = imaging.prepare(photos.USABLE[kind]())
    normal = _opened(prepared.normal)
    normal.load()
    assert (normal.format, normal.mode, normal.size) == ("JPEG", "RGB", (prepared.width, prepared.height))
    assert not normal.getexif()
    assert "icc_profile" not in normal.info
    for side, data in prepared.thumbnails.items():
        thumbnail = _opened(data)
        assert thumbnail.format == "WEBP"
        assert max(thumbnail.size) == side
        assert set(thumbnail.info) <= {"background", "loop", "timestamp", "duration"}
    assert 15 <= len(base64.b64decode(prepared.thumbhash)) <= 27


def test_the_sentences_name_the_numbers() -> None:
    assert _problem(photos.jpeg(width=400, height=300))[1] == (
        "This photo is 400 × 300; at least 512 pixels on the short side are needed."
    )
    assert "20,000 × 20,000" in _problem(photos.bomb())[1]
    assert _problem(photos.encoded(photos.scene(), "GIF"))[1].startswith("This is a GIF;")


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_orientation_is_applied(orientation: int, kind: str) -> None:
    data = photos.located(orientation, photos.marked(2400, 1600), kind)
    ours, reference = _opened(imaging.prepare(data).normal), ImageOps.exif_transpose(_opened(data))
    assert (ours.width > ours.height) is (reference.width > reference.height)
    small = [np.asarray(p.convert("RGB").resize((24, 24)), np.int16) for p in (ours, reference)]
    assert np.abs(small[0] - small[1]).mean() < 4


def test_a_turned_heic_is_turned_once() -> None:
    data = photos.located(6, photos.marked(900, 600), "HEIF")
    ours = _opened(imaging.prepare(data).normal)
    assert ours.size == (600, 900)
    assert ours.getpixel((580, 20))[1] < 128  # the red corner went from upper left to upper right
    assert ours.getpixel((20, 20))[1] > 128


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_where_and_with_what_it_was_taken_is_gone(kind: str) -> None:
    data = photos.located(kind=kind)
    assert b"SecretCamera" in data
    assert b"2026:01:02" in data
    prepared = imaging.prepare(data)
    for kept in (prepared.normal, *prepared.thumbnails.values()):
        assert not any(
            trace in kept for trace in (b"SecretCamera", b"2026:01:02", b"Exif", b"EXIF", b"GPS", b"http://")
        )


def test_colours_of_another_space_become_srgb() -> None:
    green_of_p3 = _wide_gamut_green()
    pixel = _opened(imaging.prepare(green_of_p3).normal).getpixel((300, 300))
    assert pixel[0] < 60
    assert pixel[1] > 220  # taken as sRGB numbers it would have stayed at 200


def _wide_gamut_green() -> bytes:
    """200 of green under a profile whose gamma is 1.0: in sRGB that is far brighter."""

    def s15(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    def xyz(x: float, y: float, z: float) -> bytes:
        return b"XYZ \0\0\0\0" + s15(x) + s15(y) + s15(z)

    curve = b"curv\0\0\0\0" + struct.pack(">I", 0)  # an empty curve is the identity
    text = b"text\0\0\0\0linear\0\0"
    description = b"desc\0\0\0\0" + struct.pack(">I", 7) + b"linear\0" + bytes(12 + 67 + 2)
    tags = {
        b"desc": description,
        b"cprt": text,
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.4360, 0.2225, 0.0139),
        b"gXYZ": xyz(0.3851, 0.7169, 0.0971),
        b"bXYZ": xyz(0.1431, 0.0606, 0.7141),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, body = b"", b""
    offset = 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        data = value + bytes(-len(value) % 4)
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data
    head = bytearray(128)
    head[8:12] = b"\x02\x10\0\0"
    head[12:24] = b"mntrRGB XYZ "
    head[36:40] = b"acsp"
    head[68:80] = s15(0.9642) + s15(1.0) + s15(0.8249)
    profile = bytes(head) + struct.pack(">I", len(tags)) + table + body
    profile = struct.pack(">I", len(profile)) + profile[4:]
    return photos.encoded(Image.new("RGB", (600, 600), (0, 200, 0)), "PNG", icc_profile=profile)


def test_transparency_becomes_white() -> None:
    clear = photos.encoded(Image.new("RGBA", (600, 600), (255, 0, 0, 0)), "PNG")
    assert min(_opened(imaging.prepare(clear).normal).getpixel((300, 300))) > 250


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((4000, 3000), (1365, 1024)),
        ((3000, 4000), (1024, 1365)),
        ((4000, 600), (3739, 561)),
        ((800, 600), (800, 600)),
        ((1025, 1024), (1025, 1024)),
        ((2400, 2400), (1024, 1024)),
    ],
)
def test_photos_are_kept_as_large_as_the_trainer_can_use_and_never_enlarged(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    prepared = imaging.prepare(photos.jpeg(width=size[0], height=size[1]))
    assert abs(prepared.width - expected[0]) <= 1
    assert abs(prepared.height - expected[1]) <= 1


def test_shrinking_while_decoding_shows_the_same_picture() -> None:
    data = photos.jpeg(width=4000, height=3000)
    ours = np.asarray(_opened(imaging.prepare(data).normal).resize((300, 225)), np.int16)
    reference = np.asarray(_opened(data).resize((300, 225), Image.Resampling.BOX), np.int16)
    assert np.abs(ours - reference).mean() < 3


@pytest.mark.parametrize("kind", ["JPEG", "progressive", "PNG", "WEBP", "HEIF"])
def test_a_file_that_is_cut_anywhere_is_noticed(kind: str) -> None:
    options = {"progressive": True} if kind == "progressive" else {}
    data = photos.encoded(photos.scene(), "JPEG" if kind == "progressive" else kind, **options)
    whole = len(data) - 20  # of a PNG the last 12 bytes only say that it ends: every pixel is there
    for cut in {1, 2, 3, 12, 20, 50, 500, *(whole * part // 13 for part in range(1, 13)), whole - 100, whole}:
        assert _problem(data[:cut])[0] in {"damaged", "wrong_type"}, f"cut at {cut} of {len(data)}"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_flipped_bytes_give_a_photo_or_a_verdict_and_never_an_error(kind: str) -> None:
    data = photos.encoded(photos.scene(width=520, height=520), kind)
    chance = np.random.default_rng(7)
    for _ in range(15):
        broken = bytearray(data)
        for at in chance.integers(0, min(len(broken), 2000), 6):
            broken[at] = int(chance.integers(0, 256))
        with suppress(Unusable):  # and nothing else
            assert imaging.prepare(bytes(broken)).normal


def test_the_largest_allowed_is_read() -> None:
    side = int(MAX_PIXELS**0.5)
    assert imaging.prepare(photos.encoded(Image.new("L", (side, side)), "JPEG", quality=30)).width == 1024


def test_the_same_file_gives_the_same_bytes() -> None:
    assert imaging.prepare(photos.jpeg()) == imaging.prepare(photos.jpeg())
