"""Files as people upload them, made on the spot: each kind that can be used, and each that can't."""

from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image, ImageCms

pillow_heif.register_heif_opener()


@cache
def _scene(seed: int, width: int, height: int) -> Image.Image:
    chance = np.random.default_rng(seed)
    blobs = Image.fromarray(chance.integers(0, 256, (8, 10, 3), dtype=np.uint8)).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    grain = chance.integers(-10, 11, (height, width, 1), dtype=np.int16)
    return Image.fromarray(np.clip(np.asarray(blobs, np.int16) + grain, 0, 255).astype(np.uint8))


def scene(seed: int = 1, width: int = 800, height: int = 600) -> Image.Image:
    """Something like a photo: soft colours with grain. Another `seed`, another photo."""
    return _scene(seed, width, height).copy()


def forget_scenes() -> None:
    """Frees what `scene`, `jpeg` and `heic` keep; large scenes take 36 MB each."""
    for kept in (_scene, jpeg, heic):
        kept.cache_clear()


_QUICK: dict[str, dict[str, Any]] = {"PNG": {"compress_level": 1}, "HEIF": {"enc_params": {"preset": "ultrafast"}}}
"""Larger files of the same pixels and about them: a third and a seventh of the time."""


def encoded(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """`picture` as a file; `kind` is Pillow's name of a format."""
    buffer = BytesIO()
    picture.save(buffer, kind, **_QUICK.get(kind, {}) | options)
    return buffer.getvalue()


@cache
def jpeg(seed: int = 1, width: int = 800, height: int = 600, **options: Any) -> bytes:
    """A plain photo."""
    return encoded(scene(seed, width, height), "JPEG", **{"quality": 88, **options})


@cache
def heic(seed: int = 1, width: int = 800, height: int = 600, **options: Any) -> bytes:
    """What a phone of Apple's makes."""
    return encoded(scene(seed, width, height), "HEIF", **options)


def located(orientation: int = 1, picture: Image.Image | None = None, kind: str = "JPEG") -> bytes:
    """A photo that carries a maker, a place and an orientation."""
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x0112] = orientation
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (52.0, 31.0, 12.0), "E", (13.0, 24.0, 18.0)
    gps[29] = "2026:01:02"
    return encoded(picture or scene(), kind, exif=exif.tobytes())  # bytes: pillow-heif would not turn by an Exif


def marked(width: int = 800, height: int = 600) -> Image.Image:
    """White with a red upper left corner, to tell which way it is turned."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste((220, 0, 0), (0, 0, width // 4, height // 4))
    return picture


def frames(kind: str) -> bytes:
    """An animation of three frames."""
    first, *rest = (scene(seed, 600, 600) for seed in (1, 2, 3))
    return encoded(first, kind, save_all=True, append_images=rest, duration=50)


def srgb_profile() -> bytes:
    """A true ICC profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@cache
def bomb() -> bytes:
    """A PNG of 50 kB that would unfold to 400 megapixels."""
    return encoded(Image.new("1", (20_000, 20_000)), "PNG", optimize=True)


_SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="800" height="800"/>'

UNUSABLE: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "empty"),
    "text named .jpg": (lambda: b"I am a photo, honestly.\n" * 100, "wrong_type"),
    "html": (lambda: b"<!doctype html><html></html>", "wrong_type"),
    "zeros": (lambda: bytes(4096), "wrong_type"),
    "gif": (lambda: encoded(scene(), "GIF"), "wrong_type"),
    "animated gif": (lambda: frames("GIF"), "wrong_type"),
    "svg": (lambda: _SVG, "wrong_type"),
    "bare svg": (lambda: b'\n  <svg xmlns="http://www.w3.org/2000/svg"/>', "wrong_type"),
    "pdf": (lambda: encoded(scene(), "PDF"), "wrong_type"),
    "tiff": (lambda: encoded(scene(), "TIFF"), "wrong_type"),
    "bmp": (lambda: encoded(scene(), "BMP"), "wrong_type"),
    "avif": (lambda: encoded(scene(), "AVIF"), "wrong_type"),
    "jpeg 2000": (lambda: encoded(scene(), "JPEG2000"), "wrong_type"),
    "mp4": (lambda: b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + bytes(500), "wrong_type"),
    "heic sequence": (lambda: b"\0\0\0\x18ftyphevc\0\0\0\0mif1hevc" + bytes(500), "animated"),
    "animated webp": (lambda: frames("WEBP"), "animated"),
    "animated png": (lambda: frames("PNG"), "animated"),
    "bomb": (bomb, "too_many_pixels"),
    "51 megapixels": (lambda: encoded(Image.new("L", (8500, 6000)), "JPEG", quality=30), "too_many_pixels"),
    "small": (lambda: jpeg(width=400, height=300), "too_small"),
    "narrow": (lambda: jpeg(width=2000, height=511), "too_small"),
    "small heic": (lambda: heic(width=256, height=256), "too_small"),
    "cut jpeg": (lambda: jpeg()[:-4000], "damaged"),
    "head of a jpeg": (lambda: jpeg()[:300], "damaged"),
    "magic only": (lambda: b"\xff\xd8\xff\xe0", "damaged"),
    "cut png": (lambda: encoded(scene(), "PNG")[:-4000], "damaged"),
    "cut webp": (lambda: encoded(scene(), "WEBP")[:-4000], "damaged"),
    "cut heic": (lambda: heic()[:-4000], "damaged"),
    "scrambled jpeg": (lambda: jpeg()[:5000] + bytes(60_000), "damaged"),
    "png with a broken sum": (lambda: encoded(scene(), "PNG").replace(b"IHDR", b"IHDR\0", 1), "damaged"),
}
"""What can't be used, and the code that says why."""


def _sixteen_bits() -> bytes:
    return encoded(Image.fromarray(np.full((600, 800), 40_000, np.uint16)), "PNG")


USABLE: dict[str, Callable[[], bytes]] = {
    "jpeg": jpeg,
    "progressive jpeg": lambda: jpeg(progressive=True),
    "grey jpeg": lambda: encoded(scene().convert("L")),
    "cmyk jpeg": lambda: encoded(scene().convert("CMYK")),
    "large jpeg": lambda: jpeg(width=4000, height=3000),
    "panorama": lambda: jpeg(width=4000, height=600),
    "jpeg with a profile": lambda: jpeg(icc_profile=srgb_profile()),
    "jpeg with a broken profile": lambda: jpeg(icc_profile=b"nonsense" * 50),
    "jpeg with something behind it": lambda: jpeg() + b"\0" * 999,
    "png": lambda: encoded(scene(), "PNG"),
    "png with a palette": lambda: encoded(scene().convert("P"), "PNG"),
    "png of two colours": lambda: encoded(scene().convert("1"), "PNG"),
    "png of 16 bits": _sixteen_bits,
    "transparent png": lambda: encoded(scene().convert("RGBA"), "PNG"),
    "grey transparent png": lambda: encoded(scene().convert("LA"), "PNG"),
    "webp": lambda: encoded(scene(), "WEBP"),
    "lossless webp": lambda: encoded(scene(), "WEBP", lossless=True),
    "transparent webp": lambda: encoded(scene().convert("RGBA"), "WEBP"),
    "heic": heic,
    "grey heic": lambda: encoded(scene().convert("L"), "HEIF"),
    "transparent heic": lambda: encoded(scene().convert("RGBA"), "HEIF"),
    "heic with a profile": lambda: heic(icc_profile=srgb_profile()),
    "exactly large enough": lambda: jpeg(width=512, height=512),
}
"""What can be used."""
