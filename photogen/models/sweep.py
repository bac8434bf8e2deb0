"""How far the sweeper of the storage has come."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from photogen.models.columns import moment


class StorageSweep(SQLModel, table=True):
    """One pass after another through the objects below `prefix`: `after` is the key that was looked at last, "" before
    the first; `missing` counts the objects that this pass did not find."""

    __tablename__ = "storage_sweep"

    prefix: str = Field(primary_key=True, max_length=40)
    after: str = Field(default="", max_length=512)
    missing: int = 0
    looked_at: datetime | None = moment()
    ended_at: datetime | None = moment()
    """When a pass came to its end for the last time."""
