"""Numbers that an installation may choose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class GenerationConfig:
    """How patient the shots are. `webhook_base` is this installation's address, "" where vendors can't reach it."""

    lease: timedelta = timedelta(seconds=30)
    poll: timedelta = timedelta(seconds=1)
    """How often a young shot is asked about; older ones are asked less often."""
    pickup: timedelta = timedelta(seconds=5)
    """When the schedule takes up a row whose job got lost."""
    grace: timedelta = timedelta(seconds=20)
    """How long a request of a killed worker may still arrive at the vendor."""
    longest: timedelta = timedelta(minutes=15)
    """After which a shot is given up."""
    longest_pause: timedelta = timedelta(minutes=5)
    """How long a shot waits for a vendor that is paused, where no other can draw it."""
    weights_ttl: timedelta = timedelta(hours=1)
    storage_pause: float = 0.3
    """Seconds before bytes that were paid for are offered to the storage again."""
    webhook_base: str = ""
