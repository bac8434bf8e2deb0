"""Pictures by Together: one call, the picture in its answer.

A call whose answer is lost can't be looked up, so the client's own retries are off: it would repeat a paid POST on 408,
409, 429 and every 5xx, and bill twice.
"""

from collections.abc import Collection
from typing import Any

import httpx
from together import APIConnectionError, APIStatusError, Together
from together.types import ImageFile

from photogen.gateways.base import GatewayError, ImageJob, ImageRequest, Picture
from photogen.gateways.errors import from_status, from_transport, unreadable
from photogen.gateways.http import Downloads, PerProcess, tls, waiting
from photogen.gateways.images.inline import Inline, decoded, dropped, fetched
from photogen.gateways.images.spec import Connection, ImageVendorSpec
from photogen.kit.guard import outside_call

VENDOR = "together"
ADDRESS = "https://api.together.ai"
_DRAWING_SECONDS = 120.0
_SMALLEST, _LARGEST_SIDE, _GRID = 256, 1920, 8


def build(request: ImageRequest) -> dict[str, Any]:
    """Arguments of `images.generate`. Our id goes along as a header, for their support: the API has no field for it."""
    arguments: dict[str, Any] = {
        "model": request.model,
        "prompt": request.prompt,
        "n": 1,
        "seed": request.seed,
        "response_format": "base64",  # an address would expire, and answers 403 to an empty User-Agent
        "output_format": "png",
        "extra_headers": {"X-Client-Request-Id": request.reference},
    }
    extra: dict[str, Any] = {}
    if "kontext" in request.model.lower():
        extra["aspect_ratio"] = request.aspect  # Kontext takes it in the place of width and height
    else:
        arguments |= {"width": _side(request.width), "height": _side(request.height)}
        if "schnell" in request.model.lower() and request.aspect != "custom":
            extra["aspect_ratio"] = request.aspect  # documented for it, too; what a model doesn't know is passed over
    if request.steps is not None:
        arguments["steps"] = request.steps
    if request.guidance is not None:
        if "FLUX.2" in request.model:
            extra["guidance"] = request.guidance
        else:
            arguments["guidance_scale"] = request.guidance
    if request.negative_prompt:
        arguments["negative_prompt"] = request.negative_prompt
    if request.lora is not None:
        arguments["image_loras"] = [{"path": request.lora.url, "scale": request.lora.scale}]
    if extra:
        arguments["extra_body"] = extra
    return arguments


def _side(pixels: int) -> int:
    """Within the API's range, on its grid."""
    return min(max(round(pixels / _GRID) * _GRID, _SMALLEST), _LARGEST_SIDE)


def parse(answer: Any, downloads: Downloads) -> Picture:
    """The picture of an answer, which the client has read without holding it against its own types.

    Raises Fix (moderation) when it was left out, Unknown when the answer is something else."""
    entries = getattr(answer, "data", None)
    if not isinstance(entries, list):
        raise unreadable(VENDOR, f"an answer without data: {str(answer)[:200]}", paid=True)
    request_id = str(getattr(answer, "id", "") or "")
    for entry in entries:
        text, url = getattr(entry, "b64_json", None), getattr(entry, "url", None)
        if isinstance(text, str) and text:
            return decoded(VENDOR, text)
        if isinstance(url, str) and url:
            return fetched(VENDOR, downloads, url)
    raise dropped(VENDOR, request_id)


def failure(error: APIConnectionError | APIStatusError, *, paid: bool) -> GatewayError:
    """The error of the house for one of the client's."""
    if isinstance(error, APIStatusError):
        return from_status(
            VENDOR,
            error.status_code,
            error.response.text,
            error.response.headers,
            paid=paid,
            names_model=paid,
        )
    cause = error.__cause__
    return from_transport(VENDOR, cause if isinstance(cause, Exception) else error, paid=paid)


class TogetherImages(Inline):
    """An ImageVendor."""

    name = VENDOR

    def __init__(self, key: str, downloads: Downloads, *, address: str = ADDRESS) -> None:
        self._downloads = downloads
        self._client = PerProcess(
            lambda: Together(
                api_key=key,
                base_url=address,
                max_retries=0,
                timeout=waiting(_DRAWING_SECONDS),
                http_client=httpx.Client(base_url=address, verify=tls(), timeout=waiting(_DRAWING_SECONDS)),
            ),
            Together.close,
        )

    def close(self) -> None:
        """Closes the connections of this process."""
        self._client.close()

    def submit(self, request: ImageRequest) -> Picture | ImageJob:
        """Draws one picture. Raises Retry, Fix, Stop, Unknown."""
        outside_call("together images.generate")
        try:
            answer: ImageFile = self._client().images.generate(**build(request))
        except (APIConnectionError, APIStatusError) as error:
            raise failure(error, paid=True) from error
        except (ValueError, RecursionError) as error:  # a body that is not the JSON it says it is
            raise unreadable(VENDOR, f"{type(error).__name__}: {error}", paid=True) from error
        return parse(answer, self._downloads)

    def available_models(self, among: Collection[str]) -> frozenset[str]:
        """Those of the image models `among` that are served now.

        `GET /v1/models` directly: `client.models.list` of 3.x gives one's own models, not the catalogue."""
        outside_call("together models")
        try:
            response: httpx.Response = self._client().get("/v1/models", cast_to=httpx.Response)
            entries = response.json()
        except (APIConnectionError, APIStatusError) as error:
            raise failure(error, paid=False) from error
        except (ValueError, RecursionError) as error:
            raise unreadable(VENDOR, "a catalogue that is not JSON") from error
        if isinstance(entries, dict):
            entries = entries.get("data")
        if not isinstance(entries, list) or not entries:
            raise unreadable(VENDOR, "a catalogue that is not a list, or is empty")
        served = frozenset(
            entry["id"]
            for entry in entries
            if isinstance(entry, dict) and isinstance(entry.get("id"), str) and entry.get("type") == "image"
        )
        return served.intersection(among)


def _build(connection: Connection) -> TogetherImages:
    return TogetherImages(connection.key, connection.downloads, address=connection.address)


SPEC = ImageVendorSpec(
    name=VENDOR,
    label="Together",
    variable="TOGETHER_API_KEY",
    keys="Make a key at api.together.ai/settings/api-keys",
    address=ADDRESS,
    build=_build,
)
