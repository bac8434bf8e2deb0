"""How far the sweeper has come."""

from datetime import datetime

from sqlmodel import Session

from photogen.models.sweep import StorageSweep


def position(session: Session, prefix: str) -> StorageSweep:
    """Where the pass through `prefix` stands; a new one at its beginning."""
    return session.get(StorageSweep, prefix) or StorageSweep(prefix=prefix)


def note(session: Session, prefix: str, after: str, missing: int, now: datetime, *, ended: bool) -> None:
    """Writes down the key that was looked at last; at the end of a pass the next one begins anew."""
    row = position(session, prefix)
    row.after, row.missing = ("", 0) if ended else (after, missing)
    row.looked_at = now
    if ended:
        row.ended_at = now
    session.add(row)
