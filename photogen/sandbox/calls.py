"""One call of a client: read, recorded, held against a schema, struck by a fault, answered."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response

from photogen.sandbox.context import Charge, Sandbox
from photogen.sandbox.dialects import DIALECTS, Refusal
from photogen.sandbox.faults import ANSWER_FAULTS, Fault
from photogen.sandbox.server import CUT

Schema = TypeVar("Schema", bound=BaseModel)

_REFERENCE = re.compile(r"[?&]ref=([\w.-]+)")
_PAID = frozenset({"trainings.create", "predictions.create", "models.predictions.create", "images.generate"})
_SHOWN = 2000  # characters of one text value that the record of a request keeps


@dataclass
class Call:
    """A request with its body; `text` is its path and, for JSON, its body: what a fault's `match` looks into."""

    sandbox: Sandbox
    request: Request
    vendor: str
    operation: str
    raw: bytes = b""
    text: str = ""
    json: Any = None
    record: dict[str, Any] = field(default_factory=dict)

    def refuse(self, status: int, message: str, **more: Any) -> Refusal:
        """An error of the vendor's shape, to be raised."""
        return Refusal(DIALECTS[self.vendor].refuse(status, message, **more))

    def parse(self, schema: type[Schema], value: Any = None, prefix: tuple[str, ...] = ()) -> Schema:
        """The body, or a part of it, as `schema`. Raises Refusal as the vendor refuses."""
        try:
            return schema.model_validate(self.json if value is None else value, strict=True)
        except ValidationError as error:
            errors = error.errors(include_url=False)
            for item in errors:
                item["loc"] = (*prefix, *item["loc"])
            raise Refusal(DIALECTS[self.vendor].invalid(errors)) from error

    def path(self, name: str) -> str:
        """A variable of the address."""
        return str(self.request.path_params[name])


Endpoint = Callable[[Call], Awaitable[Response]]


def operation(
    vendor: str, name: str, *, public: bool = False, body: bool = True
) -> Callable[[Endpoint], Callable[[Request], Awaitable[Response]]]:
    """Makes a route of `endpoint`. `public` needs no token; without `body` the endpoint reads the request itself."""

    def wrap(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            call = Call(request.app.state.sandbox, request, vendor, name)
            if body:
                await _read(call)
            else:
                call.text = str(request.url)
            call.record = _remember(call)
            fault = call.sandbox.faults.take(vendor, name, ANSWER_FAULTS, call.text)
            if fault is not None:
                call.record["fault"] = fault.fault
            response = await _answer(call, endpoint, fault, public)
            call.record["status"] = response.status_code
            return response

        return handle

    return wrap


async def _read(call: Call) -> None:
    try:
        call.raw = await call.request.body()
    except ClientDisconnect as error:
        raise ConnectionResetError from error
    call.text = str(call.request.url)
    if "json" in call.request.headers.get("content-type", ""):
        body = call.raw.decode("utf-8", "replace")
        call.text += "\n" + body
        if "ndjson" not in call.request.headers["content-type"]:
            try:
                call.json = json.loads(body)
            except ValueError:
                call.json = None


async def _answer(call: Call, endpoint: Endpoint, fault: Fault | None, public: bool) -> Response:
    try:
        if fault is not None and fault.fault not in {"cut_after", "hang_after"}:
            return await _strike(call, fault)
        if not public and not has_token(call.request):
            return DIALECTS[call.vendor].canned(401, {})
        response = await endpoint(call)
        call.record["accepted"] = response.status_code < 400
        if call.record["accepted"] and call.operation in _PAID:
            job, reference = call.record.get("job") or "", call.record["reference"] or ""
            call.sandbox.charges.append(Charge(call.vendor, call.operation, reference, job))
    except Refusal as refusal:
        return refusal.response
    if fault is not None:
        if fault.fault == "hang_after":
            await asyncio.sleep(float(fault.args.get("seconds", 3600)))
        _cut(call)
    return response


async def _strike(call: Call, fault: Fault) -> Response:
    name = fault.fault
    if name == "hang":
        await asyncio.sleep(float(fault.args.get("seconds", 3600)))
        _cut(call)
    if name == "cut_before":
        _cut(call)
    if name == "html":
        return HTMLResponse("<html><body><h1>502 Bad Gateway</h1></body></html>", int(fault.args.get("status", 502)))
    if name == "wrong_content_type":
        return HTMLResponse("<!doctype html><title>Maintenance</title><p>We'll be right back.</p>", 200)
    return DIALECTS[call.vendor].canned(int(name), fault.args)


def _cut(call: Call) -> None:
    """Drops the connection without an answer."""
    call.record["status"] = 0
    extension = call.request.scope.get("extensions", {}).get(CUT)
    if extension is None:
        raise RuntimeError("this server can't cut connections")
    extension["abort"]()
    raise ConnectionResetError


def has_token(request: Request) -> bool:
    """Whether the request carries a token; `invalid...` stands for one that was revoked."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return scheme in {"Bearer", "Token"} and bool(token) and not token.startswith("invalid")


def _reference(call: Call) -> str | None:
    """The caller's own id: in an address that the call names, in its headers, or as a training's run."""
    if found := _REFERENCE.search(call.text):
        return found.group(1)
    given = call.json.get("input") if isinstance(call.json, dict) else None
    run = given.get("wandb_run") if isinstance(given, dict) else None
    return call.request.headers.get("x-client-request-id") or (run if isinstance(run, str) else None)


def _remember(call: Call) -> dict[str, Any]:
    return call.sandbox.log.add(
        {
            "at": datetime.now(UTC).isoformat(),
            "vendor": call.vendor,
            "operation": call.operation,
            "method": call.request.method,
            "path": call.request.url.path,
            "query": call.request.url.query,
            "body": _shown(call.json),
            "reference": _reference(call),
            "fault": None,
            "accepted": False,
            "status": None,
        }
    )


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= _SHOWN else f"{value[:80]}… ({len(value)} characters)"
    if isinstance(value, dict):
        return {key: "***" if "token" in key.lower() else _shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shown(item) for item in value]
    return value
