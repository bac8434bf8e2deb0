"""What the picture is about: the training photos' fragments, graded and masked into the scene; or a figure."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from photogen.sandbox.drawing.fields import as_mask, clouds, enlarge, glow, grid
from photogen.sandbox.drawing.palette import Palette, mix, ramp
from photogen.sandbox.weights import Lora


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    left: int
    top: int
    width: int
    height: int

    @property
    def corner(self) -> tuple[int, int]:
        return self.left, self.top


def place_photos(
    image: Image.Image, lora: Lora, palette: Palette, strength: float, dice: np.random.Generator, *, scene: bool
) -> None:
    """Composes fragments of the photos into the picture; `strength` 0 (nothing) to above 1 (as taken)."""
    arrangement = str(
        dice.choice(
            ["veil", "arch", "medallion", "strokes", "panels"]
            if scene
            else ["veil", "arch", "strokes", "panels", "halves"]
        )
    )
    first = int(dice.integers(len(lora.photos)))
    {"veil": _veil, "arch": _arch, "medallion": _medallion, "strokes": _strokes, "panels": _panels, "halves": _halves}[
        arrangement
    ](image, lora, first, palette, strength, dice)


def _veil(
    image: Image.Image, lora: Lora, first: int, palette: Palette, strength: float, dice: np.random.Generator
) -> None:
    """One large fragment that dissolves into the scene at its edges."""
    width, height = image.size
    side = round(min(width * 0.98, height * 0.98))
    box = Box(
        (width - side) // 2 + round(float(dice.uniform(-0.14, 0.14)) * (width - side)),
        round((height - side) * 0.35),
        side,
        side,
    )
    piece = _piece(lora, first, box, palette, strength, dice, zoom=float(dice.uniform(1.0, 1.25)))
    x, y = grid(side // 4, side // 4)
    oval = 1.12 - np.sqrt(((x - 0.5) / 0.47) ** 2 + ((y - 0.47) / 0.5) ** 2)
    torn = (clouds(dice, side // 4, side // 4, 4, 5, 0.6) - 0.5) * 1.1
    margin = np.clip(np.minimum(np.minimum(x, 1 - x), np.minimum(y, 1 - y)) * 9, 0, 1)
    mask = np.clip((oval + torn * np.clip(1 - oval * 1.2, 0, 1)) * 3.0, 0, 1) * margin
    _paste(image, piece, box, enlarge(mask.astype(np.float32), side, side), strength)


def _arch(
    image: Image.Image, lora: Lora, first: int, palette: Palette, strength: float, dice: np.random.Generator
) -> None:
    """A framed arch in the middle, with a thin line around it."""
    width, height = image.size
    wide = round(min(width * 0.62, height * 0.52))
    tall = round(min(height * 0.78, wide * 1.36))
    box = Box((width - wide) // 2, round((height - tall) * 0.46), wide, tall)
    piece = _piece(lora, first, box, palette, strength, dice)
    shape = Image.new("L", (wide * 2, tall * 2))
    ImageDraw.Draw(shape).rounded_rectangle((0, 0, wide * 2 - 1, tall * 2 + wide), wide, fill=255)
    shape = shape.resize((wide, tall), Image.Resampling.LANCZOS)
    _shadow(image, shape, box, 0.45)
    _paste(image, piece, box, np.asarray(shape, np.float32) / 255, strength)
    gap = max(6, wide // 26)
    draw = ImageDraw.Draw(image, "RGBA")
    left, top, right, bottom = box.left - gap, box.top - gap, box.left + wide + gap, box.top + tall + gap
    ink, pen = (*palette.light, 175), max(2, wide // 220)
    draw.arc((left, top, right, top + right - left), 180, 360, fill=ink, width=pen)
    middle = top + (right - left) // 2
    draw.line([(left, middle), (left, bottom), (right, bottom), (right, middle)], fill=ink, width=pen)


def _medallion(
    image: Image.Image, lora: Lora, first: int, palette: Palette, strength: float, dice: np.random.Generator
) -> None:
    """A disc where the sun would stand, with rays of light around it."""
    width, height = image.size
    side = round(min(width, height) * float(dice.uniform(0.56, 0.66)))
    box = Box(round((width - side) * float(dice.uniform(0.35, 0.65))), round((height - side) * 0.30), side, side)
    halo = glow(width // 8, height // 8, (box.left + side / 2) / width, (box.top + side / 2) / height, 0.42) * 0.7
    image.paste(palette.light, (0, 0), as_mask(halo).resize(image.size, Image.Resampling.BICUBIC))
    piece = _piece(lora, first, box, palette, strength, dice)
    x, y = grid(side, side)
    distance = np.sqrt((x - 0.5) ** 2 + (y - 0.5) ** 2)
    _paste(image, piece, box, np.clip((0.5 - distance) * side * 0.7, 0, 1), strength)
    ring = np.clip(1 - np.abs(distance - 0.492) * side / 2.2, 0, 1)
    image.paste(mix(palette.light, palette.accent, 0.2), box.corner, as_mask(ring * 0.9))


def _strokes(
    image: Image.Image, lora: Lora, first: int, palette: Palette, strength: float, dice: np.random.Generator
) -> None:
    """Wide strokes of a brush; the photo shows where the brush went."""
    width, height = image.size
    wide = min(width, round(height * 1.2))
    box = Box(round((width - wide) * float(dice.uniform(0.3, 0.7))), 0, wide, height)
    piece = _piece(lora, first, box, palette, strength, dice, zoom=1.04)
    w, h = wide // 2, height // 2
    mask = Image.new("L", (w, h))
    draw = ImageDraw.Draw(mask)
    tilt = float(dice.uniform(-0.18, 0.18))
    count = 8
    for index in range(count):
        y = h * (0.08 + 0.84 * index / (count - 1)) + float(dice.normal(0, 0.01)) * h
        inset = w * (0.08 + 0.14 * abs(index / (count - 1) - 0.46) * 2 + float(dice.uniform(0, 0.09)))
        thick = round(h * float(dice.uniform(0.10, 0.145)))
        draw.line(
            [(inset, y + tilt * w * 0.3), (w - inset * float(dice.uniform(0.6, 1.2)), y - tilt * w * 0.3)],
            fill=255,
            width=thick,
        )
    bristles = enlarge(dice.random((h // 3, 7), dtype=np.float32), w, h)
    rough = clouds(dice, w, h, 9, 3)
    solid = np.asarray(mask.filter(ImageFilter.GaussianBlur(h / 60)), np.float32) / 255
    edge = np.clip((solid - 0.30 - bristles * 0.34 - (rough - 0.5) * 0.5) * 7, 0, 1)
    edge = np.maximum(edge, np.clip(glow(w, h, 0.5, 0.45, 0.24) * 3 - 0.6, 0, 1))  # nothing bare across a face
    _paste(image, piece, box, enlarge(edge.astype(np.float32), wide, height), strength)


def _panels(
    image: Image.Image, lora: Lora, first: int, palette: Palette, strength: float, dice: np.random.Generator
) -> None:
    """Three upright fragments beside each other, at different heights."""
    width, height = image.size
    gap = round(width * 0.022)
    wide = round((min(width, height * 1.25) * 0.84 - 2 * gap) / 3)
    left = (width - 3 * wide - 2 * gap) // 2
    for index in range(3):
        tall = round(height * float(dice.uniform(0.58, 0.74)))
        top = round(height * (0.5 - tall / height / 2 + float(dice.uniform(-0.07, 0.05))))
        box = Box(left + index * (wide + gap), top, wide, tall)
        piece = _piece(lora, first + index, box, palette, strength, dice, zoom=float(dice.uniform(1.0, 1.5)))
        shape = Image.new("L", (wide * 2, tall * 2))
        ImageDraw.Draw(shape).rounded_rectangle((0, 0, wide * 2 - 1, tall * 2 - 1), wide // 6, fill=255)
        shape = shape.resize((wide, tall), Image.Resampling.LANCZOS)
        _shadow(image, shape, box, 0.4)
        _paste(image, piece, box, np.asarray(shape, np.float32) / 255, strength)


def _halves(
    image: Image.Image, lora: Lora, first: int, palette: Palette, strength: float, dice: np.random.Generator
) -> None:
    """Two fragments that flow into each other along a curve."""
    width, height = image.size
    box = Box(0, 0, width, height)
    second = _piece(lora, first + 1, box, palette, strength * 0.7, dice, zoom=1.3)
    _paste(image, second, box, np.full((height, width), 0.72, np.float32), min(strength, 1.0))
    piece = _piece(lora, first, box, palette, strength, dice, zoom=1.05)
    x, y = grid(width // 4, height // 4)
    wave = np.sin(y * 5 + float(dice.uniform(0, 6))) * 0.07 + (clouds(dice, width // 4, height // 4, 2, 4) - 0.5) * 0.3
    mask = np.clip((0.62 - x + wave) * 3.2, 0, 1)
    if dice.random() < 0.5:
        mask = mask[:, ::-1]
    _paste(image, piece, box, enlarge(mask.astype(np.float32), width, height), strength)


def _piece(
    lora: Lora, index: int, box: Box, palette: Palette, strength: float, dice: np.random.Generator, zoom: float = 1.0
) -> Image.Image:
    """A part of a photo around its point of interest, as large as the box, graded to the palette."""
    photo = lora.photos[index % len(lora.photos)]
    focus = lora.focuses[index % len(lora.photos)] if lora.focuses else (0.5, 0.45)
    if dice.random() < 0.35:
        photo, focus = ImageOps.mirror(photo), (1 - focus[0], focus[1])
    scale = max(box.width / photo.width, box.height / photo.height) * zoom
    wide, tall = min(box.width / scale, photo.width), min(box.height / scale, photo.height)  # never a hair over
    left = max(min(focus[0] * photo.width - wide / 2, photo.width - wide), 0)
    top = max(min(focus[1] * photo.height - tall * 0.46, photo.height - tall), 0)
    part = photo.resize(
        (box.width, box.height),
        Image.Resampling.BICUBIC,
        box=(left, top, min(left + wide, photo.width), min(top + tall, photo.height)),
    )
    return _grade(part, palette, strength)


def _grade(part: Image.Image, palette: Palette, strength: float) -> Image.Image:
    """The photo between its own colours and those of the palette laid over its tones."""
    tones = ImageOps.autocontrast(part.convert("L"), cutoff=1)
    table = ramp((palette.near, palette.sky[0], palette.sky[1], palette.sky[2], palette.horizon, palette.light))
    toned = Image.fromarray(table[np.asarray(tones)].astype(np.uint8))
    own = min(0.72, 0.30 + 0.34 * strength)
    return Image.blend(toned, part, own)


def _paste(image: Image.Image, piece: Image.Image, box: Box, mask: np.ndarray, strength: float) -> None:
    image.paste(piece, box.corner, as_mask(mask * float(np.clip(strength * 1.15, 0, 1))))


def _shadow(image: Image.Image, shape: Image.Image, box: Box, strength: float) -> None:
    """A soft shadow below a shape."""
    pad = max(8, box.width // 10)
    small = 4
    sheet = Image.new("L", ((box.width + 2 * pad) // small, (box.height + 2 * pad) // small))
    sheet.paste(
        shape.resize((box.width // small, box.height // small)).point(lambda v: int(v * strength)),
        (pad // small, pad // small),
    )
    sheet = sheet.filter(ImageFilter.GaussianBlur(pad / small / 2.6)).resize(
        (box.width + 2 * pad, box.height + 2 * pad)
    )
    image.paste((6, 6, 12), (box.left - pad, box.top - pad + pad // 4), sheet)


_PROFILE = (
    (0.16, 1.02), (0.20, 0.90), (0.31, 0.83), (0.375, 0.77), (0.375, 0.69), (0.325, 0.60), (0.285, 0.50), (0.285, 0.38),
    (0.33, 0.275), (0.42, 0.215), (0.53, 0.21), (0.615, 0.255), (0.652, 0.325), (0.662, 0.39), (0.654, 0.425),
    (0.684, 0.475), (0.712, 0.512), (0.700, 0.531), (0.675, 0.540), (0.691, 0.563), (0.679, 0.582), (0.687, 0.602),
    (0.670, 0.624), (0.680, 0.652), (0.662, 0.690), (0.620, 0.706), (0.555, 0.716), (0.527, 0.750), (0.532, 0.81),
    (0.575, 0.865), (0.69, 0.915), (0.80, 1.02),
)  # fmt: skip
"""Outline of a head in profile, looking right, in shares of a square."""


def figure(image: Image.Image, inner: Image.Image, palette: Palette, light_x: float, dice: np.random.Generator) -> None:
    """A head in profile, looking towards the light, through which another picture (`inner`) shows."""
    width, height = image.size
    side = min(width * 1.15, height * 1.0)
    left, top = (width - side) / 2 + float(dice.uniform(-0.05, 0.05)) * width, height - side
    outline = [(left + x * side, top + y * side) for x, y in _smooth(_PROFILE)]
    if light_x < 0.5:
        outline = [(width - x, y) for x, y in outline]
    mask = Image.new("L", (width * 2, height * 2))
    ImageDraw.Draw(mask).polygon([(x * 2, y * 2) for x, y in outline], fill=255)
    mask = mask.resize(image.size, Image.Resampling.BOX)
    halo = mask.reduce(8).filter(ImageFilter.GaussianBlur(side / 8 / 22)).resize(image.size, Image.Resampling.BICUBIC)
    image.paste(palette.light, (0, 0), halo.point(lambda v: v * 3 // 5))
    w, h = width // 4, height // 4
    x, y = grid(w, h)
    towards = x if light_x >= 0.5 else 1 - x
    shade = np.clip(
        0.62 - towards * 0.62 + np.clip(y - 0.62, 0, 1) * 1.1 + (clouds(dice, w, h, 3, 4) - 0.5) * 0.3, 0.05, 0.94
    )
    dark = Image.new("RGB", image.size, palette.near)
    filled = Image.composite(dark, inner, as_mask(shade).resize(image.size, Image.Resampling.BICUBIC))
    image.paste(filled, (0, 0), mask)


def _smooth(points: tuple[tuple[float, float], ...], parts: int = 8) -> list[tuple[float, float]]:
    """A Catmull-Rom curve through the points."""
    found = []
    for index in range(1, len(points) - 2):
        p0, p1, p2, p3 = (np.array(points[index + k]) for k in (-1, 0, 1, 2))
        for step in range(parts):
            t = step / parts
            x, y = 0.5 * (
                2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t * t + (3 * p1 - p0 - 3 * p2 + p3) * t**3
            )
            found.append((float(x), float(y)))
    return [points[0], *found, points[-2], points[-1]]
