"""The picture of a link that other programs show where its address was pasted. No I/O."""

from io import BytesIO

from PIL import Image

PREVIEW_SIDE = 1024
_QUALITY = 82


def preview(thumbnail: bytes) -> bytes:
    """A thumbnail as JPEG, with nothing in it but pixels: not every program that makes previews reads WebP. Raises
    OSError for what is no picture."""
    with Image.open(BytesIO(thumbnail), formats=["WEBP"]) as opened:
        out = BytesIO()
        opened.convert("RGB").save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
