"""What only Replicate has: jobs that can be found again, cancelled, aborted, expired; and LoRAs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from photogen.gateways.base import Fix, ImageJob, ImageRequest, JobState, Lora, Missing, Retry, TrainRequest, Unknown
from photogen.gateways.images.replicate import ReplicateImages
from photogen.gateways.trainers.replicate import ReplicateTrainer
from photogen.kit.ids import new_id
from tests.contract.gateways.conftest import image_vendor
from tests.contract.gateways.test_image_vendors import ended
from tests.contract.gateways.test_trainer import finished
from tests.contract.recording import RecordedSandbox
from tests.fakes.receiver import Receiver

LORA_MODEL = "black-forest-labs/flux-dev-lora"
CREATE = "models.predictions.create"


@pytest.fixture
def images(vendors_side: RecordedSandbox) -> Iterator[ReplicateImages]:
    with image_vendor("replicate", vendors_side) as vendor:
        assert isinstance(vendor, ReplicateImages)
        yield vendor


def lora_request(url: str = "https://photos.example/lora.safetensors", **changes: object) -> ImageRequest:
    reference = new_id()
    fields: dict[str, object] = {
        "reference": reference,
        "model": LORA_MODEL,
        "prompt": "ohwx in a park",
        "width": 512,
        "height": 512,
        "aspect": "1:1",
        "seed": 7,
        "lora": Lora(f"{url}?ref={reference}", 1.0),
    }
    return ImageRequest(**(fields | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("fault", ["cut_after", "html"])
def test_an_accepted_prediction_is_found_by_our_id_though_its_answer_was_lost(
    images: ReplicateImages, vendors_side: RecordedSandbox, fault: str
) -> None:
    request = lora_request()
    vendors_side.fault("replicate", CREATE, fault)
    with pytest.raises(Unknown):
        images.submit(request)
    found = images.find(request.reference)
    accepted = [entry["job"] for entry in vendors_side.accepted(operation=CREATE)]
    assert ([found.vendor_id] if found else []) == accepted
    assert len(accepted) == (1 if fault == "cut_after" else 0)


def test_a_reference_among_many_is_found_on_a_later_page(images: ReplicateImages) -> None:
    wanted = lora_request()
    job = images.submit(wanted)
    assert isinstance(job, ImageJob)
    for _ in range(105):
        images.submit(lora_request())
    found = images.find(wanted.reference)
    assert found is not None
    assert found.vendor_id == job.vendor_id


def test_a_reference_that_was_never_sent_is_not_there(images: ReplicateImages) -> None:
    images.submit(lora_request())
    assert images.find(new_id()) is None


def test_nobody_can_tell_when_a_prediction_may_be_ours_but_carries_nothing(
    images: ReplicateImages, vendors_side: RecordedSandbox
) -> None:
    images.submit(lora_request(lora=None, model="black-forest-labs/flux-dev"))
    with pytest.raises(Unknown):
        images.find(new_id())


def test_an_aborted_prediction_may_be_tried_again(images: ReplicateImages, vendors_side: RecordedSandbox) -> None:
    vendors_side.fault("replicate", CREATE, "aborted")
    job = images.submit(lora_request())
    assert isinstance(job, ImageJob)
    job = ended(images, job)
    assert job.state is JobState.FAILED
    assert isinstance(job.error, Retry)
    assert job.error.code == "vendor_aborted"


@pytest.mark.parametrize(("fault", "state", "code"), [
    ("stuck", JobState.FAILED, "vendor_aborted"), (None, JobState.CANCELLED, "vendor_cancelled"),
])  # fmt: skip
def test_a_prediction_that_nobody_ends_is_ended_by_our_deadline(
    images: ReplicateImages, vendors_side: RecordedSandbox, fault: str | None, state: JobState, code: str
) -> None:
    vendors_side.pace(image_seconds=30, deadline_share=0.0005)
    if fault:
        vendors_side.fault("replicate", CREATE, fault)
    else:
        vendors_side.pace(image_seconds=0.5)  # it begins before, and would end after
    job = images.submit(lora_request(lora=None, model="black-forest-labs/flux-dev"))
    assert isinstance(job, ImageJob)
    job = ended(images, job)
    assert job.state is state
    assert job.error is not None
    assert job.error.code == code


def test_a_cancelled_prediction_ends_and_cancelling_again_is_fine(
    images: ReplicateImages, vendors_side: RecordedSandbox
) -> None:
    vendors_side.pace(image_seconds=30)
    job = images.submit(lora_request(lora=None, model="black-forest-labs/flux-dev"))
    assert isinstance(job, ImageJob)
    images.cancel(job.vendor_id)
    images.cancel(job.vendor_id)
    assert images.check(job.vendor_id).state is JobState.CANCELLED


def test_an_expired_picture_is_missing(images: ReplicateImages, vendors_side: RecordedSandbox) -> None:
    vendors_side.fault("replicate", CREATE, "output_expired")
    job = images.submit(lora_request(lora=None, model="black-forest-labs/flux-dev"))
    assert isinstance(job, ImageJob)
    job = ended(images, job)
    with pytest.raises(Missing):
        images.fetch(job)


def test_weights_that_can_not_be_fetched_are_told(images: ReplicateImages, vendors_side: RecordedSandbox) -> None:
    with Receiver({}) as nothing_there:
        job = images.submit(lora_request(f"{nothing_there.url}/lora.safetensors"))
        assert isinstance(job, ImageJob)
        job = ended(images, job)
    assert isinstance(job.error, Fix)
    assert job.error.code == "weights_refused"
    assert "ref=" not in job.error.words


def test_a_picture_with_a_trained_lora(
    images: ReplicateImages,
    trainer: ReplicateTrainer,
    train_request: TrainRequest,
    vendors_side: RecordedSandbox,
    tmp_path: Path,
) -> None:
    weights = tmp_path / "lora.safetensors"
    trainer.fetch_weights(finished(trainer, trainer.submit(train_request)), weights)
    with Receiver({"/lora.safetensors": weights.read_bytes()}) as ours:
        job = images.submit(lora_request(f"{ours.url}/lora.safetensors"))
        assert isinstance(job, ImageJob)
        job = ended(images, job)
    assert job.error is None
    assert images.fetch(job).content_type == "image/png"
