"""What is measured in a picture, once, when it comes in or is edited; what it means is policy.py's. No I/O.

`Analysis.as_json` is what the row keeps. Raise VERSION when the same picture would be measured differently: older rows
are measured again by a job.
"""

from dataclasses import asdict, dataclass
from functools import cache
from io import BytesIO
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyvips  # type: ignore[import-untyped]
from PIL import Image

from photogen.domain.photosets import faces
from photogen.domain.photosets.faces import Face

Array: TypeAlias = npt.NDArray[np.float32]
Box: TypeAlias = tuple[float, float, float, float]

VERSION = 1
_SIDE = 1024  # pixels of the longest side when sharpness is measured
_GRID = 12  # tiles in each direction
_WINDOW = 9  # pixels over which the picture is smeared to see how much that changes
_FLAT = 1.5  # grey levels from pixel to pixel: tiles with less of it, on average, say nothing about sharpness
_PLAIN_ROW = 4.0  # grey levels by which a row of a border may vary
_TURNED = 0.16  # the smallest face by which a picture is found to be turned: larger ones are found much sooner
_TURNED_SIDE = 170  # pixels of the picture in which they are looked for
_LEVEL = 15  # degrees: what looks like a face in a picture that still lies on its side has its "eyes" far from level
_STEP = 18.0  # grey levels by which most of the picture's first row has to differ from the border beside it


