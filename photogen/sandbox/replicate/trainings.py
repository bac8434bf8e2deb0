"""Trainings with ostris/flux-dev-lora-trainer."""

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from photogen.sandbox.calls import Call, operation
from photogen.sandbox.replicate import schemas
from photogen.sandbox.replicate.catalogue import PUBLIC_MODELS
from photogen.sandbox.replicate.identity import new_vendor_id
from photogen.sandbox.replicate.jobs import Job, cancel, job_view, new_job
from photogen.sandbox.replicate.models import model_key
from photogen.sandbox.replicate.paging import page
from photogen.sandbox.replicate.trainer import run_training
from photogen.sandbox.store import Record


@operation("replicate", "trainings.create")
async def create(call: Call) -> Response:
    model = PUBLIC_MODELS.get(model_key(call))
    if model is None or model.version != call.path("version"):
        raise call.refuse(404, "The requested resource could not be found.")
    if model.training is None:
        raise call.refuse(422, "- version: The specified version does not support training\n")
    body = call.parse(schemas.TrainingRequest)
    call.parse(model.training, body.input, prefix=("input",))
    if call.sandbox.store.get("model", body.destination) is None:
        raise call.refuse(404, "The specified training destination does not exist")
    record: Record = {
        "id": new_vendor_id(),
        "model": model.id,
        "version": model.version,
        "destination": body.destination,
        "input": body.input,
        "webhook": body.webhook,
        "webhook_events_filter": body.webhook_events_filter,
    }
    job = new_job(call, record, "training", body.input)
    resume(job)
    return JSONResponse(job.view(), 201)


@operation("replicate", "trainings.list")
async def list_all(call: Call) -> Response:
    return page(call, call.sandbox.store.all("training"), lambda record: job_view(call.sandbox, "training", record))


@operation("replicate", "trainings.get")
async def get(call: Call) -> Response:
    return JSONResponse(job_view(call.sandbox, "training", _training(call)))


@operation("replicate", "trainings.cancel")
async def cancel_one(call: Call) -> Response:
    return JSONResponse(cancel(call, "training", _training(call)))


def _training(call: Call) -> Record:
    record = call.sandbox.store.get("training", call.path("id"))
    if record is None:
        raise call.refuse(404, "The requested resource could not be found.")
    return record


def resume(job: Job) -> None:
    """Does the work of a training, from its beginning."""
    job.sandbox.spawn(f"training {job.record['id']}", run_training(job))


routes = [
    Route("/v1/models/{owner}/{name}/versions/{version}/trainings", create, methods=["POST"]),
    Route("/v1/trainings", list_all, methods=["GET"]),
    Route("/v1/trainings/{id}", get, methods=["GET"]),
    Route("/v1/trainings/{id}/cancel", cancel_one, methods=["POST"]),
]
