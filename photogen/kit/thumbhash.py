"""ThumbHash: a picture's blurred look in about 25 bytes, shown while the real one loads. https://evanw.github.io/thumbhash/

Opaque pictures only: everything that we store has been flattened.
"""

import base64
import math

import numpy as np
import numpy.typing as npt

MAX_SIDE = 100
"""The longest side in pixels that `encode` takes: a hash holds at most 7 cosines a side, more pixels change nothing."""

_Channel = tuple[float, list[float], float]


def _cosines(count: int, size: int) -> npt.NDArray[np.float64]:
    return np.cos(math.pi / size * np.outer(np.arange(count), np.arange(size) + 0.5))


def _channel(values: npt.NDArray[np.float64], nx: int, ny: int) -> _Channel:
    """The mean, the remaining coefficients of the lower left triangle scaled to 0..1, and their scale."""
    height, width = values.shape
    table = _cosines(ny, height) @ values @ _cosines(nx, width).T / (width * height)
    waves = [float(table[cy, cx]) for cy in range(ny) for cx in range(nx) if (cx or cy) and cx * ny < nx * (ny - cy)]
    scale = max(map(abs, waves))
    return float(table[0, 0]), [0.5 + 0.5 / scale * wave if scale else 0.5 for wave in waves], scale


def _round(value: float) -> int:
    return math.floor(value + 0.5)  # as JavaScript rounds


def encode(width: int, height: int, rgb: bytes) -> str:
    """The ThumbHash, base64, of `width` x `height` pixels of interleaved 8-bit RGB. At most 36 characters.

    Raises ValueError when a side is over MAX_SIDE or the bytes are not width * height * 3."""
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE) or len(rgb) != width * height * 3:
        raise ValueError(f"{len(rgb)} bytes are no {width} x {height} RGB picture of at most {MAX_SIDE} pixels a side")
    red, green, blue = np.moveaxis(np.frombuffer(rgb, np.uint8).reshape(height, width, 3) / 255, 2, 0)
    longest = max(width, height)
    lx, ly = max(1, _round(7 * width / longest)), max(1, _round(7 * height / longest))
    l_mean, l_waves, l_scale = _channel((red + green + blue) / 3, max(3, lx), max(3, ly))
    p_mean, p_waves, p_scale = _channel((red + green) / 2 - blue, 3, 3)
    q_mean, q_waves, q_scale = _channel(red - green, 3, 3)
    landscape = width > height
    head = (
        _round(63 * l_mean)
        | _round(31.5 + 31.5 * p_mean) << 6
        | _round(31.5 + 31.5 * q_mean) << 12
        | _round(31 * l_scale) << 18
    )
    shape = (ly if landscape else lx) | _round(63 * p_scale) << 3 | _round(63 * q_scale) << 9 | landscape << 15
    nibbles = [_round(15 * wave) for wave in (*l_waves, *p_waves, *q_waves)]
    nibbles += [0] * (len(nibbles) % 2)
    body = bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True))
    return base64.b64encode(head.to_bytes(3, "little") + shape.to_bytes(2, "little") + body).decode()


def average(text: str) -> str:
    """The mean colour of a ThumbHash, base64, as CSS writes it (`#a1b2c3`). Raises ValueError for what is none."""
    data = base64.b64decode(text, validate=True)
    if len(data) < 5:
        raise ValueError("this is no ThumbHash")
    head = int.from_bytes(data[:3], "little")
    light, p, q = (head & 63) / 63, (head >> 6 & 63) / 31.5 - 1, (head >> 12 & 63) / 31.5 - 1
    blue = light - 2 / 3 * p
    red = (3 * light - blue + q) / 2
    return "#" + "".join(f"{_round(255 * min(1, max(0, value))):02x}" for value in (red, red - q, blue))
