"""What is farthest: sky with light and clouds, or folds of coloured silk where no place is named."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from photogen.sandbox.drawing.fields import Field, clouds, enlarge, glow, grid, waves
from photogen.sandbox.drawing.palette import Palette, ramp

_PART = 3  # backdrops are soft: they are made at a third of the size and enlarged


@dataclass(frozen=True)
class Light:
    """Where the light stands, in shares of the size, and how large it is."""

    x: float
    y: float
    radius: float


def sky(
    width: int, height: int, palette: Palette, light: Light, horizon: float, dice: np.random.Generator
) -> Image.Image:
    """A sky down to `horizon` (share of the height), with glow, clouds and sun or moon."""
    w, h = width // _PART, height // _PART
    _, rows = grid(w, h)
    drift = clouds(dice, w, h, 1.6, 3) - 0.5
    position = np.clip(rows / horizon + drift * 0.16, 0, 1) ** 1.15
    picture = ramp(palette.sky)[(position * 255).astype(np.uint8)]
    near = glow(w, h, light.x, light.y, 0.34)[..., None] * 0.55 + glow(w, h, light.x, light.y, 0.1)[..., None] * 0.5
    picture += near * (np.array(palette.light, np.float32) - picture)
    picture = _clouds(picture, palette, light, dice)
    image = _image(picture).resize((width, height), Image.Resampling.BICUBIC)
    _disc(image, palette, light)
    return image


def _clouds(picture: Field, palette: Palette, light: Light, dice: np.random.Generator) -> Field:
    """Banks of cloud, long and soft, lit from the side of the light."""
    h, w = picture.shape[:2]
    field = enlarge(clouds(dice, max(8, w // 4), h, 2.4, 5, 0.42), w, h)
    field = field + (waves(dice, w, h, 1.3, 4) - 0.5) * 0.22
    level = float(np.quantile(field, dice.uniform(0.52, 0.72)))
    cover = np.clip((field - level) * 4.2, 0, 1)
    cover = cover * cover * (3 - 2 * cover)
    _, y = grid(w, h)
    cover *= np.clip(1.35 - y * 1.5, 0, 1) * float(dice.uniform(0.45, 0.8))
    lit = np.clip(0.75 - (field - level) * 5.5, 0, 1)[..., None]
    lit = lit * (0.35 + 0.65 * glow(w, h, light.x, light.y, 0.45)[..., None])
    dark, bright = np.array(palette.sky[1], np.float32), np.array(palette.light, np.float32)
    colour = dark * 0.92 + (bright - dark * 0.92) * lit
    shown: Field = picture + (colour - picture) * cover[..., None]
    return shown


def _disc(image: Image.Image, palette: Palette, light: Light) -> None:
    short = min(image.size)
    radius = light.radius * short
    x, y = light.x * image.width, light.y * image.height
    size = int(radius * 2 + 8)
    mask = Image.new("L", (size * 3, size * 3))
    inset = 3 * 4
    ImageDraw.Draw(mask).ellipse((inset, inset, size * 3 - inset, size * 3 - inset), fill=245)
    mask = mask.resize((size, size), Image.Resampling.LANCZOS)
    image.paste(palette.light, (round(x - size / 2), round(y - size / 2)), mask)


def stars(image: Image.Image, palette: Palette, horizon: float, dice: np.random.Generator) -> None:
    """Stars over the upper part, dense along a band."""
    draw = ImageDraw.Draw(image, "RGBA")
    count = image.width * image.height // 2600
    xs = dice.uniform(0, image.width, count)
    band = dice.uniform(0.1, 0.5) + dice.uniform(-0.35, 0.35) * (xs / image.width) + dice.normal(0, 0.16, count)
    spread = np.where(dice.random(count) < 0.55, band, dice.uniform(0, 1, count)) * horizon * image.height
    scale = min(image.size) / 1024
    for x, y, size, alpha in zip(xs, spread, dice.gamma(1.1, 0.55, count), dice.uniform(60, 235, count), strict=True):
        r = float(min(size, 2.4)) * scale + 0.25
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(*palette.light, int(alpha)))


def silk(width: int, height: int, palette: Palette, light: Light, dice: np.random.Generator) -> Image.Image:
    """Folds of cloth in the palette's colours, lit from one side."""
    w, h = width // _PART, height // _PART
    columns, rows = grid(w, h)
    angle = float(dice.uniform(0.35, 1.2)) * (1 if light.x < 0.5 else -1)
    short = min(w, h)
    along = columns * np.cos(angle) * w / short + rows * np.sin(angle) * h / short
    bend, swell = waves(dice, w, h, 0.8, 4) - 0.5, waves(dice, w, h, 1.5, 5) - 0.5
    phase = (along + bend * 1.5) * float(dice.uniform(2.2, 3.6)) * np.pi + swell * 2.6
    height_field = np.sin(phase) * 0.75 + np.sin(phase * 2.3 + 1.7) * 0.25
    tone = np.clip(0.47 + 0.22 * height_field + swell * 0.55 + (0.45 - rows) * 0.3, 0, 1)
    colours = (palette.near, palette.sky[0], palette.sky[1], palette.accent, palette.sky[2], palette.horizon)
    picture = ramp(colours)[(tone * 255).astype(np.uint8)]
    slope_y, slope_x = np.gradient(height_field * 26)
    shade = (slope_x * (light.x - 0.5) * 2 - slope_y) / np.sqrt(1 + slope_x**2 + slope_y**2)
    picture *= (1 + 0.26 * np.clip(shade, -1, 1))[..., None]
    shine = np.clip(shade - 0.52, 0, 1)[..., None] * 1.1
    picture += shine * (np.array(palette.light, np.float32) - picture)
    soft = glow(w, h, light.x, light.y, 0.45)[..., None] * 0.32
    picture += soft * (np.array(palette.light, np.float32) - picture)
    return _image(picture).resize((width, height), Image.Resampling.BICUBIC)


