"""Pictures that begin with a picture: what was drawn lies over it, as much as the strength says."""

import io

from PIL import Image, ImageOps

from photogen.sandbox.drawing.encode import encoded


def opened(data: bytes) -> Image.Image:
    """The picture in `data`, upright. Raises OSError or ValueError where it is none."""
    return ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")


def over(begin: Image.Image, drawn: bytes, strength: float, suffix: str, quality: int) -> bytes:
    """`begin` with so much (0 to 1) of `drawn` over it, in the size of that."""
    picture = Image.open(io.BytesIO(drawn)).convert("RGB")
    below = ImageOps.fit(begin, picture.size, Image.Resampling.LANCZOS)
    return encoded(Image.blend(below, picture, strength), suffix, quality)
