"""The ZIP that a trainer gets: `001.jpg`, `002.jpg`, ... with `001.txt` beside it where there is a caption.

The same photos give the same bytes: fixed times, fixed order, nothing compressed (JPEGs don't get smaller).
"""

import hashlib
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from photogen.domain.photosets import imaging

LIMIT = 100 * 1024 * 1024
"""Bytes that the trainer's upload takes (Replicate's files; product.md, 2). A ZIP stays under it."""

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that the format can say
_OVERHEAD = 1024  # bytes for one file's two headers and its caption's, with much to spare
_LADDER = ((1.0, 85), (1.0, 75), (0.85, 75), (0.75, 70), (0.6, 65), (0.5, 50), (0.35, 40))
"""Steps of (scale, quality) tried for all photos alike until they fit. At the last, 50 photos of noise take 13 MB."""


@dataclass(frozen=True, slots=True)
class ZipInfo:
    """Of a written ZIP: its size in bytes, how many photos it holds, its SHA-256 in hex."""

    bytes: int
    photos: int
    sha256: str


@dataclass(frozen=True, slots=True)
class UsedPhoto:
    """A photo in a ZIP: which edit of it, and the caption that stands beside it (may be empty)."""

    id: str
    revision: int
    caption: str


@dataclass(frozen=True, slots=True)
class SetZip(ZipInfo):
    """The same of a photo set's ZIP, with what went into it, in its order."""

    used: tuple[UsedPhoto, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One photo: how to `read` its normalised JPEG of `size` bytes, and its caption (may be empty)."""

    read: Callable[[], bytes]
    size: int
    caption: str = ""


def captioned(caption: str, trigger_word: str) -> str:
    """`caption` with the trigger word in it: put in front where it is missing. Empty captions stay empty."""
    if not caption or not trigger_word or trigger_word.casefold() in caption.casefold():
        return caption
    return f"{trigger_word}, {caption}"


def write_zip(entries: Sequence[Entry], target: Path, limit: int = LIMIT) -> ZipInfo:
    """Writes `entries` to `target`, under `limit` bytes, holding one photo in memory at a time.

    Raises ValueError when even the smallest step does not fit, which `verdict.MAX_PHOTOS` photos never reach."""
    budget = limit - sum(_OVERHEAD + len(entry.caption.encode()) for entry in entries)
    shrink = _fitting(entries, budget)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for number, entry in enumerate(entries, start=1):
            archive.writestr(_member(f"{number:03}.jpg"), shrink(entry.read()))
            if entry.caption:
                archive.writestr(_member(f"{number:03}.txt"), entry.caption.encode())
    with target.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    return ZipInfo(bytes=target.stat().st_size, photos=len(entries), sha256=digest)


def _fitting(entries: Sequence[Entry], budget: int) -> Callable[[bytes], bytes]:
    if sum(entry.size for entry in entries) < budget:
        return lambda jpeg: jpeg
    for scale, quality in _LADDER:

        def step(jpeg: bytes, scale: float = scale, quality: int = quality) -> bytes:
            return imaging.shrink(jpeg, scale, quality)

        if sum(len(step(entry.read())) for entry in entries) < budget:
            return step
    raise ValueError(f"{len(entries)} photos do not fit into {budget} bytes")


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _EPOCH)
    member.create_system = 3  # Unix, whatever this runs on
    member.external_attr = 0o644 << 16
    return member
