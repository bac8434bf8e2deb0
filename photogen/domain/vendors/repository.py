"""The SQL of circuits and routes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import ARRAY, CursorResult, String, any_, bindparam, func, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from photogen.models.vendor import CircuitState, ImageRoute, VendorCircuit

# --- circuits -------------------------------------------------------------------------------------------------------


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


# --- routes ---------------------------------------------------------------------------------------------------------


_ROUTES = (
    select(ImageRoute)
    .where(col(ImageRoute.model_key) == any_(bindparam("keys", type_=ARRAY(String))), col(ImageRoute.enabled))
    .order_by(ImageRoute.model_key, col(ImageRoute.sort), ImageRoute.id)
)


def routes(session: Session, model_keys: Collection[str]) -> Sequence[ImageRoute]:
    """The enabled routes of these models, in the operator's order."""
    return session.exec(_ROUTES, params={"keys": list(model_keys)}).all()


def routes_at(session: Session, vendor: str) -> Sequence[ImageRoute]:
    """Every route at a vendor, enabled or not."""
    return session.exec(select(ImageRoute).where(ImageRoute.vendor == vendor).order_by(ImageRoute.id)).all()


def vendor_models(session: Session) -> dict[str, set[str]]:
    """By vendor, its names of the models that lead anywhere."""
    found: dict[str, set[str]] = {}
    for vendor, model in session.exec(select(ImageRoute.vendor, ImageRoute.vendor_model)).all():
        found.setdefault(vendor, set()).add(model)
    return found


def set_available(session: Session, route_id: str, now: datetime, *, available: bool) -> None:
    """Writes down what the vendor says of a route; since when it is retired stays as it was."""
    session.execute(
        update(ImageRoute)
        .where(col(ImageRoute.id) == route_id)
        .values(
            available=available,
            checked_at=now,
            retired_at=None if available else func.coalesce(col(ImageRoute.retired_at), now),
        )
        .execution_options(synchronize_session=False)
    )
