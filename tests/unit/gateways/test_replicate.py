"""Replicate's answers, read without the client's models."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from photogen.gateways.base import Fix, ImageRequest, InputImage, JobState, Lora, Retry, TrainRequest, Unknown
from photogen.gateways.images import replicate as images
from photogen.gateways.replicate_api import VendorJob, born, carries, read_job
from photogen.gateways.trainers import replicate as trainer
from photogen.kit.ids import new_id

REQUEST = ImageRequest("r" * 26, "black-forest-labs/flux-dev-lora", "a fox", 1024, 768, "4:3", 7, 28, 3.0)


def job(status: str, **more: Any) -> VendorJob:
    return read_job({"id": "abc", "status": status, **more})


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("starting", JobState.WAITING),
        ("processing", JobState.RUNNING),
        ("succeeded", JobState.SUCCEEDED),
        ("failed", JobState.FAILED),
        ("canceled", JobState.CANCELLED),
        ("aborted", JobState.FAILED),
        ("a word of next year", JobState.RUNNING),
    ],
)
def test_every_status_is_read(status: str, state: JobState) -> None:
    assert job(status).state is state


def test_a_lora_goes_along_with_our_id_and_without_the_switch_that_spoils_seeds() -> None:
    url = "https://photos.example/lora.safetensors?ref=rrr"
    body = images.build(replace(REQUEST, lora=Lora(url, 0.8), webhook_url="https://photos.example/webhooks/replicate"))
    assert body["input"]["lora_weights"] == url
    assert body["input"]["lora_scale"] == 0.8
    assert body["input"]["go_fast"] is False
    assert body["webhook_events_filter"] == ["completed"]


def test_a_picture_to_begin_with_gives_the_shape() -> None:
    url = "https://photos.example/media/signed/images/i/original.png?ref=rrr"
    given = images.build(replace(REQUEST, image=InputImage(url, 0.4)))["input"]
    assert (given["image"], given["prompt_strength"]) == (url, 0.4)
    assert "aspect_ratio" not in given


def test_only_what_was_asked_for_is_sent() -> None:
    body = images.build(replace(REQUEST, model="black-forest-labs/flux-1.1-pro", steps=None, guidance=None))
    assert set(body) == {"input"}
    assert set(body["input"]) == {"prompt", "aspect_ratio", "seed", "output_format"}


@pytest.mark.parametrize("output", ["https://x.test/a.png", ["https://x.test/a.png", "https://x.test/b.png"]])
def test_one_address_or_a_list(output: object) -> None:
    assert images.parse(job("succeeded", output=output)).picture_url == "https://x.test/a.png"


@pytest.mark.parametrize("output", [None, [], {}, [5]])
def test_a_success_without_a_picture_is_an_unsafe_one(output: object) -> None:
    found = images.parse(job("succeeded", output=output))
    assert found.state is JobState.FAILED
    assert found.error is not None
    assert found.error.code == "moderation"


def test_removed_data_is_not_taken_for_an_unsafe_picture() -> None:
    assert images.parse(job("succeeded", output=None, data_removed=True)).state is JobState.SUCCEEDED


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("NSFW content detected. Try running it again", "moderation"),
        ("The input or output was flagged as sensitive (E005)", "moderation"),
        ("Failed to load LoRA weights", "weights_refused"),
        ("CUDA error", "picture_failed"),
        (None, "picture_failed"),
    ],
)
def test_why_a_picture_failed(words: str | None, code: str) -> None:
    error = images.parse(job("failed", error=words)).error
    assert isinstance(error, Fix)
    assert error.code == code


def test_an_aborted_job_may_be_tried_again() -> None:
    assert isinstance(images.parse(job("aborted")).error, Retry)
    assert isinstance(trainer.parse(job("aborted")).error, Retry)


def test_an_answer_that_is_no_job() -> None:
    for data in (None, [], {"id": "x"}, {"id": "", "status": "starting"}, "text"):
        with pytest.raises(Unknown):
            read_job(data, paid=True)
        with pytest.raises(Retry):
            read_job(data)


def test_our_id_is_found_however_deep_it_lies() -> None:
    reference = new_id()
    assert carries(reference, job("starting", input={"a": [{"b": f"https://x.test/?ref={reference}&c=1"}]}))
    assert not carries(reference, job("starting", input={"a": [new_id(), 5, None]}))
    assert not carries(reference, job("starting", input=None))


def test_an_id_tells_when_its_job_can_have_begun() -> None:
    assert abs(born(new_id()) - (datetime.now(UTC) - timedelta(minutes=5))) < timedelta(seconds=5)


def test_a_training_carries_our_id_wherever_its_photos_lie() -> None:
    request = TrainRequest(new_id(), "ohwx", 1000, 4e-4, 16, True, None, None)
    body = trainer.build(request, destination="me/photogen-loras", dataset="https://api.replicate.com/v1/files/x")
    assert carries(request.reference, job("starting", input=body["input"]))
    assert body["destination"] == "me/photogen-loras"
    assert "webhook" not in body


def test_a_training_under_way_and_done() -> None:
    bar = "flux_train_replicate:  12%|█▏        | 119/1000 [01:23<11:07,  1.32it/s]"
    running = trainer.parse(job("processing", logs=bar))
    assert (running.step, running.steps, running.seconds_left) == (119, 1000, 667)
    done = trainer.parse(job("succeeded", logs=bar, output={"weights": "https://x.test/w.tar", "version": "me/m:1"}))
    assert (done.weights_url, done.version, done.seconds_left) == ("https://x.test/w.tar", "me/m:1", None)
    assert trainer.parse(job("succeeded", output=["odd"])).weights_url == ""


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("CUDA out of memory. Tried to allocate", "out_of_memory"),
        ("BadZipFile: File is not a zip file", "dataset_refused"),
        ("Training timed out", "training_timeout"),
        ("something else", "training_failed"),
    ],
)
def test_why_a_training_failed(words: str, code: str) -> None:
    error = trainer.parse(job("failed", error=words)).error
    assert error is not None
    assert error.code == code
