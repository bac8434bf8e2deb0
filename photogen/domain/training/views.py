"""What pages and the API are shown of trainings and models. Frozen, flat, without secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TrainingQuote:
    """The price before the start, in credits. `paid_by` is "included" or "credits"; `affordable`: it can start."""

    credits: int
    paid_by: str
    balance: int
    balance_after: int
    seconds_expected: int
    included_left: int
    affordable: bool


@dataclass(frozen=True, slots=True)
class DraftView:
    """The wizard's unfinished work. `step` is its page, 1 to 4; `by_hand` names settings that were changed by hand;
    `model_id` is set for a further version of a model."""

    name: str
    trigger_word: str
    subject: str
    steps: int
    learning_rate: float
    lora_rank: int
    autocaption: bool
    visibility: str
    by_hand: tuple[str, ...]
    step: int
    photo_set_id: str | None
    model_id: str | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class StageView:
    """One of the five stages. `state` is done, now, todo, failed or cancelled; `seconds` says how long it took."""

    key: str
    name: str
    state: str
    started_at: datetime | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One attempt of one stage: what happened, what was done about it, and what the creator can do (`advice`).
    `request_id` is the vendor's name of it; `stage` may also be clean_up."""

    id: str
    stage: str
    number: int
    outcome: str
    category: str
    code: str
    message: str
    vendor_words: str
    request_id: str
    action: str
    advice: str
    started_at: datetime
    finished_at: datetime | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class RetryView:
    """What a retry would do and cost now. `stage` is where it goes on, "queued" for a new training; `paid_by` is
    "included" or "credits"; `affordable`: the credits are there."""

    stage: str
    credits: int
    paid_by: str
    affordable: bool


@dataclass(frozen=True, slots=True)
class LossView:
    """A loss curve in short: its number of points, where it goes (falling, level, rising, "" while nobody can tell),
    and two of its points as (step, loss)."""

    count: int = 0
    trend: str = ""
    last: tuple[float, float] | None = None
    lowest: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class TrainingView:
    """Everything about one training. `percent` is of the whole; times in seconds; `credits` were held for it, in the
    last of its `rounds`.

    `retry_resumes` says whether a retry goes on with this very training or starts another; `retry` says the rest, None
    while there is nothing to retry. `counts_from` is its beginning, moved on by the time between failures and retries.
    `lora_model_id` is the model that came of it, `new_version_of` the one that it is to make a further version of.
    `log_end` is how long its log is by now, in characters. `cleaning`: something of it is still to be deleted, here or
    at a vendor. `attempts` are the last ones of `attempts_count`, oldest first."""

    id: str
    name: str
    trigger_word: str
    subject: str
    status: str
    status_word: str
    percent: int
    step: int
    steps: int
    seconds_left: float | None
    elapsed_seconds: float
    waiting: str
    stages: tuple[StageView, ...]
    error: str
    error_code: str
    error_category: str
    advice: str
    credits: int
    paid_by: str
    refunded: bool
    can_cancel: bool
    cancel_requested: bool
    can_retry: bool
    retry_resumes: bool
    retry: RetryView | None
    rounds: int
    cleaning: bool
    cleaned_at: datetime | None
    lora_model_id: str | None
    new_version_of: str | None
    photo_set_id: str
    photo_count: int
    learning_rate: float
    lora_rank: int
    autocaption: bool
    visibility: str
    hub_url: str
    created_at: datetime
    counts_from: datetime
    finished_at: datetime | None
    log_end: int
    losses: LossView
    attempts: tuple[AttemptView, ...]
    attempts_count: int


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """One line of the list of trainings. `lora_model_id` is the model that came of it, `new_version_of` the one that it
    is to make a further version of."""

    id: str
    name: str
    subject: str
    status: str
    status_word: str
    percent: int
    seconds_left: float | None
    elapsed_seconds: float
    steps: int
    credits: int
    paid_by: str
    refunded: bool
    waiting: str
    error: str
    error_code: str
    lora_model_id: str | None
    new_version_of: str | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class SetUse:
    """That a training was made with a photo set: as what, and which model came of it (None without one)."""

    photo_set_id: str
    training_id: str
    name: str
    subject: str
    trigger_word: str
    status_word: str
    lora_model_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Retried:
    """What a retry became. `resumed`: the same training goes on from `stage`; else `id` is new. `words` says it."""

    id: str
    resumed: bool
    stage: str
    words: str


@dataclass(frozen=True, slots=True)
class SlotsView:
    """Model slots of the plan: `used` counts ready models and trainings under way."""

    used: int
    total: int

    @property
    def free(self) -> int:
        """How many more can be begun."""
        return max(0, self.total - self.used)
