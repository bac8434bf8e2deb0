"""Nebius' image API as of its documentation of May 2026."""

import hashlib
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from photogen.sandbox import images, weights
from photogen.sandbox.calls import Call, operation
from photogen.sandbox.drawing import Recipe
from photogen.sandbox.replicate.fetching import NotFetched, fetch
from photogen.sandbox.replicate.identity import new_vendor_id

_MODELS = ("black-forest-labs/flux-schnell", "black-forest-labs/flux-dev", "stability-ai/sdxl")


class _Lora(BaseModel):
    url: str
    scale: float = 1.0


class ImagesRequest(BaseModel):
    """POST /v1/images/generations."""

    model_config = ConfigDict(extra="ignore")

    model: str
    prompt: str = Field(min_length=1, max_length=2000)
    loras: list[_Lora] | None = Field(None, min_length=1, max_length=10)
    width: int = Field(512, ge=64, le=2048)
    height: int = Field(512, ge=64, le=2048)
    num_inference_steps: int | None = Field(None, ge=1, le=80)
    seed: int = Field(-1, ge=-1)
    guidance_scale: float | None = None
    negative_prompt: str | None = None
    response_extension: Literal["png", "jpg", "webp"] = "webp"
    response_format: Literal["url", "b64_json"] = "b64_json"


@operation("nebius", "images.generate")
async def generate(call: Call) -> Response:
    body = call.parse(ImagesRequest)
    if body.model not in _MODELS or not call.sandbox.serves("nebius", body.model):
        raise call.refuse(404, f"The model `{body.model}` does not exist.")
    lora = None
    if body.loras:
        try:
            lora = weights.read(await fetch(call.sandbox, body.loras[0].url))
        except (NotFetched, weights.NotALora) as error:
            raise call.refuse(400, f"Failed to load LoRA: {error}") from error
    if call.sandbox.faults.take("nebius", call.operation, {"nsfw"}, call.text):
        raise call.refuse(400, "The prompt was refused by the content filter.")
    identity = new_vendor_id()
    seed = body.seed if body.seed >= 0 else int.from_bytes(hashlib.sha256(identity.encode()).digest()[:4])
    recipe = Recipe(
        prompt=body.prompt,
        seed=seed,
        model=body.model,
        width=body.width,
        height=body.height,
        steps=body.num_inference_steps or 28,
        guidance=body.guidance_scale or 3.5,
        negative_prompt=body.negative_prompt or "",
        lora=lora,
        lora_scale=body.loras[0].scale if body.loras else 1.0,
    )
    (picture,) = await images.render(call, [recipe], body.response_extension)
    if body.response_format == "b64_json":
        item = {"b64_json": images.as_base64(picture), "url": None}
    else:
        item = {"b64_json": None, "url": images.as_address(call, picture, body.response_extension)}
    return JSONResponse({"id": identity, "data": [item]})


@operation("nebius", "models.list")
async def models(call: Call) -> Response:
    data = [
        {"id": name, "object": "model", "created": 1_722_470_400, "owned_by": name.split("/")[0]}
        for name in _MODELS
        if call.sandbox.serves("nebius", name)
    ]
    return JSONResponse({"object": "list", "data": data})


routes = [
    Route("/v1/images/generations", generate, methods=["POST"]),
    Route("/v1/models", models, methods=["GET"]),
    Route("/imgproxy/{name}", operation("nebius", "delivery", public=True)(images.fetch), methods=["GET"]),
]
