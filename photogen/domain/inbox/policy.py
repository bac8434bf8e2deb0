"""When an event is tried again, and what of it can be kept. Pure."""

import re
from datetime import timedelta
from typing import Any

MOST_ATTEMPTS = 12
"""After the last one, about a day and a half after the first, an event waits for the operator."""
KEPT = timedelta(days=14)
"""How long a handled event is kept for the operator. Senders repeat for three days at most, and signatures are good for
minutes."""
_FIRST = timedelta(seconds=30)
_LONGEST = timedelta(hours=6)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def patience(attempts: int) -> timedelta | None:
    """How long after the beginning of attempt number `attempts` (from 1) the next one may begin; None: no next one.

    It is also how long the attempt itself may take before another worker takes the event for abandoned."""
    if attempts >= MOST_ATTEMPTS:
        return None
    return min(_FIRST * (1 << (attempts - 1)), _LONGEST)


def storable(value: Any) -> Any:
    """The same JSON value without NUL and lone surrogates, which JSON may hold and jsonb does not."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        return {storable(name): storable(item) for name, item in value.items()}
    if isinstance(value, list):
        return [storable(item) for item in value]
    return value
