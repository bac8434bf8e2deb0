"""What photogen asks of Together and Nebius, held against their descriptions."""

import base64
import io

import httpx
import pytest
from PIL import Image
from together import APIStatusError, NotFoundError, Together, UnprocessableEntityError

from tests.contract.recording import RecordedSandbox

SCHNELL = "black-forest-labs/FLUX.1-schnell"


def _picture(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_a_picture_in_base64(contract: RecordedSandbox, together: Together) -> None:
    answer = together.images.generate(
        model=SCHNELL,
        prompt="a lighthouse at sunset",
        width=512,
        height=768,
        steps=4,
        seed=1,
        n=2,
        response_format="base64",
        output_format="png",
        guidance_scale=3.5,
        negative_prompt="people",
    )
    pictures = [base64.b64decode(item.b64_json) for item in answer.data]
    assert [_picture(data).size for data in pictures] == [(512, 768)] * 2
    assert pictures[0] != pictures[1]


def test_the_same_request_gives_the_same_bytes_and_another_seed_others(
    contract: RecordedSandbox, together: Together
) -> None:
    def draw(seed: int) -> str:
        request = {"model": SCHNELL, "prompt": "forest", "width": 256, "height": 256, "seed": seed}
        return str(together.images.generate(**request, response_format="base64").data[0].b64_json)

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)


def test_an_address_expires_and_wants_a_user_agent(contract: RecordedSandbox, together: Together) -> None:
    answer = together.images.generate(model=SCHNELL, prompt="sea", width=256, height=256, response_format="url")
    address = answer.data[0].url
    fetched = httpx.get(address)
    assert fetched.headers["content-type"] == "image/jpeg"
    assert _picture(fetched.content).size == (256, 256)
    assert httpx.get(address, headers={"user-agent": ""}).status_code == 403
    contract.pace(retention_seconds=0)
    assert httpx.get(address).status_code == 404


def test_the_models_served(contract: RecordedSandbox, together: Together) -> None:
    models = together.get("/v1/models", cast_to=httpx.Response).json()
    assert {SCHNELL, "black-forest-labs/FLUX.1.1-pro"} <= {model["id"] for model in models}


@pytest.mark.parametrize(
    "given",
    [
        {"width": 250},
        {"height": 1928},
        {"n": 5},
        {"n": 0},
        {"steps": 0},
        {"prompt": ""},
        {"response_format": "b64_json"},
    ],
)
def test_what_is_out_of_range_is_refused(
    contract: RecordedSandbox, together: Together, given: dict[str, object]
) -> None:
    request = {"model": SCHNELL, "prompt": "a", **given}
    with pytest.raises(UnprocessableEntityError) as refused:
        together.images.generate(**request)
    assert refused.value.body["error"]["param"] == next(iter(given))
    assert contract.accepted(operation="images.generate") == []


def test_a_retired_model_is_a_404(contract: RecordedSandbox, together: Together) -> None:
    with pytest.raises(NotFoundError):
        together.images.generate(model="black-forest-labs/FLUX.1-dev-lora", prompt="a")


def test_a_revoked_key_is_a_401(contract: RecordedSandbox) -> None:
    with (
        Together(api_key="invalid", base_url=contract.together, max_retries=0) as client,
        pytest.raises(APIStatusError) as refused,
    ):
        client.images.generate(model=SCHNELL, prompt="a")
    assert refused.value.status_code == 401


def test_nebius(contract: RecordedSandbox) -> None:
    headers = {"authorization": "Bearer key"}
    body = {"model": "black-forest-labs/flux-schnell", "prompt": "sea", "width": 256, "height": 256, "seed": 1}
    answer = httpx.post(f"{contract.nebius}/v1/images/generations", json=body, headers=headers)
    assert _picture(base64.b64decode(answer.json()["data"][0]["b64_json"])).size == (256, 256)
    refused = httpx.post(f"{contract.nebius}/v1/images/generations", json=body | {"width": 4000}, headers=headers)
    assert refused.status_code == 422
    assert refused.json()["detail"][0]["loc"] == ["body", "width"]
