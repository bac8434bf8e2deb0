"""LoRA weights: a true `.safetensors` whose extra tensors carry what pictures are made of.

The layers have the names, shapes (rank x 3072) and type that ai-toolkit writes for FLUX.1-dev, only fewer of them.
Beside them lie `sandbox.photo.N` (JPEG bytes as uint8) and, in the metadata, the trigger word, palette and points of
interest; so the weights alone are enough to draw from.
"""

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import safetensors.numpy
from PIL import Image, ImageOps, UnidentifiedImageError
from safetensors import SafetensorError

PHOTO_SIDE = 768
_PHOTOS = 8
_HIDDEN = 3072


@dataclass(frozen=True)
class Lora:
    """What a picture is made of: RGB photos with a point of interest each (x, y in 0..1), and a palette (RGB)."""

    trigger_word: str
    photos: tuple[Image.Image, ...]
    focuses: tuple[tuple[float, float], ...]
    palette: tuple[tuple[int, int, int], ...]
    rank: int
    digest: str


class NotALora(Exception):
    """The bytes are no LoRA for FLUX."""


def build(
    images: Sequence[bytes],
    *,
    trigger_word: str,
    rank: int,
    steps: int,
    learning_rate: float,
    layer_bytes: int = 2_000_000,
) -> bytes:
    """Weights made of the first photos of a training, with at least one layer and about `layer_bytes` of them. Photos
    that can't be read are left out; raises NotALora when none is left."""
    photos = [photo for photo in map(_photo, images[: 3 * _PHOTOS]) if photo is not None][:_PHOTOS]
    if not photos:
        raise NotALora("No images found in the dataset")
    seed = hashlib.sha256(b"".join(hashlib.sha256(image).digest() for image in images)).digest()
    dice = np.random.default_rng(list(seed))
    tensors: dict[str, npt.NDArray[np.generic]] = {}
    for layer in range(max(1, layer_bytes // (2 * 2 * rank * _HIDDEN))):
        block, name = divmod(layer, 4)
        stem = (
            f"transformer.single_transformer_blocks.{block}.{('attn.to_q', 'attn.to_k', 'attn.to_v', 'proj_out')[name]}"
        )
        for part, shape in (("lora_A", (rank, _HIDDEN)), ("lora_B", (_HIDDEN, rank))):
            values = dice.standard_normal(shape, dtype=np.float32) * min(1.0, learning_rate * 50)
            tensors[f"{stem}.{part}.weight"] = values.astype(np.float16)
    for index, photo in enumerate(photos):
        buffer = io.BytesIO()
        photo.save(buffer, "JPEG", quality=86)
        tensors[f"sandbox.photo.{index}"] = np.frombuffer(buffer.getvalue(), np.uint8)
    metadata = {
        "format": "pt",
        "name": "flux_train_replicate",
        "version": "1.0",
        "ss_base_model_version": "flux1",
        "training_info": json.dumps({"step": steps, "epoch": max(1, steps // len(images))}),
        "sandbox.trigger_word": trigger_word,
        "sandbox.rank": str(rank),
        "sandbox.palette": json.dumps(_palette(photos)),
        "sandbox.focuses": json.dumps([_focus(photo) for photo in photos]),
    }
    return safetensors.numpy.save(tensors, metadata)


def read(data: bytes) -> Lora:
    """The LoRA in the bytes of a `.safetensors`. One that the sandbox did not train has no photos, and a palette drawn
    from its digest. Raises NotALora."""
    try:
        tensors = safetensors.numpy.load(data)
    except (SafetensorError, ValueError, KeyError) as error:
        raise NotALora(f"Error while deserializing header: {str(error)[:200]}") from error
    if not any("lora" in name for name in tensors):
        raise NotALora("the file has no LoRA layers")
    length = int.from_bytes(data[:8], "little")
    metadata = json.loads(data[8 : 8 + length]).get("__metadata__", {})
    digest = hashlib.sha256(data).hexdigest()
    names = sorted(name for name in tensors if name.startswith("sandbox.photo."))
    photos = tuple(Image.open(io.BytesIO(tensors[name].tobytes())).convert("RGB") for name in names)
    palette = json.loads(metadata.get("sandbox.palette", "null")) or _digest_palette(digest)
    return Lora(
        trigger_word=metadata.get("sandbox.trigger_word", ""),
        photos=photos,
        focuses=tuple((x, y) for x, y in json.loads(metadata.get("sandbox.focuses", "[]"))),
        palette=tuple((r, g, b) for r, g, b in palette),
        rank=int(metadata.get("sandbox.rank", "16")),
        digest=digest,
    )


def _photo(data: bytes) -> Image.Image | None:
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.draft("RGB", (PHOTO_SIDE, PHOTO_SIDE))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError, ValueError):
        return None
    upright.thumbnail((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS)
    return upright


def _palette(photos: Sequence[Image.Image]) -> list[list[int]]:
    """Six colours that are frequent in the photos, dark to light."""
    strip = Image.new("RGB", (48 * len(photos), 48))
    for index, photo in enumerate(photos):
        strip.paste(photo.resize((48, 48), Image.Resampling.BOX), (48 * index, 0))
    colours = strip.quantize(6, Image.Quantize.MEDIANCUT).getpalette() or []
    found = [colours[i : i + 3] for i in range(0, min(len(colours), 18), 3)]
    return sorted(found, key=lambda c: c[0] * 2 + c[1] * 3 + c[2])


def _focus(photo: Image.Image) -> list[float]:
    """Where the eye goes: the centre of what differs from its surroundings and of skin tones, drawn to the middle."""
    small = np.asarray(photo.resize((48, 48), Image.Resampling.BOX), np.float32)
    red, green, blue = small[..., 0], small[..., 1], small[..., 2]
    light = small.mean(axis=2)
    edges = np.abs(np.gradient(light)[0]) + np.abs(np.gradient(light)[1])
    skin = (red > 70) & (red > green + 8) & (green > blue) & (red - blue < 140)
    y, x = np.mgrid[0:48, 0:48] / 47.0
    weight = (edges / (edges.mean() + 1e-6) + 3.0 * skin) * np.exp(-(((x - 0.5) ** 2 + (y - 0.42) ** 2) / 0.12))
    total = float(weight.sum()) or 1.0
    return [round(float((x * weight).sum()) / total, 3), round(float((y * weight).sum()) / total, 3)]


def _digest_palette(digest: str) -> list[list[int]]:
    values = bytes.fromhex(digest)
    return sorted([list(values[i : i + 3]) for i in range(0, 18, 3)], key=sum)
