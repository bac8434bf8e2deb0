"""The vendors' published descriptions, and how an exchange is held against them."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.contract.recording import Exchange

FILES = ("replicate.openapi.json", "replicate.model-schemas.json", "together.openapi.yaml", "huggingface.openapi.json",
         "nebius.images.yaml")  # fmt: skip

# Calls that a vendor's own client makes and its description leaves out.
UNDESCRIBED = {
    "hub": (
        r"DELETE /api/repos/delete",
        r"GET /api/models",
        r"GET /api/models/[^/]+/[^/]+",
        r"GET /api/models/[^/]+/[^/]+/revision/[^/]+",
        r"GET /api/models/[^/]+/[^/]+/tree/[^/]+",
        r"HEAD /[^/]+/[^/]+/resolve/.+",
        r"POST /api/validate-yaml",
        r"POST /[^/]+/[^/]+\.git/info/lfs/(objects/batch|verify)",
        r"PUT /lfs/[0-9a-f]{64}",
    ),
    "replicate": (r"(GET|HEAD) /delivery/.+",),
    "together": (r"GET /imgproxy/.+",),
    "nebius": (r"GET /imgproxy/.+", r"GET /v1/models"),
}

# Fields of models that are younger than the stored schemas (January 2025); providers.md 3.1 and 3.7 say where from.
_YOUNGER_INPUTS = {
    "black-forest-labs/flux-dev-lora": ("hf_api_token", "civitai_api_token", "extra_lora", "extra_lora_scale"),
    "ostris/flux-dev-lora-trainer": ("gradient_checkpointing",),
}


@dataclass(frozen=True)
class Broken:
    """What does not fit: the exchange, the side, and where."""

    exchange: str
    side: str
    message: str

    def __str__(self) -> str:
        return f"{self.exchange}: {self.side}: {self.message}"


class Description:
    """One vendor's description."""

    def __init__(self, vendor: str, document: dict[str, Any], prefix: str = "") -> None:
        self.vendor = vendor
        self._document = _with_nulls(document)
        self._prefix = prefix
        resource = Resource.from_contents(self._document, default_specification=DRAFT202012)
        self._registry = Registry().with_resource("urn:description", resource)
        # literal addresses before templates: /models/{a}/{b} must not swallow another's
        self._paths = [(_pattern(path), path) for path in sorted(document["paths"], key=lambda p: p.count("{"))]

    def check(self, exchange: Exchange) -> list[Broken]:
        """Everything in the exchange that the description forbids."""
        path = exchange.path.removeprefix(f"/{self.vendor}")
        if any(re.fullmatch(pattern, f"{exchange.method} {path}") for pattern in UNDESCRIBED[self.vendor]):
            return []
        template = self._template(path.removeprefix(self._prefix), exchange.method.lower())
        if template is None:
            return [Broken(str(exchange), "request", "the vendor describes no such call")]
        pointer = ["paths", template, exchange.method.lower()]
        operation = self._document["paths"][template][exchange.method.lower()]
        found = [] if exchange.status >= 400 else self._request(exchange, operation, pointer)
        return found + self._response(exchange, operation, pointer)

    def _template(self, path: str, method: str) -> str | None:
        for pattern, template in self._paths:
            if pattern.fullmatch(path) and method in self._document["paths"][template]:
                return template
        return None

    def _request(self, exchange: Exchange, operation: dict[str, Any], pointer: list[str]) -> list[Broken]:
        content = operation.get("requestBody", {}).get("content", {})
        if exchange.request_type != "application/json" or "application/json" not in content:
            wanted = bool(content) and exchange.request_type not in content
            return [Broken(str(exchange), "request", f"sent as {exchange.request_type!r}")] if wanted else []
        where = [*pointer, "requestBody", "content", "application/json", "schema"]
        return self._validate(exchange, "request", json.loads(exchange.request_body), where)

    def _response(self, exchange: Exchange, operation: dict[str, Any], pointer: list[str]) -> list[Broken]:
        responses = operation["responses"]
        status = str(exchange.status)
        if status not in responses:
            # none of them describes all its refusals; successes must be described
            return [] if exchange.status >= 400 else [Broken(str(exchange), "answer", "status not described")]
        content = responses[status].get("content", {})
        if not content:
            return []
        if exchange.response_type not in content:
            if self.vendor == "hub" and "/resolve/" in exchange.path:
                return []  # described for Xet clients only; others get the file itself
            return [Broken(str(exchange), "answer", f"answered as {exchange.response_type!r}")]
        if "json" not in exchange.response_type:
            return []
        where = [*pointer, "responses", status, "content", exchange.response_type, "schema"]
        return self._validate(exchange, "answer", json.loads(exchange.response_body), where)

    def _validate(self, exchange: Exchange, side: str, value: Any, pointer: list[str]) -> list[Broken]:
        target = self._document
        for part in pointer:
            if part not in target:
                return []
            target = target[part]
        escaped = "/".join(part.replace("~", "~0").replace("/", "~1") for part in pointer)
        schema = {"$ref": f"urn:description#/{escaped}"}
        validator = Draft202012Validator(schema, registry=self._registry, format_checker=FormatChecker())
        return [
            Broken(str(exchange), side, f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
            for error in validator.iter_errors(value)
        ]


class ModelInputs:
    """The published inputs of Replicate's models."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._models = document

    def properties(self, model: str) -> dict[str, Any]:
        """The properties of a model's input."""
        found: dict[str, Any] = self._models[model]["schemas"]["Input"]["properties"]
        return found

    def check(self, model: str, training: bool, given: dict[str, Any]) -> list[str]:
        """What in `given` the model's schema forbids; fields it does not have count."""
        schemas = self._models[model]["schemas"]
        name = "TrainingInput" if training else "Input"
        document = _with_nulls({"components": {"schemas": schemas}})
        registry = Registry().with_resource("urn:model", Resource.from_contents(document, DRAFT202012))
        known = set(schemas[name]["properties"]) | set(_YOUNGER_INPUTS.get(model, ()))
        schema = {"$ref": f"urn:model#/components/schemas/{name}"}
        errors = Draft202012Validator(schema, registry=registry).iter_errors(given)
        return [error.message for error in errors] + [f"{key}: unknown" for key in given if key not in known]


def load(folder: Path) -> tuple[dict[str, Description], ModelInputs]:
    """All descriptions in the folder."""
    hub = json.loads((folder / "huggingface.openapi.json").read_text())
    tree = hub["paths"]["/api/models/{namespace}/{repo}/tree/{rev}/{path}"]["get"]["responses"]["200"]
    # described without the path of an entry, which the vendor sends and its client needs
    tree["content"]["application/json"]["schema"]["items"]["properties"]["path"] = {"type": "string"}
    replicate = json.loads((folder / "replicate.openapi.json").read_text())
    version = replicate["components"]["schemas"]["schemas_prediction_response"]["properties"]["version"]
    version["anyOf"] = version.pop("oneOf")  # "hidden" is also any string, so that no answer could fit `oneOf`
    descriptions = {
        "replicate": Description("replicate", replicate, "/v1"),
        "together": Description("together", yaml.safe_load((folder / "together.openapi.yaml").read_text()), "/v1"),
        "hub": Description("hub", hub),
        "nebius": Description("nebius", yaml.safe_load((folder / "nebius.images.yaml").read_text())),
    }
    return descriptions, ModelInputs(json.loads((folder / "replicate.model-schemas.json").read_text()))


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]+\})", path)
    last = "{path}"
    return re.compile("".join((".+" if p == last else "[^/]+") if p.startswith("{") else re.escape(p) for p in parts))


def _with_nulls(node: Any) -> Any:
    """The document with OpenAPI 3.0's `nullable`, which all of them still use, in the words of 3.1."""
    if isinstance(node, list):
        return [_with_nulls(item) for item in node]
    if not isinstance(node, dict):
        return node
    changed = {key: _with_nulls(value) for key, value in node.items() if key != "$schema"}
    if changed.pop("nullable", False) is True and isinstance(changed.get("type"), str):
        changed["type"] = [changed["type"], "null"]
        if "enum" in changed:
            changed["enum"] = [*changed["enum"], None]
    return changed
