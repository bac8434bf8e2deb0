"""Account, hardware, models and versions."""

import asyncio

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from photogen.sandbox.calls import Call, operation
from photogen.sandbox.context import Sandbox, age, stamp
from photogen.sandbox.replicate import schemas
from photogen.sandbox.replicate.catalogue import (
    ACCOUNT,
    HARDWARE,
    PUBLIC_MODELS,
    own_model_view,
    own_version_view,
    public_model_view,
    version_view,
    versions_of,
)
from photogen.sandbox.replicate.paging import page
from photogen.sandbox.store import Record

_MODELS_PER_ACCOUNT = 1000  # replicate.com, OpenAPI description of models.create


@operation("replicate", "account.get")
async def account(_call: Call) -> Response:
    return JSONResponse(
        {"type": "user", "username": ACCOUNT, "name": "Sandbox", "github_url": "https://github.com/sandbox"}
    )


@operation("replicate", "hardware.list")
async def hardware(_call: Call) -> Response:
    return JSONResponse([{"sku": sku, "name": name} for sku, name in HARDWARE.items()])


@operation("replicate", "models.create")
async def create_model(call: Call) -> Response:
    body = call.parse(schemas.ModelRequest)
    if body.owner != ACCOUNT:
        raise call.refuse(403, f"You do not have permission to create models for {body.owner}.")
    if body.hardware not in HARDWARE:
        raise call.refuse(422, f"- hardware: {body.hardware} is not a valid hardware SKU\n")
    key = f"{body.owner}/{body.name}"
    store = call.sandbox.store
    if store.get("model", key):
        raise call.refuse(409, f"A model with the name {body.name} already exists for {body.owner}.")
    if len(store.all("model")) >= _MODELS_PER_ACCOUNT:
        raise call.refuse(422, f"You have reached the limit of {_MODELS_PER_ACCOUNT} models.")
    record = body.model_dump(exclude={"hardware"}) | {"url": f"https://replicate.com/{key}"}
    store.put("model", key, record)
    return JSONResponse(own_model_view(call.sandbox, record), 201)


@operation("replicate", "models.list")
async def list_models(call: Call) -> Response:
    return page(call, call.sandbox.store.all("model"), lambda model: own_model_view(call.sandbox, model), key="name")


@operation("replicate", "models.get")
async def get_model(call: Call) -> Response:
    key = model_key(call)
    if key in PUBLIC_MODELS and call.sandbox.serves("replicate", key):
        return JSONResponse(public_model_view(PUBLIC_MODELS[key]))
    return JSONResponse(own_model_view(call.sandbox, own_model(call)))


@operation("replicate", "models.delete")
async def delete_model(call: Call) -> Response:
    model = own_model(call)
    key = model_key(call)
    if model["visibility"] != "private":
        raise call.refuse(403, "You can only delete private models.")
    if versions_of(call.sandbox, key):
        raise call.refuse(403, "You cannot delete a model that has versions. Delete the versions first.")
    call.sandbox.store.delete("model", key)
    return Response(status_code=204)


@operation("replicate", "models.versions.list")
async def list_versions(call: Call) -> Response:
    key = model_key(call)
    if key in PUBLIC_MODELS:
        model = PUBLIC_MODELS[key]
        latest = public_model_view(model)["latest_version"]
        return JSONResponse({"previous": None, "next": None, "results": [latest]})
    own_model(call)
    return page(call, versions_of(call.sandbox, key), own_version_view)


@operation("replicate", "models.versions.get")
async def get_version(call: Call) -> Response:
    key = model_key(call)
    if (model := PUBLIC_MODELS.get(key)) and call.path("version") == model.version:
        return JSONResponse(
            version_view(model.version, public_model_view(model)["latest_version"]["created_at"], model)
        )
    return JSONResponse(own_version_view(own_version(call)))


@operation("replicate", "models.versions.delete")
async def delete_version(call: Call) -> Response:
    version = own_version(call)
    version["deleted_at"] = version.get("deleted_at") or stamp()
    call.sandbox.store.put("version", version["id"], version)
    call.sandbox.spawn(f"delete {version['id']}", forget_version(call.sandbox, version["id"]))
    return Response(status_code=202)


async def forget_version(sandbox: Sandbox, version_id: str) -> None:
    """Drops a version once the time that deletion takes is over."""
    while version := sandbox.store.get("version", version_id):
        left = sandbox.pace.version_delete_seconds - age(version["deleted_at"])
        if left <= 0:
            sandbox.store.delete("version", version_id)
            sandbox.store.delete_blob(version["weights"])
            return
        await asyncio.sleep(min(left, 0.2))


def model_key(call: Call) -> str:
    """owner/name of the address."""
    return f"{call.path('owner')}/{call.path('name')}"


def own_model(call: Call) -> Record:
    """The account's model of the address. Raises Refusal (404)."""
    model = call.sandbox.store.get("model", model_key(call))
    if model is None:
        raise call.refuse(404, "The requested resource could not be found.")
    return model


def own_version(call: Call) -> Record:
    """The account's version of the address. Raises Refusal (404)."""
    version = call.sandbox.store.get("version", call.path("version"))
    if version is None or version["model"] != model_key(call):
        raise call.refuse(404, "The requested resource could not be found.")
    return version


routes = [
    Route("/v1/account", account, methods=["GET"]),
    Route("/v1/hardware", hardware, methods=["GET"]),
    Route("/v1/models", create_model, methods=["POST"]),
    Route("/v1/models", list_models, methods=["GET"]),
    Route("/v1/models/{owner}/{name}", get_model, methods=["GET"]),
    Route("/v1/models/{owner}/{name}", delete_model, methods=["DELETE"]),
    Route("/v1/models/{owner}/{name}/versions", list_versions, methods=["GET"]),
    Route("/v1/models/{owner}/{name}/versions/{version}", get_version, methods=["GET"]),
    Route("/v1/models/{owner}/{name}/versions/{version}", delete_version, methods=["DELETE"]),
]
