"""What of a trainer's log is kept, and how its losses become a curve. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from photogen.kit.log import without_secrets

HEAD = 1_000_000
"""Characters from the beginning of a log that are kept whatever comes after; of the rest the last `TAIL` are."""
TAIL = 1_000_000
PART = 32_000
"""Characters of one stored part, about."""
POINTS = 300
"""Of a loss curve, at most."""
_LONGEST_LINE = 2_000
_ANCHOR = 200  # characters by whose hash a log is known again
_LEVEL = 0.03  # a loss that moved by less than three in a hundred has not moved
_NOISE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Taken:
    """What is new in a log: `text` in whole lines, without secrets. `anew`: it is not the log that was seen before."""

    text: str
    seen: int
    anchor: str
    anew: bool = False


def take(logs: str, seen: int, anchor: str, *, ended: bool) -> Taken:
    """What a vendor's log has beyond the `seen` characters whose end hashes to `anchor`.

    A line counts once it is ended, since a secret may arrive in two halves, unless the log itself has `ended`. A log
    that has become shorter is an old answer or was deleted: nothing is new in it."""
    if len(logs) < seen:
        return Taken("", seen, anchor)
    anew = seen > 0 and _anchor(logs, seen) != anchor
    begin = 0 if anew else seen
    end = len(logs) if ended else max(begin, _end_of_lines(logs))
    return Taken(_lines(logs[begin:end]), end, _anchor(logs, end), anew)


def _anchor(logs: str, end: int) -> str:
    seen = logs[max(0, end - _ANCHOR) : end]
    return hashlib.sha256(seen.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _end_of_lines(logs: str) -> int:
    # A carriage return at the very end may be the first half of a line's end.
    return max(logs.rfind("\n"), logs.rfind("\r", 0, max(0, len(logs) - 1))) + 1


def _lines(raw: str) -> str:
    """Readable lines. A bar that rewrites its line with a carriage return leaves one line per state."""
    kept = []
    for line in raw.replace("\r", "\n").split("\n"):
        plain = _NOISE.sub("", line).rstrip()
        if plain:
            kept.append(without_secrets(plain[:_LONGEST_LINE]) + "\n")
    return "".join(kept)


def parts(text: str, start: int) -> Iterator[tuple[int, str]]:
    """`text` in parts of whole lines with the place of each, counted from `start`."""
    gathered: list[str] = []
    size = 0
    for line in text.splitlines(keepends=True):
        gathered.append(line)
        size += len(line)
        if size >= PART:
            yield start, "".join(gathered)
            start, gathered, size = start + size, [], 0
    if gathered:
        yield start, "".join(gathered)


def is_kept(start: int, size: int, length: int) -> bool:
    """Whether a part stays in a log that is `length` long by now."""
    return start < HEAD or start + size > length - TAIL


def curve(before: Sequence[Sequence[float]], losses: Sequence[tuple[int, float]]) -> list[list[float]]:
    """The curve [step, loss] with what the log tells now; earlier steps that it no longer tells of stay.

    Thinned to `POINTS`: neighbours become their mean, at the step of the last of them."""
    if not losses:
        return [list(point) for point in before]
    points = [(step, loss) for step, loss in before if step < losses[0][0]] + list(losses)
    first, last = points[0][0], points[-1][0]
    width = max(1.0, (last - first + 1) / POINTS)
    buckets: dict[int, list[tuple[float, float]]] = {}
    for step, loss in points:
        buckets.setdefault(int((step - first) / width), []).append((step, loss))
    return [
        [float(bucket[-1][0]), float(f"{sum(loss for _, loss in bucket) / len(bucket):.5g}")]
        for bucket in buckets.values()
    ]


class Trend(StrEnum):
    """Where a loss curve goes."""

    FALLING = "falling"
    LEVEL = "level"
    RISING = "rising"


def trend(points: Sequence[Sequence[float]]) -> Trend | None:
    """The last third of the curve against its first; None while there is too little of it."""
    third = len(points) // 3
    if third < 2:
        return None
    before = sum(loss for _, loss in points[:third]) / third
    after = sum(loss for _, loss in points[-third:]) / third
    if before <= 0 or abs(after - before) <= _LEVEL * before:
        return Trend.LEVEL
    return Trend.FALLING if after < before else Trend.RISING
