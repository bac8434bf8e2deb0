"""What pages and the API are shown of models. Frozen, flat, without secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LoraModelView:
    """A trained model, by its current version. `preview_url` is its newest picture, "" without one.

    `status` is ready or quarantined (`status_reason` says why); `seconds` is the length of the current version's
    training, `credits` what that cost, None where it is not known."""

    id: str
    name: str
    trigger_word: str
    subject: str
    base_model: str
    status: str
    status_reason: str
    version_id: str
    version_number: int
    versions: int
    visibility: str
    preview_url: str
    preview_thumbhash: str
    uses: int
    default_scale: float
    weights_bytes: int
    created_at: datetime
    training_id: str | None
    steps: int | None
    learning_rate: float | None
    lora_rank: int | None
    photo_count: int | None
    credits: int | None
    seconds: float | None
    photo_set_id: str | None
    hub_repository: str
    hub_url: str
