"""Places: mountains, sea, forest, city, dunes, flowers. Each draws what is far, and later what is near."""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from photogen.sandbox.drawing.backdrop import Light
from photogen.sandbox.drawing.fields import Field, as_mask, below, clouds, enlarge, glow, grid, line
from photogen.sandbox.drawing.palette import Colour, Palette, mix


@dataclass(frozen=True)
class Place:
    """What scenes draw on and with."""

    image: Image.Image
    palette: Palette
    light: Light
    horizon: float
    dice: np.random.Generator

    def layer(self, edge: Field, colour: Colour, *, lit: float = 0.0, softness: float = 1.2) -> None:
        """Fills what lies below `edge` (pixels); `lit` is how much the light brightens its top."""
        width, height = self.image.size
        mask = below(edge, height, softness)
        if lit <= 0:
            self.image.paste(colour, (0, 0), mask)
            return
        small = max(1, width // 4), max(1, height // 4)
        top = float(edge.min()) / height
        _, rows = grid(*small)
        fade = (
            np.clip(1 - (rows - top) / max(0.05, 1 - top), 0, 1)
            * lit
            * (0.45 + 0.55 * glow(*small, self.light.x, top, 0.5))
        )
        base, bright = (
            np.array(colour, np.float32),
            np.array(mix(self.palette.horizon, self.palette.light, 0.4), np.float32),
        )
        fill = base + fade[..., None] * (bright - base)
        layer = Image.fromarray(np.clip(fill, 0, 255).astype(np.uint8)).resize(
            (width, height), Image.Resampling.BILINEAR
        )
        self.image.paste(layer, (0, 0), mask)


def far(scene: str, place: Place) -> None:
    """What lies behind the subject."""
    {"mountains": _ranges, "waves": _sea, "forest": _woods, "city": _skyline, "dunes": _dunes, "flowers": _hills}[
        scene
    ](place)


def near(scene: str, place: Place) -> None:
    """What stands before it."""
    steps = {
        "mountains": _pines,
        "waves": _shore,
        "forest": _trunks,
        "city": _rooftops,
        "dunes": _crest,
        "flowers": _blooms,
    }
    steps[scene](place)


def _ranges(place: Place, layers: int = 5, *, sharp: float = 0.62) -> None:
    width, height = place.image.size
    for index in range(layers):
        depth = index / (layers - 1)
        base = (place.horizon - 0.10 + 0.34 * depth**1.2) * height
        rough = line(place.dice, width, 2.2 + 2.2 * depth, 7, sharp - 0.1 * depth)
        swell = line(place.dice, width, 1.2, 2)
        edge = base - (rough * 0.13 + np.abs(swell) * 0.13 * (1 - 0.4 * depth)) * height
        colour = mix(mix(place.palette.horizon, place.palette.sky[1], 0.45), place.palette.near, 0.86 * depth**0.8)
        place.layer(edge.astype(np.float32), colour, lit=0.42 * (1 - depth) + 0.05)
        _haze(place, base / height + 0.06, 0.30 * (1 - depth))


def _haze(place: Place, y: float, strength: float) -> None:
    """A band of light mist."""
    if strength <= 0.02:
        return
    width, height = place.image.size
    w, h = max(2, width // 8), max(2, height // 8)
    _, rows = grid(w, h)
    band = np.exp(-((rows - y) ** 2) / 0.006) * (0.5 + clouds(place.dice, w, h, 2, 2)) * strength
    mask = as_mask(band).resize((width, height), Image.Resampling.BICUBIC)
    place.image.paste(mix(place.palette.horizon, place.palette.light, 0.35), (0, 0), mask)


def _sea(place: Place) -> None:
    """Water from the horizon down: the sky turned over, broken by waves, with a path of light."""
    width, height = place.image.size
    top = round(place.horizon * height)
    deep = height - top
    if place.dice.random() < 0.6:
        island = place.horizon * height - np.clip(line(place.dice, width, 1.6, 6, 0.55) - 0.12, 0, 1) * 0.22 * height
        place.layer(island.astype(np.float32), mix(place.palette.horizon, place.palette.near, 0.42), lit=0.3)
    above = place.image.crop((0, max(0, top - deep), width, top)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    pixels = np.asarray(above.resize((width, deep), Image.Resampling.BILINEAR))
    share = np.linspace(0, 1, deep, dtype=np.float32)[:, None]
    rows = enlarge(place.dice.random((max(4, int(38 * deep / height)), 6), dtype=np.float32), width, deep)
    fine = enlarge(place.dice.random((max(8, deep // 4), max(4, width // 24)), dtype=np.float32), width, deep)
    shift = ((rows - 0.5) * 60 + (fine - 0.5) * 26) * (0.15 + share)
    source = np.clip(np.arange(deep)[:, None] + shift, 0, deep - 1).astype(np.int32)
    columns = np.clip(np.arange(width)[None, :] + shift * 0.35, 0, width - 1).astype(np.int32)
    water = pixels[source, columns].astype(np.float32)
    tint = np.array(mix(place.palette.sky[0], place.palette.near, 0.45), np.float32)
    water += (0.30 + 0.42 * share)[..., None] * (tint - water)
    crest = np.clip((fine * 0.65 + rows * 0.35 - 0.60) * 5, 0, 1)
    x, _ = grid(width, deep)
    path = np.exp(-((x - place.light.x) ** 2) / (2 * (0.035 + 0.11 * share) ** 2))
    shine = crest * (0.12 + 0.88 * path) * (1 - 0.35 * share)
    water += shine[..., None] * (np.array(place.palette.light, np.float32) - water)
    place.image.paste(Image.fromarray(np.clip(water, 0, 255).astype(np.uint8)), (0, top))
    _haze(place, place.horizon, 0.35)


def _shore(place: Place) -> None:
    width, height = place.image.size
    side = 1 if place.dice.random() < 0.5 else -1
    slope = np.linspace(-1, 1, width, dtype=np.float32) * side
    edge = (0.93 - 0.13 * np.clip(slope, 0, 1) ** 2 + 0.02 * line(place.dice, width, 4, 6, 0.6)) * height
    place.layer(edge.astype(np.float32), mix(place.palette.near, place.palette.sky[0], 0.12), lit=0.14)


def _woods(place: Place) -> None:
    width, height = place.image.size
    for index in range(4):
        depth = index / 3
        base = (place.horizon + 0.02 + 0.13 * depth) * height
        ground = base - line(place.dice, width, 2, 4) * 0.03 * height
        colour = mix(mix(place.palette.horizon, place.palette.sky[1], 0.35), place.palette.near, 0.18 + 0.62 * depth)
        count = int(46 - 24 * depth)
        _conifers(place, ground, count, (0.12 + 0.16 * depth) * height, colour)
        place.layer(ground.astype(np.float32), colour, lit=0.18 * (1 - depth))
        _haze(place, base / height - 0.02, 0.36 * (1 - depth))


def _conifers(place: Place, ground: Field, count: int, tall: float, colour: Colour) -> None:
    """A row of firs, each a stack of ragged tiers, drawn twice as large and reduced."""
    width, height = place.image.size
    mask = Image.new("L", (width, height))
    draw = ImageDraw.Draw(mask)
    for x in np.sort(place.dice.uniform(-0.03, 1.03, count)) * width:
        size = tall * float(place.dice.uniform(0.55, 1.15))
        foot = float(ground[int(np.clip(x, 0, width - 1))]) + 4
        points, half, tiers = [(x, foot - size)], size * float(place.dice.uniform(0.13, 0.19)), 9
        sides: list[tuple[float, float]] = []
        for tier in range(1, tiers + 1):
            y = foot - size + size * tier / tiers
            reach = half * (tier / tiers) * float(place.dice.uniform(0.85, 1.15))
            points.append((x + reach, y))
            points.append((x + reach * 0.52, y - size * 0.02))
            sides.append((x - reach, y))
            sides.append((x - reach * 0.52, y - size * 0.02))
        draw.polygon(points + sides[::-1], fill=255)
    place.image.paste(colour, (0, 0), mask.filter(ImageFilter.BoxBlur(0.6)))


def _pines(place: Place) -> None:
    width, height = place.image.size
    edge = (0.94 - 0.05 * line(place.dice, width, 2.2, 5)) * height
    _conifers(place, edge.astype(np.float32), 26, 0.16 * height, place.palette.near)
    place.layer(edge.astype(np.float32), place.palette.near)


def _trunks(place: Place) -> None:
    """Dark trunks at the sides, and ferns below."""
    width, height = place.image.size
    mask = Image.new("L", (width, height))
    draw = ImageDraw.Draw(mask)
    for side in (0, 1):
        for _ in range(int(place.dice.integers(1, 4))):
            x = (float(place.dice.uniform(-0.02, 0.14)) if side == 0 else float(place.dice.uniform(0.86, 1.02))) * width
            half = width * float(place.dice.uniform(0.010, 0.034))
            lean = width * float(place.dice.uniform(-0.03, 0.03))
            draw.polygon(
                [(x - half, height), (x + half, height), (x + half * 0.7 + lean, 0), (x - half * 0.7 + lean, 0)],
                fill=255,
            )
            for _ in range(5):
                y = height * float(place.dice.uniform(0.05, 0.6))
                reach = width * float(place.dice.uniform(0.05, 0.14)) * (1 if side == 0 else -1)
                at = x + lean * (1 - y / height)
                draw.line(
                    [(at, y), (at + reach * 0.5, y - height * 0.02), (at + reach, y - height * 0.05)],
                    fill=235,
                    width=max(2, int(half / 4)),
                )
    place.image.paste(place.palette.near, (0, 0), mask.filter(ImageFilter.GaussianBlur(1.6)))
    edge = (0.92 - 0.03 * np.abs(line(place.dice, width, 30, 3, 0.7)) - 0.03 * line(place.dice, width, 2, 3)) * height
    place.layer(edge.astype(np.float32), place.palette.near)


def _skyline(place: Place) -> None:
    height = place.image.height
    for index in range(3):
        depth = index / 2
        colour = mix(mix(place.palette.horizon, place.palette.sky[1], 0.5), place.palette.near, 0.22 + 0.6 * depth)
        _buildings(
            place, (place.horizon + 0.06 + 0.12 * depth) * height, 0.16 + 0.18 * depth, colour, 0.10 + 0.35 * depth
        )
        _haze(place, place.horizon + 0.03 + 0.1 * depth, 0.42 * (1 - depth * 0.8))


def _buildings(place: Place, foot: float, tall: float, colour: Colour, lights: float) -> None:
    """Towers with lit windows."""
    width, height = place.image.size
    draw = ImageDraw.Draw(place.image, "RGBA")
    warm, cool = (
        mix(place.palette.light, place.palette.accent, 0.25),
        mix(place.palette.light, place.palette.accent, 0.7),
    )
    x = -0.02 * width
    while x < width:
        wide = width * float(place.dice.uniform(0.028, 0.085))
        top = foot - height * tall * float(place.dice.beta(1.6, 2.2) * 1.5 + 0.12)
        draw.rectangle((x, top, x + wide, height), fill=colour)
        if place.dice.random() < 0.3:
            middle = x + wide / 2
            draw.polygon([(x + wide * 0.2, top), (middle, top - wide * 0.6), (x + wide * 0.8, top)], fill=colour)
            draw.line([(middle, top - wide * 0.5), (middle, top - wide * 1.3)], fill=colour, width=2)
        unit = max(4.0, width / 150)
        columns, rows = int((wide - unit) / unit), int((foot + 0.3 * height - top) / (unit * 1.35))
        if columns > 0 and rows > 0:
            lit = place.dice.random((rows, columns)) < lights * 0.55
            tints = place.dice.random((rows, columns))
            for row, column in zip(*np.nonzero(lit), strict=True):
                left, up = x + unit * (0.6 + column), top + unit * (0.8 + 1.35 * row)
                tint = warm if tints[row, column] < 0.75 else cool
                draw.rectangle(
                    (left, up, left + unit * 0.5, up + unit * 0.7), fill=(*tint, int(90 + 150 * tints[row, column]))
                )
        x += wide * float(place.dice.uniform(0.92, 1.25))


def _rooftops(place: Place) -> None:
    """Wet ground that mirrors the lights."""
    width, height = place.image.size
    top = round(0.82 * height)
    mirror = place.image.crop((0, top - (height - top), width, top)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    mirror = mirror.filter(ImageFilter.BoxBlur((1, 14))).filter(ImageFilter.BoxBlur((2, 10)))
    dark = Image.new("RGB", mirror.size, place.palette.near)
    share = as_mask(np.linspace(0.35, 0.88, height - top, dtype=np.float32)[:, None] + np.zeros((1, width), np.float32))
    place.image.paste(Image.composite(dark, mirror, share), (0, top))


def _dunes(place: Place) -> None:
    width, height = place.image.size
    for index in range(5):
        depth = index / 4
        base = (place.horizon + 0.02 + 0.30 * depth) * height
        edge = base - line(place.dice, width, 1.3 + 0.5 * index, 2, 0.35) * 0.085 * height
        colour = mix(
            mix(place.palette.horizon, place.palette.accent, 0.25 + 0.45 * depth), place.palette.near, 0.1 + 0.5 * depth
        )
        place.layer(edge.astype(np.float32), colour, lit=0.55 * (1 - 0.5 * depth))


def _crest(place: Place) -> None:
    width, height = place.image.size
    sweep = np.sin(
        np.linspace(0, math.pi * float(place.dice.uniform(0.8, 1.4)), width) + float(place.dice.uniform(0, 2))
    )
    edge = (0.93 - 0.07 * sweep) * height
    place.layer(edge.astype(np.float32), mix(place.palette.near, place.palette.accent, 0.22), lit=0.25)


def _hills(place: Place) -> None:
    width, height = place.image.size
    for index in range(4):
        depth = index / 3
        edge = (place.horizon + 0.15 * depth - 0.06 * line(place.dice, width, 1.4, 4, 0.4)) * height
        colour = mix(mix(place.palette.horizon, place.palette.sky[1], 0.4), place.palette.near, 0.15 + 0.5 * depth)
        place.layer(edge.astype(np.float32), colour, lit=0.35 * (1 - depth))
        _haze(place, place.horizon + 0.14 * depth, 0.25 * (1 - depth))


def _blooms(place: Place) -> None:
    """Flowers from small and far to large and near, the nearest out of focus."""
    width, height = place.image.size
    tints = [
        place.palette.accent,
        mix(place.palette.accent, place.palette.light, 0.45),
        mix(place.palette.accent, place.palette.sky[1], 0.5),
    ]
    stem = mix(place.palette.near, (40, 96, 60), 0.45)
    for row, (count, size, blur) in enumerate(((150, 0.010, 0.0), (70, 0.020, 0.6), (26, 0.040, 2.2), (7, 0.085, 9.0))):
        part = 1 if blur < 1 else 2 if blur < 5 else 4
        sheet = Image.new("RGBA", (width // part, height // part), (*tints[1], 0))
        draw = ImageDraw.Draw(sheet)
        for _ in range(count):
            x = float(place.dice.uniform(-0.02, 1.02)) * width / part
            y = (place.horizon + 0.16 + 0.15 * row + float(place.dice.normal(0, 0.045))) * height / part
            radius = size * min(width, height) * float(place.dice.uniform(0.6, 1.3)) / part
            bend = radius * float(place.dice.uniform(-1.2, 1.2))
            draw.line([(x, y), (x + bend, y + radius * 7)], fill=(*stem, 225), width=max(1, int(radius / 5)))
            tint = tints[int(place.dice.integers(len(tints)))]
            _flower(draw, x, y, radius, tint, place)
        if blur:
            sheet = sheet.filter(ImageFilter.GaussianBlur(blur / part))
        if part > 1:
            sheet = sheet.resize((width, height), Image.Resampling.BILINEAR)
        place.image.paste(sheet, (0, 0), sheet)


def _flower(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, tint: Colour, place: Place) -> None:
    petals = int(place.dice.integers(5, 8))
    turn = float(place.dice.uniform(0, math.tau))
    for ring, share in ((1.0, 0.0), (0.66, 0.28)):
        colour = mix(tint, place.palette.light, share)
        for petal in range(petals):
            angle = turn + ring + petal * math.tau / petals
            px, py = x + math.cos(angle) * radius * 0.62 * ring, y + math.sin(angle) * radius * 0.5 * ring
            r = radius * 0.52 * ring
            draw.ellipse((px - r, py - r * 0.86, px + r, py + r * 0.86), fill=(*colour, 225))
    r = radius * 0.26
    draw.ellipse((x - r, y - r, x + r, y + r), fill=(*mix(place.palette.light, (240, 190, 70), 0.6), 245))
