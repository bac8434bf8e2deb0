"""Where faces are in a picture: the cascade of three small networks by Zhang and others (2016, arXiv:1604.02878).

Their trained weights come with the wheel `mtcnn` (MIT, 2 MB), whose own code would ask for TensorFlow. The networks are
so small that NumPy runs them in a few hundredths of a second. OpenCV (160 MB installed, and no weights in its wheel any
more) or onnxruntime (75 MB, and whose weights?) would be the libraries for it.
"""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyvips  # type: ignore[import-untyped]
from threadpoolctl import threadpool_limits

Array: TypeAlias = npt.NDArray[np.float32]

# For the whole process, as libvips's in imaging.py: matrices this small only wait for their other threads, which takes
# three times the processor's time.
threadpool_limits(1, user_api="blas")

SMALLEST = 0.07
"""The smallest face that is looked for, as a share of the picture's longest side."""
_LEAST = 27  # pixels that the smallest face has in the picture that is searched
_CELL = 12  # pixels that the first network sees at once
_STRIDE = 2
_SHRINK = 0.709  # from one level of the pyramid to the next: half the area
_SURE = (0.6, 0.7, 0.95)  # how sure each of the networks has to be
_MOST = 100  # boxes that go on from the first network


@dataclass(frozen=True, slots=True)
class Face:
    """A face: left, top, width and height as fractions of the picture, how sure the last network is (0..1), and how far
    it is turned in the picture's plane (degrees clockwise, 0: eyes level)."""

    left: float
    top: float
    width: float
    height: float
    sure: float
    tilt: float


def find(picture: pyvips.Image, smallest: float = SMALLEST) -> list[Face]:
    """The faces in a picture of three 8-bit bands, the largest first. `smallest` is a share of its longest side."""
    scale = _LEAST / smallest / max(picture.width, picture.height)
    if scale < 1:
        picture = picture.resize(scale, kernel="linear").copy_memory()
    pixels = _pixels(picture)
    height, width = pixels.shape[:2]
    boxes = _propose(pixels, width, height, smallest)
    boxes = _refine(pixels, boxes)
    return sorted(
        (_face(box, points, width, height) for box, points in _decide(pixels, boxes)),
        key=lambda face: -face.width * face.height,
    )


# --- the cascade ----------------------------------------------------------------------------------------------------


def _propose(pixels: Array, width: int, height: int, share: float) -> Array:
    """Rows of left, top, right, bottom, score in the pixels of a picture of that size."""
    scale, found = _CELL / max(_CELL, share * max(width, height)), [np.empty((0, 5), np.float32)]
    level = _halved(pixels) if scale <= 0.5 else pixels
    while min(width, height) * scale >= _CELL:
        level = _resized(level, round(width * scale), round(height * scale))
        scores, offsets = _first(level)
        ys, xs = np.nonzero(scores > _SURE[0])
        left, top = xs * _STRIDE / scale, ys * _STRIDE / scale
        cell = _CELL / scale
        corners = np.stack([left, top, left + cell, top + cell], axis=1)
        moved = corners + offsets[ys, xs] * cell
        found.append(_apart(np.column_stack([moved, scores[ys, xs]]).astype(np.float32), 0.5))
        scale *= _SHRINK
    return _apart(np.concatenate(found), 0.7)[:_MOST]


def _refine(pixels: Array, boxes: Array) -> Array:
    boxes = _square(boxes)
    if len(boxes) == 0:
        return boxes
    scores, offsets = _second(_patches(pixels, boxes, 24))
    boxes[:, 4] = scores
    sure = scores > _SURE[1]
    return _apart(_moved(boxes[sure], offsets[sure]), 0.7)


def _decide(pixels: Array, boxes: Array) -> list[tuple[Array, Array]]:
    boxes = _square(boxes)
    if len(boxes) == 0:
        return []
    scores, offsets, points = _third(_patches(pixels, boxes, 48))
    sides = (boxes[:, 2] - boxes[:, 0])[:, None]
    points = np.stack([boxes[:, :1] + points[:, :5] * sides, boxes[:, 1:2] + points[:, 5:] * sides], axis=2)
    boxes[:, 4] = scores
    sure = scores > _SURE[2]
    boxes, points = _moved(boxes[sure], offsets[sure]), points[sure]
    kept = _apart_indices(boxes, 0.7, of_smaller=True)
    return [(boxes[i], points[i]) for i in kept]


