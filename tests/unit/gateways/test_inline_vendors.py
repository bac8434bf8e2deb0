"""Together and Nebius: what is sent, and how an answer is read."""

import base64
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from photogen.gateways.base import Category, Fix, ImageRequest, Lora, Missing, Picture, Unknown
from photogen.gateways.http import Downloads, picture_type
from photogen.gateways.images import nebius, together
from photogen.gateways.images.inline import Inline

REQUEST = ImageRequest("r" * 26, "black-forest-labs/FLUX.1-schnell", "a fox", 1023, 10, "1:1", 7, 4, 3.5)
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
NO_DOWNLOADS = cast(Downloads, None)


def encoded(data: bytes = PNG) -> str:
    return base64.b64encode(data).decode()


def test_together_gets_sizes_on_its_grid_and_our_id() -> None:
    sent = together.build(REQUEST)
    assert (sent["width"], sent["height"], sent["n"], sent["seed"]) == (1024, 256, 1, 7)
    assert sent["extra_headers"] == {"X-Client-Request-Id": REQUEST.reference}
    assert sent["guidance_scale"] == 3.5
    assert "negative_prompt" not in sent
    assert sent["extra_body"] == {"aspect_ratio": "1:1"}
    assert "extra_body" not in together.build(replace(REQUEST, aspect="custom"))
    assert "extra_body" not in together.build(replace(REQUEST, model="black-forest-labs/FLUX.1.1-pro"))


def test_together_names_things_differently_by_model() -> None:
    flux2 = together.build(replace(REQUEST, model="black-forest-labs/FLUX.2-dev", lora=Lora("https://x.test/l", 0.5)))
    assert flux2["extra_body"] == {"guidance": 3.5}
    assert flux2["image_loras"] == [{"path": "https://x.test/l", "scale": 0.5}]
    kontext = together.build(replace(REQUEST, model="black-forest-labs/FLUX.1-kontext-pro", guidance=None))
    assert kontext["extra_body"] == {"aspect_ratio": "1:1"}
    assert "width" not in kontext


def test_nebius_gets_a_prompt_that_it_takes() -> None:
    sent = nebius.build(replace(REQUEST, prompt="x" * 3000, negative_prompt="blur", lora=Lora("https://x.test/l", 1)))
    assert len(sent["prompt"]) == 2000
    assert sent["negative_prompt"] == "blur"
    assert sent["loras"] == [{"url": "https://x.test/l", "scale": 1}]


def answer(*entries: dict[str, Any]) -> Any:
    return SimpleNamespace(id="abc", data=[SimpleNamespace(**entry) for entry in entries])


def test_a_picture_is_read() -> None:
    wanted = Picture(PNG, "image/png")
    assert together.parse(answer({"b64_json": encoded()}), NO_DOWNLOADS) == wanted
    assert nebius.parse(f'{{"id": "a", "data": [{{"b64_json": "{encoded()}"}}]}}'.encode(), NO_DOWNLOADS) == wanted


def test_an_answer_without_a_picture_is_an_unsafe_one() -> None:
    for read in (lambda: together.parse(answer(), NO_DOWNLOADS), lambda: nebius.parse(b'{"data": []}', NO_DOWNLOADS)):
        with pytest.raises(Fix) as raised:
            read()
        assert raised.value.category is Category.MODERATION


@pytest.mark.parametrize("odd", ["text", None, SimpleNamespace(data=None), answer({"b64_json": "%%%"})])
def test_a_paid_answer_that_is_something_else_is_unknown(odd: Any) -> None:
    with pytest.raises(Unknown):
        together.parse(odd, NO_DOWNLOADS)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"data": [{"b64_json": "aGVsbG8="}]}'])
def test_the_same_of_nebius(body: bytes) -> None:
    with pytest.raises(Unknown):
        nebius.parse(body, NO_DOWNLOADS)


def test_there_is_nothing_to_look_up() -> None:
    class Vendor(Inline):
        name = "vendor"

    with pytest.raises(Unknown):
        Vendor().find("x")
    with pytest.raises(Missing):
        Vendor().check("x")
    Vendor().cancel("x")


def test_types_by_first_bytes() -> None:
    assert picture_type(b"\xff\xd8\xff\xe0") == "image/jpeg"
    assert picture_type(b"RIFF\x00\x00\x00\x00WEBPVP8 ") == "image/webp"
    assert picture_type(b"<html>") is None
