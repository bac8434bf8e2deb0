"""The work behind a prediction: fetch the weights, draw, deliver."""

import asyncio
import hashlib
import math
import re
import time

from PIL import Image

from photogen.sandbox import weights
from photogen.sandbox.context import age
from photogen.sandbox.drawing import Recipe, opened, over
from photogen.sandbox.replicate import schemas
from photogen.sandbox.replicate.catalogue import PublicModel, versions_of
from photogen.sandbox.replicate.delivery import deliver
from photogen.sandbox.replicate.fetching import NotFetched, fetch
from photogen.sandbox.replicate.jobs import Job

_SIZES = {
    "1:1": (1024, 1024),
    "16:9": (1344, 768),
    "21:9": (1536, 640),
    "3:2": (1216, 832),
    "2:3": (832, 1216),
    "4:5": (896, 1088),
    "5:4": (1088, 896),
    "3:4": (896, 1152),
    "4:3": (1152, 896),
    "9:16": (768, 1344),
    "9:21": (640, 1536),
}
"""Pixels per aspect ratio of the FLUX models, one megapixel each."""

_HUB = re.compile(r"^(?:https?://)?huggingface\.co/([\w.-]+/[\w.-]+)(?:/(?:resolve/main/|blob/main/)?(.+))?$")
_OWN = re.compile(r"^([\w.-]+/[\w.-]+)(?:/([0-9a-f]{64}))?$")
_UNSAFE = "NSFW content detected. Try running it again, or try a different prompt."
_ALL_UNSAFE = "All generated images contained NSFW content. Try running it again with a different prompt."


async def run_prediction(job: Job, model: PublicModel) -> None:
    """Takes a prediction from `starting` to its end, which is the caller's deadline at the latest."""
    deadline = job.record.get("deadline_seconds")
    left = None if deadline is None else deadline * job.sandbox.pace.deadline_share - age(job.record["created_at"])
    try:
        async with asyncio.timeout(left):
            await _run(job, model)
    except TimeoutError:
        job.end("canceled" if job.record.get("started_at") else "aborted")


async def _run(job: Job, model: PublicModel) -> None:
    seconds = job.sandbox.pace.image_seconds
    if job.fault("stuck"):
        await asyncio.Event().wait()
    await asyncio.sleep(seconds * 0.1)
    if job.fault("aborted"):
        job.end("aborted")
        return
    job.start()
    began = time.monotonic()
    values = model.input.model_validate(job.record["input"])
    try:
        output = await _render(job, model, values, began)
    except (NotFetched, weights.NotALora) as error:
        job.log(f"Traceback (most recent call last):\nValueError: {error}\n")
        job.end("failed", error=f"Failed to load LoRA weights: {error}")
        return
    except _Unsafe as error:
        job.end("failed", error=str(error))
        return
    job.end("succeeded", output=output[0] if model.single else output)


class _Unsafe(Exception):
    pass


async def _render(job: Job, model: PublicModel, values: object, began: float) -> list[str]:
    given = values.model_dump() if isinstance(values, schemas._Picture) else {}
    seed = given["seed"] if given.get("seed") is not None else _any_seed(job.record["id"])
    job.log(f"Using seed: {seed}\n")
    lora = await _lora(job, given)
    if job.fault("failed"):
        job.log(
            "Traceback (most recent call last):\nRuntimeError: CUDA error: an illegal memory access was encountered\n"
        )
        raise _Unsafe("CUDA error: an illegal memory access was encountered")
    if job.fault("out_of_memory"):
        raise _Unsafe("CUDA out of memory. Tried to allocate 2.25 GiB")
    begin = await _begin(job, given)
    width, height = _size(given) if begin is None else _like(begin)
    steps = int(given.get("num_inference_steps") or 28)
    count = int(given.get("num_outputs") or 1)
    unsafe = job.fault("nsfw")
    paths = []
    for index in range(count):
        recipe = Recipe(
            prompt=given["prompt"],
            seed=int(seed) + index,
            model=model.id if lora is None else "black-forest-labs/flux-dev-lora",
            width=width,
            height=height,
            steps=steps,
            guidance=float(given.get("guidance") or given.get("guidance_scale") or 3.0),
            lora=lora,
            lora_scale=float(given.get("lora_scale", 1.0)) * (1.5 if given.get("go_fast") and lora else 1.0),
        )
        data = await job.sandbox.draw(recipe, given["output_format"], given["output_quality"])
        if begin is not None:
            share = float(given["prompt_strength"])
            data = await asyncio.to_thread(over, begin, data, share, given["output_format"], given["output_quality"])
        share = (index + 1) / count
        await asyncio.sleep(max(0.0, began + job.sandbox.pace.image_seconds * 0.9 * share - time.monotonic()))
        job.log(_bar(steps, time.monotonic() - began))
        if unsafe is not None and index < int(unsafe.args.get("images", count)):
            job.log(f"{_UNSAFE}\n")
            continue
        name = f"out-{index}.{given['output_format']}"
        paths.append(deliver(job.sandbox, name, data, expired=job.fault("output_expired") is not None))
    if not paths:
        raise _Unsafe(_ALL_UNSAFE)
    return paths


