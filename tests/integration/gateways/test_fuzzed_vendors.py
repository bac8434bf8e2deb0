"""Every call of every vendor's gateway, answered by nonsense: a value of the promised kind, or an error of the house
with a category, in words that a database takes."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from photogen.gateways.base import (
    Category,
    GatewayError,
    ImageJob,
    ImageRequest,
    Picture,
    TrainJob,
    TrainRequest,
)
from photogen.gateways.base_hub import HubRepository
from photogen.gateways.http import Downloads
from photogen.gateways.hub.huggingface import HuggingFaceHub
from photogen.gateways.images.nebius import NebiusImages
from photogen.gateways.images.replicate import ReplicateImages
from photogen.gateways.images.together import TogetherImages
from photogen.gateways.replicate_api import ReplicateApi
from photogen.gateways.trainers.replicate import DESTINATION, TRAINER_MODEL, ReplicateTrainer
from photogen.gateways.webhooks import Forged, ReplicateWebhooks
from photogen.kit.ids import new_id
from tests.factories.oddities import answers
from tests.fakes.odd_server import Answer, OddServer, as_json
from tests.fakes.vendors import png

EXAMPLES = 12
_REFERENCE = new_id()
_BAR = "flux_train_replicate:  12%|█▏  | 119/1000 [01:23<11:07,  1.32it/s, lr: 4.0e-04 loss: 3.512e-01]"
_TRAINING = {
    "id": "t1", "status": "succeeded", "model": TRAINER_MODEL, "version": "a" * 64, "logs": _BAR, "error": None,
    "input": {"wandb_run": _REFERENCE, "input_images": "https://x/v1/files/f1"}, "created_at": "2026-11-25T10:00:00Z",
    "started_at": "2026-11-25T10:00:01Z", "completed_at": "2026-11-25T10:05:01Z",
    "output": {"version": f"studio/{DESTINATION}:{'b' * 64}", "weights": "http://127.0.0.1:9/w.tar"},
    "metrics": {"predict_time": 12.5, "total_time": 14.0},
}  # fmt: skip
_PREDICTION = {
    "id": "p1", "status": "succeeded", "model": "black-forest-labs/flux-dev-lora", "version": "hidden", "logs": "",
    "input": {"prompt": "a fox", "lora_weights": f"https://x/w?ref={_REFERENCE}"}, "output": ["http://127.0.0.1:9/p.png"],
    "created_at": "2026-11-25T10:00:00Z", "error": None, "metrics": {"predict_time": 1.5}, "data_removed": False,
}  # fmt: skip
_INLINE = {"id": "i1", "data": [{"index": 0, "b64_json": base64.b64encode(png()).decode(), "url": None}]}
_REPOSITORY = {
    "_id": "1", "id": "studio/ada", "modelId": "studio/ada", "author": "studio", "sha": "c" * 40, "private": True,
    "gated": False, "disabled": False, "tags": ["lora"], "siblings": [{"rfilename": "README.md", "size": 3}],
    "createdAt": "2026-11-25T10:00:00.000Z", "lastModified": "2026-11-25T10:00:00.000Z", "downloads": 0, "likes": 0,
}  # fmt: skip
_USUAL: dict[str, Any] = {
    "GET /replicate/v1/account": {"type": "user", "username": "studio"},
    f"GET /replicate/v1/models/{TRAINER_MODEL}": {"visibility": "public", "latest_version": {"id": "a" * 64}},
    f"GET /replicate/v1/models/studio/{DESTINATION}": {"visibility": "private", "latest_version": None},
    "POST /replicate/v1/models/.*/trainings": _TRAINING,
    "GET /replicate/v1/trainings/.*": _TRAINING,
    "POST /replicate/v1/trainings/.*/cancel": _TRAINING,
    "GET /replicate/v1/trainings": {"previous": None, "next": None, "results": [_TRAINING]},
    "POST /replicate/v1/models/.*/predictions": _PREDICTION,
    "GET /replicate/v1/predictions/.*": _PREDICTION,
    "POST /replicate/v1/predictions/.*/cancel": _PREDICTION,
    "GET /replicate/v1/predictions": {"previous": None, "next": None, "results": [_PREDICTION]},
    "GET /replicate/v1/models/.*": {"visibility": "public", "latest_version": {"id": "a" * 64}},
    "GET /replicate/v1/webhooks/default/secret": {"key": "whsec_" + base64.b64encode(b"k" * 24).decode()},
    "GET /replicate/v1/files": {"previous": None, "next": None, "results": []},
    "POST /replicate/v1/files": {"id": "f1", "urls": {"get": "https://x/v1/files/f1"}},
    "POST /together/v1/images/generations": _INLINE,
    "GET /together/v1/models": [{"id": "black-forest-labs/FLUX.1-schnell", "type": "image"}],
    "POST /nebius/v1/images/generations": _INLINE,
    "GET /nebius/v1/models": {"object": "list", "data": [{"id": "black-forest-labs/flux-schnell"}]},
    "GET /hub/api/whoami-v2": {"type": "user", "name": "studio", "orgs": []},
    "POST /hub/api/repos/create": {"url": "https://hub.test/studio/ada", "name": "studio/ada", "id": "1"},
    "POST /hub/api/validate-yaml": {"errors": [], "warnings": []},
    "POST /hub/api/models/.*/preupload/main": {
        "files": [{"path": "README.md", "uploadMode": "regular", "shouldIgnore": False}], "commitOid": "c" * 40,
    },
    "POST /hub/api/models/.*/commit/main": {
        "success": True, "commitOid": "d" * 40, "commitUrl": "https://hub.test/studio/ada/commit/d", "hookOutput": "",
    },
    "PUT /hub/api/models/.*/settings": {"private": False, "visibility": "public"},
    "GET /hub/api/models/.*": _REPOSITORY,
    "DELETE /hub/api/repos/delete": "OK",
}  # fmt: skip


@dataclass(frozen=True)
class Gateways:
    """The true ones, all speaking to one odd server."""

    server: OddServer
    folder: Path
    trainer: Callable[[], ReplicateTrainer]
    pictures: ReplicateImages
    together: TogetherImages
    nebius: NebiusImages
    hub: HuggingFaceHub
    downloads: Downloads
    webhooks: Callable[[], ReplicateWebhooks]


@pytest.fixture(scope="module")
def gateways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateways]:
    with OddServer() as server:
        server.usual = {line: as_json(value) for line, value in _USUAL.items()}
        api = ReplicateApi("token", f"{server.url}/replicate")
        downloads = Downloads("vendor", plain_origin=server.url)
        together = TogetherImages("key", downloads, address=f"{server.url}/together")
        nebius = NebiusImages("key", downloads, address=f"{server.url}/nebius")
        hub = HuggingFaceHub("token", owner="studio", address=f"{server.url}/hub")
        yield Gateways(
            server, tmp_path_factory.mktemp("odd"), lambda: ReplicateTrainer(api, downloads),
            ReplicateImages(api, downloads), together, nebius, hub, downloads, lambda: ReplicateWebhooks(api),
        )  # fmt: skip
        for part in (api, downloads, together, nebius, hub):
            part.close()


def training(**changes: Any) -> TrainRequest:
    values: dict[str, Any] = {
        "reference": _REFERENCE, "trigger_word": "ada", "steps": 100, "learning_rate": 4e-4, "lora_rank": 16,
        "autocaption": False, "dataset_url": "https://studio.test/d.zip", "dataset_file": None,
    }  # fmt: skip
    return TrainRequest(**values | changes)


def handed_over(g: Gateways) -> TrainRequest:
    """A training whose photos the vendor can't fetch."""
    file = g.folder / "photos.zip"
    file.write_bytes(b"PK")
    return training(dataset_url=None, dataset_file=file)


