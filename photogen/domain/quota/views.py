"""What the quota shows, and what it is asked for. Amounts are units: a picture takes its model's weight."""

from dataclasses import dataclass
from datetime import date, datetime


def is_low(left: int, limit: int) -> bool:
    """Whether less than a fifth is left."""
    return left * 5 < limit


@dataclass(frozen=True, slots=True)
class Ask:
    """One picture that wants to be paid: `weight` of the quota, or `credits`. `key` is its own, for ever."""

    key: str
    model_key: str
    weight: int
    credits: int


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What the pictures of one model took of the day, under way included."""

    model_key: str
    name: str
    pictures: int
    weight: int


@dataclass(frozen=True, slots=True)
class QuotaView:
    """A UTC day. `limit` is 0, and `way` "payg", where pictures are paid with credits alone.

    `used` pictures are there, `held` are under way; `overage` says whether credits pay beyond the limit."""

    day: date
    way: str
    limit: int
    used: int
    held: int
    overage: bool
    resets_at: datetime
    by_model: tuple[ModelUse, ...] = ()

    @property
    def taken(self) -> int:
        """Used and held: what counts against the limit."""
        return self.used + self.held

    @property
    def left(self) -> int:
        """What can still be asked for; 0 where a smaller plan came at noon."""
        return max(0, self.limit - self.taken)

    @property
    def low(self) -> bool:
        """Whether less than a fifth is left."""
        return self.limit > 0 and is_low(self.left, self.limit)
