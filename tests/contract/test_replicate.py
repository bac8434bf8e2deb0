"""What photogen asks of Replicate, through its real client, held against its description."""

import base64
import io
import json
import tarfile
import time
import urllib.request
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import safetensors
from PIL import Image
from replicate import Client
from replicate.exceptions import ReplicateError
from replicate.training import Training
from replicate.webhook import Webhooks

from photogen.gateways.base import ImageRequest
from photogen.gateways.images.replicate import build
from photogen.kit.ids import new_id
from tests.contract.descriptions import ModelInputs
from tests.contract.recording import RecordedSandbox
from tests.fakes.receiver import Receiver

TRAINER = "ostris/flux-dev-lora-trainer"
LORA = "black-forest-labs/flux-dev-lora"


def _upload(replicate: Client, data: bytes) -> str:
    return replicate.files.create(io.BytesIO(data), filename="photos.zip", metadata={"ref": "t1"}).urls["get"]


def _train(replicate: Client, images: str, **given: object) -> Training:
    if "loras" not in [model.name for model in replicate.models.list()]:
        replicate.models.create(owner="sandbox", name="loras", visibility="private", hardware="gpu-t4")
    version = replicate.models.get(TRAINER).latest_version
    training = replicate.trainings.create(
        model=TRAINER,
        version=version,
        input={"input_images": images, "trigger_word": "MIA", "steps": 100, **given},
        destination="sandbox/loras",
    )
    return _ended(replicate, training)


def _ended(replicate: Client, training: Training) -> Training:
    deadline = time.monotonic() + 20
    while training.status in {"starting", "processing"} and time.monotonic() < deadline:
        training.reload()
    return training


def _weights(training: Training) -> bytes:
    archive = httpx.get(training.output["weights"]).content
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        member = tar.extractfile("output/flux_train_replicate/lora.safetensors")
        assert member is not None
        return member.read()


def test_account_hardware_and_models(contract: RecordedSandbox, replicate: Client) -> None:
    owner = replicate.accounts.current().username
    assert "gpu-t4" in [item.sku for item in replicate.hardware.list()]
    made = replicate.models.create(owner=owner, name="loras", visibility="private", hardware="gpu-t4")
    assert made.visibility == "private"
    assert made.latest_version is None
    with pytest.raises(ReplicateError) as refused:
        replicate.models.create(owner=owner, name="loras", visibility="private", hardware="gpu-t4")
    assert refused.value.status == 409
    assert [model.name for model in replicate.models.list()] == ["loras"]
    replicate.models.delete(f"{owner}/loras")
    with pytest.raises(ReplicateError) as gone:
        replicate.models.get(f"{owner}/loras")
    assert gone.value.status == 404


def test_a_training_from_zip_to_weights(
    contract: RecordedSandbox, replicate: Client, photos_zip: bytes, tmp_path: Path
) -> None:
    training = _train(replicate, _upload(replicate, photos_zip), lora_rank=8)
    assert training.status == "succeeded", training.error
    assert training.output["version"].startswith("sandbox/loras:")
    assert "Extracted 4 files from zip" in training.logs
    assert "flux_train_replicate: 100%|██████████| 100/100 [" in training.logs
    file = tmp_path / "lora.safetensors"
    file.write_bytes(_weights(training))
    with safetensors.safe_open(file, "np") as weights:
        layer = "transformer.single_transformer_blocks.0.attn.to_q.lora_A.weight"
        assert weights.get_tensor(layer).shape == (8, 3072)
    assert 1_000_000 < file.stat().st_size < 4_000_000
    assert training.id in [found.id for found in replicate.trainings.list()]
    versions = replicate.models.get("sandbox/loras").versions.list()
    assert [version.id for version in versions] == [training.output["version"].partition(":")[2]]


def test_the_input_leads_back_to_our_row(contract: RecordedSandbox, replicate: Client, photos_zip: bytes) -> None:
    address = _upload(replicate, photos_zip) + "?ref=01hzy0training"
    _train(replicate, address)
    assert [training.input["input_images"] for training in replicate.trainings.list()] == [address]
    (paid,) = contract.accepted(operation="trainings.create")
    assert paid["reference"] == "01hzy0training"


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"no zip", "input_images must be a zip file"), (None, "404")],
    ids=["not a zip", "not there"],
)
def test_a_training_that_cannot_read_its_photos_fails(
    contract: RecordedSandbox, replicate: Client, data: bytes | None, words: str
) -> None:
    address = _upload(replicate, data) if data else f"{contract.replicate}/v1/files/nothing"
    training = _train(replicate, address)
    assert training.status == "failed"
    assert words in training.error
    assert "Traceback" in training.logs


