"""The trainer: what ostris/flux-dev-lora-trainer does with a zip, in its own words, at the pace that is set.

Log lines and refusals follow github.com/replicate/flux-fine-tuner and ostris/ai-toolkit.
"""

import asyncio
import io
import math
import posixpath
import random
import tarfile
import time
import zipfile

from photogen.sandbox import weights
from photogen.sandbox.context import stamp
from photogen.sandbox.replicate import schemas
from photogen.sandbox.replicate.delivery import deliver
from photogen.sandbox.replicate.fetching import NotFetched, fetch
from photogen.sandbox.replicate.identity import new_version_id
from photogen.sandbox.replicate.jobs import Job

_NAME = "flux_train_replicate"
_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")  # what ai-toolkit's data loader takes
_TICK = 0.25  # seconds between two looks at the clock while steps go by
_LARGEST = 2 * 1024**3


class TrainerError(Exception):
    """Ends the training; the message becomes its error."""


class _Dataset:
    """The zip, extracted: image bytes by file name, and captions."""

    def __init__(self, data: bytes) -> None:
        self.images: dict[str, bytes] = {}
        self.captions: dict[str, str] = {}
        self.count = 0
        stream = io.BytesIO(data)
        if not zipfile.is_zipfile(stream):
            raise TrainerError("input_images must be a zip file")
        try:
            with zipfile.ZipFile(stream) as archive:
                self._extract(archive)
        except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError) as error:
            raise TrainerError(f"{type(error).__name__}: {error}") from error

    def _extract(self, archive: zipfile.ZipFile) -> None:
        if sum(info.file_size for info in archive.infolist()) > _LARGEST:
            raise TrainerError("OSError: [Errno 28] No space left on device")
        for info in archive.infolist():
            if info.filename.startswith(("__MACOSX/", "._")) or info.is_dir():
                continue
            self.count += 1
            name = posixpath.basename(info.filename)
            stem, suffix = posixpath.splitext(name)
            if suffix.lower() in _SUFFIXES:
                self.images[name] = archive.read(info)
            elif suffix.lower() == ".txt":
                self.captions[stem] = archive.read(info).decode("utf-8", "replace")


async def run_training(job: Job) -> None:
    """Takes a training from `starting` to its end."""
    given = schemas.FluxTraining.model_validate(job.record["input"])
    total = job.sandbox.pace.training_seconds_per_1000_steps * given.steps / 1000
    if job.fault("stuck"):
        return
    await asyncio.sleep(total * 0.05)
    if job.fault("aborted"):
        job.end("aborted")
        return
    job.start()
    try:
        dataset = await _prepare(job, given, total * 0.12)
        await _train(job, given, total * 0.76)
        await _finish(job, given, dataset, total * 0.05)
    except TrainerError as error:
        job.log(f"Traceback (most recent call last):\n{error}\n")
        job.end("failed", error=str(error))


async def _prepare(job: Job, given: schemas.FluxTraining, seconds: float) -> _Dataset:
    began = time.monotonic()
    if not given.input_images:
        raise TrainerError("input_images must be provided")
    job.log("Turning gradient checkpointing on and quantizing base model, GPU has less than 100 GB of memory\n")
    try:
        data = await fetch(job.sandbox, given.input_images)
    except NotFetched as error:
        raise TrainerError(f"Failed to download input_images: {error}") from error
    dataset = _Dataset(data)
    job.log(f"Extracted {dataset.count} files from zip to input_images\n")
    if given.autocaption and len(dataset.captions) < len(dataset.images):
        await _caption(job, given, dataset, seconds * 0.7)
    if not dataset.images:
        job.log("Starting train job\n")
        raise TrainerError(
            "No images found in the dataset. Check that input_images holds .jpg, .jpeg, .png or .webp files"
        )
    job.log("Starting train job\n#############################################\n")
    job.log(f"# Running job: {_NAME}\n#############################################\n\nRunning  1 process\n")
    job.log(
        "Loading Flux model\nLoading transformer\n\rLoading shards: 100%|██████████| 3/3 [00:00<00:00,  5.31it/s]\n"
    )
    count = len(dataset.images)
    for size in given.resolution.split(","):
        job.log(f"Dataset: input_images\n  -  Preprocessing image dimensions\n\r100%|██████████| {count}/{count}\n")
        job.log(
            f"Caching latents for input_images at {size.strip()}\n\rCaching latents: 100%|██████████| {count}/{count}\n"
        )
    await asyncio.sleep(max(0.0, began + seconds - time.monotonic()))
    return dataset


async def _caption(job: Job, given: schemas.FluxTraining, dataset: _Dataset, seconds: float) -> None:
    job.log("Loading captioner\n")
    for number, name in enumerate(sorted(dataset.images), 1):
        stem = posixpath.splitext(name)[0]
        if stem in dataset.captions:
            continue
        words = "a photo of a subject in natural light, looking towards the camera"
        prefix = given.autocaption_prefix or f"A photo of {given.trigger_word}. "
        dataset.captions[stem] = f"{prefix}{words}{given.autocaption_suffix or ''}"
        job.log(f"Captioning images: {number}/{len(dataset.images)}\n")
        await asyncio.sleep(seconds / len(dataset.images))


