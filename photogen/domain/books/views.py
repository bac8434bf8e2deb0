"""An account's ledger, explained. Amounts are whole credits; words are for the operator."""

from dataclasses import dataclass
from datetime import datetime

from photogen.models import EntryKind


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account in the operator's list. `available` are the credits that it can spend now; `closed`: it is deleted."""

    id: str
    email: str
    name: str
    plan: str
    role: str
    available: int
    since: datetime
    closed: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One entry. `balance` is the sum of all entries up to it, `noted` the balance that was written into it: they are
    the same, or the books are wrong. `why` says its cause; `subject_kind` (training, shot, payment or "") and
    `subject_id` name the row that it is about."""

    id: int
    at: datetime
    kind: EntryKind
    amount: int
    balance: int
    noted: int
    why: str
    subject_kind: str
    subject_id: str


@dataclass(frozen=True, slots=True)
class OpenHold:
    """Credits set aside for work under way."""

    at: datetime
    amount: int
    why: str
    subject_kind: str
    subject_id: str


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of one grant. `lapses_at` None: never; `lapsed`: it has, and is not written off yet."""

    remaining: int
    amount: int
    what: str
    lapses_at: datetime | None
    lapsed: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One summand of the balance: what came, or went, for one reason."""

    words: str
    credits: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an account has what it has. `parts` add up to `balance`, the sum of all entries; `remaining` is what its
    grants say is left; `unaccounted` is what holds moved and none of them explains. `available` can be spent now,
    `held` is set aside.

    `lines` are those that were asked for, `beyond` the last one's id where there are more of them, else 0."""

    account_id: str
    email: str
    name: str
    plan: str
    since: datetime
    closed: bool
    available: int
    held: int
    balance: int
    remaining: int
    unaccounted: int
    entries: int
    parts: tuple[Part, ...]
    holds: tuple[OpenHold, ...]
    left: tuple[Left, ...]
    lines: tuple[Line, ...]
    beyond: int

    @property
    def agrees(self) -> bool:
        """Whether entries, grants, holds and the balances in the lines say the same."""
        told = all(line.balance == line.noted for line in self.lines)
        return self.balance == self.remaining and not self.unaccounted and told