def test_a_training_can_be_canceled(contract: RecordedSandbox, replicate: Client, photos_zip: bytes) -> None:
    contract.pace(training_seconds_per_1000_steps=60)
    address = _upload(replicate, photos_zip)
    replicate.models.create(owner="sandbox", name="loras", visibility="private", hardware="gpu-t4")
    version = replicate.models.get(TRAINER).latest_version
    training = replicate.trainings.create(
        model=TRAINER, version=version, input={"input_images": address}, destination="sandbox/loras"
    )
    assert training.status == "starting"
    training.cancel()
    assert training.status == "canceled"
    training.reload()
    assert training.status == "canceled"
    assert training.output is None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"steps": 2}, "input.steps"),
        ({"steps": 6001}, "input.steps"),
        ({"steps": "1000"}, "input.steps"),
        ({"lora_rank": 129}, "input.lora_rank"),
        ({"input_images": "photos.zip"}, "input.input_images"),
        ({"step": 1000}, "input.step"),
    ],
)
def test_a_training_outside_its_ranges_is_refused(
    contract: RecordedSandbox, replicate: Client, given: dict[str, object], field: str
) -> None:
    with pytest.raises(ReplicateError) as refused:
        _train(replicate, "https://photos.example/a.zip", **given)
    assert refused.value.status == 422
    assert field in refused.value.detail
    assert contract.accepted(operation="trainings.create") == []


def test_a_training_needs_its_destination(contract: RecordedSandbox, replicate: Client) -> None:
    version = replicate.models.get(TRAINER).latest_version
    with pytest.raises(ReplicateError) as refused:
        replicate.trainings.create(
            model=TRAINER, version=version, input={"input_images": "https://a.example/a.zip"}, destination="sandbox/no"
        )
    assert refused.value.status == 404


def test_a_version_takes_a_while_to_go(contract: RecordedSandbox, replicate: Client, photos_zip: bytes) -> None:
    training = _train(replicate, _upload(replicate, photos_zip))
    version = training.output["version"].partition(":")[2]
    with pytest.raises(ReplicateError):
        replicate.models.delete("sandbox/loras")
    contract.pace(version_delete_seconds=600)
    answer = replicate._client.delete(f"/v1/models/sandbox/loras/versions/{version}")
    assert answer.status_code == 202
    assert replicate.models.get("sandbox/loras").versions.get(version).id == version
    contract.pace(version_delete_seconds=0)
    deadline = time.monotonic() + 5
    while replicate.models.get("sandbox/loras").latest_version and time.monotonic() < deadline:
        pass
    replicate.models.delete("sandbox/loras")


def _lora_picture(replicate: Client, weights: str, **given: object) -> bytes:
    values = {"prompt": "MIA at sunset", "lora_weights": weights, "seed": 5, "go_fast": False, "output_format": "png"}
    prediction = replicate.predictions.create(version=LORA, input=values | given, wait=20)
    assert prediction.status == "succeeded", prediction.error
    return httpx.get(prediction.output[0]).content


def test_pictures_from_an_address_of_weights(
    contract: RecordedSandbox, replicate: Client, photos_zip: bytes, tmp_path: Path
) -> None:
    training = _train(replicate, _upload(replicate, photos_zip))
    with Receiver({"/w.safetensors": _weights(training)}) as files:
        address = f"{files.url}/w.safetensors?ref=shot1"
        first = _lora_picture(replicate, address)
        assert first == _lora_picture(replicate, address)
        assert first != _lora_picture(replicate, address, seed=6)
        assert first != _lora_picture(replicate, address, lora_scale=0.2)
        assert first.startswith(b"\x89PNG")
        version = training.output["version"]
        trained = replicate.predictions.create(version=version, input={"prompt": "MIA", "seed": 1}, wait=20)
        assert trained.status == "succeeded"
    found = [p for p in replicate.predictions.list() if "ref=shot1" in p.input.get("lora_weights", "")]
    assert len(found) == 4