def _face(box: Array, points: Array, width: int, height: int) -> Face:
    left, top = max(0.0, float(box[0])) / width, max(0.0, float(box[1])) / height
    right, bottom = min(float(box[2]), width) / width, min(float(box[3]), height) / height
    eyes = points[1] - points[0]
    tilt = float(np.degrees(np.arctan2(eyes[1], eyes[0])))
    return Face(
        round(left, 4),
        round(top, 4),
        round(right - left, 4),
        round(bottom - top, 4),
        round(float(box[4]), 3),
        round(tilt),
    )


def _apart(boxes: Array, overlap: float) -> Array:
    return boxes[_apart_indices(boxes, overlap)]


def _apart_indices(boxes: Array, overlap: float, *, of_smaller: bool = False) -> list[int]:
    """The surest boxes, without those that share more than `overlap` with a surer one (of the union, or of the smaller
    of the two)."""
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    waiting = np.argsort(-boxes[:, 4], kind="stable")
    kept: list[int] = []
    while len(waiting):
        best, rest = int(waiting[0]), waiting[1:]
        kept.append(best)
        low = np.maximum(boxes[best, :2], boxes[rest, :2])
        high = np.minimum(boxes[best, 2:4], boxes[rest, 2:4])
        shared = np.prod(np.maximum(high - low, 0), axis=1)
        whole = np.minimum(area[best], area[rest]) if of_smaller else area[best] + area[rest] - shared
        waiting = rest[shared <= overlap * whole]
    return kept


def _moved(boxes: Array, offsets: Array) -> Array:
    sides = np.tile(boxes[:, 2:4] - boxes[:, :2], 2)
    return np.column_stack([boxes[:, :4] + offsets * sides, boxes[:, 4]]).astype(np.float32)


def _square(boxes: Array) -> Array:
    middle = (boxes[:, :2] + boxes[:, 2:4]) / 2
    half = np.max(boxes[:, 2:4] - boxes[:, :2], axis=1, keepdims=True, initial=0) / 2
    return np.column_stack([middle - half, middle + half, boxes[:, 4]]).astype(np.float32)


# --- pixels ---------------------------------------------------------------------------------------------------------


def _pixels(picture: pyvips.Image) -> Array:
    return np.asarray((picture.numpy() - np.float32(127.5)) / np.float32(128), np.float32)


def _halved(pixels: Array) -> Array:
    rows, columns = pixels.shape[0] // 2 * 2, pixels.shape[1] // 2 * 2
    upper, lower = pixels[:rows:2, :columns], pixels[1:rows:2, :columns]
    both = upper + lower
    return np.asarray((both[:, ::2] + both[:, 1::2]) / 4, np.float32)


def _resized(pixels: Array, width: int, height: int) -> Array:
    """Linearly, for factors not far from 1. libvips takes longer to begin than NumPy to do it."""
    return _stretched(_stretched(pixels, height, 0), width, 1)


def _stretched(pixels: Array, size: int, axis: int) -> Array:
    before = pixels.shape[axis]
    at = np.clip((np.arange(size, dtype=np.float32) + 0.5) * before / size - 0.5, 0, before - 1)
    low = at.astype(int)
    share = (at - low).astype(np.float32).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
    first, second = np.take(pixels, low, axis), np.take(pixels, np.minimum(low + 1, before - 1), axis)
    return np.asarray(first + (second - first) * share, np.float32)


def _patches(pixels: Array, boxes: Array, side: int) -> Array:
    """Each box's pixels, resampled to `side` x `side`; grey where it hangs over the edge."""
    height, width = pixels.shape[:2]
    steps = (np.arange(side, dtype=np.float32) + 0.5) / side
    spans = boxes[:, 2:4] - boxes[:, :2]
    xs = boxes[:, :1] + steps * spans[:, :1] - 0.5
    ys = boxes[:, 1:2] + steps * spans[:, 1:2] - 0.5
    left, top = np.floor(xs).astype(int), np.floor(ys).astype(int)
    right_share, lower_share = (xs - left)[:, None, :, None], (ys - top)[:, :, None, None]

    def at(rows: npt.NDArray[np.int_], columns: npt.NDArray[np.int_]) -> Array:
        values = pixels[np.clip(rows, 0, height - 1)[:, :, None], np.clip(columns, 0, width - 1)[:, None, :]]
        inside = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[:, None, :]
        return np.asarray(values * inside[..., None], np.float32)

    upper = at(top, left) * (1 - right_share) + at(top, left + 1) * right_share
    lower = at(top + 1, left) * (1 - right_share) + at(top + 1, left + 1) * right_share
    return np.asarray(upper * (1 - lower_share) + lower * lower_share, np.float32)


