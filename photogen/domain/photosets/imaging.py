"""From the bytes of an upload to what is kept: a normalised JPEG, two thumbnails and a blurred preview. No I/O.

libvips decodes JPEG, PNG and WebP, libheif HEIC; nothing else is let near a decoder. Colours become sRGB, the picture
upright, transparency white, and every piece of metadata (EXIF with its GPS, XMP, IPTC, ICC) is left behind.
"""

import math
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import pillow_heif
import pyvips  # type: ignore[import-untyped]
from PIL import Image

from photogen.domain.photosets.analysis import Analysis, analyse, quality_of
from photogen.domain.photosets.formats import Kind, kind_of
from photogen.domain.photosets.verdict import (
    MAX_PIXELS,
    MIN_SIDE,
    Unusable,
    animated,
    damaged,
    too_many_pixels,
    too_small,
)
from photogen.kit import thumbhash

SHORT_SIDE = 1024
AREA = 2 * 1024 * 1024
"""A kept photo: at most 1,024 pixels on its short side and 2 megapixels in all. The trainer's largest bucket is
as large as 1,024 x 1,024: it never has to enlarge one, and camera files can be shrunk while they are decoded."""
QUALITY = 92
SMALLEST_CROP = 256
"""Pixels on the short side under which a crop is of no use: half of the trainer's smallest bucket."""
THUMBNAILS = {256: 78, 512: 80}
"""Longest side in pixels of each thumbnail: its WebP quality."""

WEBP_EFFORT = 2  # 4, the default, costs twice the time for 4 % of the bytes
_PREVIEW_SIDE = 32
_LOOKED_AT = 512  # the thumbnail that is analysed too

# What Pillow and pillow-heif raise on broken bytes; IndexError where a file holds no picture at all.
_BROKEN = (ValueError, EOFError, SyntaxError, RuntimeError, OSError, IndexError)

pyvips.cache_set_max(0)  # every photo is seen once
pyvips.concurrency_set(1)  # photos are prepared side by side: threads within one would only get in each other's way
pyvips.operation_block_set("VipsForeignLoad", True)
for _loader in ("VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp"):
    pyvips.operation_block_set(_loader, False)
pillow_heif.options.THUMBNAILS = False
pillow_heif.options.AUX_IMAGES = False
pillow_heif.options.DEPTH_IMAGES = False
pillow_heif.options.DECODE_THREADS = 2


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is kept of a photo. `normal` is a JPEG of `width` x `height` pixels, `thumbnails` WebPs by longest side."""

    normal: bytes
    width: int
    height: int
    thumbnails: dict[int, bytes]
    thumbhash: str
    analysis: Analysis


def prepare(data: bytes) -> Prepared:
    """Judges and normalises one file. Raises Unusable with the reason when it can't be a training photo."""
    kind = kind_of(data)
    try:
        picture = _decode(data, kind)
        quality = quality_of(data) if kind is Kind.JPEG else 0
    except (pyvips.Error, *_BROKEN) as error:
        raise Unusable(damaged()) from error
    return _prepared(_plain_srgb(picture), quality)


def edit(
    upload: bytes, rotation: int, crop: tuple[float, float, float, float] | None, jpeg_quality: int = 0
) -> Prepared | None:
    """One of our own normalised JPEGs, turned by `rotation` degrees clockwise and then cut to `crop` (left, top, width,
    height as fractions of the turned picture). None when what is left is smaller than SMALLEST_CROP.

    `jpeg_quality` is that of the file that was uploaded, which ours does not tell."""
    picture = pyvips.Image.jpegload_buffer(upload, fail_on="error").copy_memory()
    if rotation:
        picture = picture.rot(f"d{rotation}")
    if crop is not None:
        left, top = round(crop[0] * picture.width), round(crop[1] * picture.height)
        width = min(round(crop[2] * picture.width), picture.width - left)
        height = min(round(crop[3] * picture.height), picture.height - top)
        if min(width, height) < SMALLEST_CROP:
            return None
        picture = picture.crop(left, top, width, height)
    return _prepared(picture.copy_memory(), jpeg_quality)


def look(normal: bytes, jpeg_quality: int = 0) -> Analysis:
    """What is measured in one of our own JPEGs, anew. Raises Unusable when it is damaged."""
    try:
        picture = pyvips.Image.jpegload_buffer(normal, fail_on="error").copy_memory()
    except pyvips.Error as error:
        raise Unusable(damaged()) from error
    small = picture.thumbnail_image(_LOOKED_AT, height=_LOOKED_AT, size="down").copy_memory()
    return analyse(picture, small, jpeg_quality)


