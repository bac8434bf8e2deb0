"""Together's image API as of its description of April 2026."""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from photogen.sandbox import images, weights
from photogen.sandbox.calls import Call, operation
from photogen.sandbox.drawing import Recipe
from photogen.sandbox.replicate.fetching import NotFetched, fetch
from photogen.sandbox.replicate.identity import new_vendor_id


@dataclass(frozen=True)
class _Served:
    """One hosted model: its default and largest number of steps, and whether it takes LoRAs."""

    name: str
    organization: str
    steps: int
    most_steps: int
    loras: bool = False


_MODELS = {
    f"black-forest-labs/{model.name}": model
    for model in (
        _Served("FLUX.1-schnell", "Black Forest Labs", 4, 12),
        _Served("FLUX.1-schnell-Free", "Black Forest Labs", 4, 4),
        _Served("FLUX.1.1-pro", "Black Forest Labs", 25, 50),
        _Served("FLUX.1-kontext-pro", "Black Forest Labs", 28, 50),
        _Served("FLUX.1-kontext-max", "Black Forest Labs", 28, 50),
        _Served("FLUX.2-dev", "Black Forest Labs", 28, 50, loras=True),
        _Served("FLUX.2-pro", "Black Forest Labs", 28, 50),
        _Served("FLUX.2-flex", "Black Forest Labs", 28, 50),
    )
}
_SIDE = Annotated[int, Field(ge=256, le=1920, multiple_of=8)]
# Nowhere published how Together refuses an unsafe picture; here it is the one shape of its errors (ErrorData).
_UNSAFE = "The generated image may contain NSFW content and was withheld. Change the prompt and try again."


class _ImageLora(BaseModel):
    path: str
    scale: float


class ImagesRequest(BaseModel):
    """POST /v1/images/generations. Fields it does not know are passed over, as the vendor does."""

    model_config = ConfigDict(extra="ignore")

    prompt: str = Field(min_length=1, max_length=10_000)
    model: str
    steps: int | None = Field(None, ge=1, le=100)
    image_url: str | None = None
    seed: int | None = Field(None, ge=0, lt=2**64)
    n: int = Field(1, ge=1, le=4)
    height: _SIDE = 1024
    width: _SIDE = 1024
    negative_prompt: str = ""
    response_format: Literal["base64", "url"] = "url"
    guidance_scale: float = Field(3.5, ge=0, le=50)
    output_format: Literal["jpeg", "png"] = "jpeg"
    image_loras: list[_ImageLora] = Field(default=[], max_length=2)
    reference_images: list[str] = []
    disable_safety_checker: bool = False


@operation("together", "images.generate")
async def generate(call: Call) -> Response:
    body = call.parse(ImagesRequest)
    model = _MODELS.get(body.model)
    if model is None or not call.sandbox.serves("together", body.model):
        message = f"Unable to access model {body.model}. See https://api.together.ai/models for the supported models."
        raise call.refuse(404, message, code="model_not_available")
    steps = body.steps or model.steps
    if steps > model.most_steps:
        raise call.refuse(
            400, f"steps must be between 1 and {model.most_steps}", param="steps", code="invalid_parameter"
        )
    lora = await _lora(call, body, model)
    if call.sandbox.faults.take("together", call.operation, {"nsfw"}, call.text):
        call.record["fault"] = "nsfw"
        raise call.refuse(422, _UNSAFE, param="prompt", code="nsfw_content")
    identity = new_vendor_id()
    seed = body.seed if body.seed is not None else int.from_bytes(hashlib.sha256(identity.encode()).digest()[:4])
    recipes = [
        Recipe(
            prompt=body.prompt,
            seed=seed + index,
            model=body.model,
            width=body.width,
            height=body.height,
            steps=steps,
            guidance=body.guidance_scale,
            negative_prompt=body.negative_prompt,
            lora=lora,
            lora_scale=body.image_loras[0].scale if body.image_loras else 1.0,
        )
        for index in range(body.n)
    ]
    suffix = "png" if body.output_format == "png" else "jpg"
    pictures = await images.render(call, recipes, suffix)
    if body.response_format == "base64":
        data: list[dict[str, object]] = [
            {"index": i, "type": "b64_json", "b64_json": images.as_base64(picture), "timings": {"inference": 0.4}}
            for i, picture in enumerate(pictures)
        ]
    else:
        data = [
            {"index": i, "type": "url", "url": images.as_address(call, picture, suffix)}
            for i, picture in enumerate(pictures)
        ]
    return JSONResponse({"id": identity, "model": body.model, "object": "list", "data": data})


async def _lora(call: Call, body: ImagesRequest, model: _Served) -> weights.Lora | None:
    if not body.image_loras:
        return None
    if not model.loras:
        raise call.refuse(
            400, f"Model {body.model} does not support image_loras", param="image_loras", code="invalid_parameter"
        )
    try:
        return weights.read(await fetch(call.sandbox, body.image_loras[0].path))
    except (NotFetched, weights.NotALora) as error:
        raise call.refuse(400, f"Failed to load LoRA: {error}", param="image_loras", code="invalid_lora") from error


@operation("together", "models.list")
async def models(call: Call) -> Response:
    return JSONResponse(
        [
            {
                "id": identity,
                "object": "model",
                "created": 1_722_470_400,
                "type": "image",
                "display_name": model.name,
                "organization": model.organization,
                "link": "",
                "pricing": {"hourly": 0, "input": 0, "output": 0, "base": 0, "finetune": 0},
            }
            for identity, model in _MODELS.items()
            if call.sandbox.serves("together", identity)
        ]
    )


routes = [
    Route("/v1/images/generations", generate, methods=["POST"]),
    Route("/v1/models", models, methods=["GET"]),
    Route("/imgproxy/{name}", operation("together", "delivery", public=True)(images.fetch), methods=["GET"]),
]
