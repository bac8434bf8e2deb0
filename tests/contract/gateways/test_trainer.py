"""A training at Replicate, from the photos to checked weights, and what can go wrong on the way."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from photogen.gateways.base import Category, Fix, JobState, Missing, Retry, Stop, TrainJob, TrainRequest, Unknown
from photogen.gateways.replicate_api import ReplicateApi
from photogen.gateways.trainers import replicate
from photogen.gateways.trainers.replicate import DESTINATION, ReplicateTrainer
from photogen.gateways.trainers.weights import check
from photogen.kit.ids import new_id
from tests.contract.recording import RecordedSandbox

CREATE = "trainings.create"


def finished(trainer: ReplicateTrainer, job: TrainJob) -> TrainJob:
    deadline = time.monotonic() + 30
    while job.state in (JobState.WAITING, JobState.RUNNING):
        assert time.monotonic() < deadline, "the training did not end"
        time.sleep(0.02)
        job = trainer.check(job.vendor_id)
    return job


def test_photos_become_checked_weights(
    trainer: ReplicateTrainer, train_request: TrainRequest, tmp_path: Path, vendors_side: RecordedSandbox
) -> None:
    job = finished(trainer, trainer.submit(train_request))
    assert (job.state, job.step, job.steps) == (JobState.SUCCEEDED, 100, 100)
    target = tmp_path / "lora.safetensors"
    trainer.fetch_weights(job, target)
    check(target)
    assert [path.name for path in tmp_path.glob("lora*")] == ["lora.safetensors"]
    (sent,) = vendors_side.accepted(operation=CREATE)
    assert sent["body"]["destination"] == f"sandbox/{DESTINATION}"
    assert train_request.reference in json.dumps(sent["body"]["input"])


def test_the_destination_is_private_and_made_once(
    trainer: ReplicateTrainer, train_request: TrainRequest, replicate_api: ReplicateApi, vendors_side: RecordedSandbox
) -> None:
    trainer.submit(train_request)
    trainer.submit(replace(train_request, reference=new_id()))
    assert len(vendors_side.requests(operation="models.create")) == 1
    assert replicate_api.get(f"/v1/models/sandbox/{DESTINATION}")["visibility"] == "private"


def test_no_training_starts_into_a_public_model(
    trainer: ReplicateTrainer, train_request: TrainRequest, replicate_api: ReplicateApi, vendors_side: RecordedSandbox
) -> None:
    body = {"owner": "sandbox", "name": DESTINATION, "visibility": "public", "hardware": "cpu"}
    replicate_api.post("/v1/models", body)
    with pytest.raises(Stop) as raised:
        trainer.submit(train_request)
    assert raised.value.code == "destination_public"
    assert vendors_side.requests(operation=CREATE) == []


def test_a_destination_that_was_opened_since_is_noticed(
    trainer: ReplicateTrainer,
    train_request: TrainRequest,
    replicate_api: ReplicateApi,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replicate, "_KEPT", 0.0)
    trainer.submit(train_request)
    model = f"/v1/models/sandbox/{DESTINATION}"
    for version in replicate_api.get(f"{model}/versions")["results"]:
        replicate_api.delete(f"{model}/versions/{version['id']}")
    replicate_api.delete(model)
    replicate_api.post(
        "/v1/models", {"owner": "sandbox", "name": DESTINATION, "visibility": "public", "hardware": "cpu"}
    )
    with pytest.raises(Stop) as raised:
        trainer.submit(replace(train_request, reference=new_id()))
    assert raised.value.code == "destination_public"


def test_two_workers_may_make_the_destination_at_once(
    trainer: ReplicateTrainer, train_request: TrainRequest, replicate_api: ReplicateApi, vendors_side: RecordedSandbox
) -> None:
    replicate_api.post(
        "/v1/models", {"owner": "sandbox", "name": DESTINATION, "visibility": "private", "hardware": "cpu"}
    )
    vendors_side.fault("replicate", "models.get", "404", match=DESTINATION)
    assert trainer.submit(train_request).vendor_id


def test_a_destination_that_can_not_be_made_just_now_is_waited_for(
    trainer: ReplicateTrainer, train_request: TrainRequest, vendors_side: RecordedSandbox
) -> None:
    vendors_side.fault("replicate", "models.create", "503")
    with pytest.raises(Retry):
        trainer.submit(train_request)
    assert trainer.submit(train_request).vendor_id


@pytest.mark.parametrize("fault", ["cut_after", "500"])
def test_a_training_whose_answer_was_lost_is_looked_up(
    trainer: ReplicateTrainer, train_request: TrainRequest, vendors_side: RecordedSandbox, fault: str
) -> None:
    vendors_side.fault("replicate", CREATE, fault)
    with pytest.raises(Unknown):
        trainer.submit(train_request)
    found = trainer.find(train_request.reference)
    if fault == "cut_after":
        assert found is not None
        assert found.vendor_id == vendors_side.accepted(operation=CREATE)[0]["job"]
    else:
        assert found is None
    assert len(vendors_side.requests(operation=CREATE)) == 1


def test_another_reference_is_not_found(trainer: ReplicateTrainer, train_request: TrainRequest) -> None:
    trainer.submit(train_request)
    assert trainer.find(new_id()) is None


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        ("401", Stop, "vendor_credentials"),
        ("402", Stop, "vendor_money"),
        ("404", Stop, "model_retired"),
        ("422", Fix, "input_refused"),
        ("429", Retry, "rate_limited"),
        ("503", Retry, "vendor_unavailable"),
    ],
)
def test_a_refusal_says_what_can_be_done(
    trainer: ReplicateTrainer,
    train_request: TrainRequest,
    vendors_side: RecordedSandbox,
    fault: str,
    error: type[Exception],
    code: str,
) -> None:
    vendors_side.fault("replicate", CREATE, fault)
    with pytest.raises(error) as raised:
        trainer.submit(train_request)
    assert raised.value.code == code  # type: ignore[attr-defined]


@pytest.mark.parametrize("status", ["429", "503"])
def test_a_look_is_not_repeated_by_the_client(
    trainer: ReplicateTrainer, train_request: TrainRequest, vendors_side: RecordedSandbox, status: str
) -> None:
    job = trainer.submit(train_request)
    vendors_side.fault("replicate", "trainings.get", status, retry_after=30)
    with pytest.raises(Retry):
        trainer.check(job.vendor_id)
    assert len(vendors_side.requests(operation="trainings.get")) == 1


@pytest.mark.parametrize(
    ("fault", "error", "code", "category"),
    [
        ("aborted", Retry, "vendor_aborted", Category.TIMEOUT),
        ("failed", Fix, "training_failed", Category.PROVIDER),
        ("out_of_memory", Fix, "out_of_memory", Category.PROVIDER),
    ],
)
def test_a_failed_training_says_why(
    trainer: ReplicateTrainer,
    train_request: TrainRequest,
    vendors_side: RecordedSandbox,
    fault: str,
    error: type[Exception],
    code: str,
    category: Category,
) -> None:
    vendors_side.fault("replicate", CREATE, fault)
    job = finished(trainer, trainer.submit(train_request))
    assert job.state is JobState.FAILED
    assert isinstance(job.error, error)
    assert (job.error.code, job.error.category) == (code, category)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [("corrupt_tar", Fix, "weights_corrupt"), ("no_weights", Fix, "weights_corrupt"), ("output_expired", Missing, "")],
)
def test_weights_that_can_not_be_had_leave_no_file(
    trainer: ReplicateTrainer,
    train_request: TrainRequest,
    vendors_side: RecordedSandbox,
    tmp_path: Path,
    fault: str,
    error: type[Exception],
    code: str,
) -> None:
    vendors_side.fault("replicate", CREATE, fault)
    job = finished(trainer, trainer.submit(train_request))
    assert job.state is JobState.SUCCEEDED
    with pytest.raises(error) as raised:
        trainer.fetch_weights(job, tmp_path / "lora.safetensors")
    assert not code or raised.value.code == code  # type: ignore[attr-defined]
    assert list(tmp_path.glob("lora*")) == []


def test_a_cancelled_training_ends_and_cancelling_again_is_fine(
    trainer: ReplicateTrainer, train_request: TrainRequest, vendors_side: RecordedSandbox
) -> None:
    vendors_side.pace(training_seconds_per_1000_steps=600)
    job = trainer.submit(train_request)
    trainer.cancel(job.vendor_id)
    assert finished(trainer, job).state is JobState.CANCELLED
    trainer.cancel(job.vendor_id)
    trainer.cancel("nosuchtraining000000000000")


def test_cleaning_up_leaves_nothing_and_takes_the_vendor_a_while(
    trainer: ReplicateTrainer, train_request: TrainRequest, replicate_api: ReplicateApi, vendors_side: RecordedSandbox
) -> None:
    vendors_side.pace(version_delete_seconds=0.3)
    job = finished(trainer, trainer.submit(train_request))
    assert len(replicate_api.get("/v1/files")["results"]) == 1
    [file, version] = trainer.kept()
    assert (file.kind, file.reference, version.kind) == ("file", train_request.reference, "version")
    assert job.version.endswith(version.id)
    assert not trainer.clean_up(train_request.reference, job)
    deadline = time.monotonic() + 10
    while not trainer.clean_up(train_request.reference, job):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert replicate_api.get("/v1/files")["results"] == []
    assert replicate_api.get(f"/v1/models/sandbox/{DESTINATION}/versions")["results"] == []


def test_a_file_whose_training_was_never_accepted_is_deleted_too(
    trainer: ReplicateTrainer, train_request: TrainRequest, replicate_api: ReplicateApi, vendors_side: RecordedSandbox
) -> None:
    other = replicate_api.upload("/v1/files", data={"filename": "x"}, files={"content": ("x", b"x", "text/plain")})
    vendors_side.fault("replicate", CREATE, "503")
    with pytest.raises(Retry):
        trainer.submit(train_request)
    assert len(replicate_api.get("/v1/files")["results"]) == 2
    assert trainer.clean_up(new_id(), None)
    assert len(replicate_api.get("/v1/files")["results"]) == 2, "another training's is not touched"
    assert trainer.clean_up(train_request.reference, None)
    assert [file["id"] for file in replicate_api.get("/v1/files")["results"]] == [other["id"]], "and nobody else's"
    assert list(trainer.kept()) == []


def test_what_lies_there_without_a_row_is_found_on_every_page_and_discarded(
    trainer: ReplicateTrainer, train_request: TrainRequest, replicate_api: ReplicateApi, vendors_side: RecordedSandbox
) -> None:
    vendors_side.pace(version_delete_seconds=0)
    finished(trainer, trainer.submit(train_request))
    for number in range(101):
        replicate_api.upload("/v1/files", data={"filename": f"{number}"}, files={"content": ("x", b"x", "text/plain")})
    found = list(trainer.kept())
    assert [kept.kind for kept in found] == ["file", "version"]
    assert all(kept.created_at is not None for kept in found)
    deadline = time.monotonic() + 10
    for kept in found:
        while not trainer.discard(kept):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert list(trainer.kept()) == []
