"""Numbers that an installation may choose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """How patient the trainings are.

    `webhook_base` is this installation's address (https://photos.example), "" where vendors can't reach it.
    `default_seconds_per_step` and `default_overhead_seconds` make the expected time until there is a history."""

    lease: timedelta = timedelta(seconds=30)
    poll: timedelta = timedelta(seconds=2)
    """How often a young training is asked about; older ones are asked less often."""
    pickup: timedelta = timedelta(seconds=5)
    """When the schedule takes up a row whose job got lost."""
    grace: timedelta = timedelta(seconds=20)
    """How long a request of a killed worker may still arrive at the vendor."""
    longest: timedelta = timedelta(hours=6)
    """After which a training at the vendor is given up."""
    longest_pause: timedelta = timedelta(hours=12)
    """How long a training waits for a vendor that is paused."""
    dataset_ttl: timedelta = timedelta(hours=1)
    """How long the trainer may take to fetch the photos: it does so when it begins, after a wait for a machine that is
    minutes as a rule. The ZIP itself is deleted at the first step, and with it the address dies."""
    keep_at_vendor: timedelta = timedelta(hours=1)
    """How long a finished vendor training whose weights could not be fetched waits for a retry."""
    keep_weights: timedelta = timedelta(days=7)
    """How long weights that could not be published wait for a retry."""
    stray_after: timedelta = timedelta(days=1)
    """How old a thing at a vendor that no row knows has to be before it is deleted: more than any training takes."""
    audit_every: timedelta = timedelta(hours=1)
    """How often each published repository is looked at."""
    mark: str = ""
    """Letters and digits that tell this installation's repositories from others of the same hub account; "" marks none,
    and then none is ever taken for a stray."""
    webhook_base: str = ""
    default_seconds_per_step: float = 1.2
    default_overhead_seconds: float = 90.0
