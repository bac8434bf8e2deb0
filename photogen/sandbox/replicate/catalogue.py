"""The public models that the sandbox's Replicate has, and how models and versions are written out."""

import hashlib
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from photogen.sandbox.context import Sandbox
from photogen.sandbox.replicate import schemas
from photogen.sandbox.store import Record

ACCOUNT = "sandbox"
TRAINER = "ostris/flux-dev-lora-trainer"
HARDWARE = {
    "cpu": "CPU",
    "gpu-t4": "Nvidia T4 GPU",
    "gpu-l40s": "Nvidia L40S GPU",
    "gpu-a100-large": "Nvidia A100 (80GB) GPU",
    "gpu-h100": "Nvidia H100 GPU",
}
_SINCE = "2024-10-15T17:31:34.839Z"


@dataclass(frozen=True)
class PublicModel:
    """`input` is what a prediction takes; `training` what a training takes, for a trainer; `single` outputs one address
    instead of a list."""

    id: str
    description: str
    input: type[BaseModel]
    training: type[BaseModel] | None = None
    single: bool = False

    @property
    def version(self) -> str:
        """A stable version id."""
        return hashlib.sha256(f"sandbox:{self.id}".encode()).hexdigest()

    @property
    def official(self) -> bool:
        """Official models run by name alone."""
        return self.training is None


PUBLIC_MODELS = {
    model.id: model
    for model in (
        PublicModel("black-forest-labs/flux-schnell", "The fastest image generation model", schemas.FluxSchnell),
        PublicModel("black-forest-labs/flux-dev", "A 12 billion parameter rectified flow transformer", schemas.FluxDev),
        PublicModel("black-forest-labs/flux-dev-lora", "FLUX.1-dev with support for LoRAs", schemas.FluxDevLora),
        PublicModel("black-forest-labs/flux-1.1-pro", "Faster, better FLUX Pro", schemas.FluxPro, single=True),
        PublicModel(TRAINER, "Fine-tune FLUX.1-dev using ai-toolkit", schemas.TrainedFlux, schemas.FluxTraining),
    )
}


def version_view(version: str, created_at: str, model: PublicModel) -> dict[str, Any]:
    """A version as the API writes it, with the schemas of its input and output."""
    shapes: dict[str, Any] = {"Input": model.input.model_json_schema(), "Output": _output(model)}
    if model.training is not None:
        shapes["TrainingInput"] = model.training.model_json_schema()
    return {
        "id": version,
        "created_at": created_at,
        "cog_version": "0.10.0",
        "openapi_schema": {
            "openapi": "3.0.2",
            "info": {"title": "Cog", "version": "0.1.0"},
            "paths": {},
            "components": {"schemas": shapes},
        },
    }


def _output(model: PublicModel) -> dict[str, Any]:
    one = {"type": "string", "format": "uri"}
    return {**one, "title": "Output"} if model.single else {"type": "array", "items": one, "title": "Output"}


def public_model_view(model: PublicModel) -> dict[str, Any]:
    """A public model as the API writes it."""
    owner, name = model.id.split("/")
    return {
        "url": f"https://replicate.com/{model.id}",
        "owner": owner,
        "name": name,
        "description": model.description,
        "visibility": "public",
        "is_official": model.official,
        "github_url": None,
        "paper_url": None,
        "license_url": None,
        "run_count": 0,
        "cover_image_url": None,
        "default_example": None,
        "latest_version": version_view(model.version, _SINCE, model),
    }


def own_model_view(sandbox: Sandbox, model: Record) -> dict[str, Any]:
    """A model of the account as the API writes it."""
    versions = versions_of(sandbox, f"{model['owner']}/{model['name']}")
    latest = own_version_view(versions[-1]) if versions else None
    return {**model, "latest_version": latest, "default_example": None, "is_official": False, "run_count": 0}


def own_version_view(version: Record) -> dict[str, Any]:
    """A version made by a training as the API writes it."""
    return version_view(version["id"], version["created_at"], PublicModel(version["model"], "", schemas.TrainedFlux))


def versions_of(sandbox: Sandbox, model: str) -> list[Record]:
    """Versions of a model of the account, oldest first; those being deleted still count."""
    return [version for version in sandbox.store.all("version") if version["model"] == model]
