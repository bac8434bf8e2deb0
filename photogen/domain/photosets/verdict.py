"""What can be wrong with one uploaded file, each with a code and a person's sentence. Limits: product.md, 2."""

from dataclasses import dataclass

MAX_BYTES = 20_000_000
"""A file's size, in bytes."""
MAX_PIXELS = 50_000_000
"""Width times height, read from the header before anything is decoded."""
MIN_SIDE = 512
"""Pixels that the shorter side needs."""
MAX_PHOTOS = 50
"""Accepted photos in one set."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file can't be used. `code` is stable; `sentence` (at most 300 characters) stands next to the photo."""

    code: str
    sentence: str


class Unusable(Exception):
    """The file is refused for `problem`: a verdict, not a failure."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def empty() -> Problem:
    """Nothing in it."""
    return Problem("empty", "This file is empty. Choose the photo again.")


def too_big(size: int) -> Problem:
    """`size` in bytes is over MAX_BYTES."""
    return Problem(
        "too_big",
        f"This file is {size / 1e6:.1f} MB; up to {MAX_BYTES // 1_000_000} MB can be used. Export it smaller.",
    )


def wrong_type(what: str = "") -> Problem:
    """The content is `what` ("a GIF"), or nothing known when empty; its name does not matter."""
    found = f"This is {what}" if what else "This is not a picture that can be read"
    return Problem("wrong_type", f"{found}; JPEG, PNG, WebP and HEIC photos can be used.")


def damaged() -> Problem:
    """Cut off or broken: it does not decode to its end."""
    return Problem("damaged", "This photo is cut off or damaged. Copy or export it again and add that file.")


def animated() -> Problem:
    """More than one frame."""
    return Problem("animated", "This picture is animated; a still photo is needed. Export a single frame of it.")


def too_many_pixels(width: int, height: int) -> Problem:
    """A decompression bomb, or a camera that is too good."""
    return Problem(
        "too_many_pixels",
        f"This photo is {width:,} × {height:,}; up to {MAX_PIXELS // 1_000_000} megapixels can be used. "  # noqa: RUF001
        "Export it smaller.",
    )


def too_small(width: int, height: int) -> Problem:
    """The shorter side is under MIN_SIDE."""
    return Problem(
        "too_small",
        f"This photo is {width} × {height}; at least {MIN_SIDE} pixels on the short side are needed.",  # noqa: RUF001
    )


def duplicate(name: str) -> Problem:
    """The same bytes are already in the set, under `name`."""
    shown = name if len(name) <= 80 else f"{name[:79]}…"
    return Problem("duplicate", f"This photo is already in the set, as {shown}.")


def too_many() -> Problem:
    """The set is full."""
    return Problem(
        "too_many", f"This set already has {MAX_PHOTOS} photos, the most that can be used. Remove one to add another."
    )
