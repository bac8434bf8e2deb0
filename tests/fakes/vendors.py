"""Vendors in memory: they count what they are asked, and break when and how a test wants it.

`breaks` maps a method to errors that its next calls raise, in order. `after` maps a method to errors that come once
the call has had its effect: what a lost answer or a killed worker looks like from our side.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from photogen.gateways.base import (
    Category,
    ImageJob,
    ImageRequest,
    JobState,
    Kept,
    Missing,
    Picture,
    Retry,
    TrainJob,
    TrainRequest,
    Unknown,
)
from photogen.gateways.base_hub import HubRepository
from photogen.kit import guard
from photogen.kit.clock import utc_now


class Killed(BaseException):
    """What a SIGKILL is to the code: nothing below handles it, nothing is written any more."""


def missing(what: str = "it") -> Missing:
    return Missing(f"{what} is gone.", vendor="fake", code="missing", category=Category.PROVIDER)


def busy(after: float | None = None) -> Retry:
    return Retry("The service is busy.", after=after, vendor="fake", code="rate_limited", category=Category.RATE_LIMIT)


def lost() -> Unknown:
    return Unknown("The answer was lost.", vendor="fake", code="answer_lost", category=Category.NETWORK)


@dataclass
class _Breakable:
    breaks: dict[str, list[BaseException]] = field(default_factory=dict)
    after: dict[str, list[BaseException]] = field(default_factory=dict)
    during: dict[str, Callable[[], object]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)

    def _enter(self, name: str) -> None:
        guard.outside_call(name)
        self.calls[name] += 1
        if self.breaks.get(name):
            raise self.breaks[name].pop(0)
        if name in self.during:
            self.during.pop(name)()

    def _leave(self, name: str) -> None:
        if self.after.get(name):
            raise self.after[name].pop(0)


@dataclass
class FakeTrainer(_Breakable):
    """Trainings by vendor id; `jobs[id] = replace(...)` moves one on."""

    name: str = "fake"
    jobs: dict[str, TrainJob] = field(default_factory=dict)
    requests: list[TrainRequest] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    cleaned: Counter[str] = field(default_factory=Counter)
    rounds_to_clean: int = 1
    weights: bytes = b"safetensors"
    things: dict[str, Kept] = field(default_factory=dict)

    def submit(self, request: TrainRequest) -> TrainJob:
        self._enter("submit")
        self.requests.append(request)
        job = TrainJob(f"t{len(self.requests)}", JobState.WAITING)
        self.jobs[job.vendor_id] = job
        self._leave("submit")
        return job

    def accept_late(self, reference: str) -> None:
        """A request whose answer got lost arrives after all."""
        self.requests.append(TrainRequest(reference, "late", 1000, 4e-4, 16, True, None, None))
        self.jobs[f"t{len(self.requests)}"] = TrainJob(f"t{len(self.requests)}", JobState.WAITING)

    def find(self, reference: str) -> TrainJob | None:
        self._enter("find")
        at = next((n for n, request in enumerate(self.requests, 1) if request.reference == reference), None)
        return self.jobs[f"t{at}"] if at else None

    def check(self, vendor_id: str) -> TrainJob:
        self._enter("check")
        if vendor_id not in self.jobs:
            raise missing("The training")
        return self.jobs[vendor_id]

    def cancel(self, vendor_id: str) -> None:
        self._enter("cancel")
        self.cancelled.append(vendor_id)
        if self.jobs[vendor_id].state in {JobState.WAITING, JobState.RUNNING}:
            self.jobs[vendor_id] = replace(self.jobs[vendor_id], state=JobState.CANCELLED)

    def fetch_weights(self, job: TrainJob, target: Path) -> None:
        self._enter("fetch_weights")
        target.write_bytes(self.weights)
        self._leave("fetch_weights")

    def clean_up(self, reference: str, job: TrainJob | None) -> bool:
        self._enter("clean_up")
        self.things = {id_: kept for id_, kept in self.things.items() if kept.reference != reference}
        if job is None:
            return True
        self.cleaned[job.vendor_id] += 1
        if self.cleaned[job.vendor_id] < self.rounds_to_clean:
            return False
        self.things.pop(job.version.rpartition(":")[2], None)
        return True

    def kept(self) -> Iterator[Kept]:
        self._enter("kept")
        yield from list(self.things.values())

    def discard(self, kept: Kept) -> bool:
        self._enter("discard")
        self.things.pop(kept.id, None)
        return True

    def move(self, state: JobState, vendor_id: str = "t1", **values: Any) -> None:
        """The training stands there now."""
        self.jobs[vendor_id] = replace(self.jobs[vendor_id], state=state, **values)


@dataclass
class FakeHub(_Breakable):
    """Repositories by id."""

    repositories: dict[str, HubRepository] = field(default_factory=dict)
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    now: Callable[[], datetime] = utc_now

    def publish(self, name: str, files: Mapping[str, Path | bytes], *, public: bool) -> HubRepository:
        self._enter("publish")
        id_ = name if "/" in name else f"studio/{name}"
        self.files[id_] = {k: v if isinstance(v, bytes) else v.read_bytes() for k, v in files.items()}
        sizes = {path: len(data) for path, data in self.files[id_].items()}
        card = self.files[id_].get("README.md", b"").decode()
        tags = frozenset(re.findall(r"[\w:-]+", next((x for x in card.splitlines() if x.startswith("tags:")), "")))
        repository = HubRepository(id_, not public, sizes, f"https://hub.test/{id_}", tags, self.now())
        self.repositories[id_] = repository
        self._leave("publish")
        return repository

    def look(self, repository_id: str) -> HubRepository:
        self._enter("look")
        if repository_id not in self.repositories:
            raise missing("The repository")
        return self.repositories[repository_id]

    def make_private(self, repository_id: str) -> HubRepository:
        self._enter("make_private")
        self.repositories[repository_id] = replace(self.look(repository_id), private=True)
        return self.repositories[repository_id]

    def owned(self) -> Iterator[HubRepository]:
        self._enter("owned")
        yield from list(self.repositories.values())

    def delete(self, repository_id: str) -> None:
        self._enter("delete")
        self.repositories.pop(repository_id if "/" in repository_id else f"studio/{repository_id}", None)


def png(seed: int = 0, width: int = 96, height: int = 64) -> bytes:
    """A small true picture."""
    out = BytesIO()
    Image.new("RGB", (width, height), (seed % 256, 90, 120)).save(out, "PNG")
    return out.getvalue()


@dataclass
class InlineVendor(_Breakable):
    """Answers with the picture at once, and can't tell afterwards (as Together)."""

    name: str = "together"
    retired: frozenset[str] = frozenset()
    requests: list[ImageRequest] = field(default_factory=list)
    data: bytes | None = None

    def submit(self, request: ImageRequest) -> Picture | ImageJob:
        self._enter("submit")
        self.requests.append(request)
        self._leave("submit")
        return Picture(self.data or png(request.seed), "image/png")

    def find(self, reference: str) -> ImageJob | None:
        self._enter("find")
        raise lost()

    def check(self, vendor_id: str) -> ImageJob:
        raise missing()

    def cancel(self, vendor_id: str) -> None:
        self._enter("cancel")

    def fetch(self, job: ImageJob) -> Picture:
        raise missing()

    def available_models(self, among: Collection[str]) -> frozenset[str]:
        self._enter("available_models")
        return frozenset(among) - self.retired


