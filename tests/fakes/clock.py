"""A clock that moves when it is told to."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Stands at a given moment; call it for the time. Threads may share it as long as one moves it."""

    def __init__(self, now: datetime = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: float) -> datetime:
        """Moves on by `timedelta(**span)`."""
        self.now += timedelta(**span)
        return self.now