def cosmos(width: int, height: int, palette: Palette, light: Light, dice: np.random.Generator) -> Image.Image:
    """Nebulae and a planet."""
    w, h = width // _PART, height // _PART
    base = clouds(dice, w, h, 1.5, 5, 0.6)
    veil = clouds(dice, w, h, 2.4, 5, 0.62)
    tone = np.clip((base - 0.32) * 1.9, 0, 1)
    picture = ramp((palette.near, palette.sky[0], palette.sky[1], palette.sky[2]))[(tone * 255).astype(np.uint8)]
    bright = np.clip(1 - np.abs(veil - 0.5) * 9, 0, 1)[..., None] ** 2 * tone[..., None]
    picture += bright * 0.75 * (np.array(palette.accent, np.float32) - picture)
    core = glow(w, h, light.x, light.y, 0.22)[..., None] * 0.6
    picture += core * (np.array(palette.light, np.float32) - picture)
    image = _image(picture).resize((width, height), Image.Resampling.BICUBIC)
    stars(image, palette, 1.0, dice)
    _planet(image, palette, light, dice)
    return image


def _planet(image: Image.Image, palette: Palette, light: Light, dice: np.random.Generator) -> None:
    radius = float(dice.uniform(0.16, 0.34))
    x = 1 - light.x + float(dice.uniform(-0.12, 0.12))
    y = float(dice.uniform(0.55, 0.95))
    size = int(2 * radius * min(image.size))
    columns, rows = grid(size, size)
    dx, dy = columns * 2 - 1, rows * 2 - 1
    inside = 1 - dx**2 - dy**2
    depth = np.sqrt(np.clip(inside, 0, 1))
    towards = np.array([light.x - x, light.y - y, 0.35])
    towards /= np.linalg.norm(towards)
    lit = np.clip(dx * towards[0] + dy * towards[1] + depth * towards[2], 0, 1)
    stripes = clouds(dice, 8, size, 5, 4)
    tone = np.clip(lit * (0.75 + 0.5 * enlarge(stripes, size, size)), 0, 1)
    picture = ramp((palette.near, palette.sky[1], palette.accent, palette.light))[(tone * 255).astype(np.uint8)]
    mask = Image.fromarray((np.clip(inside * size / 4, 0, 1) * 255).astype(np.uint8))
    image.paste(_image(picture), (round(x * image.width - size / 2), round(y * image.height - size / 2)), mask)


def _image(picture: Field) -> Image.Image:
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
