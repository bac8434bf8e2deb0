"""The rules of generations."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from photogen.domain.generation import pictures, policy
from photogen.domain.generation.commands import StartGeneration
from photogen.domain.generation.styles import ASPECTS, STYLES, pixels, size
from photogen.domain.vendors.routing import CUSTOM
from photogen.errors import Invalid
from photogen.gateways.base import Capabilities, Category
from photogen.models import ShotStatus

S = ShotStatus


@given(st.integers(256, 2048), st.integers(256, 2048))
def test_a_size_of_ones_own_is_the_nearest_on_the_grid(width: int, height: int) -> None:
    nearest = [min(range(256, 2049, 32), key=lambda step: abs(step - side)) for side in (width, height)]
    if nearest[0] * nearest[1] > 2 * 1024 * 1024:
        with pytest.raises(Invalid, match="too many"):
            size(CUSTOM, width, height)
        return
    wide, high = size(CUSTOM, width, height)
    assert wide % 32 == high % 32 == 0
    assert max(abs(wide - width), abs(high - height)) <= 16


@pytest.mark.parametrize(("width", "height", "field"), [(None, 512, "width"), (512, 255, "height"), (2049, 9, "width")])
def test_a_size_of_ones_own_has_both_sides_within_what_models_draw(
    width: int | None, height: int | None, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        size(CUSTOM, width, height)
    assert refused.value.field == field


@pytest.mark.parametrize("aspect", [view.key for view in ASPECTS])
def test_a_shape_is_a_megapixel_on_the_grid(aspect: str) -> None:
    width, height = pixels(aspect)
    across, up = map(int, aspect.split(":"))
    assert width % 16 == height % 16 == 0
    assert width / height == pytest.approx(across / up, rel=0.03)
    assert 0.95 < width * height / 1024**2 < 1.05


@pytest.mark.parametrize(
    ("prompt", "there"),
    [
        ("adalove in a park", True), ("a portrait of ADALOVE.", True), ("(adalove)", True), ("adaloved", False),
        ("my-adalove", False), ("adalove-two", False), ("a park", False), ("Adalove's hat", True),
    ],
)  # fmt: skip
def test_the_trigger_word_is_put_in_front_unless_it_is_there(prompt: str, there: bool) -> None:
    assert policy.has_word(prompt, "adalove") is there
    assert policy.prompt_sent(prompt, "adalove", "") == (prompt if there else f"adalove, {prompt}")


def test_the_style_comes_last() -> None:
    style = STYLES[0]
    assert policy.prompt_sent("a park", "ada+", style.key) == f"ada+, a park, {style.suffix}"
    assert len({one.key for one in STYLES}) == len(STYLES) >= 10


@pytest.mark.parametrize(
    ("shots", "status"),
    [
        ([S.QUEUED, S.QUEUED], "queued"), ([S.QUEUED, S.DONE], "running"), ([S.RENDERING], "running"),
        ([S.DONE], "done"), ([S.DONE, S.FAILED], "partly"), ([S.DONE, S.CANCELLED], "partly"), ([S.FAILED], "failed"),
        ([S.FAILED, S.CANCELLED], "failed"), ([S.CANCELLED], "cancelled"),
    ],
)  # fmt: skip
def test_a_batch_is_what_its_shots_are(shots: list[ShotStatus], status: str) -> None:
    assert policy.batch_status(shots) == status
    assert status in policy.WORDS


@pytest.mark.parametrize("end", [S.DONE, S.FAILED, S.CANCELLED])
def test_an_end_is_an_end(end: ShotStatus) -> None:
    assert not any(policy.can_move(end, to) for to in S)


def test_defaults_are_filled_in_and_limits_kept() -> None:
    can = Capabilities(lora=True, steps=(1, 50, 28), guidance=(0, 10, 3), lora_scale=(0, 2, 1))
    command = StartGeneration.of(request_key="abcdefgh", model="lora:x12345", prompt="x")
    assert policy.choose(command, can, 0.8) == policy.Chosen(28, 3, 0.8, None)
    given = command.model_copy(update={"steps": 50, "guidance": 0.0, "lora_scale": 2.0})
    assert policy.choose(given, can, 0.8) == policy.Chosen(50, 0, 2, None)
    for change in ({"steps": 51}, {"guidance": 10.1}, {"lora_scale": -0.1}):
        with pytest.raises(Invalid):
            policy.choose(command.model_copy(update=change), can, 0.8)


def test_what_is_lost_is_said() -> None:
    moderation, network = Category.MODERATION.value, Category.NETWORK.value
    assert policy.notice({}, 0) == ""
    assert policy.notice({moderation: 2}, 2) == "The safety filter dropped 2 pictures. 2 credits were returned."
    assert policy.notice({moderation: 1, network: 1}, 2).startswith("2 pictures failed, 1 of them dropped")
    assert policy.notice({network: 1}, 0) == "1 picture failed."


def test_patience_is_bounded() -> None:
    quarter = timedelta(minutes=15)
    wait = policy.again(Category.PROVIDER, 1, timedelta(0), quarter, 20)
    assert wait is not None
    assert wait >= 20
    assert policy.again(Category.PROVIDER, 1, timedelta(0), quarter, 1000) is None
    assert policy.again(Category.PROVIDER, 8, timedelta(0), quarter, None) is None


def encoded(picture: Image.Image, kind: str) -> bytes:
    out = BytesIO()
    picture.save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(("kind", "suffix"), [("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp")])
def test_pictures_are_kept_as_they_came_with_thumbnails(kind: str, suffix: str) -> None:
    data = encoded(Image.new("RGB", (1280, 720), "teal"), kind)
    made = pictures.prepare(data)
    assert (made.data, made.suffix, made.width, made.height) == (data, suffix, 1280, 720)
    sizes = {name: Image.open(BytesIO(thumb)).size for name, thumb in made.thumbnails.items()}
    assert sizes == {"1024": (1024, 576), "512": (512, 288)}
    assert made.thumbhash


@pytest.mark.parametrize(
    "data",
    [
        b"", b"<html></html>", b"\x89PNG\r\n\x1a\n", encoded(Image.new("RGB", (300, 300)), "GIF"),
        encoded(Image.new("RGB", (8, 8)), "PNG"), encoded(Image.new("RGB", (300, 300)), "PNG")[:-40],
        encoded(Image.new("1", (9000, 9000)), "PNG"),
    ],
)  # fmt: skip
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(pictures.Unreadable):
        pictures.prepare(data)
