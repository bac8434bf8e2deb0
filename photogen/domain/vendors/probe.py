"""Asks the vendors what they serve, at the start and every hour, and marks the routes by it."""

from __future__ import annotations

from collections.abc import Mapping

from photogen.db.uow import UowFactory
from photogen.domain.vendors import repository
from photogen.gateways.base import GatewayError, ImageVendor
from photogen.kit import log
from photogen.kit.clock import Clock

_log = log.get("vendors")


class Probe:
    """`vendors` are those that are set up here, by name."""

    def __init__(self, uow: UowFactory, clock: Clock, vendors: Mapping[str, ImageVendor]) -> None:
        self._uow = uow
        self._clock = clock
        self._vendors = vendors

    def __call__(self) -> None:
        """One round. A vendor that can't be asked marks nothing: its routes stay what they were."""
        with self._uow() as uow:
            wanted = repository.vendor_models(uow.session)
        for name, models in wanted.items():
            vendor = self._vendors.get(name)
            if vendor is None:
                continue
            try:
                served = vendor.available_models(models)
            except GatewayError as error:
                _log.warning("vendor could not be asked for its models", vendor=name, code=error.code)
                continue
            with self._uow() as uow:
                now = self._clock()
                for row in repository.routes_at(uow.session, name):
                    there = row.vendor_model in served
                    if there is not row.available:
                        say = _log.info if there else _log.warning
                        say("route changed", vendor=name, model=row.vendor_model, available=there)
                    repository.set_available(uow.session, row.id, now, available=there)
