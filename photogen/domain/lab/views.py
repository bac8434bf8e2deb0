"""What pages are shown of the lab. Frozen, flat, without secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from photogen.domain.generation.views import Tariff
from photogen.domain.lab.policy import Verdict


@dataclass(frozen=True, slots=True)
class PromptView:
    """A prompt that can be taken into a run, as it would be sent."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class LabOffer:
    """What a run of a version would be. `tariff` is the price of every prompt and strength."""

    version_id: str
    version_number: int
    prompts: tuple[PromptView, ...]
    suggested: tuple[str, ...]
    scales: tuple[float, ...]
    tariff: Tariff


@dataclass(frozen=True, slots=True)
class LabCell:
    """One picture of a run. `status` is its shot's; addresses are "" before it is there, or once it is deleted."""

    generation_id: str
    scale: float
    status: str
    image_id: str
    thumb_url: str
    thumbhash: str
    error: str
    error_code: str
    voted: bool
    kept: bool


@dataclass(frozen=True, slots=True)
class LabRow:
    """A prompt with its pictures, in the order of the strengths."""

    text: str
    seed: int
    cells: tuple[LabCell, ...]


@dataclass(frozen=True, slots=True)
class LabRunView:
    """A run. `spent` and `held` are credits, `returned` came back for what failed or was cancelled; `quota` is what it
    took of the day's quota, less what went back."""

    id: str
    version_id: str
    version_number: int
    is_current: bool
    default_scale: float
    scales: tuple[float, ...]
    votes: tuple[int, ...]
    rows: tuple[LabRow, ...]
    done: int
    failed: int
    total: int
    running: bool
    spent: int
    held: int
    returned: int
    quota: int
    verdict: Verdict
    created_at: datetime
