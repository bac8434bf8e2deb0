"""The rules of trainings, without any I/O."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from photogen.domain.training.config import TrainingConfig
from photogen.domain.vendors import policy as vendors
from photogen.gateways.base import Category, GatewayError
from photogen.kit.retry import backoff
from photogen.kit.text import t
from photogen.models.training import Training, TrainingStatus

S = TrainingStatus

STAGES: tuple[TrainingStatus, ...] = (S.QUEUED, S.PREPARING, S.TRAINING, S.PUBLISHING)
"""Stages in which something is done, in order. Completed is the end of the last."""
FINAL = frozenset({S.COMPLETED, S.FAILED, S.CANCELLED})
ACTIVE = tuple(stage.value for stage in STAGES)
WORDS: Mapping[TrainingStatus, str] = {
    S.QUEUED: t("Queued"),
    S.PREPARING: t("Preparing"),
    S.TRAINING: t("Training"),
    S.PUBLISHING: t("Publishing"),
    S.COMPLETED: t("Completed"),
    S.FAILED: t("Failed"),
    S.CANCELLED: t("Cancelled"),
}

_MOVES: Mapping[TrainingStatus, frozenset[TrainingStatus]] = {
    S.QUEUED: frozenset({S.PREPARING, S.FAILED, S.CANCELLED}),
    S.PREPARING: frozenset({S.TRAINING, S.FAILED, S.CANCELLED}),
    S.TRAINING: frozenset({S.PUBLISHING, S.FAILED, S.CANCELLED}),
    S.PUBLISHING: frozenset({S.COMPLETED, S.FAILED, S.CANCELLED}),
    S.COMPLETED: frozenset(),
    S.FAILED: frozenset({S.PREPARING, S.PUBLISHING}),
    S.CANCELLED: frozenset(),
}
_BEGINS_AT: Mapping[TrainingStatus, int] = {
    S.QUEUED: 0,
    S.PREPARING: 1,
    S.TRAINING: 5,
    S.PUBLISHING: 92,
    S.COMPLETED: 100,
}

_LONGEST_WAIT = 120.0
"""Seconds between two tries at most, unless the vendor asks for more."""
_LOOKS_PER_SECOND = 15
"""Of all trainings together; a look takes a worker 15 to 30 ms of its processor."""
_LONGEST_TROUBLE = timedelta(hours=1)
"""How long one stage may go on failing before it is given up, however politely the vendor asks for time."""
_HOPELESS_FRUITS = frozenset({"weights_corrupt", "weights_expired"})
"""Failures after which what the vendor made is of no use, so that only a new training helps."""


def can_move(here: TrainingStatus, to: TrainingStatus, *, retry: bool = False) -> bool:
    """Whether a training may go from `here` to `to`. Only a retry leaves a failure."""
    if here is S.FAILED and not retry:
        return False
    return to in _MOVES[here]


def percent(status: TrainingStatus, step: int, steps: int, before: int) -> int:
    """Percent of the whole: never goes back, 100 only at the end."""
    now = _BEGINS_AT.get(status, before)
    if status is S.TRAINING and steps > 0:
        span = _BEGINS_AT[S.PUBLISHING] - _BEGINS_AT[S.TRAINING]
        now += math.floor(span * min(step, steps) / steps)
    return now if status is S.COMPLETED else max(before, min(now, 99))


def age_at_vendor(row: Training, now: datetime) -> timedelta:
    """How long the vendor has had it. What it waited for before does not count."""
    return now - (row.submit_started_at or row.stage_started_at)


def poll_after(age: timedelta, poll: timedelta, watched: int = 1) -> timedelta:
    """When to ask the vendor again: seldom for long trainings, and the more seldom the more of them are watched, so
    that hundreds stay within the vendor's limits and within one worker."""
    return max(poll, min(age / 30, timedelta(seconds=30)), timedelta(seconds=watched / _LOOKS_PER_SECOND))


@dataclass(frozen=True, slots=True)
class Span:
    """All attempts of a training at one stage: the first one's beginning, the last one's end (None: one runs), seconds
    of all together."""

    began: datetime
    ended: datetime | None
    seconds: float
    tries: int
    cancelled: bool


@dataclass(frozen=True, slots=True)
class Again:
    """Try once more, in so many seconds."""

    seconds: float


def again(category: Category, attempt: int, trouble: timedelta, after: float | None) -> Again | None:
    """What to do about the failure of try `attempt` (from 1) of a stage that has been in trouble for so long.

    None: give up. `after` is the vendor's own wish in seconds."""
    if trouble + timedelta(seconds=after or 0) > _LONGEST_TROUBLE:
        return None
    seconds = vendors.again(category, attempt, most=_LONGEST_WAIT, after=after)
    return None if seconds is None else Again(seconds)


def wait(waited: timedelta, longest: timedelta, after: float | None) -> Again | None:
    """When to look again at a training that has waited for a paused vendor for so long; None: it was in vain."""
    return Again(vendors.look_again(after)) if waited <= longest else None


def waited_in_vain(error: GatewayError) -> Failure:
    """The end of a training whose vendor stayed paused for longer than anybody waits."""
    return Failure(
        error.code,
        error.category,
        t("The service stayed away for too long, so this training was given up."),
        t("Press Retry once the service answers again. What was set aside came back."),
        error.words,
        error.request_id,
    )