def _prepared(picture: pyvips.Image, jpeg_quality: int) -> Prepared:
    thumbnails: dict[int, bytes] = {}
    smaller = picture
    levels: dict[int, pyvips.Image] = {}
    for side in sorted(THUMBNAILS, reverse=True):
        smaller = levels[side] = smaller.thumbnail_image(side, height=side, size="down").copy_memory()
        thumbnails[side] = smaller.webpsave_buffer(Q=THUMBNAILS[side], effort=WEBP_EFFORT, keep="none")
    preview = smaller.thumbnail_image(_PREVIEW_SIDE, height=_PREVIEW_SIDE, size="down")
    return Prepared(
        normal=_jpeg(picture, QUALITY),
        width=picture.width,
        height=picture.height,
        thumbnails=thumbnails,
        thumbhash=thumbhash.encode(preview.width, preview.height, preview.write_to_memory()),
        analysis=analyse(picture, levels[_LOOKED_AT], jpeg_quality),
    )


def shrink(jpeg: bytes, scale: float, quality: int) -> bytes:
    """One of our own normalised JPEGs again, its sides times `scale` (0..1), at `quality`."""
    picture = pyvips.Image.jpegload_buffer(jpeg, access="sequential", fail_on="error")
    width, height = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return _jpeg(picture.thumbnail_image(width, height=height, size="down"), quality)


def _jpeg(picture: pyvips.Image, quality: int) -> bytes:
    data: bytes = picture.jpegsave_buffer(Q=quality, optimize_coding=True, subsample_mode="on", keep="none")
    return data


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise Unusable(too_many_pixels(width, height))
    if min(width, height) < MIN_SIDE:
        raise Unusable(too_small(width, height))


def _scale(width: int, height: int) -> float:
    return min(1.0, SHORT_SIDE / min(width, height), math.sqrt(AREA / (width * height)))


def _decode(data: bytes, kind: Kind) -> pyvips.Image:
    """The picture, upright and scaled down, in memory. Everything that can be read from the header is checked first."""
    picture = _open_heic(data) if kind is Kind.HEIC else _open(data, kind)
    width, height = picture.width, picture.height
    if 5 <= _orientation(picture) <= 8:
        width, height = height, width
    scale = _scale(width, height)
    if kind is Kind.JPEG and scale < 0.5:
        # libjpeg decodes at a half, a quarter or an eighth for a fraction of the time; the rest is resampled.
        picture = _open(data, kind, shrink=min(8, 1 << int(1 / scale).bit_length() - 1))
    return picture.thumbnail_image(
        max(1, round(width * scale)), height=max(1, round(height * scale)), size="down"
    ).copy_memory()


def _orientation(picture: pyvips.Image) -> int:
    return int(picture.get("orientation")) if picture.get_typeof("orientation") else 1


def _open(data: bytes, kind: Kind, **options: int) -> pyvips.Image:
    loaders = {
        Kind.JPEG: pyvips.Image.jpegload_buffer,
        Kind.PNG: pyvips.Image.pngload_buffer,
        Kind.WEBP: pyvips.Image.webpload_buffer,
    }
    picture = loaders[kind](data, access="sequential", fail_on="error", **options)
    if not options:
        width, height = picture.width, picture.height
        if 5 <= _orientation(picture) <= 8:
            width, height = height, width
        _check_size(width, height)
        if picture.get_typeof("n-pages") and picture.get("n-pages") > 1:
            raise Unusable(animated())
        if kind is Kind.PNG and _is_animated_png(data):
            raise Unusable(animated())
    return picture


def _is_animated_png(data: bytes) -> bool:
    with Image.open(BytesIO(data), formats=["PNG"]) as header:  # libvips does not tell; this reads no pixels
        return bool(getattr(header, "is_animated", False))


def _open_heic(data: bytes) -> pyvips.Image:
    heif = pillow_heif.open_heif(data, convert_hdr_to_8bit=True)
    _check_size(*heif.size)
    pixels = np.ascontiguousarray(np.asarray(heif))  # decodes, and turns the picture as its own boxes say
    picture = pyvips.Image.new_from_array(pixels)
    picture = picture.copy(interpretation="b-w" if picture.bands < 3 else "srgb")
    profile = heif.info.get("icc_profile")
    if profile:
        picture.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return picture


def _plain_srgb(picture: pyvips.Image) -> pyvips.Image:
    """Three bands of 8 bits in sRGB, transparency on white."""
    if picture.hasalpha():
        picture = picture.flatten(background=_white(picture))
    if picture.get_typeof("icc-profile-data") or picture.interpretation == "cmyk":
        picture = _through_profile(picture)
    if picture.interpretation != "srgb" or picture.format != "uchar":
        picture = picture.colourspace("srgb")
    return picture.copy_memory()


def _white(picture: pyvips.Image) -> float:
    return 65535 if picture.format == "ushort" else 255


def _through_profile(picture: pyvips.Image) -> pyvips.Image:
    try:
        return picture.icc_transform(
            "srgb", embedded=True, input_profile="cmyk" if picture.interpretation == "cmyk" else "srgb", depth=8
        ).copy_memory()
    except pyvips.Error:  # a profile that is broken, or for other channels: the numbers are taken as they stand
        return picture.colourspace("srgb").copy_memory()
