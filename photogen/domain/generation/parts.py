"""What the parts of the worker's side share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from photogen.db.lease import Leases
from photogen.db.uow import UowFactory
from photogen.domain.gallery.service import GalleryService
from photogen.domain.generation.config import GenerationConfig
from photogen.domain.generation.policy import Failure
from photogen.domain.generation.settle import Settlement
from photogen.gateways.base import ImageVendor, Storage
from photogen.kit.clock import Clock
from photogen.models.generation import Shot

NOW = timedelta(0)


class Broken(Exception):
    """The shot can't go on; `failure` says why. `ended`: the vendor has said that it draws no more."""

    def __init__(self, failure: Failure, *, ended: bool = False) -> None:
        super().__init__(failure.code)
        self.failure = failure
        self.ended = ended


@dataclass(frozen=True)
class Parts:
    """Collaborators. `paused` names the vendors that are not to be asked for pictures now."""

    uow: UowFactory
    clock: Clock
    storage: Storage
    gallery: GalleryService
    vendors: Mapping[str, ImageVendor]
    paused: Callable[[], Collection[str]]
    config: GenerationConfig
    leases: Leases[Shot]
    settlement: Settlement
