"""What is shown of trainings that have been. Frozen, flat, without secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from photogen.domain.training.views import TrainingRow


@dataclass(frozen=True, slots=True)
class TrainingTotals:
    """Sums over all trainings that fulfil a filter. `credits_spent` are of completed ones, `credits_held` of those
    under way, `included` counts completed ones that the plan paid; times in seconds, the median of completed ones."""

    count: int
    completed: int
    failed: int
    cancelled: int
    running: int
    credits_spent: int
    credits_held: int
    included: int
    seconds: float
    median_seconds: float | None

    @property
    def success_rate(self) -> float | None:
        """Completed ones among those that were not cancelled and have ended, 0 to 1; None where there are none."""
        ended = self.completed + self.failed
        return self.completed / ended if ended else None


@dataclass(frozen=True, slots=True)
class TrainingPage:
    """Some rows of a list. `more`: others follow the last one. `totals` is of the whole list."""

    rows: tuple[TrainingRow, ...]
    more: bool
    totals: TrainingTotals


@dataclass(frozen=True, slots=True)
class TimingView:
    """How long a part took, in seconds (None: it goes on, or is not begun), in how many attempts, and what is usual:
    `usual` is the median of completed trainings of similar length, nine of ten were done within `slow`; None where
    there are too few.

    `key` is a stage, or vendor_wait, vendor_run and overhead, which are parts of the training, or clean_up or whole."""

    key: str
    seconds: float | None
    tries: int
    usual: float | None
    slow: float | None


@dataclass(frozen=True, slots=True)
class RoundView:
    """One time that a training was paid for, from `stage` on. `state` is open, captured (spent) or released."""

    number: int
    stage: str
    paid_by: str
    credits: int
    state: str
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class VendorCostView:
    """For the operator alone: what a round cost at the vendor, in cents where that is known."""

    number: int
    vendor_id: str
    run_seconds: float | None
    vendor_seconds: float | None
    cents: int | None


@dataclass(frozen=True, slots=True)
class TrainingFigures:
    """What stands beside a training's story. `sample` is the number of trainings behind what is usual."""

    timings: tuple[TimingView, ...]
    sample: int
    rounds: tuple[RoundView, ...]
