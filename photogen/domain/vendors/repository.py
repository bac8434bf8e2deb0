"""The SQL of circuits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import CursorResult, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from photogen.models.vendor import CircuitState, VendorCircuit


def unhealthy(session: Session) -> Sequence[VendorCircuit]:
    """Circuits that are not closed, or have failed since their last success."""
    return session.exec(
        select(VendorCircuit)
        .where(or_(col(VendorCircuit.state) != CircuitState.CLOSED, col(VendorCircuit.failures) > 0))
        .order_by(col(VendorCircuit.opened_at), VendorCircuit.vendor, VendorCircuit.operation)
    ).all()


def locked(session: Session, vendor: str, operation: str, now: datetime) -> VendorCircuit:
    """The circuit, locked for update; made where it is missing."""
    session.execute(
        insert(VendorCircuit)
        .values(
            vendor=vendor, operation=operation, state=CircuitState.CLOSED, failures=0, opens=0, code="", category="",
            words="", changed_at=now,
        )
        .on_conflict_do_nothing(index_elements=["vendor", "operation"])
    )  # fmt: skip
    return session.exec(
        select(VendorCircuit)
        .where(VendorCircuit.vendor == vendor, VendorCircuit.operation == operation)
        .with_for_update()
    ).one()


def reserve_probe(session: Session, vendor: str, operation: str, now: datetime, until: datetime) -> bool:
    """Takes the one probe that may go, if nobody has taken it: of all processes exactly one is given True."""
    taken = session.execute(
        update(VendorCircuit)
        .where(
            col(VendorCircuit.vendor) == vendor,
            col(VendorCircuit.operation) == operation,
            col(VendorCircuit.state) != CircuitState.CLOSED,
            col(VendorCircuit.retry_at) <= now,
        )
        .values(state=CircuitState.HALF_OPEN, retry_at=until, changed_at=now)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[object]", taken).rowcount == 1
