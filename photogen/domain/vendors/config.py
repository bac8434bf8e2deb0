"""Numbers that an installation may choose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class VendorsConfig:
    """When a vendor's operation is paused, and for how long."""

    failures: int = 5
    """Faults of the vendor in a row after which nobody asks for a while."""
    first_pause: timedelta = timedelta(seconds=10)
    longest_pause: timedelta = timedelta(minutes=5)
    """The first pause after a healthy time, doubled by every probe that fails up to the longest."""
    probe: timedelta = timedelta(seconds=30)
    """After which a probe that has said nothing is given up, and another may go."""
    refresh: timedelta = timedelta(seconds=1)
    """How old a process's knowledge of the circuits may be."""
