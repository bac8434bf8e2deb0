"""What the ledger shows. Amounts are whole credits."""

from dataclasses import dataclass
from datetime import date, datetime

from photogen.models import EntryKind, GrantSource, HoldState


@dataclass(frozen=True, slots=True)
class Balance:
    """`available` can be spent now, `held` is set aside for work under way, `granted_total` is all there ever was."""

    available: int
    held: int
    granted_total: int


@dataclass(frozen=True, slots=True)
class EntryView:
    """One line of the history. `subject_kind` and `subject_id` say what a hold was for (training or shot) and `settled`
    what became of it since, else empty or None; `made_by` names the operator of an adjustment."""

    id: int
    kind: EntryKind
    amount: int
    balance_after: int
    note: str
    subject_kind: str
    subject_id: str
    made_by: str
    created_at: datetime
    settled: HoldState | None = None


@dataclass(frozen=True, slots=True)
class GrantView:
    """Credits of one source that are not spent yet. `expires_at` is None for those that never lapse."""

    source: GrantSource
    note: str
    amount: int
    remaining: int
    expires_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DayUse:
    """Credits that went to one kind of work (training or shot) on one UTC day, without what was given back."""

    day: date
    kind: str
    credits: int
