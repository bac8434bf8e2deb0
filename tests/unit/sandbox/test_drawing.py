"""Pictures: the same recipe gives the same bytes, everything in it matters, nothing breaks it."""

import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from photogen.sandbox import weights
from photogen.sandbox.drawing import Recipe, draw_bytes
from photogen.sandbox.drawing.words import contains_word, read_prompt

PLAIN = Recipe(prompt="a mountain lake at sunset", seed=1, model="flux", width=320, height=256)


def _photo(colour: tuple[int, int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (200, 240), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def _lora(*colours: tuple[int, int, int]) -> weights.Lora:
    data = weights.build([_photo(c) for c in colours], trigger_word="MIA", rank=16, steps=1000, learning_rate=4e-4)
    return weights.read(data)


RED, BLUE = _lora((220, 20, 20), (180, 30, 10)), _lora((20, 20, 220), (10, 40, 180))


def _pixels(recipe: Recipe) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(draw_bytes(recipe, "png"))).convert("RGB"), np.float32)


@pytest.mark.parametrize(("suffix", "kind"), [("png", "PNG"), ("webp", "WEBP"), ("jpg", "JPEG")])
def test_size_and_kind(suffix: str, kind: str) -> None:
    image = Image.open(io.BytesIO(draw_bytes(PLAIN, suffix)))
    assert (image.size, image.format) == ((320, 256), kind)


def test_the_same_recipe_gives_the_same_bytes() -> None:
    assert draw_bytes(PLAIN, "webp") == draw_bytes(replace(PLAIN), "webp")


@pytest.mark.parametrize(
    "change",
    [{"seed": 2}, {"prompt": "a forest"}, {"model": "other"}, {"negative_prompt": "sunset"}, {"lora": RED}],
)
def test_everything_in_the_recipe_matters(change: dict[str, object]) -> None:
    assert np.abs(_pixels(PLAIN) - _pixels(replace(PLAIN, **change))).mean() > 4


def test_the_photos_show_with_the_trigger_word_as_strongly_as_asked() -> None:
    def redness(prompt: str, scale: float, lora: weights.Lora = RED) -> float:
        pictures = [
            _pixels(Recipe(prompt=prompt, seed=seed, model="flux", width=256, height=256, lora=lora, lora_scale=scale))
            for seed in range(4)
        ]
        return float(np.mean([p[..., 0] - p[..., 2] for p in pictures]))

    said = "portrait of MIA in studio light"
    assert redness(said, 1.0) > redness(said, 0.3) + 3
    assert redness(said, 1.0) > redness("portrait of her in studio light", 1.0) + 3
    assert redness(said, 1.0) > redness(said, 1.0, BLUE) + 20


@settings(max_examples=40, deadline=None)
@given(
    prompt=st.text(max_size=60)
    | st.sampled_from(["snow city", "rain portrait noir", "watercolour flowers", "space oil"]),
    seed=st.integers(0, 2**64 - 1),
    width=st.integers(8, 40).map(lambda n: n * 8),
    height=st.integers(8, 40).map(lambda n: n * 8),
    lora=st.sampled_from([None, RED]),
    scale=st.floats(-1, 3),
)
def test_nothing_breaks_it(
    prompt: str, seed: int, width: int, height: int, lora: weights.Lora | None, scale: float
) -> None:
    recipe = Recipe(prompt=prompt, seed=seed, model="m", width=width, height=height, lora=lora, lora_scale=scale)
    assert Image.open(io.BytesIO(draw_bytes(recipe, "jpg"))).size == (width, height)


def test_every_picture_says_sandbox_in_its_corner() -> None:
    # the mark is the only thing that is equal in pictures of other seeds: light letters on a dark ground
    first, second = (
        _pixels(replace(PLAIN, width=512, height=512)),
        _pixels(replace(PLAIN, width=512, height=512, seed=9)),
    )
    corner = np.s_[484:504, 430:505]
    letters = (first[corner].min(axis=2) > 170) & (second[corner].min(axis=2) > 170)
    assert 40 < letters.sum() < 600
    assert (first[corner].max(axis=2) < 140).sum() > 300


@pytest.mark.parametrize(
    ("prompt", "mood", "scene"),
    [
        ("golden sunset over the sea", "sunset", "waves"),
        ("neon Tokyo street, cyberpunk", "neon", "city"),
        ("studio headshot", "studio", ""),
        ("a lavender field", "blossom", "flowers"),
        ("", "", ""),
    ],
)
def test_words_of_the_prompt(prompt: str, mood: str, scene: str) -> None:
    wishes = read_prompt(prompt)
    assert (wishes.mood, wishes.scene) == (mood, scene)


def test_black_and_white_is_a_treatment_and_no_colour() -> None:
    wishes = read_prompt("a black and white portrait")
    assert "mono" in wishes.treatments
    assert wishes.colours == ()
    assert read_prompt("a portrait, forest", "forest").scene == ""


@pytest.mark.parametrize(
    ("prompt", "said"), [("a photo of mia.", True), ("MIA!", True), ("miami beach", False), ("", False)]
)
def test_the_trigger_word_is_a_word(prompt: str, said: bool) -> None:
    assert contains_word(prompt, "MIA") is said
