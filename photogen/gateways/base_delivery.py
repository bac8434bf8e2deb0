"""Where browsers fetch a picture from, when not from us."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

CDN = "cdn"
"""The reference in addresses whose answers anybody on the way may keep."""


@dataclass(frozen=True)
class Elsewhere:
    """An address that opens one picture for a while; a browser may remember for `seconds` that it is there."""

    address: str
    seconds: int


class Delivery(Protocol):
    """Addresses at a CDN or at the bucket. Whoever has one needs nothing else: only for who may have the picture."""

    @property
    def origins(self) -> Sequence[str]:
        """Where pictures may come from besides ourselves, as a content security policy names it."""

    def elsewhere(self, key: str, *, filename: str = "", large: bool = False) -> Elsewhere | None:
        """Where to fetch it; None: from us. `filename` is the name for saving, "" to show it; `large` says
        that it is an original and no thumbnail."""
