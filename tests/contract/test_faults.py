"""Every fault that can be switched on, seen by the vendors' real clients."""

import json
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
import together as together_sdk
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError
from pydantic.v1 import ValidationError as OldValidationError
from replicate import Client
from replicate.exceptions import ReplicateError
from replicate.webhook import InvalidSignatureError, Webhooks
from together import Together

from tests.contract.recording import RecordedSandbox
from tests.contract.test_replicate import LORA, TRAINER, _train, _upload
from tests.fakes.receiver import Receiver
from tests.fakes.sandbox import SandboxServer

SCHNELL = "black-forest-labs/FLUX.1-schnell"


def _draw(client: Together) -> object:
    return client.images.generate(model=SCHNELL, prompt="sea", width=256, height=256, response_format="base64")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("401", together_sdk.AuthenticationError),
        ("402", together_sdk.APIStatusError),
        ("422", together_sdk.UnprocessableEntityError),
        ("429", together_sdk.RateLimitError),
        ("500", together_sdk.InternalServerError),
        ("html", together_sdk.InternalServerError),
        ("cut_before", together_sdk.APIConnectionError),
        ("cut_after", together_sdk.APIConnectionError),
        ("nsfw", together_sdk.UnprocessableEntityError),
    ],
)
def test_a_picture_that_goes_wrong(
    sandbox: RecordedSandbox, together: Together, fault: str, error: type[Exception]
) -> None:
    sandbox.fault("together", "images.generate", fault, retry_after=7)
    with pytest.raises(error) as raised:
        _draw(together)
    if fault == "429":
        assert raised.value.response.headers["retry-after"] == "7"
    (seen,) = sandbox.requests(operation="images.generate")
    assert seen["fault"] == fault
    assert seen["accepted"] is (fault == "cut_after"), "only a lost answer is paid for"
    assert _draw(together), "the fault was for one call"


def test_a_call_that_hangs(sandbox: RecordedSandbox) -> None:
    sandbox.fault("together", "images.generate", "hang")
    with (
        Together(api_key="k", base_url=sandbox.together, max_retries=0, timeout=0.3) as client,
        pytest.raises(together_sdk.APITimeoutError),
    ):
        _draw(client)
    assert sandbox.accepted(operation="images.generate") == []


@pytest.mark.parametrize("status", [401, 402, 422, 429, 500])
def test_a_training_that_is_not_accepted(sandbox: RecordedSandbox, replicate: Client, status: int) -> None:
    sandbox.fault("replicate", "trainings.create", str(status))
    with pytest.raises(ReplicateError) as refused:
        _train(replicate, "https://a.example/a.zip")
    assert refused.value.status == status
    assert refused.value.detail
    assert list(replicate.trainings.list()) == []


def test_an_accepted_training_whose_answer_is_lost_can_be_found(
    sandbox: RecordedSandbox, replicate: Client, photos_zip: bytes
) -> None:
    address = _upload(replicate, photos_zip) + "?ref=t42"
    sandbox.fault("replicate", "trainings.create", "cut_after", match="ref=t42")
    with pytest.raises(httpx.TransportError):
        _train(replicate, address)
    (found,) = [t for t in replicate.trainings.list() if "ref=t42" in t.input["input_images"]]
    assert found.status in {"starting", "processing", "succeeded"}
    assert len(sandbox.accepted(reference="t42")) == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [("failed", "illegal memory access"), ("out_of_memory", "CUDA out of memory")],
)
def test_a_training_that_fails_midway(
    sandbox: RecordedSandbox, replicate: Client, photos_zip: bytes, fault: str, words: str
) -> None:
    sandbox.fault("replicate", "trainings.create", fault)
    training = _train(replicate, _upload(replicate, photos_zip))
    assert training.status == "failed"
    assert words in training.error
    assert words in training.logs
    assert "33/100" in training.logs


