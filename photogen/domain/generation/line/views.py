"""Where a batch stands in the line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a batch stands: so many of it wait, so many of others come first, so many are being drawn now in all."""

    waiting: int
    ahead: int
    drawing: int
