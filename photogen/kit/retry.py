"""How long to wait before the next try."""

import random

_SPREAD = 0.1
_WIDEST = 1.0


def backoff(attempt: int, *, first: float, most: float, after: float | None = None) -> float:
    """Seconds before try `attempt` + 1 (attempts count from 1): doubling from `first` up to `most`, with jitter.

    Jitter takes off up to half, so that those who failed together don't come back together. `after` is the other side's
    own wish, which is never undercut, but exceeded by up to a tenth, at most a second, for the same reason."""
    delay = min(most, first * 2.0 ** min(attempt - 1, 30))
    delay *= 1 - random.random() / 2  # noqa: S311  (spreads load, guards nothing)
    if after is None or after <= 0:
        return delay
    return max(delay, after + random.random() * min(after * _SPREAD, _WIDEST))  # noqa: S311
