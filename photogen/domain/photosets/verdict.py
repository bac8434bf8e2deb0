"""What can be wrong with one uploaded file, each with a code and a person's sentence. Limits: product.md, 2."""

from dataclasses import dataclass

from photogen.kit.text import number, t

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
    return Problem("empty", t("This file is empty. Choose the photo again."))


def too_big(size: int) -> Problem:
    """`size` in bytes is over MAX_BYTES."""
    return Problem(
        "too_big",
        t(
            "This file is {n} MB; up to {n2} MB can be used. Export it smaller.",
            n=number(size / 1e6, 1),
            n2=MAX_BYTES // 1_000_000,
        ),
    )


def wrong_type(what: str = "") -> Problem:
    """The content is `what` ("a GIF"), or nothing known when empty; its name does not matter."""
    found = t("This is {what}", what=what) if what else t("This is not a picture that can be read")
    return Problem("wrong_type", t("{found}; JPEG, PNG, WebP and HEIC photos can be used.", found=found))


def damaged() -> Problem:
    """Cut off or broken: it does not decode to its end."""
    return Problem("damaged", t("This photo is cut off or damaged. Copy or export it again and add that file."))


def animated() -> Problem:
    """More than one frame."""
    return Problem("animated", t("This picture is animated; a still photo is needed. Export a single frame of it."))


def too_many_pixels(width: int, height: int) -> Problem:
    """A decompression bomb, or a camera that is too good."""
    return Problem(
        "too_many_pixels",
        t(
            "This photo is {width} × {height}; up to {n} megapixels can be used. Export it smaller.",  # noqa: RUF001
            width=number(width),
            height=number(height),
            n=MAX_PIXELS // 1_000_000,
        ),
    )


def too_small(width: int, height: int) -> Problem:
    """The shorter side is under MIN_SIDE."""
    return Problem(
        "too_small",
        t(
            "This photo is {width} × {height}; at least {min_side} pixels on the short side are needed.",  # noqa: RUF001
            width=width,
            height=height,
            min_side=MIN_SIDE,
        ),
    )


def duplicate(name: str) -> Problem:
    """The same bytes are already in the set, under `name`."""
    shown = name if len(name) <= 80 else f"{name[:79]}…"
    return Problem("duplicate", t("This photo is already in the set, as {shown}.", shown=shown))


def too_many() -> Problem:
    """The set is full."""
    return Problem(
        "too_many",
        t(
            "This set already has {max_photos} photos, the most that can be used. Remove one to add another.",
            max_photos=MAX_PHOTOS,
        ),
    )
