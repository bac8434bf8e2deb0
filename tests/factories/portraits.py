"""Drawn people, true enough for a detector of faces; nobody's photo is part of this repository."""

from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image

Colour = tuple[int, int, int]
_SKIN, _DARK, _SHIRT = (214, 160, 130), (55, 38, 30), (60, 70, 110)


class _Canvas:
    """Soft ellipses over a background, in units of a face's width and height."""

    def __init__(self, width: int, height: int, background: Colour) -> None:
        self.rows, self.columns = np.mgrid[0:height, 0:width].astype(np.float32)
        self.pixels = np.empty((height, width, 3), np.float32)
        self.pixels[:] = background
        self.pixels += ((self.columns / width - 0.5) * 30)[..., None]

    def face_at(self, x: float, y: float, tall: float) -> None:
        self.u, self.v = (self.columns - x) / (tall * 0.78), (self.rows - y) / tall

    def near(self, x: float, y: float, wide: float, high: float, soft: float) -> tuple[slice, slice]:
        """The rows and columns that such an ellipse can reach."""
        reach = 1 + soft / 2
        found = [np.flatnonzero(np.abs(line) <= reach) for line in ((self.v[:, 0] - y) / high, (self.u[0] - x) / wide)]
        rows, columns = (slice(at[0], at[-1] + 1) if len(at) else slice(0) for at in found)
        return rows, columns

    def inside(
        self, at: tuple[float, float], radii: tuple[float, float], soft: float, near: tuple[slice, slice]
    ) -> npt.NDArray[np.float32]:
        radius = np.sqrt(((self.u[near] - at[0]) / radii[0]) ** 2 + ((self.v[near] - at[1]) / radii[1]) ** 2)
        return np.clip((1 - radius) / soft + 0.5, 0, 1)[..., None]

    def ellipse(
        self, at: tuple[float, float], radii: tuple[float, float], colour: Colour, soft: float = 0.06, part: float = 1
    ) -> None:
        near = self.near(*at, *radii, soft)
        mask = self.inside(at, radii, soft, near) * part
        self.pixels[near] = self.pixels[near] * (1 - mask) + np.asarray(colour, np.float32) * mask


def _shade(colour: Colour, by: float) -> Colour:
    red, green, blue = (int(part * by) for part in colour)
    return red, green, blue


def _person(canvas: _Canvas) -> None:
    canvas.ellipse((0, 1.5), (1.25, 0.85), _SHIRT)
    canvas.ellipse((0, 0.62), (0.26, 0.4), _shade(_SKIN, 0.78))
    canvas.ellipse((0, -0.2), (0.6, 0.52), _DARK)
    near = canvas.near(0, 0.02, 0.48, 0.54, 0.05)
    light = 1 - 0.28 * np.clip(canvas.u[near] ** 2 * 3, 0, 1) - 0.1 * np.clip(canvas.v[near], 0, 1)
    mask = canvas.inside((0, 0.02), (0.48, 0.54), 0.05, near)
    canvas.pixels[near] = canvas.pixels[near] * (1 - mask) + np.asarray(_SKIN, np.float32) * light[..., None] * mask
    canvas.ellipse((0, -0.52), (0.5, 0.2), _DARK, 0.3)
    for side in (-1, 1):
        canvas.ellipse((side * 0.21, -0.1), (0.17, 0.11), _shade(_SKIN, 0.55), 0.9, 0.55)
        canvas.ellipse((side * 0.21, -0.2), (0.13, 0.025), _DARK, 0.6)
        canvas.ellipse((side * 0.21, -0.08), (0.1, 0.045), (240, 238, 235), 0.25)
        canvas.ellipse((side * 0.21, -0.08), (0.045, 0.045), (45, 30, 25), 0.25)
        canvas.ellipse((side * 0.21, -0.12), (0.11, 0.018), _DARK, 0.6)
        canvas.ellipse((side * 0.06, 0.15), (0.035, 0.02), _shade(_SKIN, 0.45), 0.8, 0.8)
        canvas.ellipse((side * 0.3, 0.14), (0.12, 0.1), (215, 110, 100), 1, 0.25)
    canvas.ellipse((0.03, 0.03), (0.04, 0.14), _shade(_SKIN, 1.12), 1, 0.5)
    canvas.ellipse((0, 0.17), (0.1, 0.03), _shade(_SKIN, 0.65), 1, 0.5)
    canvas.ellipse((0, 0.3), (0.18, 0.055), (165, 75, 75), 0.35)
    canvas.ellipse((0, 0.3), (0.17, 0.01), (90, 35, 35), 0.6)
    canvas.ellipse((0, 0.4), (0.14, 0.03), _shade(_SKIN, 0.7), 1, 0.5)


def portrait(
    faces: tuple[tuple[float, float, float], ...] = ((0.5, 0.42, 0.3),),
    *,
    width: int = 800,
    height: int = 960,
    background: Colour = (120, 130, 140),
    seed: int = 1,
) -> Image.Image:
    """People, each by the middle of a face and its height, as fractions of the picture; another `seed`, other grain."""
    return _drawn(faces, width, height, background, seed).copy()


@cache
def _drawn(
    faces: tuple[tuple[float, float, float], ...], width: int, height: int, background: Colour, seed: int
) -> Image.Image:
    canvas = _Canvas(width, height, background)
    for x, y, tall in faces:
        canvas.face_at(x * width, y * height, tall * height)
        _person(canvas)
    grain = np.random.default_rng(seed).integers(-6, 7, (height, width, 1), dtype=np.int16)
    return Image.fromarray(np.clip(canvas.pixels + grain, 0, 255).astype(np.uint8))