def test_weights_that_are_not_there_fail_the_prediction(contract: RecordedSandbox, replicate: Client) -> None:
    with Receiver({"/w.safetensors": b"not weights"}) as files:
        for name in ("gone", "w"):
            prediction = replicate.predictions.create(
                version=LORA,
                input={"prompt": "MIA", "lora_weights": f"{files.url}/{name}.safetensors"},
                wait=True,
            )
            assert prediction.status == "failed"
            assert "LoRA" in prediction.error


def test_a_picture_to_begin_with_shows_through_and_gives_its_shape(
    contract: RecordedSandbox, replicate: Client
) -> None:
    red = io.BytesIO()
    Image.new("RGB", (600, 300), (220, 20, 20)).save(red, "PNG")

    def drawn(address: str, strength: float) -> Image.Image:
        values = {"prompt": "a blue sea", "image": address, "prompt_strength": strength, "seed": 5}
        prediction = replicate.predictions.create(version=LORA, input=values, wait=20)
        assert prediction.status == "succeeded", prediction.error
        return Image.open(io.BytesIO(httpx.get(prediction.output[0]).content)).convert("RGB")

    with Receiver({"/red.png": red.getvalue(), "/none.png": b"no picture"}) as files:
        kept, anew = drawn(f"{files.url}/red.png", 0.0), drawn(f"{files.url}/red.png", 1.0)
        assert kept.width / kept.height == pytest.approx(2, abs=0.05)
        assert kept.resize((1, 1)).getpixel((0, 0)) == pytest.approx((220, 20, 20), abs=6)
        assert anew.size == kept.size
        assert anew.resize((1, 1)).getpixel((0, 0)) != pytest.approx((220, 20, 20), abs=40)
        for name in ("none", "gone"):
            values = {"prompt": "x", "image": f"{files.url}/{name}.png"}
            assert replicate.predictions.create(version=LORA, input=values, wait=20).status == "failed"


@pytest.mark.parametrize(
    "given",
    [{"num_outputs": 5}, {"lora_scale": 3.1}, {"aspect_ratio": "5:7"}, {"steps": 4}, {"prompt": 7}, {"seed": 1.5}],
)
def test_a_prediction_outside_its_ranges_is_refused(
    contract: RecordedSandbox, replicate: Client, given: dict[str, object]
) -> None:
    with pytest.raises(ReplicateError) as refused:
        replicate.predictions.create(version=LORA, input={"prompt": "a", **given})
    assert refused.value.status == 422
    assert f"input.{next(iter(given))}" in refused.value.detail


@pytest.mark.parametrize("version", ["black-forest-labs/retired", "0" * 64, TRAINER])
def test_an_unknown_or_unofficial_model_is_refused(contract: RecordedSandbox, replicate: Client, version: str) -> None:
    with pytest.raises(ReplicateError) as refused:
        replicate.predictions.create(version=version, input={"prompt": "a"})
    assert refused.value.status == 422


def test_without_waiting_the_prediction_starts_and_can_be_canceled(
    contract: RecordedSandbox, replicate: Client
) -> None:
    contract.pace(image_seconds=60)
    prediction = replicate.predictions.create(version=LORA, input={"prompt": "a"})
    assert prediction.status == "starting"
    prediction.cancel()
    assert replicate.predictions.get(prediction.id).status == "canceled"


def test_data_is_removed_after_the_retention_time(contract: RecordedSandbox, replicate: Client) -> None:
    prediction = replicate.predictions.create(version=LORA, input={"prompt": "a"}, wait=True)
    address = prediction.output[0]
    contract.pace(retention_seconds=0)
    later = replicate._client.get(f"/v1/predictions/{prediction.id}").json()
    assert later["data_removed"] is True
    assert later["output"] is None
    assert httpx.get(address).status_code == 404


def test_files(contract: RecordedSandbox, replicate: Client) -> None:
    made = replicate.files.create(io.BytesIO(b"hello"), filename="a.zip", metadata={"ref": "t1"})
    assert (made.size, made.name, made.content_type, made.metadata) == (5, "a.zip", "application/zip", {"ref": "t1"})
    assert replicate.files.get(made.id).checksums == made.checksums
    assert [file.id for file in replicate.files.list()] == [made.id]
    assert replicate.files.delete(made.id)
    with pytest.raises(ReplicateError) as gone:
        replicate.files.get(made.id)
    assert gone.value.status == 404