def look_again(attempt: int, age: timedelta, longest: timedelta, after: float | None) -> Again | None:
    """The same for a training that the vendor took `age` ago and that can't be seen just now: it goes on there, and was
    paid for, so it is given up only when it could not be wanted any more."""
    return Again(backoff(attempt, first=1.0, most=_LONGEST_WAIT, after=after)) if age <= longest else None


def resumable(row: Training, now: datetime, config: TrainingConfig) -> bool:
    """Whether a failed training can go on from publishing: its weights are with us, or still at the vendor."""
    if row.status is not S.FAILED or row.failed_stage != S.PUBLISHING or row.error_code in _HOPELESS_FRUITS:
        return False
    if row.discarded_at is not None:
        return False
    ended = row.finished_at or now
    if row.weights_key:
        return now < ended + config.keep_weights
    return bool(row.vendor_id) and now < ended + config.keep_at_vendor


def resumes_at(row: Training, now: datetime, config: TrainingConfig) -> TrainingStatus | None:
    """The stage from which a failed training can go on; None: only a new one helps.

    It is trained afresh only once nothing of the last time is left at the vendor: until then a second one there would
    be a second one to pay."""
    if row.status is not S.FAILED:
        return None
    if resumable(row, now, config):
        return S.PUBLISHING
    untouched = not row.vendor_id and row.submit_started_at is None
    return S.PREPARING if untouched or row.cleaned_at is not None else None


def reference(row: Training) -> str:
    """By what the vendor's training is found again: each round may have one of its own."""
    return row.id if row.rounds == 1 else f"{row.id}-{row.rounds}"


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What of a finished training is to be deleted now, and when to look again (None: that is all)."""

    vendor: bool
    weights: bool
    hub: bool
    again_at: datetime | None


def leftovers(row: Training, now: datetime, config: TrainingConfig) -> Leftovers:
    """What is in nobody's use any more. Fruits that a retry could still use wait for their time; a repository of a
    training that failed never does, as it may stand open."""
    if row.status is S.COMPLETED:
        return Leftovers(vendor=True, weights=False, hub=False, again_at=None)
    if not resumable(row, now, config):
        return Leftovers(vendor=True, weights=True, hub=True, again_at=None)
    ended = row.finished_at or now
    if row.weights_key:
        return Leftovers(vendor=True, weights=False, hub=True, again_at=ended + config.keep_weights)
    return Leftovers(vendor=False, weights=False, hub=True, again_at=ended + config.keep_at_vendor)


HUB_UNSAFE = frozenset({"hub_not_private", "hub_not_verified"})
"""Failures that leave a repository which may be seen by strangers: the operator is told of each by itself."""


def expected_seconds(steps: int, per_step: float | None, overhead: float | None, config: TrainingConfig) -> int:
    """How long a training of so many steps will take, by this installation's history or else by its configuration."""
    rate = config.default_seconds_per_step if per_step is None else per_step
    rest = config.default_overhead_seconds if overhead is None else overhead
    return max(1, math.ceil(steps * rate + rest))


def installation_tag(mark: str) -> str:
    """The tag in a model card by which an installation knows its own repositories."""
    return f"photogen-{mark}"


def repository_name(name: str, training_id: str) -> str:
    """A hub repository's name: readable, and unique by the end of the id. Letters, digits and hyphens, at most 60."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:40].strip("-")
    return f"{slug or 'lora'}-{training_id[-12:]}"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a training ended, for a person (`public`, `advice`) and for the operator (`words`, `request_id`)."""

    code: str
    category: Category
    public: str
    advice: str
    words: str = ""
    request_id: str = ""

    @classmethod
    def of(cls, error: GatewayError) -> Failure:
        """From what a vendor's gateway says."""
        return cls(error.code, error.category, error.public, advice(error), error.words, error.request_id)


def advice(error: GatewayError) -> str:
    """What can be done about it. A retry takes the same settings: where those are the reason, it helps little."""
    return _ADVICE_ON.get(error.code, ADVICE[error.category])


_ADVICE_ON: Mapping[str, str] = {
    "out_of_memory": t("Press Retry; if it happens again, start another with a lower LoRA rank or fewer photos."),
    "training_timeout": t("Start another with fewer steps."),
}
ADVICE: Mapping[Category, str] = {
    Category.NETWORK: t("The connection to the service kept breaking. Press Retry in a few minutes."),
    Category.AUTHENTICATION: t(
        "Whoever runs this studio has to renew its access to the service. Your credits are back."
    ),
    Category.VALIDATION: t("Change the settings or the photos and start again."),
    Category.RATE_LIMIT: t("The service is very busy. Press Retry in a while."),
    Category.PROVIDER: t("The fault is not yours. Press Retry; if it fails again, tell whoever runs this studio."),
    Category.FILE: t("A file could not be used. Check the photos of this training, then press Retry."),
    Category.TIMEOUT: t("It took far too long and was stopped. Press Retry, or start another with fewer steps."),
    Category.MODERATION: t("The service's safety rules refused these photos or words. Change them and start again."),
    Category.INTERNAL: t("The fault is ours. Press Retry; if it fails again, tell whoever runs this studio the code."),
}
