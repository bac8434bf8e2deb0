"""The sandbox's own door: faults, pace, retired models, the record of requests, what there is, reset.

Guarded by SANDBOX_CONTROL_TOKEN when set.
"""

import hmac
import os
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from photogen.sandbox.context import Sandbox
from photogen.sandbox.faults import Fault
from photogen.sandbox.pace import Pace


class _Seed(BaseModel):
    seed: int


Endpoint = Callable[[Request, Sandbox], Awaitable[Response]]


def guarded(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """A route of the sandbox's own door."""

    async def handle(request: Request) -> Response:
        token = os.environ.get("SANDBOX_CONTROL_TOKEN", "")
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token and not hmac.compare_digest(token.encode(), given.encode()):
            return JSONResponse({"error": "SANDBOX_CONTROL_TOKEN is set; send it as bearer token"}, 401)
        # a page on another site can post to loopback, but not with this content type and without asking first
        if request.method == "POST" and "json" not in request.headers.get("content-type", ""):
            return JSONResponse({"error": "send application/json"}, 415)
        try:
            return await endpoint(request, request.app.state.sandbox)
        except ValidationError as error:
            return JSONResponse({"error": error.errors(include_url=False, include_context=False)}, 422)

    return handle


async def _add_fault(request: Request, sandbox: Sandbox) -> Response:
    fault = sandbox.faults.add(Fault.model_validate(await request.json()))
    return JSONResponse(fault.model_dump(), 201)


async def _list_faults(_request: Request, sandbox: Sandbox) -> Response:
    return JSONResponse([fault.model_dump() for fault in sandbox.faults.all()])


async def _clear_faults(_request: Request, sandbox: Sandbox) -> Response:
    sandbox.faults.clear()
    return Response(status_code=204)


async def _requests(request: Request, sandbox: Sandbox) -> Response:
    wanted = dict(request.query_params)
    entries = [e for e in sandbox.log.all() if all(str(e.get(name)) == value for name, value in wanted.items())]
    return JSONResponse(entries)


async def _clear_requests(_request: Request, sandbox: Sandbox) -> Response:
    sandbox.log.clear()
    return Response(status_code=204)


async def _pace(request: Request, sandbox: Sandbox) -> Response:
    if request.method == "POST":
        changes: dict[str, Any] = await request.json()
        sandbox.pace = Pace.model_validate({**sandbox.pace.model_dump(), **changes})
    return JSONResponse(sandbox.pace.model_dump())


async def _seed(request: Request, sandbox: Sandbox) -> Response:
    sandbox.faults.seed(_Seed.model_validate(await request.json()).seed)
    return Response(status_code=204)


async def _account(_request: Request, sandbox: Sandbox) -> Response:
    """All that the account owes and owns: charges, jobs, files, models with their versions, repositories."""
    store = sandbox.store
    jobs = [
        {"id": job["id"], "kind": kind, "status": job["status"]}
        for kind in ("training", "prediction")
        for job in store.all(kind)
    ]
    models = [
        {"id": f"{model['owner']}/{model['name']}", "visibility": model["visibility"]} for model in store.all("model")
    ]
    repositories = [
        {"id": repository["id"], "private": repository["private"], "files": sorted(repository["files"])}
        for repository in store.all("repository")
    ]
    return JSONResponse(
        {
            "charges": [asdict(charge) for charge in sandbox.charges],
            "jobs": jobs,
            "files": [file["id"] for file in store.all("file")],
            "models": models,
            "versions": [version["id"] for version in store.all("version")],
            "repositories": repositories,
        }
    )


class _Retirement(BaseModel):
    model_config = ConfigDict(extra="forbid")

    vendor: Literal["replicate", "together", "nebius"]
    model: str
    retired: bool = True


async def _models(request: Request, sandbox: Sandbox) -> Response:
    if request.method == "POST":
        wanted = _Retirement.model_validate(await request.json())
        sandbox.retire(wanted.vendor, wanted.model, retired=wanted.retired)
    return JSONResponse(sandbox.store.all("retired"))


async def _reset(_request: Request, sandbox: Sandbox) -> Response:
    await sandbox.reset()
    return Response(status_code=204)


async def _health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


routes = [
    Route("/healthz", _health, methods=["GET"]),
    Route("/control/faults", guarded(_add_fault), methods=["POST"]),
    Route("/control/faults", guarded(_list_faults), methods=["GET"]),
    Route("/control/faults", guarded(_clear_faults), methods=["DELETE"]),
    Route("/control/requests", guarded(_requests), methods=["GET"]),
    Route("/control/requests", guarded(_clear_requests), methods=["DELETE"]),
    Route("/control/pace", guarded(_pace), methods=["GET", "POST"]),
    Route("/control/seed", guarded(_seed), methods=["POST"]),
    Route("/control/account", guarded(_account), methods=["GET"]),
    Route("/control/models", guarded(_models), methods=["GET", "POST"]),
    Route("/control/reset", guarded(_reset), methods=["POST"]),
]