def test_without_a_token_nothing_is_told(contract: RecordedSandbox) -> None:
    anonymous = Client(api_token="invalid-token", base_url=contract.replicate)
    with pytest.raises(ReplicateError) as refused:
        anonymous.accounts.current()
    anonymous._client.close()
    assert refused.value.status == 401


def test_webhooks_are_signed_and_in_order(contract: RecordedSandbox, replicate: Client) -> None:
    with Receiver({}) as receiver:
        replicate.predictions.create(
            version=LORA,
            input={"prompt": "a"},
            webhook=f"{receiver.url}/hook",
            webhook_events_filter=["start", "completed"],
            wait=True,
        )
        received = receiver.wait(2)
    secret = replicate.webhooks.default.secret()
    for hook in received:
        Webhooks.validate(headers=hook.headers, body=hook.body.decode(), secret=secret, tolerance=300)
    assert [json.loads(hook.body)["status"] for hook in received] == ["processing", "succeeded"]
    assert len({hook.headers["webhook-id"] for hook in received}) == 2
    assert base64.b64decode(secret.key.removeprefix("whsec_"))


def test_what_we_send_fits_the_models(model_inputs: ModelInputs) -> None:
    training = {
        "input_images": "https://a.example/a.zip?ref=1",
        "trigger_word": "MIA",
        "steps": 1000,
        "learning_rate": 4e-4,
        "lora_rank": 16,
        "autocaption": True,
    }
    picture = {
        "prompt": "MIA",
        "lora_weights": "https://a.example/w.safetensors?ref=1",
        "lora_scale": 1.0,
        "aspect_ratio": "1:1",
        "num_outputs": 1,
        "num_inference_steps": 28,
        "guidance": 3.0,
        "seed": 1,
        "output_format": "png",
        "go_fast": False,
    }
    assert model_inputs.check(TRAINER, True, training) == []
    assert model_inputs.check(LORA, False, picture) == []
    begun = {**picture, "image": "https://a.example/i.png?ref=1", "prompt_strength": 0.8}
    assert model_inputs.check(LORA, False, {name: begun[name] for name in begun if name != "aspect_ratio"}) == []
    assert model_inputs.check(LORA, False, begun | {"prompt_strength": 1.1}) != []
    assert model_inputs.check(LORA, False, picture | {"num_outputs": 9, "nope": 1}) != []
    plain = ImageRequest(new_id(), "black-forest-labs/flux-1.1-pro", "MIA", 1440, 256, "custom", seed=1)
    own = build(plain)["input"]
    assert (own["aspect_ratio"], own["width"], own["height"]) == ("custom", 1440, 256)
    assert model_inputs.check(plain.model, False, own) == []
    assert model_inputs.check(plain.model, False, build(replace(plain, width=1472))["input"]) != []
    assert model_inputs.check(LORA, False, picture | {"aspect_ratio": "custom"}) != []


def test_the_sandbox_publishes_inputs_like_the_vendor(
    contract: RecordedSandbox, replicate: Client, model_inputs: ModelInputs
) -> None:
    for name in (TRAINER, LORA, "black-forest-labs/flux-schnell", "black-forest-labs/flux-1.1-pro"):
        version = replicate.models.get(name).latest_version
        ours = version.openapi_schema["components"]["schemas"]["Input"]["properties"]
        for key, published in model_inputs.properties(name).items():
            assert key in ours, f"{name} misses {key}"
            for bound in ("minimum", "maximum"):
                if bound in published:
                    found = ours[key].get(bound, _variant(ours[key]).get(bound))
                    assert found == published[bound], f"{name}.{key}.{bound}"


def _variant(schema: dict[str, object]) -> dict[str, object]:
    variants = schema.get("anyOf")
    return variants[0] if isinstance(variants, list) else {}


def test_the_control_door_can_be_locked(
    contract: RecordedSandbox, monkeypatch: pytest.MonkeyPatch, replicate: Client
) -> None:
    replicate.accounts.current()
    monkeypatch.setenv("SANDBOX_CONTROL_TOKEN", "secret")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{contract.url}/control/requests")
    assert refused.value.code == 401
    refused.value.close()
