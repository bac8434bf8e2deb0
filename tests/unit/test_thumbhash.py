"""Hashes are those of the reference implementation, npm's thumbhash 0.1.1, which made the expected values here."""

import base64
from collections.abc import Callable

import pytest

from photogen.kit import thumbhash

Pixel = Callable[[int, int], tuple[int, int, int]]

CASES: dict[str, tuple[int, int, Pixel, str]] = {
    "landscape": (32, 24, lambda x, y: (x * 8, y * 10, x * y % 256), "2xgOHZpgdodwiIiGiGeIh/OkD/eI"),
    "portrait": (20, 32, lambda x, y: ((x * 13 + y * 7) % 256, 255 - y * 7, x * 12), "oNgJZBZw9laIlXiJh3d/e4gHhg=="),
    "square": (16, 16, lambda x, y: ((x ^ y) * 16, x * 16, y * 16), "HggKbxpwd3cwiHiHiHiIdod3R/d1jzgI"),
    "strip": (32, 3, lambda x, y: (x * 7, 200 - x * 3, y * 80), "nKkJWaBzd4eAiHiIdY8Ih4c="),
}


def _nibbles(text: str) -> list[int]:
    return [half for byte in base64.b64decode(text) for half in (byte & 15, byte >> 4)]


@pytest.mark.parametrize("name", CASES)
def test_hashes_are_those_of_the_reference(name: str) -> None:
    width, height, pixel, expected = CASES[name]
    ours = thumbhash.encode(width, height, bytes(v for y in range(height) for x in range(width) for v in pixel(x, y)))
    assert len(ours) == len(expected)
    assert _nibbles(ours)[:10] == _nibbles(expected)[:10]  # the mean colour, the scales, the shape
    # A wave of nothing lies exactly between two steps: the last bit of a float decides.
    assert all(abs(a - b) <= 1 for a, b in zip(_nibbles(ours), _nibbles(expected), strict=True))


@pytest.mark.parametrize(("width", "height", "size"), [(101, 10, 3030), (10, 0, 0), (10, 10, 299)])
def test_what_is_no_small_rgb_picture_is_refused(width: int, height: int, size: int) -> None:
    with pytest.raises(ValueError, match="no"):
        thumbhash.encode(width, height, bytes(size))
