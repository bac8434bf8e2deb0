"""How long a log-in lasts. Pure."""

from datetime import datetime, timedelta

SEEN_EVERY = timedelta(minutes=1)
"""How exactly `last_seen_at` is kept: one write a minute, however many requests."""


def expiry(now: datetime, days: int) -> datetime:
    """When a session used at `now` ends, unless it is used again."""
    return now + timedelta(days=days)


def should_slide(last_seen_at: datetime, now: datetime) -> bool:
    """Whether it is time to write down that the session is in use."""
    return now - last_seen_at >= SEEN_EVERY
