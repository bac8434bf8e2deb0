"""The vendors' published descriptions, and how an exchange is held against them."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.contract.closing import closed
from tests.contract.recording import Exchange
from tests.contract.requests import form_values, lines, query

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

# Documented by Together, but in neither its description nor its client (providers.md 3.2 says for which models).
UNPUBLISHED_FIELDS = {"together": ("aspect_ratio", "guidance")}
# The address of a next page is the vendor's own; its cursor is described nowhere.
_UNPUBLISHED_QUERIES = {"replicate": ("cursor",)}
_NO_PARAMETERS = ("Accept", "Content-Type", "Authorization")  # OpenAPI: a header of that name is not one
# The lines of a commit at the hub, which its description gives in prose only: required fields, and all of them.
# deletedFile and deletedFolder are what the hub's own client says for deletedEntry.
_COMMIT_LINES = {
    "header": ({"summary"}, {"summary", "description", "parentCommit"}),
    "file": ({"path", "content"}, {"path", "content", "encoding"}),
    "lfsFile": ({"path", "oid", "algo", "size"}, {"path", "oid", "algo", "size"}),
    "deletedEntry": ({"path"}, {"path"}),
    "deletedFile": ({"path"}, {"path"}),
    "deletedFolder": ({"path"}, {"path"}),
}

_RUNS_A_MODEL = re.compile(r"POST /replicate/v1/models/(?P<model>[^/]+/[^/]+)/(versions/[^/]+/)?(?P<work>\w+)")


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

    def __init__(self, vendor: str, document: dict[str, Any], prefix: str = "", refusal: str = "") -> None:
        """`prefix` stands before its addresses; `refusal` is the component that describes every refusal."""
        self.vendor = vendor
        self._document = _with_nulls(document)
        self._prefix = prefix
        self._refusal = ["components", "schemas", refusal] if refusal else []
        contents = {"urn:open": self._document, "urn:closed": closed(self._document)}
        self._registry = Registry().with_resources(
            (name, Resource.from_contents(content, default_specification=DRAFT202012))
            for name, content in contents.items()
        )
        # literal addresses before templates: /models/{a}/{b} must not swallow another's
        self._paths = [(_pattern(path), path) for path in sorted(document["paths"], key=lambda p: p.count("{"))]

    def check(self, exchange: Exchange, *, ours: bool = False) -> list[Broken]:
        """Everything in the exchange that the description forbids, and every field that it does not have.

        A refused request is left alone (tests send wrong ones on purpose), unless it is `ours`: made by a gateway."""
        if self.undescribed(exchange):
            return []
        operation = self.operation(exchange)
        if operation is None:
            return [Broken(str(exchange), "request", "the vendor describes no such call")]
        found = [] if exchange.status >= 400 and not ours else self._request(exchange, *operation)
        if ours and not exchange.headers.get("authorization", "").startswith("Bearer "):
            found.append(Broken(str(exchange), "request", "without a bearer token"))
        return found + (self._response(exchange, *operation) if exchange.status else [])  # 0: cut off

    def undescribed(self, exchange: Exchange) -> bool:
        """Whether the call is one of those that the description is known to leave out."""
        called = f"{exchange.method} {exchange.path.removeprefix(f'/{self.vendor}')}"
        return any(re.fullmatch(pattern, called) for pattern in UNDESCRIBED[self.vendor])

    def operation(self, exchange: Exchange) -> tuple[dict[str, Any], list[str]] | None:
        """The description of the call, and where it stands in the document."""
        path, method = exchange.path.removeprefix(f"/{self.vendor}"), exchange.method.lower()
        if not path.startswith(self._prefix):
            return None
        for pattern, template in self._paths:
            if pattern.fullmatch(path.removeprefix(self._prefix)) and method in self._document["paths"][template]:
                return self._document["paths"][template][method], ["paths", template, method]
        return None

    def fits(self, component: str, value: Any) -> list[str]:
        """What in `value` the component's schema forbids."""
        return [broken.message for broken in self._validate("", "", value, ["components", "schemas", component])]

    def _request(self, exchange: Exchange, operation: dict[str, Any], pointer: list[str]) -> list[Broken]:
        described = operation.get("requestBody", {})
        content = described.get("content", {})
        where = [*pointer, "requestBody", "content", exchange.request_type, "schema"]
        found = self._parameters(exchange, operation, pointer)
        if exchange.request_type == "application/x-ndjson":
            return found + [Broken(str(exchange), "request", words) for words in _commit_faults(lines(exchange))]
        if exchange.request_type not in content:
            wanted = exchange.request_body if not content else described.get("required") or exchange.request_body
            return found + ([Broken(str(exchange), "request", f"sent as {exchange.request_type!r}")] if wanted else [])
        if exchange.request_type == "multipart/form-data":
            properties = content[exchange.request_type]["schema"]["properties"]
            value = form_values(exchange, properties)
        else:
            value = json.loads(exchange.request_body)
        if isinstance(value, dict):
            value = {key: item for key, item in value.items() if key not in UNPUBLISHED_FIELDS.get(self.vendor, ())}
        return found + self._validate(str(exchange), "request", value, where, "urn:closed")

    def _parameters(self, exchange: Exchange, operation: dict[str, Any], pointer: list[str]) -> list[Broken]:
        """What is wrong with the query, and with those headers that are described."""
        path = self._document["paths"][pointer[1]]
        described = [self._resolved(p) for p in [*path.get("parameters", ()), *operation.get("parameters", ())]]
        queries = {p["name"]: p for p in described if p["in"] == "query"}
        found = [
            Broken(str(exchange), "request", f"{name!r} must stand in the query")
            for name, parameter in queries.items()
            if parameter.get("required") and name not in dict(query(exchange))
        ]
        for name, readings in query(exchange):
            if name in _UNPUBLISHED_QUERIES.get(self.vendor, ()):
                continue
            if name not in queries:
                found.append(Broken(str(exchange), "request", f"{name!r} is not described in the query"))
            elif not any(self._is(reading, queries[name]["schema"]) for reading in readings):
                found.append(Broken(str(exchange), "request", f"{name}={readings[0]!r} in the query"))
        for parameter in described:
            if parameter["name"] in _NO_PARAMETERS:
                continue
            given = exchange.headers.get(parameter["name"].lower())
            if parameter["in"] == "header" and given is not None and not self._is(given, parameter["schema"]):
                found.append(Broken(str(exchange), "request", f"the header {parameter['name']}: {given!r}"))
        return found

    def _resolved(self, parameter: dict[str, Any]) -> dict[str, Any]:
        return _at(self._document, parameter["$ref"].split("/")[1:]) if "$ref" in parameter else parameter

    def _is(self, value: Any, schema: dict[str, Any]) -> bool:
        return Draft202012Validator(schema, registry=self._registry).is_valid(value)

    def _response(self, exchange: Exchange, operation: dict[str, Any], pointer: list[str]) -> list[Broken]:
        responses = operation["responses"]
        status = str(exchange.status)
        if status not in responses:
            if exchange.status < 400:
                return [Broken(str(exchange), "answer", "status not described")]
            # none of them describes all its refusals, but Together has one shape for them
            if self._refusal and exchange.response_type == "application/json":
                return self._validate(str(exchange), "answer", json.loads(exchange.response_body), self._refusal)
            return []
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
        return self._validate(str(exchange), "answer", json.loads(exchange.response_body), where)

    def _validate(
        self, exchange: str, side: str, value: Any, pointer: list[str], document: str = "urn:open"
    ) -> list[Broken]:
        if _at(self._document, pointer) is None:
            return []
        escaped = "/".join(part.replace("~", "~0").replace("/", "~1") for part in pointer)
        schema = {"$ref": f"{document}#/{escaped}"}
        validator = Draft202012Validator(schema, registry=self._registry, format_checker=FormatChecker())
        return [
            Broken(exchange, side, f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
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

    def check(self, model: str, training: bool, given: Any) -> list[str]:
        """What in `given` the model's schema forbids; fields it does not have count."""
        schemas = self._models[model]["schemas"]
        name = "TrainingInput" if training else "Input"
        document = _with_nulls({"components": {"schemas": schemas}})
        registry = Registry().with_resource("urn:model", Resource.from_contents(document, DRAFT202012))
        known = set(schemas[name]["properties"]) | set(_YOUNGER_INPUTS.get(model, ()))
        schema = {"$ref": f"urn:model#/components/schemas/{name}"}
        errors = Draft202012Validator(schema, registry=registry).iter_errors(given)
        unknown = [key for key in given if key not in known] if isinstance(given, dict) else []
        return [error.message for error in errors] + [f"{key}: unknown" for key in unknown]

    def check_exchange(self, exchange: Exchange) -> list[Broken]:
        """What is wrong with the model's own input, which the API's description leaves open."""
        found = _RUNS_A_MODEL.fullmatch(f"{exchange.method} {exchange.path}")
        if found is None:
            return []
        model, training = found["model"], found["work"] == "trainings"
        if model not in self._models:
            unknown = Broken(str(exchange), "request", f"no published inputs of {model}")
            return [unknown] if exchange.status < 400 else []
        given = json.loads(exchange.request_body)["input"]
        return [Broken(str(exchange), "request", f"input: {words}") for words in self.check(model, training, given)]


def broken_in(exchanges: Iterable[Exchange], vendors: dict[str, Description], inputs: ModelInputs) -> list[str]:
    """What does not fit in exchanges of photogen's own gateways."""
    found = []
    for exchange in exchanges:
        vendor = vendors.get(exchange.path.split("/")[1])
        if vendor is None:
            found.append(f"{exchange}: no vendor has this address")
            continue
        found += map(str, vendor.check(exchange, ours=True) + inputs.check_exchange(exchange))
    return found


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
        "together": Description(
            "together", yaml.safe_load((folder / "together.openapi.yaml").read_text()), "/v1", "ErrorData"
        ),
        "hub": Description("hub", hub),
        "nebius": Description("nebius", yaml.safe_load((folder / "nebius.images.yaml").read_text())),
    }
    return descriptions, ModelInputs(json.loads((folder / "replicate.model-schemas.json").read_text()))


def _commit_faults(given: list[Any]) -> list[str]:
    """What is wrong with the lines of a commit."""
    found = []
    for number, line in enumerate(given):
        required, known = _COMMIT_LINES.get(line.get("key"), (set(), set()))
        fields = set(line.get("value", ()))
        if set(line) != {"key", "value"} or not required <= fields <= known:
            found.append(f"line {number}: {line.get('key')} with {sorted(fields)}")
    return found if given and given[0].get("key") == "header" else [*found, "no header first"]


def _at(document: Any, pointer: list[str]) -> Any:
    """What stands there; None when nothing does."""
    for part in pointer:
        if not isinstance(document, dict) or part not in document:
            return None
        document = document[part]
    return document


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
