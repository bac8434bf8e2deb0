"""Smooth random fields and masks: arrays of float32, made small and enlarged, because that is fast."""

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

Field = npt.NDArray[np.floating[Any]]


def enlarge(field: Field, width: int, height: int) -> Field:
    """The field at another size, cubic."""
    image = Image.fromarray(np.ascontiguousarray(field, np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC), np.float32)


def clouds(
    dice: np.random.Generator, width: int, height: int, cells: float = 3, octaves: int = 4, gain: float = 0.5
) -> Field:
    """Fractal noise, about 0 to 1; `cells` is how many bumps the shorter side has in the first octave."""
    short = min(width, height)
    total = np.zeros((height, width), np.float32)
    weight, norm = 1.0, 0.0
    for octave in range(octaves):
        scale = cells * 2**octave / short
        shape = max(2, round(height * scale) + 3), max(2, round(width * scale) + 3)
        total += weight * enlarge(dice.random(shape, dtype=np.float32), width, height)
        norm += weight
        weight *= gain
    return total / np.float32(norm)


def waves(dice: np.random.Generator, width: int, height: int, cells: float, count: int) -> Field:
    """A sum of long waves from all sides, 0 to 1, without the grid that noise shows when it is made this large."""
    x, y = grid(width, height)
    short = min(width, height)
    total = np.zeros((height, width), np.float32)
    for _ in range(count):
        turn, phase = dice.uniform(0, 2 * np.pi, 2)
        pitch = cells * 2 * np.pi * float(dice.uniform(0.5, 1.25))
        total += np.sin((x * np.cos(turn) * width + y * np.sin(turn) * height) / short * pitch + phase).astype(
            np.float32
        )
    return 0.5 + total / (2 * count)


def line(dice: np.random.Generator, length: int, bumps: float, octaves: int = 5, gain: float = 0.5) -> Field:
    """A rough line: `length` values about -1 to 1."""
    total = np.zeros(length, np.float32)
    weight, norm = 1.0, 0.0
    for octave in range(octaves):
        count = max(2, round(bumps * 2**octave) + 2)
        points = dice.uniform(-1, 1, count)
        place = np.linspace(0, count - 1, length)
        left = np.minimum(place.astype(int), count - 2)
        share = place - left
        share = share * share * (3 - 2 * share)
        total += (weight * (points[left] * (1 - share) + points[left + 1] * share)).astype(np.float32)
        norm += weight
        weight *= gain
    return total / np.float32(norm)


def below(edge: Field, height: int, softness: float = 1.2) -> Image.Image:
    """A mask of what lies below `edge` (pixels from the top, one per column); antialiased."""
    rows = np.arange(height, dtype=np.float32)[:, None]
    return as_mask((rows - edge[None, :]) / softness + 0.5)


def as_mask(field: Field) -> Image.Image:
    """A mask from values 0 to 1."""
    return Image.fromarray((np.clip(field, 0, 1) * 255).astype(np.uint8))


def grid(width: int, height: int) -> tuple[Field, Field]:
    """x and y of each pixel, 0 to 1 each, as a row and a column."""
    x = (np.arange(width, dtype=np.float32) + 0.5) / width
    y = (np.arange(height, dtype=np.float32) + 0.5) / height
    return x[None, :], y[:, None]


def glow(width: int, height: int, x: float, y: float, radius: float) -> Field:
    """Light around a point (shares of the size); `radius` in shares of the shorter side. 1 at its centre."""
    columns, rows = grid(width, height)
    short = min(width, height)
    distance = ((columns - x) * width / short) ** 2 + ((rows - y) * height / short) ** 2
    return np.exp(-distance / (2 * radius * radius)).astype(np.float32)