PICTURE = ImageRequest(_REFERENCE, "black-forest-labs/flux", "a fox", 1024, 1024, "1:1", 7)
CALLS: dict[str, tuple[str, Callable[[Gateways], Any], tuple[type, ...]]] = {
    "trainer: submit": (
        "POST /replicate/v1/models/.*/trainings", lambda g: g.trainer().submit(training()), (TrainJob,)),
    "trainer: version": (
        f"GET /replicate/v1/models/{TRAINER_MODEL}", lambda g: g.trainer().submit(training()), (TrainJob,)),
    "trainer: destination": (
        f"GET /replicate/v1/models/studio/{DESTINATION}", lambda g: g.trainer().submit(training()), (TrainJob,)),
    "trainer: account": ("GET /replicate/v1/account", lambda g: g.trainer().submit(training()), (TrainJob,)),
    "trainer: file": ("POST /replicate/v1/files", lambda g: g.trainer().submit(handed_over(g)), (TrainJob,)),
    "trainer: check": ("GET /replicate/v1/trainings/.*", lambda g: g.trainer().check("t1"), (TrainJob,)),
    "trainer: find": ("GET /replicate/v1/trainings", lambda g: g.trainer().find(_REFERENCE), (TrainJob, type(None))),
    "trainer: cancel": ("POST /replicate/v1/trainings/.*/cancel", lambda g: g.trainer().cancel("t1"), (type(None),)),
    "replicate: submit": (
        "POST /replicate/v1/models/.*/predictions", lambda g: g.pictures.submit(PICTURE), (ImageJob,)),
    "replicate: check": ("GET /replicate/v1/predictions/.*", lambda g: g.pictures.check("p1"), (ImageJob,)),
    "replicate: find": (
        "GET /replicate/v1/predictions", lambda g: g.pictures.find(_REFERENCE), (ImageJob, type(None))),
    "replicate: cancel": ("POST /replicate/v1/predictions/.*/cancel", lambda g: g.pictures.cancel("p1"), (type(None),)),
    "replicate: models": ("GET /replicate/v1/models/.*", lambda g: g.pictures.available_models({"a/b"}), (frozenset,)),
    "together: submit": ("POST /together/v1/images/generations", lambda g: g.together.submit(PICTURE), (Picture,)),
    "together: models": ("GET /together/v1/models", lambda g: g.together.available_models({"a/b"}), (frozenset,)),
    "nebius: submit": ("POST /nebius/v1/images/generations", lambda g: g.nebius.submit(PICTURE), (Picture,)),
    "nebius: models": ("GET /nebius/v1/models", lambda g: g.nebius.available_models({"a/b"}), (frozenset,)),
    "hub: create": ("POST /hub/api/repos/create", lambda g: publish(g), (HubRepository,)),
    "hub: preupload": ("POST /hub/api/models/.*/preupload/main", lambda g: publish(g), (HubRepository,)),
    "hub: commit": ("POST /hub/api/models/.*/commit/main", lambda g: publish(g), (HubRepository,)),
    "hub: info": ("GET /hub/api/models/.*", lambda g: publish(g), (HubRepository,)),
    "hub: look": ("GET /hub/api/models/.*", lambda g: g.hub.look("studio/ada"), (HubRepository,)),
    "hub: delete": ("DELETE /hub/api/repos/delete", lambda g: g.hub.delete("studio/ada"), (type(None),)),
}  # fmt: skip


