"""What the quota decides: which day it is, and what fits into it. Pure."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from photogen.domain.quota.views import Ask


def day_of(moment: datetime) -> date:
    """The UTC date: 23:59:59 and 00:00:00 are two days."""
    return moment.astimezone(UTC).date()


def resets_at(day: date) -> datetime:
    """When the day after begins."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def fitting(asks: Iterable[Ask], left: int) -> list[Ask]:
    """Those that `left` units pay for, in the order in which they were asked for."""
    taken = []
    for ask in asks:
        if ask.weight <= left:
            left -= ask.weight
            taken.append(ask)
    return taken