@dataclass(frozen=True, slots=True)
class Analysis:
    """Fractions are of the picture as it is edited; grey levels are 0..255.

    `blur`: 0 (sharp) to 1 (nothing but blur) in the sharpest part of the picture, or in the largest face where
    there is one; None where there is nothing to tell it by. `mean`, `dark` (5th percentile), `bright` (95th) and
    `clipped` (share of white in the middle) are the exposure. `hash` is 64 bits in hex that near-duplicates
    nearly share, `edge` the mean colour (L, a, b) of the rim. `detail` is the box that holds nearly all detail,
    `plain` says that around it there is next to none. `border` is the box within bars or frames, None without.
    `turn` is by how many degrees clockwise the picture would have to be turned for its face to be upright.
    `jpeg_quality` is by the tables of the file that was uploaded, 0 where it was no JPEG."""

    blur: float | None
    mean: float
    dark: float
    bright: float
    clipped: float
    hash: str
    edge: tuple[float, float, float]
    detail: Box
    plain: bool
    border: Box | None
    faces: tuple[Face, ...]
    turn: int
    jpeg_quality: int = 0

    def as_json(self) -> dict[str, Any]:
        """For the row."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Analysis":
        """Of a row that was measured by this VERSION."""
        border = kept["border"]
        return cls(
            **{
                **kept,
                "edge": tuple(kept["edge"]),
                "detail": tuple(kept["detail"]),
                "border": None if border is None else tuple(border),
                "faces": tuple(Face(**face) for face in kept["faces"]),
            }
        )


def analyse(picture: pyvips.Image, small: pyvips.Image, jpeg_quality: int = 0) -> Analysis:
    """`picture` in sRGB, 8 bits, in memory; `small` is the same with 512 pixels on its longest side, or less."""
    grey = _grey(_shrunk(picture, _SIDE))
    little = _grey(small)
    blur, energy = _tiles(grey)
    found, turn = _faces(small)
    middle = little[little.shape[0] // 5 : -(little.shape[0] // 5), little.shape[1] // 5 : -(little.shape[1] // 5)]
    detail, plain = _detail(energy)
    dark, bright = np.percentile(_inside(little, detail)[::2, ::2] if plain else little[::2, ::2], (5, 95))
    return Analysis(
        blur=_sharpest(blur, energy, found),
        mean=_rounded(little.mean(), 1),
        dark=_rounded(dark, 1),
        bright=_rounded(bright, 1),
        clipped=_rounded((middle >= 250).mean(), 3),
        hash=_hash(little),
        edge=_edge(small),
        detail=detail,
        plain=plain,
        border=_border(little),
        faces=tuple(found),
        turn=turn,
        jpeg_quality=jpeg_quality,
    )


def quality_of(data: bytes) -> int:
    """By which quality (1..100, libjpeg's scale) a JPEG was saved, by its own tables."""
    with Image.open(BytesIO(data), formats=["JPEG"]) as header:
        tables: dict[int, list[int]] = getattr(header, "quantization", {})
    if not tables.get(0):
        return 0
    scale = 100 * sum(tables[0]) / _STANDARD_LUMINANCE
    quality = (200 - scale) / 2 if scale <= 100 else 5000 / scale
    return max(1, min(100, round(quality)))


_STANDARD_LUMINANCE = 3688  # sum of the table in the JPEG standard (annex K.1), which quality 50 uses as it is


def _inside(grey: Array, box: Box) -> Array:
    height, width = grey.shape
    left, top = int(box[0] * width), int(box[1] * height)
    return grey[
        top : max(top + 1, int((box[1] + box[3]) * height)), left : max(left + 1, int((box[0] + box[2]) * width))
    ]


def _rounded(value: Any, digits: int) -> float:
    return round(float(value), digits)


def _shrunk(picture: pyvips.Image, side: int) -> pyvips.Image:
    scale = side / max(picture.width, picture.height)
    return picture if scale >= 1 else picture.resize(scale, kernel="linear")


def _grey(picture: pyvips.Image) -> Array:
    pixels = picture.colourspace("b-w").numpy()
    return np.asarray(pixels, np.float32).reshape(picture.height, picture.width)


# --- sharpness and detail -------------------------------------------------------------------------------------------


def _tiles(grey: Array) -> tuple[Array, Array]:
    """Blur and detail of each tile. Blur by Crete and others (2007): smear the picture, and see how much of its change
    from pixel to pixel is still there; a sharp picture loses much by that, a blurred one little."""
    across = _blur(grey)
    down = _blur(grey.T)
    before = [across[0], down[0].T]
    after = [across[1], down[1].T]
    # Motion blurs one direction alone: the worse of the two counts, where it has anything to be told by.
    ratios = [np.where(b > _FLAT, a / np.maximum(b, 1e-6), 0) for a, b in zip(after, before, strict=True)]
    return np.maximum(*ratios).astype(np.float32), ((before[0] + before[1]) / 2).astype(np.float32)


def _blur(grey: Array) -> tuple[Array, Array]:
    """Per tile, along the rows: the mean change from pixel to pixel, and how much of it is still there smeared."""
    half = _WINDOW // 2
    padded = np.pad(grey, ((0, 0), (half + 1, half)), mode="edge")
    sums = np.cumsum(padded, axis=1, dtype=np.float32)  # up to 270,000: right to a fiftieth of a grey level
    smeared = (sums[:, _WINDOW:] - sums[:, :-_WINDOW]) / _WINDOW
    change, change_smeared = np.abs(np.diff(grey, axis=1)), np.abs(np.diff(smeared, axis=1))
    kept = change - np.maximum(change - change_smeared, 0)
    return _by_tile(change), _by_tile(kept)


def _by_tile(values: Array) -> Array:
    rows, columns = (size // _GRID for size in values.shape)
    cut = values[: rows * _GRID, : columns * _GRID]
    return np.asarray(cut.reshape(_GRID, rows, _GRID, columns).mean(axis=(1, 3)), np.float32)


def _sharpest(blur: Array, energy: Array, found: list[Face]) -> float | None:
    if found:
        face = found[0]
        rows = slice(int(face.top * _GRID), max(1, int(np.ceil((face.top + face.height) * _GRID))))
        columns = slice(int(face.left * _GRID), max(1, int(np.ceil((face.left + face.width) * _GRID))))
        blur, energy = blur[rows, columns], energy[rows, columns]
    telling = blur[energy > _FLAT]
    if telling.size == 0:
        return None
    return _rounded(np.percentile(telling, 25), 3)


def _detail(energy: Array) -> tuple[Box, bool]:
    """The box that holds nearly all detail, and whether the tiles outside of it are next to empty."""
    strong = energy > max(_FLAT, 0.25 * float(np.percentile(energy, 98)))
    if not strong.any():
        return (0.0, 0.0, 1.0, 1.0), False
    rows, columns = np.flatnonzero(strong.any(axis=1)), np.flatnonzero(strong.any(axis=0))
    top, left, bottom, right = rows[0], columns[0], rows[-1] + 1, columns[-1] + 1
    outside = np.ones(energy.shape, bool)
    outside[top:bottom, left:right] = False
    plain = bool(outside.any() and energy[outside].max() < _FLAT)
    box = (left / _GRID, top / _GRID, (right - left) / _GRID, (bottom - top) / _GRID)
    return tuple(_rounded(part, 4) for part in box), plain  # type: ignore[return-value]


# --- likeness -------------------------------------------------------------------------------------------------------


def _hash(grey: Array) -> str:
    """pHash: which of the 63 lowest frequencies of the picture, made 32 x 32, are above their median."""
    rows, columns = (np.linspace(0, size, 33).astype(int)[:-1] for size in grey.shape)
    little = np.add.reduceat(np.add.reduceat(grey, rows, axis=0), columns, axis=1)
    counts = np.outer(np.diff([*rows, grey.shape[0]]), np.diff([*columns, grey.shape[1]]))
    basis = _cosines()
    low = (basis @ (little / counts) @ basis.T).ravel()
    low[0] = 0  # the brightness
    bits = low > np.median(low[1:])
    return "".join(f"{int(''.join('1' if bit else '0' for bit in bits[i : i + 4]), 2):x}" for i in range(0, 64, 4))


@cache
def _cosines() -> Array:
    n = np.arange(32)
    return np.cos(np.pi * (2 * n[None, :] + 1) * np.arange(8)[:, None] / 64).astype(np.float32)


def _edge(small: pyvips.Image) -> tuple[float, float, float]:
    lab = small.thumbnail_image(32, height=32, size="force").colourspace("lab").numpy()
    rim = np.ones(lab.shape[:2], bool)
    rim[5:, 6:-6] = False  # the sides and the top: below there is the subject itself
    colour = lab[rim].mean(axis=0)
    return (_rounded(colour[0], 1), _rounded(colour[1], 1), _rounded(colour[2], 1))


# --- borders --------------------------------------------------------------------------------------------------------


def _border(grey: Array) -> Box | None:
    """The box within bars of one colour that end abruptly, as letterboxes and frames do and backgrounds don't."""
    top, bottom = _bar(grey), _bar(grey[::-1])
    left, right = _bar(grey.T), _bar(grey.T[::-1])
    if not any((top, bottom, left, right)):
        return None
    height, width = grey.shape
    if top + bottom > 0.8 * height or left + right > 0.8 * width:
        return None
    box = (left / width, top / height, (width - left - right) / width, (height - top - bottom) / height)
    return tuple(_rounded(part, 4) for part in box)  # type: ignore[return-value]


def _bar(rows: Array) -> int:
    """How many of the first rows are a bar."""
    # Row 0 of a resampled picture may be mixed with nothing; a bar's own noise is small.
    level = np.median(rows[0])
    plain = (np.percentile(np.abs(rows - level), 98, axis=1)) < _PLAIN_ROW
    thick = int(np.argmin(plain)) if not plain.all() else 0
    if thick < max(3, len(rows) // 64):
        return 0
    after = rows[min(thick + 2, len(rows) - 1)]
    return thick + 1 if (np.abs(after - level) > _STEP).mean() > 0.6 else 0


# --- faces ----------------------------------------------------------------------------------------------------------


def _faces(small: pyvips.Image) -> tuple[list[Face], int]:
    """The faces of the upright picture, or the turn after which there would be one."""
    found = faces.find(small)
    if found:
        tilt = found[0].tilt
        return found, 0 if abs(tilt) < 60 else (270 if tilt > 0 else 90) if abs(tilt) < 120 else 180
    upright = []
    tiny = _shrunk(small, _TURNED_SIDE).copy_memory()
    for turn in (90, 180, 270):
        turned = faces.find(tiny.rot(f"d{turn}"), _TURNED)
        if turned and abs(turned[0].tilt) < _LEVEL:
            upright.append((abs(turned[0].tilt), turn))
    return [], min(upright)[1] if upright else 0
