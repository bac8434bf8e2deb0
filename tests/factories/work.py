"""Trainings and generations on a test's database, with vendors in memory and the worker in the test's hands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from photogen.db.lease import Leases
from photogen.domain.gallery import GalleryService
from photogen.domain.generation.commands import StartGeneration
from photogen.domain.generation.config import GenerationConfig
from photogen.domain.generation.service import GenerationService
from photogen.domain.incidents import IncidentsService
from photogen.domain.lab.service import LabService
from photogen.domain.leftovers import LeftoversService
from photogen.domain.loras.service import LorasService
from photogen.domain.photosets.service import PhotoSetsService, key_of
from photogen.domain.receipts import ReceiptsService
from photogen.domain.training.commands import StartTraining
from photogen.domain.training.config import TrainingConfig
from photogen.domain.training.service import TrainingService
from photogen.domain.upkeep import UpkeepService
from photogen.domain.vendors import VendorsService
from photogen.domain.vendors.config import VendorsConfig
from photogen.domain.vendors.guarded import GuardedHub, GuardedImages, GuardedTrainer
from photogen.gateways.base import ImageVendor, JobState
from photogen.kit.ids import new_id
from photogen.models import (
    CreditHold,
    HoldState,
    LoraModel,
    LoraVersion,
    Photo,
    PhotoSet,
    PhotoStatus,
    Shot,
    ShotStatus,
    Training,
)
from tests.factories.studio import Studio
from tests.fakes.storage import MemoryStorage
from tests.fakes.vendors import FakeHub, FakeTrainer, InlineVendor, JobVendor, Killed

WEIGHTS = b"safetensors"


class Works:
    """A studio with trainings and generations. `run()` does what waits in the queue; `later(seconds)` moves the clock
    and lets the schedule look."""

    def __init__(self, studio: Studio, *, guarded: bool = False) -> None:
        """`guarded`: vendors stand behind their circuits, as in bootstrap; every look at those is a fresh one."""
        self.studio = studio
        self.clock = studio.clock
        self.queue = studio.queue
        self.credits = studio.credits
        self.storage = MemoryStorage()
        self.trainer = FakeTrainer(weights=WEIGHTS)
        self.hub = FakeHub(now=studio.clock)
        self.inline = InlineVendor()
        self.jobs = JobVendor()
        self.training_config = TrainingConfig(webhook_base="https://studio.test", mark="teststudio")
        self.generation_config = GenerationConfig(storage_pause=0.0)
        self.vendors = self.another_vendors_service()
        self.guarded = guarded
        self.photosets = PhotoSetsService(studio.uow, studio.clock, self.storage)
        self.gallery = GalleryService(studio.uow, studio.clock, self.storage)
        self.incidents = IncidentsService(studio.uow, studio.clock)
        self.leftovers = LeftoversService(studio.uow, studio.clock, self.incidents)
        self.receipts = ReceiptsService(studio.uow, studio.clock)
        self.loras = LorasService(studio.uow, studio.clock, self.storage, self.hub, self.leftovers, self.receipts)
        self.training = self.another_training_service()
        self.upkeep = UpkeepService(self.training.parts)
        both: dict[str, ImageVendor] = {"together": self.inline, "replicate": self.jobs}
        self.generation = GenerationService(
            studio.uow,
            studio.clock,
            studio.credits,
            studio.quota,
            studio.plans,
            self.gallery,
            self.storage,
            {name: GuardedImages(vendor, self.vendors) for name, vendor in both.items()} if guarded else both,
            self.generation_config,
            paused=lambda: self.vendors.paused("submit") if guarded else frozenset(),
        )
        self.lab = LabService(studio.uow, self.clock, self.gallery, self.loras, self.generation)

    def another_vendors_service(self) -> VendorsService:
        """Another process's opinion of the vendors."""
        return VendorsService(
            self.studio.uow,
            self.clock,
            {"together": "Together"},
            {"together": self.inline, "replicate": self.jobs},
            VendorsConfig(refresh=timedelta(0)),
        )

    def another_training_service(self) -> TrainingService:
        """Another worker's."""
        return TrainingService(
            self.studio.uow,
            self.clock,
            self.credits,
            self.studio.plans,
            self.photosets,
            self.loras,
            self.storage,
            GuardedTrainer(self.trainer, self.vendors) if self.guarded else self.trainer,
            GuardedHub(self.hub, self.vendors, "hub") if self.guarded else self.hub,
            self.training_config,
            incidents=self.incidents,
            leftovers=self.leftovers,
        )

    # --- what there is to work with ---

    def photo_set(self, account_id: str, photos: int = 8) -> str:
        """A set with so many accepted photos, their files in the storage."""
        with self.studio.uow() as uow:
            photo_set = PhotoSet(account_id=account_id)
            uow.session.add(photo_set)
            uow.session.flush()
            rows = []
            for n in range(photos):
                id_ = new_id()
                rows.append(
                    Photo(
                        id=id_,
                        set_id=photo_set.id,
                        account_id=account_id,
                        upload_id=f"u{n}",
                        position=n,
                        status=PhotoStatus.ACCEPTED,
                        original_name=f"{n}.jpg",
                        sha256=f"{n:064x}",
                        width=800,
                        height=600,
                        bytes=100,
                        storage_key=key_of(id_),
                    )
                )
            uow.session.add_all(rows)
        for row in rows:
            self.storage.objects[row.storage_key] = (b"\xff\xd8" + bytes(98), "image/jpeg")
        return photo_set.id

    def command(self, account_id: str, **changes: Any) -> StartTraining:
        """A training of eight photos, 1,000 steps, that any plan allows."""
        values: dict[str, Any] = {
            "photo_set_id": changes.pop("photo_set_id", None) or self.photo_set(account_id, changes.pop("photos", 8)),
            "name": "Ada",
            "trigger_word": "adalove",
            "visibility": "private",
            "request_key": new_id(),
        }
        return StartTraining.of(**values | changes)

    def start(self, account_id: str, **changes: Any) -> str:
        """Starts one."""
        return self.training.start(account_id, self.command(account_id, **changes))

    def picture(self, account_id: str, **changes: Any) -> str:
        """Starts a batch."""
        values: dict[str, Any] = {"request_key": new_id(), "model": "base:flux:schnell", "prompt": "a red fox"}
        return self.generation.start(account_id, StartGeneration.of(**values | changes))

    def lora(self, account_id: str, **changes: Any) -> str:
        """A ready model of one version."""
        id_ = new_id()
        values: dict[str, Any] = {"id": id_, "account_id": account_id, "name": "Ada", "trigger_word": "adalove"}
        with self.studio.uow() as uow:
            uow.session.add(LoraModel(**values | changes))
        self.version(id_, is_current=True)
        return id_

    def version(self, model_id: str, **changes: Any) -> str:
        """A version of a model; the first with the model's id."""
        number = changes.get("number", 1)
        id_ = model_id if number == 1 else new_id()
        key = f"weights/{id_}.safetensors"
        values: dict[str, Any] = {
            "id": id_, "lora_model_id": model_id, "number": number, "weights_key": key,
            "hub_repository": f"studio/ada-{id_}", "hub_url": f"https://hub.test/studio/ada-{id_}",
        }  # fmt: skip
        with self.studio.uow() as uow:
            uow.session.add(LoraVersion(**values | changes))
        self.storage.objects[key] = (WEIGHTS, "application/octet-stream")
        return id_

    # --- the worker ---

    def run(self) -> None:
        """Does what waits, and what that pushes."""
        self.queue.drain(
            {
                "advance_training": self.training.advance,
                "clean_up_training": self.training.clean_up,
                "remove_model_version": self.loras.remove,
                "find_strays": self.upkeep.find_strays,
                "advance_shot": self.generation.advance,
                "draw_next": lambda _: self.generation.draw_next(),
                "measure_photos": self.photosets.measure,
            }
        )

    def later(self, seconds: float = 3.0) -> None:
        """Time passes, the schedule looks, the worker works."""
        self.clock.move(seconds=seconds)
        for job in (*self.training.due(), *self.loras.due(), *self.generation.due()):
            self.queue.push(job)
        self.run()

    def kill(self) -> None:
        """Does what waits until the worker is killed (`Killed`); a dead process releases no lease."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Leases, "release", lambda *_: None)
            with pytest.raises(Killed):
                self.run()
        self.queue.waiting.clear()

    def to_training(self, account_id: str, **changes: Any) -> str:
        """A training that the vendor is at."""
        id_ = self.start(account_id, **changes)
        self.run()
        self.trainer.move(JobState.RUNNING, f"t{len(self.trainer.requests)}", step=100, steps=1000, logs="step 100")
        return id_

    def finish(self) -> None:
        """The vendor has done its part; ours follows."""
        self.trainer.move(JobState.SUCCEEDED, f"t{len(self.trainer.requests)}", version="studio/loras:abc")
        self.later()
        self.later()

    # --- what became of it ---

    def row(self, training_id: str) -> Training:
        with self.studio.session() as session:
            return session.get_one(Training, training_id)

    def shots(self, generation_id: str) -> list[Shot]:
        with self.studio.session() as session:
            rows = session.scalars(select(Shot).where(Shot.generation_id == generation_id)).all()
        return sorted(rows, key=lambda shot: shot.number)

    def states(self, generation_id: str) -> list[ShotStatus]:
        return [shot.status for shot in self.shots(generation_id)]

    def holds(self, account_id: str) -> list[tuple[str, int, HoldState]]:
        with self.studio.session() as session:
            rows = session.scalars(select(CreditHold).where(CreditHold.account_id == account_id)).all()
        return sorted((row.key, row.amount, row.state) for row in rows)

    def balance(self, account_id: str) -> int:
        return self.credits.balance(account_id).available

    def sound(self, account_id: str) -> bool:
        """Whether the ledger and the quota add up."""
        return self.credits.audit(account_id) == [] and self.studio.quota.audit(account_id) == []
