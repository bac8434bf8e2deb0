"""Crops that suit a face or a subject. Pure; boxes are left, top, width, height as fractions of the picture."""

from collections.abc import Sequence

from photogen.domain.photosets.faces import Face

Box = tuple[float, float, float, float]

_FACE = 0.3  # of the crop's height: head and shoulders
_ABOVE = 0.42  # of the crop's height above the middle of the face
_SHAPE = 0.8  # width to height: 4:5
_LEAST = (512, 640)  # pixels of width and height that a crop keeps where the picture has them
_STILL = 384  # pixels on the short side under which a crop is not worth suggesting
_MARGIN = 0.15  # of the subject's size, on each side
_WORTH = 0.85  # of the picture's area: a crop that keeps more is none


def around(face: Face, others: Sequence[Face], width: int, height: int) -> Box | None:
    """Head and shoulders of the one with `face`, without the `others`, in a picture of so many pixels. None when they
    stand too close, or hardly anything would be cut off."""
    middle = face.left + face.width / 2
    left = max((o.left + o.width for o in others if o.left + o.width / 2 <= middle), default=0.0)
    right = min((o.left for o in others if o.left + o.width / 2 > middle), default=1.0)
    if left > face.left or right < face.left + face.width:
        return None
    tall = min(max(face.height * height / _FACE, _LEAST[1]), height)
    wide = min(max(tall * _SHAPE, _LEAST[0]), (right - left) * width)
    tall = min(tall, max(wide / _SHAPE, _STILL))
    if min(wide, tall) < min(_STILL, width, height) or face.height * height > tall:
        return None
    part = (wide / width, tall / height)
    box = (
        min(max(middle - part[0] / 2, left), right - part[0]),
        min(max(face.top + face.height / 2 - _ABOVE * part[1], 0.0), 1 - part[1]),
        *part,
    )
    return _rounded(box) if part[0] * part[1] < _WORTH else None


def widened(subject: Box, width: int, height: int) -> Box | None:
    """The subject with room around it. None when too few pixels would be left, or hardly anything would be cut off."""
    side = max(subject[2] * width, subject[3] * height) * (1 + 2 * _MARGIN)
    wide, tall = min(max(side, _LEAST[0]), width), min(max(side, _LEAST[0]), height)
    if min(wide, tall) < _STILL or wide * tall > _WORTH * width * height:
        return None
    part = (wide / width, tall / height)
    left = min(max(subject[0] + subject[2] / 2 - part[0] / 2, 0.0), 1 - part[0])
    top = min(max(subject[1] + subject[3] / 2 - part[1] / 2, 0.0), 1 - part[1])
    return _rounded((left, top, *part))


def worthwhile(box: Box | None, width: int, height: int) -> Box | None:
    """`box` where enough of a picture of so many pixels is left within it, else None."""
    return box if box is not None and min(box[2] * width, box[3] * height) >= _STILL else None


def mapped(box: Box, crop: Box | None) -> Box:
    """A box in a picture that is itself cut to `crop`, in fractions of the whole."""
    left, top, width, height = crop or (0.0, 0.0, 1.0, 1.0)
    return _rounded((left + box[0] * width, top + box[1] * height, box[2] * width, box[3] * height))


def _rounded(box: Box) -> Box:
    left, top = round(box[0], 4), round(box[1], 4)
    return (left, top, min(round(box[2], 4), round(1 - left, 4)), min(round(box[3], 4), round(1 - top, 4)))