def test_aborted_is_a_status_that_the_old_client_cannot_read(
    sandbox: RecordedSandbox, replicate: Client, photos_zip: bytes
) -> None:
    sandbox.fault("replicate", "trainings.create", "aborted")
    with pytest.raises(OldValidationError):
        _train(replicate, _upload(replicate, photos_zip))
    (raw,) = replicate._client.get("/v1/trainings").json()["results"]
    assert raw["status"] == "aborted"
    assert "started_at" not in raw


@pytest.mark.parametrize(("fault", "size"), [("corrupt_tar", 0.5), ("no_weights", 0.1)])
def test_weights_that_are_no_good(
    sandbox: RecordedSandbox, replicate: Client, photos_zip: bytes, fault: str, size: float
) -> None:
    images = _upload(replicate, photos_zip)
    whole = len(httpx.get(_train(replicate, images).output["weights"]).content)
    sandbox.fault("replicate", "trainings.create", fault)
    training = _train(replicate, images)
    assert training.status == "succeeded"
    assert len(httpx.get(training.output["weights"]).content) < whole * size


def test_an_output_that_expired(sandbox: RecordedSandbox, replicate: Client, photos_zip: bytes) -> None:
    sandbox.fault("replicate", "*", "output_expired", times=None)
    training = _train(replicate, _upload(replicate, photos_zip))
    assert httpx.get(training.output["weights"]).status_code == 404
    prediction = replicate.predictions.create(version=LORA, input={"prompt": "a"}, wait=True)
    assert httpx.get(prediction.output[0]).status_code == 404


def test_unsafe_pictures_are_dropped(sandbox: RecordedSandbox, replicate: Client) -> None:
    sandbox.fault("replicate", "predictions.create", "nsfw", images=1)
    some = replicate.predictions.create(version=LORA, input={"prompt": "a", "num_outputs": 2}, wait=True)
    assert (some.status, len(some.output)) == ("succeeded", 1)
    assert "NSFW content detected" in some.logs
    sandbox.fault("replicate", "predictions.create", "nsfw")
    none = replicate.predictions.create(version=LORA, input={"prompt": "a"}, wait=True)
    assert (none.status, none.output) == ("failed", None)
    assert "NSFW" in none.error


@pytest.mark.parametrize("operation", ["lfs.batch", "lfs.upload", "commit", "preupload", "repos.create"])
def test_the_hub_refuses_an_upload(sandbox: RecordedSandbox, hub: HfApi, operation: str) -> None:
    sandbox.fault("hub", operation, "403")

    def publish() -> None:
        hub.create_repo("sandbox/mia", private=True)
        hub.upload_file(path_or_fileobj=b"weights" * 9, path_in_repo="a.safetensors", repo_id="sandbox/mia")

    with pytest.raises((HfHubHTTPError, RuntimeError)) as refused:
        publish()
    # the client wraps what goes wrong while the bytes travel
    error = refused.value if isinstance(refused.value, HfHubHTTPError) else refused.value.__cause__
    assert isinstance(error, HfHubHTTPError)
    assert error.response.status_code == 403


def _hooked(replicate: Client, receiver: Receiver) -> None:
    replicate.predictions.create(
        version=LORA,
        input={"prompt": "a"},
        webhook=f"{receiver.url}/hook",
        webhook_events_filter=["start", "completed"],
        wait=True,
    )


@pytest.mark.parametrize(
    ("fault", "statuses"),
    [
        ("lost", ["processing"]),
        ("doubled", ["processing", "succeeded", "succeeded"]),
        ("reordered", ["succeeded", "processing"]),
    ],
)
def test_webhooks_lost_doubled_and_reordered(
    sandbox: RecordedSandbox, replicate: Client, fault: str, statuses: list[str]
) -> None:
    sandbox.pace(image_seconds=0.1)
    event = "start" if fault == "reordered" else "completed"
    sandbox.fault("replicate", "webhook", fault, match=f"hook {event} ")
    with Receiver({}) as receiver:
        _hooked(replicate, receiver)
        received = receiver.wait(len(statuses))
    assert [json.loads(hook.body)["status"] for hook in received] == statuses
    if fault == "doubled":
        assert received[1].headers["webhook-id"] == received[2].headers["webhook-id"]


