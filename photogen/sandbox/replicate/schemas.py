"""Requests of Replicate's API and inputs of the models that the sandbox plays, held as strictly as the vendor does.

Names, ranges and defaults follow the models' published schemas: the outer request and every model's input refuse
unknown fields, a training request only checks its known ones.
"""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Aspect = Literal["1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21"]
Format = Literal["webp", "jpg", "png"]
Event = Literal["start", "output", "logs", "completed"]
Seed = Annotated[int, Field(ge=-(2**63), lt=2**64)]


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https", "data"}:
        raise ValueError("Does not match format 'uri'")
    return value


def _hook(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise ValueError("must be a valid HTTPS URL")
    return value


Address = Annotated[str, AfterValidator(_address)]
Hook = Annotated[str, AfterValidator(_hook)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", protected_namespaces=())


class ModelRequest(_Body):
    """POST /models."""

    owner: str = Field(min_length=1)
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$")
    visibility: Literal["public", "private"]
    hardware: str
    description: str | None = None
    github_url: str | None = None
    paper_url: str | None = None
    license_url: str | None = None
    cover_image_url: str | None = None


class PredictionRequest(_Body):
    """POST /models/{owner}/{name}/predictions."""

    input: dict[str, Any]
    stream: bool = False
    webhook: Hook | None = None
    webhook_events_filter: list[Event] | None = None


class VersionPredictionRequest(PredictionRequest):
    """POST /predictions."""

    version: str = Field(min_length=1)


class TrainingRequest(BaseModel):
    """POST .../trainings."""

    destination: str = Field(pattern=r"^[^/]+/[^/]+$")
    input: dict[str, Any]
    webhook: Hook | None = None
    webhook_events_filter: list[Event] | None = None


class _Picture(_Body):
    prompt: str
    seed: Seed | None = None
    output_format: Format = "webp"
    output_quality: int = Field(80, ge=0, le=100)


class FluxSchnell(_Picture):
    """black-forest-labs/flux-schnell."""

    aspect_ratio: Aspect = "1:1"
    num_outputs: int = Field(1, ge=1, le=4)
    num_inference_steps: int = Field(4, ge=1, le=4)
    go_fast: bool = True
    megapixels: Literal["1", "0.25"] = "1"
    disable_safety_checker: bool = False


class FluxDev(_Picture):
    """black-forest-labs/flux-dev."""

    aspect_ratio: Aspect = "1:1"
    image: Address | None = None
    prompt_strength: float = Field(0.8, ge=0, le=1)
    num_outputs: int = Field(1, ge=1, le=4)
    num_inference_steps: int = Field(28, ge=1, le=50)
    guidance: float = Field(3, ge=0, le=10)
    go_fast: bool = True
    megapixels: Literal["1", "0.25"] = "1"
    disable_safety_checker: bool = False


class FluxDevLora(FluxDev):
    """black-forest-labs/flux-dev-lora; `extra_lora` and the tokens are younger than the published schema."""

    lora_weights: str | None = None
    lora_scale: float = Field(1, ge=-1, le=3)
    extra_lora: str | None = None
    extra_lora_scale: float = Field(1, ge=-1, le=3)
    hf_api_token: str | None = None
    civitai_api_token: str | None = None


class FluxPro(_Picture):
    """black-forest-labs/flux-1.1-pro."""

    aspect_ratio: Aspect | Literal["custom"] = "1:1"
    width: int | None = Field(None, ge=256, le=1440)
    height: int | None = Field(None, ge=256, le=1440)
    image_prompt: Address | None = None
    prompt_upsampling: bool = False
    safety_tolerance: int = Field(2, ge=1, le=6)


class TrainedFlux(_Picture):
    """What a version made by ostris/flux-dev-lora-trainer takes."""

    output_quality: int = Field(90, ge=0, le=100)
    aspect_ratio: Aspect | Literal["custom"] = "1:1"
    width: int | None = Field(None, ge=256, le=1440)
    height: int | None = Field(None, ge=256, le=1440)
    image: Address | None = None
    mask: Address | None = None
    model: Literal["dev", "schnell"] = "dev"
    num_outputs: int = Field(1, ge=1, le=4)
    num_inference_steps: int = Field(28, ge=1, le=50)
    guidance_scale: float = Field(3.5, ge=0, le=10)
    prompt_strength: float = Field(0.8, ge=0, le=1)
    lora_scale: float = Field(1, ge=-1, le=2)
    extra_lora: str | None = None
    extra_lora_scale: float = Field(1, ge=-1, le=2)
    replicate_weights: str | None = None
    go_fast: bool = False
    megapixels: Literal["1", "0.25"] = "1"
    disable_safety_checker: bool = False


class FluxTraining(_Body):
    """Input of ostris/flux-dev-lora-trainer."""

    input_images: Address | None = None
    trigger_word: str = "TOK"
    autocaption: bool = True
    autocaption_prefix: str | None = None
    autocaption_suffix: str | None = None
    steps: int = Field(1000, ge=3, le=6000)
    learning_rate: float = 4e-4
    batch_size: int = 1
    resolution: str = "512,768,1024"
    lora_rank: int = Field(16, ge=1, le=128)
    caption_dropout_rate: float = Field(0.05, ge=0, le=1)
    optimizer: str = "adamw8bit"
    cache_latents_to_disk: bool = False
    layers_to_optimize_regex: str | None = None
    gradient_checkpointing: bool = False
    hf_repo_id: str | None = None
    hf_token: str | None = None
    wandb_api_key: str | None = None
    wandb_project: str = "flux_train_replicate"
    wandb_run: str | None = None
    wandb_entity: str | None = None
    wandb_sample_interval: int = Field(100, ge=1)
    wandb_sample_prompts: str | None = None
    wandb_save_interval: int = Field(100, ge=1)
    skip_training_and_use_pretrained_hf_lora_url: str | None = None
