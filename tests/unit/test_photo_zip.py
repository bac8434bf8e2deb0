"""The trainer's ZIP: same photos, same bytes, never too large."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photogen.domain.photosets import imaging, zipping
from photogen.domain.photosets.zipping import Entry
from tests.factories import photos


def _noise(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (700, 900, 3), dtype=np.uint8)
    return photos.encoded(Image.fromarray(pixels), "JPEG", quality=92)


def _entry(data: bytes, caption: str = "") -> Entry:
    return Entry(read=lambda: data, size=len(data), caption=caption)


def test_photos_are_named_by_their_place_with_captions_beside(tmp_path: Path) -> None:
    first, second = photos.jpeg(1), photos.jpeg(2)
    target = tmp_path / "set.zip"
    info = zipping.write_zip([_entry(first), _entry(second, "TOK, a dog läuft")], target)
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["001.jpg", "002.jpg", "002.txt"]
        assert archive.read("001.jpg") == first
        assert archive.read("002.txt").decode() == "TOK, a dog läuft"
    assert (info.photos, info.bytes) == (2, target.stat().st_size)


def test_the_same_photos_give_the_same_bytes(tmp_path: Path) -> None:
    entries = [_entry(photos.jpeg(seed), "x") for seed in (1, 2, 3)]
    first = zipping.write_zip(entries, tmp_path / "a.zip")
    second = zipping.write_zip(entries, tmp_path / "b.zip")
    assert first == second
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert zipping.write_zip(entries[::-1], tmp_path / "c.zip").sha256 != first.sha256


@pytest.mark.parametrize("share", [0.9, 0.5, 0.2, 0.05])
def test_too_much_is_shrunk_until_it_fits(tmp_path: Path, share: float) -> None:
    originals = [_noise(seed) for seed in range(3)]
    limit = int(sum(map(len, originals)) * share) + 4 * 1024
    info = zipping.write_zip([_entry(data) for data in originals], tmp_path / "a.zip", limit)
    assert info.bytes < limit
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        for name in archive.namelist():
            Image.open(io.BytesIO(archive.read(name))).load()
    again = zipping.write_zip([_entry(data) for data in originals], tmp_path / "b.zip", limit)
    assert again.sha256 == info.sha256


def test_what_can_never_fit_is_an_error_and_not_a_broken_zip(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        zipping.write_zip([_entry(_noise(1))], tmp_path / "a.zip", 5000)
    assert not (tmp_path / "a.zip").exists()


def test_the_worst_set_fits_at_the_last_step() -> None:
    worst = np.random.default_rng(1).integers(0, 256, (1024, 2048, 3), dtype=np.uint8)
    smallest = imaging.shrink(photos.encoded(Image.fromarray(worst), quality=92), *zipping._LADDER[-1])
    assert 50 * len(smallest) < zipping.LIMIT


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("a dog on grass", "TOK, a dog on grass"),
        ("a photo of tok outside", "a photo of tok outside"),
        ("", ""),
    ],
)
def test_the_trigger_word_is_in_every_caption(caption: str, expected: str) -> None:
    assert zipping.captioned(caption, "TOK") == expected


def test_without_a_trigger_word_captions_stay() -> None:
    assert zipping.captioned("a dog", "") == "a dog"
