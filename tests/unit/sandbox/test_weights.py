"""Weights: a true LoRA in form, with the photos in it."""

import io
import json

import pytest
import safetensors.numpy
from PIL import Image

from photogen.sandbox import weights


def _photo(size: tuple[int, int] = (900, 1200), orientation: int | None = None) -> bytes:
    image = Image.new("RGB", size, (200, 120, 60))
    exif = image.getexif()
    if orientation:
        exif[0x0112] = orientation
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def _build(*photos: bytes, rank: int = 16) -> bytes:
    return weights.build(photos, trigger_word="MIA", rank=rank, steps=1000, learning_rate=4e-4)


@pytest.mark.parametrize("rank", [1, 16, 128])
def test_layers_have_the_names_shapes_and_type_of_flux(rank: int) -> None:
    data = _build(_photo(), rank=rank)
    tensors = safetensors.numpy.load(data)
    first = tensors["transformer.single_transformer_blocks.0.attn.to_q.lora_A.weight"]
    second = tensors["transformer.single_transformer_blocks.0.attn.to_q.lora_B.weight"]
    assert (first.shape, second.shape, first.dtype) == ((rank, 3072), (3072, rank), "float16")
    assert len(data) < 4_000_000


def test_what_is_built_can_be_read() -> None:
    lora = weights.read(_build(*[_photo() for _ in range(12)]))
    assert lora.trigger_word == "MIA"
    assert lora.rank == 16
    assert len(lora.photos) == 8
    assert max(lora.photos[0].size) == weights.PHOTO_SIDE
    assert len(lora.focuses) == len(lora.photos)
    assert any(abs(red - 200) < 12 for red, _, _ in lora.palette)


def test_photos_are_upright() -> None:
    (photo,) = weights.read(_build(_photo((1200, 900), orientation=6))).photos
    assert photo.height > photo.width


def test_broken_photos_are_left_out_and_none_is_an_error() -> None:
    assert len(weights.read(_build(b"broken", _photo())).photos) == 1
    with pytest.raises(weights.NotALora):
        _build(b"broken")


def test_the_same_photos_give_the_same_weights() -> None:
    # the tensors, that is: safetensors writes the metadata in any order
    first, again, other = (safetensors.numpy.load(_build(photo)) for photo in (_photo(), _photo(), _photo((800, 1200))))
    layer = "transformer.single_transformer_blocks.0.attn.to_q.lora_A.weight"
    assert all((first[name] == again[name]).all() for name in first)
    assert (first[layer] != other[layer]).any()


@pytest.mark.parametrize("data", [b"", b"no weights at all", json.dumps({}).encode(), b"\xff" * 64])
def test_what_is_no_safetensors_is_refused(data: bytes) -> None:
    with pytest.raises(weights.NotALora):
        weights.read(data)


def test_a_safetensors_without_lora_layers_is_refused_and_a_foreign_lora_taken() -> None:
    layer = safetensors.numpy.load(_build(_photo()))["transformer.single_transformer_blocks.0.attn.to_q.lora_A.weight"]
    with pytest.raises(weights.NotALora):
        weights.read(safetensors.numpy.save({"layer": layer}))
    foreign = weights.read(safetensors.numpy.save({"x.lora_A.weight": layer}))
    assert foreign.photos == ()
    assert len(foreign.palette) == 6
