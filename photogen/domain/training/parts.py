"""What the parts of this room share."""

from __future__ import annotations

from dataclasses import dataclass

from photogen.db.lease import Leases
from photogen.db.uow import UowFactory
from photogen.domain.credits.service import CreditsService
from photogen.domain.incidents import IncidentsService
from photogen.domain.leftovers import LeftoversService
from photogen.domain.loras.service import LorasService
from photogen.domain.photosets.service import PhotoSetsService
from photogen.domain.training.config import TrainingConfig
from photogen.domain.training.settle import Settlement
from photogen.gateways.base import Storage, Trainer
from photogen.gateways.base_hub import Hub
from photogen.kit.clock import Clock
from photogen.models.training import Training


@dataclass(frozen=True)
class Parts:
    """Collaborators of the worker's side."""

    uow: UowFactory
    clock: Clock
    credits: CreditsService
    photosets: PhotoSetsService
    loras: LorasService
    storage: Storage
    trainer: Trainer
    hub: Hub
    config: TrainingConfig
    leases: Leases[Training]
    settlement: Settlement
    incidents: IncidentsService
    leftovers: LeftoversService