# --- the networks ---------------------------------------------------------------------------------------------------


@cache
def _weights(network: str) -> list[Array]:
    import joblib

    spec = find_spec("mtcnn")  # not imported: it would ask for TensorFlow
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("the package mtcnn, which brings the weights, is not installed", name="mtcnn")
    file = Path(spec.origin).parent / "assets" / "weights" / f"{network}.lz4"
    return [np.asarray(part, np.float32) for part in joblib.load(file)]


def _first(level: Array) -> tuple[Array, Array]:
    """For each cell of a picture: how likely it is a face, and how its corners should move."""
    w = _weights("pnet")
    x = _pool(_prelu(_convolve(level[None], w[0], w[1]), w[2]), 2)
    x = _prelu(_convolve(x, w[3], w[4]), w[5])
    x = _prelu(_convolve(x, w[6], w[7]), w[8])[0]
    return _likely(x @ w[11][0, 0] + w[12]), x @ w[9][0, 0] + w[10]


def _second(patches: Array) -> tuple[Array, Array]:
    w = _weights("rnet")
    x = _pool(_prelu(_convolve(patches, w[0], w[1]), w[2]), 3)
    x = _pool(_prelu(_convolve(x, w[3], w[4]), w[5]), 3, whole=True)
    x = _prelu(_convolve(x, w[6], w[7]), w[8])
    x = _prelu(_flat(x) @ w[9] + w[10], w[11])
    return _likely(x @ w[14] + w[15]), x @ w[12] + w[13]


def _third(patches: Array) -> tuple[Array, Array, Array]:
    """The same, and five points (eyes, nose, corners of the mouth): five x, then five y, as shares of the box."""
    w = _weights("onet")
    x = _pool(_prelu(_convolve(patches, w[0], w[1]), w[2]), 3)
    x = _pool(_prelu(_convolve(x, w[3], w[4]), w[5]), 3, whole=True)
    x = _pool(_prelu(_convolve(x, w[6], w[7]), w[8]), 2)
    x = _prelu(_convolve(x, w[9], w[10]), w[11])
    x = _prelu(_flat(x) @ w[12] + w[13], w[14])
    return _likely(x @ w[19] + w[20]), x @ w[15] + w[16], x @ w[17] + w[18]


def _convolve(x: Array, kernel: Array, bias: Array) -> Array:
    """`x` is pictures x rows x columns x channels, `kernel` rows x columns x channels x results; no padding."""
    rows, columns, channels, results = kernel.shape
    windows = np.lib.stride_tricks.sliding_window_view(x, (rows, columns), axis=(1, 2))
    flat = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, rows * columns * channels)
    made = flat @ kernel.reshape(-1, results) + bias
    return np.asarray(made.reshape(*windows.shape[:3], results), np.float32)


def _prelu(x: Array, slope: Array) -> Array:
    return np.asarray(x + np.minimum(x, 0) * (slope.reshape(-1) - 1), np.float32)


def _pool(x: Array, side: int, *, whole: bool = False) -> Array:
    """The largest of each `side` x `side`, every second; a window that hangs over the end counts unless `whole`."""
    if not whole:
        more = [max(0, (-(-n // 2) - 1) * 2 + side - n) for n in x.shape[1:3]]
        x = np.pad(x, ((0, 0), (0, more[0]), (0, more[1]), (0, 0)), constant_values=-np.inf)
    rows, columns = ((n - side) // 2 + 1 for n in x.shape[1:3])
    parts = [
        x[:, dy : dy + 2 * rows - 1 : 2, dx : dx + 2 * columns - 1 : 2] for dy in range(side) for dx in range(side)
    ]
    return np.asarray(np.maximum.reduce(parts), np.float32)


def _flat(x: Array) -> Array:
    return x.transpose(0, 2, 1, 3).reshape(len(x), -1)  # columns first, as the weights were trained


def _likely(x: Array) -> Array:
    """The second of two, after a softmax."""
    return np.asarray(1 / (1 + np.exp(x[..., 0] - x[..., 1])), np.float32)
