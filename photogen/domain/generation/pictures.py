"""From the bytes that a vendor sent to what is kept: checked, with two thumbnails and a blurred preview. No I/O."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from photogen.kit import thumbhash

MOST_BYTES = 40 * 1024 * 1024
MOST_PIXELS = 40_000_000
FEWEST_PIXELS = 64 * 64
THUMBNAILS: dict[str, int] = {"1024": 1024, "512": 512}
"""Longest side in pixels of each thumbnail."""
EFFORTS: dict[str, int] = {"1024": 0, "512": 2}
"""WebP's, of each: with 2 the large one takes twice as long, and a picture is shown that much later, for 7 to 20 %
fewer bytes (docs/benchmarks.md)."""
_FORMATS = {"PNG": ("image/png", "png"), "JPEG": ("image/jpeg", "jpg"), "WEBP": ("image/webp", "webp")}
_PREVIEW = 32


class Unreadable(Exception):
    """These bytes are no picture that we would show to anybody; the argument says why, for the operator."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture with its true type, its size in pixels, thumbnails (WebP, by name) and thumbhash."""

    data: bytes = field(repr=False)
    content_type: str
    suffix: str
    width: int
    height: int
    thumbnails: dict[str, bytes] = field(repr=False)
    thumbhash: str


def prepare(data: bytes) -> Prepared:
    """Decodes `data` whole and makes the thumbnails. Raises Unreadable."""
    if len(data) > MOST_BYTES:
        raise Unreadable(f"{len(data)} bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data), formats=list(_FORMATS)) as opened:
                content_type, suffix = _FORMATS[str(opened.format)]
                width, height = opened.size
                if not FEWEST_PIXELS <= width * height <= MOST_PIXELS:
                    raise Unreadable(f"{width} x {height} pixels")
                picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombWarning) as error:
        raise Unreadable(type(error).__name__) from error
    thumbnails = {}
    for name, side in THUMBNAILS.items():  # largest first: each is made of the one before
        # Half of Lanczos' time; what is made smaller looks the same.
        picture.thumbnail((side, side), Image.Resampling.HAMMING)
        out = BytesIO()
        picture.save(out, "WEBP", quality=82, method=EFFORTS[name])
        thumbnails[name] = out.getvalue()
    picture.thumbnail((_PREVIEW, _PREVIEW), Image.Resampling.BILINEAR)
    preview = thumbhash.encode(picture.width, picture.height, picture.tobytes())
    return Prepared(data, content_type, suffix, width, height, thumbnails, preview)
