"""Colours of a picture: a sky from zenith to horizon, near and far, light and accent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photogen.sandbox.drawing.words import Wishes

Colour = tuple[int, int, int]

_MOODS: Mapping[str, Sequence[str]] = {
    # zenith, upper, lower, horizon; near; light; accent
    "sunset": (
        "#1d1e4b #6b2d73 #e2566b #fbb07a #1c1230 #fff0c4 #ff7d6b",
        "#26214f #8f3b6e #f07d57 #ffd08a #2a1428 #fff3d1 #ffb45e",
        "#16324f #4c4a7d #d0746f #f9c99b #141c33 #ffedd0 #f28f79",
    ),
    "dawn": (
        "#6d8fc7 #b7b3dd #f1c4cc #fde8d2 #4d5a86 #fffaf0 #f2a9b6",
        "#7fa8bf #c8d3d4 #f3d9c4 #fff0dc #57707a #fffdf4 #f0b48e",
    ),
    "ocean": (
        "#0b3c6f #1f78a8 #6cc5cf #d9f3e6 #07284a #fdfff4 #ffcf8a",
        "#123b5d #2b7f93 #8fd0c0 #f7efd2 #0a2b3d #fffbe8 #ff9f7a",
    ),
    "forest": (
        "#28504a #5c8f77 #a9c9a1 #f0efc9 #0e2420 #fdffe0 #e5b75a",
        "#1f4438 #4d8763 #b6cd8e #f6e9b2 #0b1f19 #fff8d6 #f0a84b",
    ),
    "night": (
        "#060918 #101c44 #2a3a78 #5e6bb0 #04060f #eef0ff #8aa4ff",
        "#07071a #241646 #4b2f7c #8a64b4 #05040f #fbf0ff #ff9ad5",
        "#041018 #0a2b3d #14606a #52b29a #02080d #edfff8 #79ffd2",
    ),
    "neon": (
        "#0a0620 #2a0c58 #8a1aa0 #ff4fa0 #08041a #ffe9fb #25e4ff",
        "#05081f #11246b #5b2bd0 #ff5fc4 #05061a #f1f0ff #3dffd0",
    ),
    "snow": (
        "#5d7fa6 #9dbad3 #d3e2ec #f8f4ee #33506d #ffffff #e9a98c",
        "#4e6c97 #a3b4d0 #e2dbe4 #fdeee4 #2d4462 #fffdfa #f3b6a2",
    ),
    "desert": (
        "#3f6f9c #9cc0c9 #f2d2a2 #fbe6bf #6a2f1e #fff8e2 #d9663c",
        "#7a4a6a #d98a6a #f6c17e #fde3b0 #54241f #fff2d4 #c74f3b",
    ),
    "autumn": (
        "#4b3b4a #a3624a #e39b52 #f8ddA0 #2b1716 #fff4d8 #d9482f",
        "#34484e #8d8566 #e0a75a #f7e2b4 #241a17 #fff6dd #c9542c",
    ),
    "blossom": (
        "#7d8fcf #c9b4e3 #f7c9d9 #fff0ea #5a3f6b #fffafa #f06a9b",
        "#5f9fb5 #b6d8d2 #fbe3dc #fff6ec #3f5c55 #fffdf6 #ef7d7a",
    ),
    "ember": (
        "#0d0509 #3b0a14 #a1261a #ff8a34 #0a0305 #fff0c8 #ffca4f",
        "#12070f #4a1024 #c23a25 #ffb04d #0c0407 #fff3d6 #ff6a3a",
    ),
    "storm": (
        "#1c2630 #3d4d5b #7b8b94 #c3c9c6 #10171e #f4f6f2 #d0a66a",
        "#1d2229 #434a58 #857f8d #cfc1b8 #111318 #faf2ea #c98a6a",
    ),
    "studio": (
        "#2b2f3a #565d6e #9aa0ab #dfdcd6 #191b22 #fffaf2 #d98f6c",
        "#3a2f33 #7d6460 #c0a196 #f0e0d2 #1f181b #fff8ef #c4665a",
        "#20353a #47696c #93b0aa #e6e9dc #12201f #fffdf2 #e0a15e",
    ),
}
_ANY = ("sunset", "dawn", "ocean", "forest", "night", "autumn", "blossom", "desert", "studio")


@dataclass(frozen=True)
class Palette:
    """RGB, 0 to 255. `sky` goes from the zenith to the horizon."""

    sky: tuple[Colour, ...]
    near: Colour
    light: Colour
    accent: Colour

    @property
    def horizon(self) -> Colour:
        return self.sky[-1]

    @property
    def dark(self) -> bool:
        """Whether the sky is a night's."""
        return sum(self.sky[0]) + sum(self.sky[1]) < 300


def choose(wishes: Wishes, dice: np.random.Generator, photos: Sequence[Colour] = (), strength: float = 0.0) -> Palette:
    """The colours for these wishes; those of training photos (dark to light) flow in by `strength` 0 to 1."""
    mood = wishes.mood or str(dice.choice(_ANY))
    colours = [_rgb(code) for code in str(dice.choice(list(_MOODS[mood]))).split()]
    sky, near, light, accent = colours[:4], colours[4], colours[5], colours[6]
    if wishes.colours:
        accent = wishes.colours[-1]
        tint = wishes.colours[0]
        shades = (_mix(tint, (8, 8, 18), 0.72), _mix(tint, (20, 16, 30), 0.35), tint, _mix(tint, (255, 250, 240), 0.6))
        sky = [_mix(own, shade, 0.62) for own, shade in zip(sky, shades, strict=True)]
        near = _mix(near, shades[0], 0.6)
    if photos and strength > 0:
        picked = [photos[0], photos[len(photos) // 3], photos[2 * len(photos) // 3], photos[-1]]
        sky = [_mix(own, photo, 0.3 * strength) for own, photo in zip(sky, picked, strict=True)]
        accent = _mix(accent, max(photos, key=_vivid), 0.4 * strength)
    turn = float(dice.uniform(-0.05, 0.05))
    sky = [_turn(colour, turn) for colour in sky]
    return Palette(tuple(sky), near, light, accent)


def ramp(colours: Sequence[Colour], size: int = 256) -> npt.NDArray[np.float32]:
    """A smooth run through the colours: (size, 3), 0 to 255."""
    stops = np.linspace(0, 1, len(colours))
    share = np.linspace(0, 1, size)
    table = np.array(colours, np.float32)
    return np.stack([np.interp(share, stops, table[:, c]) for c in range(3)], axis=1).astype(np.float32)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """`share` of the second colour in the first."""
    return _mix(first, second, share)


def _mix(first: Colour, second: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _turn(colour: Colour, share: float) -> Colour:
    """A little of the hue's neighbour."""
    red, green, blue = colour
    turned = (green, blue, red) if share > 0 else (blue, red, green)
    return _mix(colour, turned, abs(share))


def _vivid(colour: Colour) -> int:
    return max(colour) - min(colour)


def _rgb(code: str) -> Colour:
    value = int(code[1:], 16)
    return value >> 16, value >> 8 & 255, value & 255