@dataclass
class JobVendor(_Breakable):
    """Accepts, and is asked afterwards (as Replicate)."""

    name: str = "replicate"
    retired: frozenset[str] = frozenset()
    requests: list[ImageRequest] = field(default_factory=list)
    jobs: dict[str, ImageJob] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)
    data: bytes | None = None

    def submit(self, request: ImageRequest) -> Picture | ImageJob:
        self._enter("submit")
        self.requests.append(request)
        job = ImageJob(f"p{len(self.requests)}", JobState.WAITING)
        self.jobs[job.vendor_id] = job
        self._leave("submit")
        return job

    def find(self, reference: str) -> ImageJob | None:
        self._enter("find")
        at = next((n for n, request in enumerate(self.requests, 1) if request.reference == reference), None)
        return self.jobs[f"p{at}"] if at else None

    def check(self, vendor_id: str) -> ImageJob:
        self._enter("check")
        return self.jobs[vendor_id]

    def cancel(self, vendor_id: str) -> None:
        self._enter("cancel")
        self.cancelled.append(vendor_id)

    def fetch(self, job: ImageJob) -> Picture:
        self._enter("fetch")
        return Picture(self.data or png(), "image/png")

    def available_models(self, among: Collection[str]) -> frozenset[str]:
        self._enter("available_models")
        return frozenset(among) - self.retired

    def move(self, state: JobState, vendor_id: str = "p1", **values: Any) -> None:
        """The job stands there now."""
        self.jobs[vendor_id] = replace(self.jobs[vendor_id], state=state, **values)
