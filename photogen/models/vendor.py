"""Circuits: which operations of which vendors are paused because they kept failing. Shared by all processes."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from photogen.models.columns import enum_field, moment, now_field


class CircuitState(StrEnum):
    """Closed lets calls through, open none, half-open one: the probe."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class VendorCircuit(SQLModel, table=True):
    """One operation of one vendor. There is a row only for what has failed once; `failures` are those in a row.

    `retry_at` is when the next probe may go: of an open circuit when its pause is over, of a half-open one when a probe
    that said nothing (its worker was killed) is given up. `opens` counts pauses in a row: each is longer."""

    __tablename__ = "vendor_circuit"

    vendor: str = Field(primary_key=True, max_length=32)
    operation: str = Field(primary_key=True, max_length=32)
    state: CircuitState = enum_field(CircuitState, CircuitState.CLOSED)
    failures: int = 0
    opens: int = 0
    opened_at: datetime | None = moment()
    retry_at: datetime | None = moment()
    code: str = Field(default="", max_length=60)
    category: str = Field(default="", max_length=32)
    words: str = Field(default="", max_length=2000)
    changed_at: datetime = now_field()
