"""A vendor that answers nonsense, from its wire up to the row: the row is never stuck. It is looked at again, or it has
failed with a category, words and a way on; the credits agree; a page can show it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from photogen.domain.generation import policy as shots
from photogen.domain.generation.config import GenerationConfig
from photogen.domain.generation.service import GenerationService
from photogen.domain.training import policy
from photogen.gateways.http import Downloads
from photogen.gateways.images.replicate import ReplicateImages
from photogen.gateways.images.together import TogetherImages
from photogen.gateways.replicate_api import ReplicateApi
from photogen.gateways.trainers.replicate import ReplicateTrainer
from photogen.models import ImageRoute, Shot, Training, TrainingStatus
from tests.factories.oddities import answers
from tests.factories.work import Works
from tests.fakes.odd_server import Answer, OddServer, as_json
from tests.fakes.vendors import FakeTrainer

EXAMPLES = 12
_BAR = "flux_train_replicate:  12%|█▏  | 119/1000 [01:23<11:07,  1.32it/s, lr: 4.0e-04 loss: 3.512e-01]"
_TRAINING: dict[str, Any] = {
    "id": "t1", "status": "processing", "logs": _BAR, "error": None, "input": {"input_images": "https://x/d.zip"},
    "created_at": "2026-11-25T10:00:00Z", "started_at": "2026-11-25T10:00:01Z", "metrics": {"predict_time": 12.5},
    "output": {"version": f"studio/loras:{'b' * 64}", "weights": "http://127.0.0.1:9/w.tar"}, "model": "a/b",
}  # fmt: skip
_PREDICTION: dict[str, Any] = {
    "id": "p1", "status": "processing", "logs": "", "error": None, "input": {"prompt": "a fox"}, "data_removed": False,
    "output": ["http://127.0.0.1:9/p.png"], "created_at": "2026-11-25T10:00:00Z", "metrics": {"predict_time": 1.5},
}  # fmt: skip
_ENDINGS = ("starting", "processing", "succeeded", "failed", "canceled", "aborted", "paused", "\x00")
_quick = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def server() -> Iterator[OddServer]:
    with OddServer() as server:
        yield server


@dataclass(frozen=True)
class Clients:
    """The true ones, of the odd server."""

    trainer: ReplicateTrainer
    replicate: ReplicateImages
    together: TogetherImages


@pytest.fixture
def clients(server: OddServer) -> Iterator[Clients]:
    api, downloads = ReplicateApi("token", server.url), Downloads("vendor", plain_origin=server.url)
    together = TogetherImages("key", downloads, address=server.url)
    yield Clients(ReplicateTrainer(api, downloads), ReplicateImages(api, downloads), together)
    for part in (api, downloads, together):
        part.close()


def holds_for_a_training(works: Works, account: str, row: Training) -> None:
    """It goes on, or it says why not."""
    view = works.training.get(account, row.id)
    if row.status in policy.FINAL:
        assert row.status is TrainingStatus.FAILED
        assert row.error_category
        assert row.error_code
        assert view.advice
    else:
        assert row.next_check_at is not None
    assert row.lease_until is None
    assert works.credits.audit(account) == []


@_quick
@given(answers(_TRAINING), st.sampled_from(_ENDINGS))
def test_a_training(works: Works, clients: Clients, server: OddServer, answer: Answer, status: str) -> None:
    works.trainer = FakeTrainer()
    works.training = works.another_training_service()
    account = works.studio.account(credits=100, plan="creator")
    id_ = works.to_training(account)
    works.trainer = clients.trainer  # type: ignore[assignment]
    works.training = works.another_training_service()
    usual = {**_TRAINING, "status": status}
    server.usual = {"GET /v1/trainings/.*": as_json(usual), "POST /v1/trainings/.*/cancel": as_json(usual)}
    server.odd = {"GET /v1/trainings/.*": answer}
    works.later()
    holds_for_a_training(works, account, works.row(id_))
    works.later(60)
    holds_for_a_training(works, account, works.row(id_))


def test_a_giant_log(works: Works, clients: Clients, server: OddServer) -> None:
    account = works.studio.account(credits=100, plan="creator")
    id_ = works.to_training(account)
    works.trainer = clients.trainer  # type: ignore[assignment]
    works.training = works.another_training_service()
    logs = "\x00\ud800 a line\r\n" * 200_000 + (_BAR + "\r") * 60_000
    server.odd = {"GET /v1/trainings/.*": Answer(200, json.dumps({**_TRAINING, "logs": logs}).encode())}
    works.later()
    row = works.row(id_)
    assert (row.status, row.step) == (TrainingStatus.TRAINING, 119)
    holds_for_a_training(works, account, row)


def drawing(works: Works, clients: Clients) -> GenerationService:
    """Pictures by the true clients; what an earlier answer said of the models is forgotten."""
    with works.studio.uow() as uow:
        uow.session.execute(update(ImageRoute).values(available=True, retired_at=None))
    return GenerationService(
        works.studio.uow, works.clock, works.credits, works.studio.quota, works.studio.plans, works.gallery,
        works.storage,
        {"together": clients.together, "replicate": clients.replicate}, GenerationConfig(storage_pause=0.0),
    )  # fmt: skip


def holds_for_a_shot(works: Works, account: str, row: Shot) -> None:
    """It goes on, or it says why not."""
    if row.status in shots.FINAL:
        assert row.image_id or (row.error_category and row.error_code)
    else:
        assert row.next_check_at is not None
    assert row.lease_until is None
    assert works.credits.audit(account) == []
    assert works.generation.recent(account)


@_quick
@given(answers(_PREDICTION), st.sampled_from(("submit", "check")), st.sampled_from(_ENDINGS))
def test_a_picture_of_a_model(
    works: Works, clients: Clients, server: OddServer, answer: Answer, when: str, status: str
) -> None:
    works.generation = drawing(works, clients)
    account = works.studio.account(credits=10, plan="creator")
    usual = as_json({**_PREDICTION, "status": status})
    line = {"submit": "POST /v1/models/.*/predictions", "check": "GET /v1/predictions/.*"}[when]
    server.usual = {"POST /v1/models/.*/predictions": usual, "GET /v1/predictions/.*": usual, "POST .*/cancel": usual}
    server.odd = {line: answer}
    batch = works.picture(account, model=f"lora:{works.lora(account)}")
    works.run()
    works.later()
    holds_for_a_shot(works, account, works.shots(batch)[0])
    works.later(60)
    holds_for_a_shot(works, account, works.shots(batch)[0])


@_quick
@given(answers({"id": "i1", "data": [{"index": 0, "b64_json": "iVBORw0KGgo=", "url": None}]}))
def test_a_picture_in_the_answer(works: Works, clients: Clients, server: OddServer, answer: Answer) -> None:
    works.generation = drawing(works, clients)
    account = works.studio.account(credits=10, plan="creator")
    server.usual = {}
    server.odd = {"POST /v1/images/generations": answer}
    batch = works.picture(account)
    works.run()
    works.later(60)
    holds_for_a_shot(works, account, works.shots(batch)[0])