async def _lora(job: Job, given: dict[str, object]) -> weights.Lora | None:
    """The LoRA of the trained version or of `lora_weights`. Raises NotFetched or NotALora."""
    version = job.sandbox.store.get("version", job.record["version"])
    if version is not None:
        return weights.read(job.sandbox.store.blob_path(version["weights"]).read_bytes())
    reference = given.get("lora_weights")
    if not isinstance(reference, str):
        return None
    if own := _OWN.match(reference):
        name, wanted = own.groups()
        found = [v for v in versions_of(job.sandbox, name) if wanted in {None, v["id"]}]
        if not found:
            raise NotFetched(f"no Replicate model {reference}")
        return weights.read(job.sandbox.store.blob_path(found[-1]["weights"]).read_bytes())
    token = given.get("hf_api_token")
    if hub := _HUB.match(reference):
        repository, file = hub.groups()
        reference = f"{job.sandbox.base_url}/hub/{repository}/resolve/main/{file or 'lora.safetensors'}"
    elif ".safetensors" not in reference:
        raise NotFetched(f"Invalid lora_weights: {reference[:200]}")
    own_hub = reference.startswith(f"{job.sandbox.base_url}/hub/")
    data = await fetch(job.sandbox, reference, token=str(token) if token and own_hub else None)
    job.log(f"Downloaded LoRA weights ({len(data)} bytes)\n")
    return weights.read(data)


async def _begin(job: Job, given: dict[str, object]) -> Image.Image | None:
    """The picture of `image`. Raises _Unsafe with the words of a file that is none."""
    address = given.get("image")
    if not isinstance(address, str):
        return None
    try:
        return await asyncio.to_thread(opened, await fetch(job.sandbox, address))
    except NotFetched as error:
        raise _Unsafe(f"Failed to load image: {error}") from error
    except (OSError, ValueError) as error:
        raise _Unsafe("cannot identify image file") from error


def _like(begin: Image.Image) -> tuple[int, int]:
    """About a megapixel of that shape, on the models' grid."""
    scale = math.sqrt(1024 * 1024 / (begin.width * begin.height))
    return round(begin.width * scale / 16) * 16, round(begin.height * scale / 16) * 16


def _size(given: dict[str, object]) -> tuple[int, int]:
    if given["aspect_ratio"] == "custom":
        width, height = (int(str(given.get(name) or 1024)) for name in ("width", "height"))
        return round(width / 16) * 16, round(height / 16) * 16
    width, height = _SIZES[str(given["aspect_ratio"])]
    return (width // 2, height // 2) if given.get("megapixels") == "0.25" else (width, height)


def _any_seed(job_id: str) -> int:
    return int.from_bytes(hashlib.sha256(job_id.encode()).digest()[:4])


def _bar(steps: int, seconds: float) -> str:
    rate = steps / max(seconds, 0.001)
    return (
        f"\r100%|██████████| {steps}/{steps} [{int(seconds) // 60:02}:{int(seconds) % 60:02}<00:00, {rate:5.2f}it/s]\n"
    )
