"""The last touch: bloom, brushwork, weather, vignette, grain, and the mark that says where it comes from."""

from functools import cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

from photogen.sandbox.drawing.fields import clouds, enlarge, grid
from photogen.sandbox.drawing.palette import Palette, mix
from photogen.sandbox.drawing.words import Wishes


def finish(image: Image.Image, wishes: Wishes, palette: Palette, dice: np.random.Generator) -> Image.Image:
    """The picture with everything that lies over it."""
    image = _bloom(image)
    if "painted" in wishes.treatments:
        image = _brushwork(image, dice, 0.010)
    if "watercolour" in wishes.treatments:
        image = _watercolour(image, dice)
    if wishes.snow:
        _flakes(image, dice)
    if wishes.rain:
        _streaks(image, palette, dice)
    if "mono" in wishes.treatments:
        tones = ImageOps.autocontrast(image.convert("L"), cutoff=0.5)
        image = ImageOps.colorize(tones, (10, 10, 13), (248, 246, 241), mid=(112, 110, 110))
    if "film" in wishes.treatments:
        image = ImageEnhance.Color(Image.blend(image, Image.new("RGB", image.size, (196, 150, 104)), 0.10)).enhance(
            0.88
        )
    image = _vignette(image, 0.12 if "watercolour" in wishes.treatments else 0.42)
    return _grain(image, dice, 7.5 if wishes.treatments & {"film", "mono"} else 4.0)


def _bloom(image: Image.Image) -> Image.Image:
    """Bright parts shine over their surroundings."""
    small = image.reduce(8)
    bright = small.point(lambda v: max(0, v - 150) * 2).filter(ImageFilter.GaussianBlur(min(small.size) / 22))
    bright = bright.point(lambda v: v * 2 // 5).resize(image.size, Image.Resampling.BICUBIC)
    return ImageChops.screen(image, bright)


def _brushwork(image: Image.Image, dice: np.random.Generator, reach: float) -> Image.Image:
    """Strokes that follow a flow: pixels are taken from a little farther along it."""
    width, height = image.size
    flow = clouds(dice, width // 4, height // 4, 2.5, 2) * 12
    dabs = enlarge(dice.random((height // 7, width // 7), dtype=np.float32) - 0.5, width, height)
    angle = enlarge(flow, width, height)
    step = dabs * (2 * reach * min(width, height))
    rows = np.clip(np.arange(height)[:, None] + step * np.sin(angle), 0, height - 1).astype(np.int32)
    columns = np.clip(np.arange(width)[None, :] + step * np.cos(angle), 0, width - 1).astype(np.int32)
    moved = np.asarray(image)[rows, columns]
    return Image.fromarray(moved).filter(ImageFilter.UnsharpMask(2, 90, 2))


def _watercolour(image: Image.Image, dice: np.random.Generator) -> Image.Image:
    """Washes whose pigment settles unevenly, on white paper that shows at the edges."""
    width, height = image.size
    soft = image.reduce(4).filter(ImageFilter.MedianFilter(5)).resize(image.size, Image.Resampling.BICUBIC)
    soft = Image.blend(soft, image, 0.28)
    pigment = clouds(dice, width // 3, height // 3, 5, 5, 0.62) - 0.5
    light = np.asarray(soft, np.float32) * 0.78 + 255 * 0.22
    light += enlarge((pigment * 95).astype(np.float32), width, height)[..., None]
    x, y = grid(width // 4, height // 4)
    border = np.minimum(
        np.minimum(x, 1 - x) * width / min(width, height), np.minimum(y, 1 - y) * height / min(width, height)
    )
    paint = np.clip((border - 0.035 + (clouds(dice, width // 4, height // 4, 5, 4) - 0.5) * 0.10) * 22, 0, 1)
    share = enlarge(paint.astype(np.float32), width, height)[..., None]
    paper = np.array((250, 247, 240), np.float32)
    return Image.fromarray(np.clip(paper + (light - paper) * np.clip(share, 0, 1), 0, 255).astype(np.uint8))


def _flakes(image: Image.Image, dice: np.random.Generator) -> None:
    draw = ImageDraw.Draw(image, "RGBA")
    short = min(image.size) / 1024
    for x, y, size in zip(dice.random(420), dice.random(420), dice.gamma(1.2, 1.5, 420), strict=True):
        r = (0.7 + float(size)) * short
        px, py = x * image.width, y * image.height
        draw.ellipse((px - r, py - r, px + r, py + r), fill=(255, 255, 255, int(max(50, 220 - 26 * size))))


def _streaks(image: Image.Image, palette: Palette, dice: np.random.Generator) -> None:
    draw = ImageDraw.Draw(image, "RGBA")
    tint = mix(palette.horizon, (255, 255, 255), 0.5)
    for x, y, long in zip(dice.random(360), dice.random(360), dice.uniform(0.015, 0.06, 360), strict=True):
        px, py = x * image.width * 1.1, y * image.height
        tall = long * image.height
        draw.line([(px, py), (px - tall * 0.16, py + tall)], fill=(*tint, 64), width=1)


def _vignette(image: Image.Image, strength: float) -> Image.Image:
    w, h = max(2, image.width // 16), max(2, image.height // 16)
    x, y = grid(w, h)
    far = np.clip(((x - 0.5) ** 2 + (y - 0.5) ** 2) * 2 - 0.12, 0, 1)
    shade = Image.fromarray(((1 - strength * far) * 255).astype(np.uint8)).resize(image.size, Image.Resampling.BICUBIC)
    return ImageChops.multiply(image, Image.merge("RGB", (shade, shade, shade)))


@cache
def _noise() -> np.ndarray:
    """One sheet of grain, laid at another place in each picture."""
    return np.random.default_rng(11).normal(0, 1, (512, 512)).astype(np.float32)


def _grain(image: Image.Image, dice: np.random.Generator, amount: float) -> Image.Image:
    sheet = np.rint(_noise() * amount).astype(np.int16)
    sheet = np.roll(sheet, tuple(dice.integers(0, 512, 2)), (0, 1))
    tiled = np.tile(sheet, (image.height // 512 + 1, image.width // 512 + 1))[: image.height, : image.width]
    pixels = np.asarray(image).astype(np.int16) + tiled[..., None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def sign(image: Image.Image) -> None:
    """Writes "sandbox" into the lower right corner, small."""
    size = max(11, min(image.size) // 52)
    font = ImageFont.load_default(size)
    left, top, right, bottom = font.getbbox("sandbox")
    margin = size
    x, y = image.width - margin - right, image.height - margin - bottom
    pad = size * 0.55
    sheet = Image.new("RGBA", image.size)
    draw = ImageDraw.Draw(sheet)
    frame = (x + left - pad, y + top - pad * 0.7, x + right + pad, y + bottom + pad * 0.7)
    draw.rounded_rectangle(frame, (frame[3] - frame[1]) / 2, fill=(0, 0, 0, 92))
    draw.text((x, y), "sandbox", font=font, fill=(255, 255, 255, 214))
    corner = int(frame[0]) - 1, int(frame[1]) - 1
    part = sheet.crop((*corner, int(frame[2]) + 2, int(frame[3]) + 2))
    image.paste(part, corner, part)
