"""What a file is, by its first bytes. Only these four kinds ever reach a decoder, whatever the file's name says."""

from enum import StrEnum

from photogen.domain.photosets.verdict import Unusable, animated, empty, wrong_type
from photogen.kit.text import t

_SEQUENCES = {b"hevc", b"hevx", b"hevm", b"hevs", b"msf1"}
_HEVC = {b"heic", b"heix", b"heim", b"heis"}
_MOVIES = {b"isom", b"iso2", b"mp41", b"mp42", b"M4V ", b"avc1", b"qt  ", b"dash", b"3gp4", b"3gp5"}

_OTHERS = (
    (b"GIF8", t("a GIF")),
    (b"%PDF", t("a PDF")),
    (b"II*\0", t("a TIFF or raw file")),
    (b"MM\0*", t("a TIFF or raw file")),
    (b"BM", t("a BMP")),
    (b"8BPS", t("a Photoshop file")),
    (b"\xff\x0a", t("a JPEG XL")),
    (b"\0\0\0\x0cJXL ", t("a JPEG XL")),
    (b"\0\0\0\x0cjP  ", t("a JPEG 2000")),
    (b"PK\x03\x04", t("a ZIP or a document")),
    (b"<svg", t("an SVG")),
    (b"\x1aE\xdf\xa3", t("a video")),
)


class Kind(StrEnum):
    """The kinds that can be used."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    HEIC = "heic"


def kind_of(data: bytes) -> Kind:
    """The kind of `data`. Raises Unusable: empty, wrong_type, or animated for a HEIC sequence."""
    if not data:
        raise Unusable(empty())
    if data.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Kind.WEBP
    if data[4:8] == b"ftyp":
        return _by_brands(data)
    raise Unusable(wrong_type(_name(data)))


def _by_brands(data: bytes) -> Kind:
    size = min(int.from_bytes(data[:4], "big"), 256)
    major = data[8:12]
    brands = {major, *(data[at : at + 4] for at in range(16, size - 3, 4))}
    if major in _SEQUENCES:
        raise Unusable(animated())
    if brands & _HEVC:
        return Kind.HEIC
    if brands & {b"avif", b"avis"}:
        raise Unusable(wrong_type(t("an AVIF")))
    raise Unusable(wrong_type(t("a video") if brands & _MOVIES else ""))


def _name(data: bytes) -> str:
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    for magic, name in _OTHERS:
        if data.startswith(magic) or head[:4].lower() == magic:
            return name
    if head[:5].lower() == b"<?xml" and b"<svg" in head.lower():
        return t("an SVG")
    return ""
