"""Thumbnails as WebP, as they are made, and as AVIF: bytes, time of one processor, and how true they stay."""

import time
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from photogen.domain.generation.pictures import THUMBNAILS
from photogen.sandbox.drawing import Recipe, draw_bytes
from tests.factories import photos

COUNT = 6
WAYS: dict[str, dict[str, Any]] = {
    "WebP 82, effort 0 (as the large one is made)": {"format": "WEBP", "quality": 82, "method": 0},
    "WebP 82, effort 2 (as the small one is made)": {"format": "WEBP", "quality": 82, "method": 2},
    "AVIF 60, speed 10": {"format": "AVIF", "quality": 60, "speed": 10, "max_threads": 1},
    "AVIF 70, speed 8": {"format": "AVIF", "quality": 70, "speed": 8, "max_threads": 1},
    "AVIF 70, speed 6": {"format": "AVIF", "quality": 70, "speed": 6, "max_threads": 1},
}


def run(report: Callable[[str, str], None]) -> None:
    """Prints the figures of what the sandbox draws, of photos with grain, and of what is full of fine lines."""
    drawn = [
        draw_bytes(Recipe(f"a lighthouse by the sea, number {n}", n, "flux", 1344, 768), "png") for n in range(COUNT)
    ]
    kinds = {
        "drawn": [Image.open(BytesIO(data)).convert("RGB") for data in drawn],
        "photo": [photos.scene(n, 1344, 896) for n in range(COUNT)],
        "fine": [Image.open(f"assets/{name}").convert("RGB") for name in ("og.jpg", "readme.webp")],
    }
    for kind, pictures in kinds.items():
        for name, side in sorted(THUMBNAILS.items(), key=lambda item: item[1]):
            small = [_fitted(picture, side) for picture in pictures]
            for way, options in WAYS.items():
                report(f"{kind}, {name} px, {way}", _measured(small, options))


def _fitted(picture: Image.Image, side: int) -> Image.Image:
    small = picture.copy()
    small.thumbnail((side, side), Image.Resampling.HAMMING)
    return small


def _measured(pictures: Sequence[Image.Image], options: dict[str, Any]) -> str:
    files = []
    began = time.process_time()
    for picture in pictures:
        file = BytesIO()
        picture.save(file, **options)
        files.append(file)
    seconds = (time.process_time() - began) / len(pictures)
    error = np.mean([_error(picture, file) for picture, file in zip(pictures, files, strict=True)])
    size = sum(file.tell() for file in files) / len(files)
    return f"{size / 1000:6.1f} kB, {seconds * 1000:6.1f} ms, {10 * np.log10(255**2 / error):5.1f} dB"


def _error(picture: Image.Image, file: BytesIO) -> float:
    with Image.open(BytesIO(file.getvalue())) as opened:
        there = np.asarray(opened.convert("RGB"), dtype=np.float64)
    return float(((there - np.asarray(picture, dtype=np.float64)) ** 2).mean())