async def _train(job: Job, given: schemas.FluxTraining, seconds: float) -> None:
    """Lets the steps go by. The bar is tqdm's, rewritten in place with a carriage return."""
    dice = random.Random(job.record["id"])  # noqa: S311 - made up losses
    failing = job.fault("failed", "out_of_memory")
    last = max(1, given.steps // 3) if failing else given.steps
    began = time.monotonic()
    step = -1
    while step < last:
        passed = time.monotonic() - began
        reached = last if seconds <= 0 else min(last, int(given.steps * passed / seconds))
        if reached > step:
            step = reached
            job.log(_bar(step, given, passed, seconds, dice))
        if step < last:
            await asyncio.sleep(min(_TICK, seconds / 20))
    if failing is None:
        return
    if failing.fault == "out_of_memory":
        raise TrainerError(
            "CUDA out of memory. Tried to allocate 2.25 GiB. GPU 0 has a total capacity of 79.15 GiB of which"
            " 1.11 GiB is free. Including non-PyTorch memory, this process has 78.03 GiB memory in use."
        )
    raise TrainerError("RuntimeError: CUDA error: an illegal memory access was encountered")


def _bar(step: int, given: schemas.FluxTraining, passed: float, seconds: float, dice: random.Random) -> str:
    share = step / given.steps
    full, part = divmod(int(share * 80), 8)
    bar = ("█" * full + (" ▏▎▍▌▋▊▉"[part] if part else "")).ljust(10)[:10]
    rate = step / passed if passed > 0 and step else given.steps / seconds if seconds > 0 else 1000.0
    left = (given.steps - step) / rate if rate else 0.0
    loss = 0.28 + 0.22 * math.exp(-4 * share) + dice.uniform(-0.05, 0.05)
    speed = f"{rate:5.2f}it/s" if rate >= 1 else f"{1 / rate:5.2f}s/it"
    return (
        f"\r{_NAME}: {int(share * 100):3d}%|{bar}| {step}/{given.steps} "
        f"[{_clock(passed)}<{_clock(left)}, {speed}, lr: {given.learning_rate:.1e} loss: {loss:.3e}]"
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


async def _finish(job: Job, given: schemas.FluxTraining, dataset: _Dataset, seconds: float) -> None:
    began = time.monotonic()
    try:
        lora = await job.sandbox.in_thread(_build, dataset, given, job.sandbox.pace.weights_bytes)
    except weights.NotALora as error:
        raise TrainerError(str(error)) from error
    job.log(f"\n\nSaved to output/{_NAME}/{_NAME}.safetensors\n")
    archive = await job.sandbox.in_thread(_pack, lora, dataset, given)
    for name in _members(dataset):
        job.log(f"{name}\n")
    if job.fault("no_weights"):
        archive = await job.sandbox.in_thread(_pack, None, dataset, given)
    if job.fault("corrupt_tar"):
        archive = archive[: len(archive) // 3]
    _upload(job, given)
    await asyncio.sleep(max(0.0, began + seconds - time.monotonic()))
    path = deliver(
        job.sandbox, "trained_model.tar", archive, kept=True, expired=job.fault("output_expired") is not None
    )
    version = {
        "id": new_version_id(),
        "model": job.record["destination"],
        "created_at": stamp(),
        "weights": job.sandbox.store.put_blob(lora, ".safetensors"),
    }
    job.sandbox.store.put("version", version["id"], version)
    job.end("succeeded", output={"weights": path, "version": f"{version['model']}:{version['id']}"})


def _upload(job: Job, given: schemas.FluxTraining) -> None:
    """The trainer's own upload never ends a training: it prints why it did not work."""
    if given.hf_repo_id and given.hf_token:
        job.log(f"Uploading to Hugging Face: {given.hf_repo_id}\n")
        job.log("Error uploading to Hugging Face: the sandbox's trainer does not upload\n")


def _build(dataset: _Dataset, given: schemas.FluxTraining, layer_bytes: int) -> bytes:
    images = [dataset.images[name] for name in sorted(dataset.images)]
    return weights.build(
        images,
        trigger_word=given.trigger_word,
        rank=given.lora_rank,
        steps=given.steps,
        learning_rate=given.learning_rate,
        layer_bytes=layer_bytes,
    )


def _members(dataset: _Dataset) -> list[str]:
    folder = f"output/{_NAME}"
    captions = [f"{folder}/captions/{stem}.txt" for stem in sorted(dataset.captions)]
    return [f"{folder}/", f"{folder}/lora.safetensors", f"{folder}/config.yaml", f"{folder}/captions/", *captions]


def _pack(lora: bytes | None, dataset: _Dataset, given: schemas.FluxTraining) -> bytes:
    """The tar that `tar -cvf` makes of the job's folder."""
    config = "\n".join(
        [
            "job: custom_job",
            "config:",
            f"  name: {_NAME}",
            "  process:",
            "  - type: custom_sd_trainer",
            f"    trigger_word: {given.trigger_word}",
            f"    network: {{type: lora, linear: {given.lora_rank}, linear_alpha: {given.lora_rank}}}",
            f"    train: {{steps: {given.steps}, lr: {given.learning_rate}, optimizer: {given.optimizer}}}",
            "",
        ]
    )
    contents = {"config.yaml": config.encode()} | ({"lora.safetensors": lora} if lora is not None else {})
    contents |= {f"captions/{stem}.txt": text.encode() for stem, text in sorted(dataset.captions.items())}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for folder in ("", "/captions"):
            entry = tarfile.TarInfo(f"output/{_NAME}{folder}")
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(entry)
        for name, data in sorted(contents.items()):
            entry = tarfile.TarInfo(f"output/{_NAME}/{name}")
            entry.size, entry.mode, entry.mtime = len(data), 0o644, int(time.time())
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()
