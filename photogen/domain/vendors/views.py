"""What is known of vendors in trouble. Frozen, without secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class VendorTrouble:
    """An operation of a vendor that is paused. `name` is the vendor's as people know it, `public` the sentence for
    them; somebody asks again at `retry_at` by himself."""

    vendor: str
    name: str
    operation: str
    since: datetime
    retry_at: datetime
    public: str
