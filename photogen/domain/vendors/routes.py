"""Steps on the table of routes: they join the caller's unit of work."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from pydantic import TypeAdapter

from photogen.db.uow import UnitOfWork
from photogen.domain.vendors import repository
from photogen.domain.vendors.routing import Route
from photogen.gateways.base import Capabilities
from photogen.models.vendor import ImageRoute

_CAPABILITIES = TypeAdapter(Capabilities)


def routes_of(uow: UnitOfWork, model_keys: Collection[str]) -> dict[str, list[Route]]:
    """The enabled routes of each model, the preferred first. Raises pydantic's ValidationError for capabilities that an
    operator mistyped."""
    found: dict[str, list[Route]] = {key: [] for key in model_keys}
    for row in repository.routes(uow.session, model_keys):
        found[row.model_key].append(_route(row))
    return found


def retire(uow: UnitOfWork, route_id: str, now: datetime) -> None:
    """The vendor has said that it no longer serves this: nobody asks for it until its own list says otherwise."""
    repository.set_available(uow.session, route_id, now, available=False)


def capabilities(stored: Mapping[str, object]) -> Capabilities:
    """A row's JSON as a type. Raises pydantic's ValidationError for what an operator mistyped."""
    return _CAPABILITIES.validate_python(stored)


def _route(row: ImageRoute) -> Route:
    return Route(
        id=row.id,
        model_key=row.model_key,
        vendor=row.vendor,
        vendor_model=row.vendor_model,
        can=capabilities(row.capabilities),
        cost_cents=row.cost_cents,
        cost_unit=row.cost_unit,
        ready=row.available,
    )
