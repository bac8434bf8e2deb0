"""Looks that can be laid over any prompt, and the shapes of pictures."""

from __future__ import annotations

import math

from photogen.domain.generation.views import AspectView, StyleView
from photogen.domain.vendors.routing import CUSTOM
from photogen.errors import Invalid
from photogen.kit.text import mark, number, t

STYLES: tuple[StyleView, ...] = (
    StyleView("natural", mark("Natural light"), "natural light, shot on a 50 mm lens, true colours, fine detail"),
    StyleView(
        "portrait", mark("Studio portrait"), "studio portrait, soft key light, plain backdrop, shallow depth of field"
    ),
    StyleView("golden", mark("Golden hour"), "golden hour, low warm sun, long soft shadows, gentle haze"),
    StyleView("cinema", mark("Cinematic"), "cinematic still, anamorphic lens, moody contrast, subtle film grain"),
    StyleView("film", mark("Film photo"), "35 mm film photograph, Kodak Portra colours, slight grain, candid framing"),
    StyleView(
        "mono", mark("Black and white"), "black and white photograph, deep tones, strong composition, fine grain"
    ),
    StyleView(
        "editorial", mark("Editorial"), "fashion editorial, bold light, clean set, confident pose, magazine quality"
    ),
    StyleView("watercolour", mark("Watercolour"), "watercolour painting, loose washes, visible paper, delicate line"),
    StyleView("ink", mark("Ink drawing"), "ink drawing, expressive line, sparse hatching, white ground"),
    StyleView("clay", mark("Clay figure"), "handmade clay figure, miniature set, soft light, visible fingerprints"),
    StyleView("comic", mark("Comic"), "comic panel, clear line, flat colours, dynamic angle"),
    StyleView("noir", mark("Night city"), "night in the city, wet streets, neon reflections, deep shadows"),
)

SQUARE = "1:1"
"""The shape that is drawn where none is chosen."""
_AREA = 1024 * 1024
_GRID = 16
_NAMES = {
    "1:1": mark("Square"),
    "4:5": mark("Portrait"),
    "3:4": mark("Portrait"),
    "2:3": mark("Tall portrait"),
    "9:16": mark("Phone"),
    "16:9": mark("Wide"),
    "3:2": mark("Landscape"),
}


def pixels(aspect: str) -> tuple[int, int]:
    """Width and height for `aspect` ("w:h"): about a megapixel, both multiples of 16. Raises ValueError."""
    width, height = (int(part) for part in aspect.split(":"))
    if width < 1 or height < 1:
        raise ValueError(aspect)
    ratio = math.sqrt(width / height)
    side = math.sqrt(_AREA)
    return round(side * ratio / _GRID) * _GRID, round(side / ratio / _GRID) * _GRID


SIDES, STEP, MOST_PIXELS = (256, 2048), 32, 2 * _AREA
"""Of a size that is chosen: shortest and longest side, what both are multiples of (FLUX 1.1 pro draws no others), and
how large it may be altogether: beyond two megapixels FLUX repeats itself."""


def size(aspect: str, width: int | None, height: int | None) -> tuple[int, int]:
    """Pixels of a picture of that shape; of the chosen `width` and `height`, brought to the next multiple of 32, where
    it is "custom". Raises Invalid (at `aspect`, `width` or `height`)."""
    if aspect != CUSTOM:
        if aspect not in {one.key for one in ASPECTS}:
            raise Invalid(t("There are no pictures of {aspect}.", aspect=aspect), field="aspect", code="not_a_choice")
        return pixels(aspect)
    for field, side in (("width", width), ("height", height)):
        if side is None or not SIDES[0] <= side <= SIDES[1]:
            raise Invalid(
                t("A side has between {low} and {high} pixels.", low=SIDES[0], high=SIDES[1]),
                field=field,
                code="out_of_range",
            )
    wide, high = (round((side or 0) / STEP) * STEP for side in (width, height))
    if wide * high > MOST_PIXELS:
        raise Invalid(
            t(
                "{width} by {height} pixels are too many: a picture has {n} megapixels at most. Make one side shorter.",
                width=wide,
                height=high,
                n=number(MOST_PIXELS // _AREA),
            ),
            field="width",
            code="out_of_range",
        )
    return wide, high


ASPECTS: tuple[AspectView, ...] = tuple(AspectView(key, name, *pixels(key)) for key, name in _NAMES.items())
