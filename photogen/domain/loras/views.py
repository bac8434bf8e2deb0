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


@dataclass(frozen=True, slots=True)
class Change:
    """A setting that a version's training had other than the version before. `name` is the field's."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version. `pictures` are those outside of the trash; `credits` is what its training cost, `seconds` how long
    that took; None where the training is not known any more."""

    id: str
    number: int
    is_current: bool
    status: str
    status_reason: str
    visibility: str
    default_scale: float
    weights_bytes: int
    hub_url: str
    created_at: datetime
    training_id: str | None
    steps: int | None
    learning_rate: float | None
    lora_rank: int | None
    autocaption: bool | None
    photo_count: int | None
    credits: int | None
    seconds: float | None
    pictures: int
    preview_url: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class PastTraining:
    """A training of the model. `version` is the number of the version that it made, where that is still there."""

    id: str
    status: str
    error: str
    error_code: str
    percent: int
    steps: int
    credits: int
    seconds: float | None
    version: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PictureView:
    """A picture made with the model."""

    id: str
    prompt: str
    width: int
    height: int
    thumbhash: str


@dataclass(frozen=True, slots=True)
class ModelStory:
    """All that there is to know of a model. `success` is the share (0 to 1) of its ended pictures that were delivered,
    None without any; `mean_seconds` a picture's mean time; the credits are what was spent, not what came back.

    `coming` is the training under way that is to make a further version."""

    model: LoraModelView
    versions: tuple[VersionView, ...]
    trainings: tuple[PastTraining, ...]
    pictures: tuple[PictureView, ...]
    drawn: int
    failed: int
    success: float | None
    mean_seconds: float | None
    training_credits: int
    picture_credits: int
    coming: PastTraining | None