def publish(g: Gateways) -> HubRepository:
    return g.hub.publish("ada", {"README.md": b"abc"}, public=False)


def outcome(work: Callable[[], Any], kinds: tuple[type, ...]) -> None:
    """Nothing but what was promised."""
    try:
        found = work()
    except GatewayError as error:
        assert _told(error), vars(error)  # noqa: PT017 (which error it is, is what is asked)
        return
    assert isinstance(found, kinds)
    if isinstance(found, TrainJob):
        assert len(found.vendor_id) <= 80
        assert len(found.version) <= 200


def _told(error: GatewayError) -> bool:
    """Whether it has all that a row is to say of it, and nothing that a database does not take."""
    words = error.words + error.request_id
    storable = "\x00" not in words and not any("\ud800" <= letter <= "\udfff" for letter in words)
    return isinstance(error.category, Category) and bool(error.code and error.public) and storable


def usual(pattern: str) -> Any:
    return _USUAL[pattern]


@pytest.mark.parametrize("call", CALLS)
def test_nonsense_is_an_error_of_the_house(gateways: Gateways, call: str) -> None:
    pattern, work, kinds = CALLS[call]

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(answers(usual(pattern)))
    def holds(answer: Answer) -> None:
        gateways.server.odd = {pattern: answer}
        outcome(lambda: work(gateways), kinds)

    try:
        holds()
    finally:
        gateways.server.odd = {}


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=st.binary(max_size=3000), status=st.sampled_from((200, 302, 403, 404, 500)), owed=st.sampled_from((0, 9)))
def test_weights_and_pictures_that_are_none(gateways: Gateways, body: bytes, status: int, owed: int) -> None:
    gateways.server.odd = {"GET /file": Answer(status, body, "application/x-tar", owed=owed)}
    url = f"{gateways.server.url}/file"
    job = gateways.trainer().check("t1")
    target = gateways.folder / "weights"
    outcome(lambda: gateways.trainer().fetch_weights(_with(job, url), target), ())
    outcome(lambda: gateways.downloads.picture(url), (Picture,))


def _with(job: TrainJob, url: str) -> TrainJob:
    return TrainJob(job.vendor_id, job.state, weights_url=url)


def test_a_log_of_ten_megabytes(gateways: Gateways) -> None:
    giant = json.dumps({**_TRAINING, "status": "processing", "logs": (_BAR + "\r") * 100_000}).encode()
    gateways.server.odd = {"GET /replicate/v1/trainings/.*": Answer(200, giant)}
    job = gateways.trainer().check("t1")
    gateways.server.odd = {}
    assert (job.step, job.steps) == (119, 1000)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(answers(usual("GET /replicate/v1/webhooks/default/secret")))
def test_a_webhook_secret_that_is_none(gateways: Gateways, answer: Answer) -> None:
    gateways.server.odd = {"GET /replicate/v1/webhooks/default/secret": answer}

    def verify() -> None:
        with pytest.raises(Forged):
            gateways.webhooks().verify({"webhook-id": "msg_1"}, b"{}")

    outcome(verify, (type(None),))
