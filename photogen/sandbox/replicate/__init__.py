"""Replicate's HTTP API as of its description of April 2026."""

from photogen.sandbox.context import Sandbox
from photogen.sandbox.replicate import delivery, files, models, predictions, trainings, webhooks
from photogen.sandbox.replicate.jobs import ENDED, Job

routes = [
    *models.routes,
    *trainings.routes,
    *predictions.routes,
    *files.routes,
    *webhooks.routes,
    *delivery.routes,
]


def resume(sandbox: Sandbox) -> None:
    """Takes up what a stopped sandbox left behind: jobs that had not ended, versions being deleted."""
    for kind, module in (("training", trainings), ("prediction", predictions)):
        for record in sandbox.store.all(kind):
            if record["status"] not in ENDED:
                record["logs"] = ""
                module.resume(Job(sandbox, kind, record))
    for version in sandbox.store.all("version"):
        if version.get("deleted_at"):
            sandbox.spawn(f"delete {version['id']}", models.forget_version(sandbox, version["id"]))
