"""Predictions: pictures of the official models and of trained versions."""

import re
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from photogen.sandbox.calls import Call, operation
from photogen.sandbox.replicate import schemas
from photogen.sandbox.replicate.catalogue import PUBLIC_MODELS, PublicModel
from photogen.sandbox.replicate.identity import new_vendor_id
from photogen.sandbox.replicate.jobs import Job, cancel, created_between, job_view, new_job, until_ended
from photogen.sandbox.replicate.paging import page
from photogen.sandbox.replicate.rendering import run_prediction
from photogen.sandbox.store import Record

_VERSION = re.compile(r"^[0-9a-f]{64}$")
_CANCEL_AFTER = re.compile(r"^(?=.)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$")
_LEAST_DEADLINE = 5
_PREFER = re.compile(r"^wait(=([1-9]|[1-5][0-9]|60))?$")


@operation("replicate", "predictions.create")
async def create(call: Call) -> Response:
    body = call.parse(schemas.VersionPredictionRequest)
    model, version = _resolve(call, body.version)
    return await _create(call, body, model, version)


@operation("replicate", "models.predictions.create")
async def create_for_model(call: Call) -> Response:
    body = call.parse(schemas.PredictionRequest)
    model = PUBLIC_MODELS.get(f"{call.path('owner')}/{call.path('name')}")
    if model is None or not model.official or not call.sandbox.serves("replicate", model.id):
        raise call.refuse(404, "The requested resource could not be found.")
    return await _create(call, body, model, "hidden")


def _resolve(call: Call, reference: str) -> tuple[PublicModel, str]:
    """The model and version that `owner/name`, `owner/name:version` or `version` mean. Raises Refusal (422)."""
    name, _, version = (
        reference.rpartition(":")
        if ":" in reference
        else (("", "", reference) if _VERSION.match(reference) else (reference, "", ""))
    )
    if name and not version:
        model = PUBLIC_MODELS.get(name)
        if model and model.official:
            return model, "hidden"
    elif version:
        for model in PUBLIC_MODELS.values():
            if model.version == version and name in {"", model.id}:
                return model, version
        trained = call.sandbox.store.get("version", version)
        if trained and not trained.get("deleted_at") and name in {"", trained["model"]}:
            return PublicModel(trained["model"], "", schemas.TrainedFlux), version
    raise call.refuse(
        422, "- version: The specified version does not exist (or perhaps you don't have permission to use it?)\n"
    )


async def _create(call: Call, body: schemas.PredictionRequest, model: PublicModel, version: str) -> Response:
    call.parse(model.input, body.input, prefix=("input",))
    prefer = call.request.headers.get("prefer", "")
    if prefer and not _PREFER.match(prefer):
        raise call.refuse(422, "- Prefer: must be wait or wait=n with n from 1 to 60\n")
    deadline = _seconds(call, call.request.headers.get("cancel-after", ""))
    record: Record = {
        "id": new_vendor_id(),
        "deadline_seconds": deadline,
        "model": model.id,
        "version": version,
        "input": body.input,
        "webhook": body.webhook,
        "webhook_events_filter": body.webhook_events_filter,
    }
    job = new_job(call, record, "prediction", body.input)
    call.sandbox.spawn(f"prediction {record['id']}", run_prediction(job, model))
    if not prefer:
        return JSONResponse(job.view(), 201)
    done = await until_ended(record, float(prefer.partition("=")[2] or 60))
    return JSONResponse(job.view(), 201 if done else 202, headers={"preference-applied": prefer})


def _seconds(call: Call, cancel_after: str) -> float | None:
    """What a deadline like 1h30m45s means; None where none was set. Raises Refusal (422)."""
    if not cancel_after:
        return None
    found = _CANCEL_AFTER.match(cancel_after)
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    total = hours * 3600 + minutes * 60 + seconds
    if total < _LEAST_DEADLINE:
        raise call.refuse(422, "- Cancel-After: must be a duration of at least 5 seconds, like 90s, 5m or 1h30m\n")
    return float(total)


@operation("replicate", "predictions.get")
async def get(call: Call) -> Response:
    return JSONResponse(job_view(call.sandbox, "prediction", _prediction(call)))


@operation("replicate", "predictions.list")
async def list_all(call: Call) -> Response:
    query = call.request.query_params
    bounds = query.get("created_after"), query.get("created_before")
    try:
        records = [r for r in call.sandbox.store.all("prediction") if created_between(r, *bounds)]
    except (ValueError, TypeError) as error:
        raise call.refuse(400, "created_after and created_before must be ISO 8601 date-times") from error
    return page(call, records, lambda record: _summary(call, record))


def _summary(call: Call, record: Record) -> dict[str, Any]:
    return job_view(call.sandbox, "prediction", record)


@operation("replicate", "predictions.cancel")
async def cancel_one(call: Call) -> Response:
    return JSONResponse(cancel(call, "prediction", _prediction(call)))


def _prediction(call: Call) -> Record:
    record = call.sandbox.store.get("prediction", call.path("id"))
    if record is None:
        raise call.refuse(404, "The requested resource could not be found.")
    return record


def resume(job: Job) -> None:
    """Takes up a prediction that a stopped sandbox left behind."""
    model = PUBLIC_MODELS.get(job.record["model"], PublicModel(job.record["model"], "", schemas.TrainedFlux))
    job.sandbox.spawn(f"prediction {job.record['id']}", run_prediction(job, model))


routes = [
    Route("/v1/predictions", create, methods=["POST"]),
    Route("/v1/predictions", list_all, methods=["GET"]),
    Route("/v1/predictions/{id}", get, methods=["GET"]),
    Route("/v1/predictions/{id}/cancel", cancel_one, methods=["POST"]),
    Route("/v1/models/{owner}/{name}/predictions", create_for_model, methods=["POST"]),
]
