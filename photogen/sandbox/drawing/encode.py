"""From recipe to the bytes of a file."""

import io

from PIL import Image

from photogen.sandbox.drawing.compose import compose
from photogen.sandbox.drawing.recipe import Recipe


def draw_bytes(recipe: Recipe, suffix: str, quality: int = 90) -> bytes:
    """The picture of `recipe` as `webp`, `jpg`, `jpeg` or `png`; `quality` 0 to 100 where it means something."""
    return encoded(compose(recipe), suffix, quality)


def encoded(image: Image.Image, suffix: str, quality: int) -> bytes:
    """`image` as a file."""
    buffer = io.BytesIO()
    if suffix == "png":
        image.save(buffer, "PNG", compress_level=1)
    elif suffix == "webp":
        image.save(buffer, "WEBP", quality=quality, method=0)
    else:
        image.save(buffer, "JPEG", quality=max(1, min(quality, 95)))
    return buffer.getvalue()
