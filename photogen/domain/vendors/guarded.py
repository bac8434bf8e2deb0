"""Gateways behind their circuits: the same methods, so that whoever calls them need not know."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from photogen.domain.vendors.service import VendorsService
from photogen.gateways.base import (
    ImageJob,
    ImageRequest,
    ImageVendor,
    Kept,
    Picture,
    Trainer,
    TrainJob,
    TrainRequest,
)
from photogen.gateways.base_hub import Hub, HubRepository


class GuardedImages:
    """An ImageVendor behind its circuits."""

    def __init__(self, vendor: ImageVendor, vendors: VendorsService) -> None:
        self._vendor = vendor
        self._vendors = vendors
        self.name = vendor.name

    def submit(self, request: ImageRequest) -> Picture | ImageJob:
        return self._vendors.call(self.name, "submit", lambda: self._vendor.submit(request), paid=True)

    def find(self, reference: str) -> ImageJob | None:
        return self._vendors.call(self.name, "find", lambda: self._vendor.find(reference))

    def check(self, vendor_id: str) -> ImageJob:
        return self._vendors.call(self.name, "check", lambda: self._vendor.check(vendor_id))

    def cancel(self, vendor_id: str) -> None:
        self._vendors.call(self.name, "cancel", lambda: self._vendor.cancel(vendor_id))

    def fetch(self, job: ImageJob) -> Picture:
        return self._vendors.call(self.name, "fetch", lambda: self._vendor.fetch(job))

    def available_models(self, among: Collection[str]) -> frozenset[str]:
        return self._vendors.call(self.name, "available_models", lambda: self._vendor.available_models(among))

    def close(self) -> None:
        self._vendor.close()


class GuardedTrainer:
    """A Trainer behind its circuits."""

    def __init__(self, trainer: Trainer, vendors: VendorsService) -> None:
        self._trainer = trainer
        self._vendors = vendors
        self.name = trainer.name

    def submit(self, request: TrainRequest) -> TrainJob:
        return self._vendors.call(self.name, "submit_training", lambda: self._trainer.submit(request), paid=True)

    def find(self, reference: str) -> TrainJob | None:
        return self._vendors.call(self.name, "find_training", lambda: self._trainer.find(reference))

    def check(self, vendor_id: str) -> TrainJob:
        return self._vendors.call(self.name, "check_training", lambda: self._trainer.check(vendor_id))

    def cancel(self, vendor_id: str) -> None:
        self._vendors.call(self.name, "cancel_training", lambda: self._trainer.cancel(vendor_id))

    def fetch_weights(self, job: TrainJob, target: Path) -> None:
        self._vendors.call(self.name, "fetch_weights", lambda: self._trainer.fetch_weights(job, target))

    def clean_up(self, reference: str, job: TrainJob | None) -> bool:
        return self._vendors.call(self.name, "clean_up_training", lambda: self._trainer.clean_up(reference, job))

    def kept(self) -> Iterator[Kept]:
        return iter(self._vendors.call(self.name, "list_kept", lambda: list(self._trainer.kept())))

    def discard(self, kept: Kept) -> bool:
        return self._vendors.call(self.name, "discard", lambda: self._trainer.discard(kept))


class GuardedHub:
    """A Hub behind its circuits. `name` is the vendor's key."""

    def __init__(self, hub: Hub, vendors: VendorsService, name: str) -> None:
        self._hub = hub
        self._vendors = vendors
        self.name = name

    def publish(self, name: str, files: Mapping[str, Path | bytes], *, public: bool) -> HubRepository:
        return self._vendors.call(self.name, "publish", lambda: self._hub.publish(name, files, public=public))

    def look(self, repository_id: str) -> HubRepository:
        return self._vendors.call(self.name, "look", lambda: self._hub.look(repository_id))

    def make_private(self, repository_id: str) -> HubRepository:
        return self._vendors.call(self.name, "make_private", lambda: self._hub.make_private(repository_id))

    def owned(self) -> Iterator[HubRepository]:
        return iter(self._vendors.call(self.name, "list_owned", lambda: list(self._hub.owned())))

    def delete(self, repository_id: str) -> None:
        self._vendors.call(self.name, "delete", lambda: self._hub.delete(repository_id))
