"""Pictures by Nebius Token Factory: one call, the picture in its answer. The vendor has no client of its own."""

from collections.abc import Collection
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from photogen.gateways.base import ImageJob, ImageRequest, Picture
from photogen.gateways.errors import from_status, from_transport, request_id, unreadable
from photogen.gateways.http import Downloads, PerProcess, tls, waiting
from photogen.gateways.images.inline import Inline, decoded, dropped, fetched
from photogen.gateways.images.spec import Connection, ImageVendorSpec
from photogen.kit.guard import outside_call

VENDOR = "nebius"
ADDRESS = "https://api.tokenfactory.nebius.com"
_DRAWING_SECONDS = 120.0
_LONGEST_PROMPT = 2000


class _Entry(BaseModel):
    model_config = ConfigDict(extra="ignore")

    b64_json: str | None = None
    url: str | None = None


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str = ""
    data: list[_Entry]


class _Model(BaseModel):
    id: str


class _Catalogue(BaseModel):
    data: list[_Model]


def build(request: ImageRequest) -> dict[str, Any]:
    """The body of the request. Its prompt ends after 2,000 characters, the API's limit."""
    body: dict[str, Any] = {
        "model": request.model,
        "prompt": request.prompt[:_LONGEST_PROMPT],
        "width": request.width,
        "height": request.height,
        "seed": request.seed,
        "response_extension": "png",
        "response_format": "b64_json",
    }
    if request.steps is not None:
        body["num_inference_steps"] = request.steps
    if request.guidance is not None:
        body["guidance_scale"] = request.guidance
    if request.negative_prompt:
        body["negative_prompt"] = request.negative_prompt
    if request.lora is not None:
        body["loras"] = [{"url": request.lora.url, "scale": request.lora.scale}]
    return body


def parse(body: bytes, downloads: Downloads, request_id: str = "") -> Picture:
    """The picture of an answer. Raises Fix (moderation) when it was left out, Unknown for any other answer."""
    try:
        answer = _Answer.model_validate_json(body)
    except ValidationError as error:
        raise unreadable(VENDOR, repr(body[:200]), paid=True, request_id=request_id) from error
    for entry in answer.data:
        if entry.b64_json:
            return decoded(VENDOR, entry.b64_json)
        if entry.url:
            return fetched(VENDOR, downloads, entry.url)
    raise dropped(VENDOR, answer.id or request_id)


class NebiusImages(Inline):
    """An ImageVendor."""

    name = VENDOR

    def __init__(self, key: str, downloads: Downloads, *, address: str = ADDRESS) -> None:
        self._downloads = downloads
        self._client = PerProcess(
            lambda: httpx.Client(
                base_url=address,
                headers={"authorization": f"Bearer {key}"},
                verify=tls(),
                timeout=waiting(_DRAWING_SECONDS),
            ),
            httpx.Client.close,
        )

    def close(self) -> None:
        """Closes the connections of this process."""
        self._client.close()

    def submit(self, request: ImageRequest) -> Picture | ImageJob:
        """Draws one picture. Raises Retry, Fix, Stop, Unknown."""
        response = self._exchange(
            "POST",
            "/v1/images/generations",
            paid=True,
            json=build(request),
            headers={"X-Client-Request-Id": request.reference},
        )
        return parse(response.content, self._downloads, request_id(response.headers))

    def available_models(self, among: Collection[str]) -> frozenset[str]:
        """Those of the models `among` that are served now."""
        try:
            catalogue = _Catalogue.model_validate_json(self._exchange("GET", "/v1/models").content)
        except ValidationError as error:
            raise unreadable(VENDOR, "a catalogue that can't be read") from error
        if not catalogue.data:
            raise unreadable(VENDOR, "a catalogue that is empty")
        return frozenset(model.id for model in catalogue.data).intersection(among)

    def _exchange(self, method: str, path: str, *, paid: bool = False, **rest: Any) -> httpx.Response:
        outside_call(f"nebius {method} {path}")
        try:
            response = self._client().request(method, path, **rest)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise from_transport(VENDOR, error, paid=paid) from error
        if response.status_code >= 300:
            raise from_status(
                VENDOR, response.status_code, response.text, response.headers, paid=paid, names_model=paid
            )
        return response


def _build(connection: Connection) -> NebiusImages:
    return NebiusImages(connection.key, connection.downloads, address=connection.address)


SPEC = ImageVendorSpec(
    name=VENDOR,
    label="Nebius",
    variable="NEBIUS_API_KEY",
    keys="Make a key at tokenfactory.nebius.com",
    address=ADDRESS,
    build=_build,
)
