"""Vendors: the ways to the image models, and the circuits that pause what keeps failing. Shared by all processes."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from photogen.models.columns import enum_field, id_field, json_field, moment, now_field


class CostUnit(StrEnum):
    """What a vendor's price is for."""

    PICTURE = "picture"
    MEGAPIXEL = "megapixel"


class ImageRoute(SQLModel, table=True):
    """One way to an image model: a vendor, and its own name for the model. Several may lead to the same one; they are
    tried in the order of `sort`.

    `capabilities` has the fields of gateways.base.Capabilities, of this way alone. `cost_cents` is what the vendor
    takes per `cost_unit`, NULL where it isn't known. `enabled` is the operator's word, `available` the vendor's: it is
    asked at the start and every hour (`checked_at`); `retired_at` is since when it does not serve the model."""

    __tablename__ = "image_route"
    __table_args__ = (UniqueConstraint("model_key", "vendor", "vendor_model"),)

    id: str = id_field()
    model_key: str = Field(max_length=64, foreign_key="image_model.key", ondelete="CASCADE")
    vendor: str = Field(max_length=32)
    vendor_model: str = Field(max_length=120)
    sort: int = 0
    capabilities: dict[str, Any] = json_field()
    cost_cents: float | None = None
    cost_unit: CostUnit = enum_field(CostUnit, CostUnit.PICTURE)
    enabled: bool = True
    available: bool = True
    checked_at: datetime | None = moment()
    retired_at: datetime | None = moment()


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