def test_a_late_webhook_comes_after_the_end(sandbox: RecordedSandbox, replicate: Client) -> None:
    sandbox.fault("replicate", "webhook", "late", match="hook completed ", seconds=0.3)
    with Receiver({}) as receiver:
        began = time.monotonic()
        _hooked(replicate, receiver)
        receiver.wait(2)
        assert time.monotonic() - began >= 0.3


def test_a_forged_webhook_does_not_verify(sandbox: RecordedSandbox, replicate: Client) -> None:
    sandbox.fault("replicate", "webhook", "badly_signed", match="hook completed ")
    with Receiver({}) as receiver:
        _hooked(replicate, receiver)
        forged = receiver.wait(2)[1]
    with pytest.raises(InvalidSignatureError):
        Webhooks.validate(headers=forged.headers, body=forged.body.decode(), secret=replicate.webhooks.default.secret())


def test_a_final_webhook_is_tried_again(sandbox: RecordedSandbox, replicate: Client) -> None:
    with Receiver({}, statuses=[200, 500]) as receiver:
        _hooked(replicate, receiver)
        received = receiver.wait(3)
    assert received[1].headers["webhook-id"] == received[2].headers["webhook-id"]


def test_a_fault_strikes_as_often_as_it_was_told(sandbox: RecordedSandbox, together: Together) -> None:
    sandbox.fault("together", "images.generate", "500", times=2)
    for _ in range(2):
        with pytest.raises(together_sdk.InternalServerError):
            _draw(together)
    assert _draw(together)
    assert sandbox.faults() == []


def test_html_with_200_is_no_answer(sandbox: RecordedSandbox, replicate: Client) -> None:
    sandbox.fault("replicate", "account.get", "wrong_content_type")
    answer = replicate._client.get("/v1/account")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")


def test_a_restart_keeps_what_was_done(tmp_path: Path, photos_zip: bytes) -> None:
    with SandboxServer(tmp_path) as server:
        client = Client(api_token="r8_x", base_url=server.replicate)
        training = _train(client, _upload(client, photos_zip))
        weights = httpx.get(training.output["weights"]).content
        assert server.stop() == 0, server.log()
        server.start()
        again = client.trainings.get(training.id)
        client._client.close()
        assert again.status == "succeeded"
        assert httpx.get(again.output["weights"]).content == weights


def test_a_killed_sandbox_takes_its_work_up_again(tmp_path: Path, photos_zip: bytes) -> None:
    with SandboxServer(tmp_path, environment={"SANDBOX_TRAINING_SECONDS_PER_1000_STEPS": "300"}) as server:
        client = Client(api_token="r8_x", base_url=server.replicate)
        client.models.create(owner="sandbox", name="loras", visibility="private", hardware="gpu-t4")
        version = client.models.get(TRAINER).latest_version
        training = client.trainings.create(
            model=TRAINER,
            version=version,
            input={"input_images": _upload(client, photos_zip), "steps": 100},
            destination="sandbox/loras",
        )
        server.stop(kill=True)
        server._environment["SANDBOX_TRAINING_SECONDS_PER_1000_STEPS"] = "0"
        server.start()
        deadline = time.monotonic() + 10
        while training.status != "succeeded" and time.monotonic() < deadline:
            training.reload()
        client._client.close()
        assert training.status == "succeeded"


def test_a_taken_port_is_told_plainly(sandbox: RecordedSandbox, tmp_path: Path) -> None:
    arguments = [sys.executable, "-m", "photogen.sandbox", "--port", str(sandbox.port), "--data", str(tmp_path)]
    ended = subprocess.run(arguments, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == 1
    assert "Choose another --port" in ended.stderr
    assert "Traceback" not in ended.stderr
