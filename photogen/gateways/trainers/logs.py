"""Progress out of a trainer's log.

The bar is tqdm's, named after the job (ai-toolkit, BaseSDTrainProcess): `flux_train_replicate:  12%|█▏  | 119/1000
[01:23<11:07,  1.32it/s, lr: 4.0e-04 loss: 3.512e-01]`. Other bars (`Loading shards`, `Caching latents`) don't count.
"""

import re
from dataclasses import dataclass

_BAR = re.compile(
    r"flux_train_replicate:\s*(\d{1,3})%\|[^|\r\n]{0,200}\|\s*(\d{1,9})/(\d{1,9})"
    r"(?:\s*\[[\d:]{0,20}<(?P<left>[\d:]{1,12}|\?),[^\]\r\n]{0,200}?(?:loss:\s*(?P<loss>[\d.eE+-]{1,30}))?\])?"
)
_END = 64 * 1024  # characters; a bar has a hundred, and a log may have grown to megabytes
_ABSURD = 1e9  # no loss is that large, and means of larger ones may be no number any more; NaN is not below it either
_ALL = 4 * 1024 * 1024  # characters; four thousand steps have half a million


@dataclass(frozen=True)
class Progress:
    """The newest bar of a log; zeroes before the first."""

    step: int = 0
    steps: int = 0
    seconds_left: float | None = None
    loss: float | None = None


def progress(logs: str) -> Progress:
    """The last bar of the text's end, in which `\\r` and `\\n` both end lines."""
    newest = None
    for newest in _BAR.finditer(logs[-_END:]):  # noqa: B007 - the last one is wanted
        pass
    if newest is None:
        return Progress()
    steps = int(newest.group(3))
    return Progress(
        step=min(int(newest.group(2)), steps),
        steps=steps,
        seconds_left=_seconds(newest.group("left")),
        loss=_number(newest.group("loss")),
    )


def losses(logs: str) -> tuple[tuple[int, float], ...]:
    """(step, loss) of every bar that tells one, the last word on each step, in the order of the steps."""
    found: dict[int, float] = {}
    for bar in _BAR.finditer(logs[-_ALL:]):
        loss = _number(bar.group("loss"))
        if loss is not None:
            found[min(int(bar.group(2)), int(bar.group(3)))] = loss
    return tuple(sorted(found.items()))


def _seconds(clock: str | None) -> float | None:
    if not clock or clock == "?":
        return None
    total = 0.0
    for part in clock.split(":"):
        total = total * 60 + (float(part) if part else 0)
    return total


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else None
    except ValueError:
        return None
    return number if number is not None and abs(number) < _ABSURD else None
