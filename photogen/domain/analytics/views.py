"""The figures. Money is in cents, amounts in credits, days are UTC."""

from dataclasses import dataclass
from datetime import date, datetime

from photogen.models import EntryKind, GrantSource, Tier


@dataclass(frozen=True, slots=True)
class Flow:
    """Credits that came or went for one reason: a grant's source, or burnt, expired, clawed, taken."""

    reason: str
    credits: int


@dataclass(frozen=True, slots=True)
class Statement:
    """Credits that people had when the period began, what came, what went, and what they have at its end. Credits set
    aside count as theirs until the work is delivered.

    `opening` and `closing` are what grants say is left, less what the ledger's entries have moved since; `came` is
    summed up from the grants, `went` from delivered holds and what lapsed or was taken: the books have to agree."""

    opening: int
    came: tuple[Flow, ...]
    went: tuple[Flow, ...]
    closing: int

    @property
    def difference(self) -> int:
        """What is missing at the end (-), or too much (+). Not 0: the books contradict themselves."""
        came, went = sum(flow.credits for flow in self.came), sum(flow.credits for flow in self.went)
        return self.closing - (self.opening + came - went)

    @property
    def adds_up(self) -> bool:
        """Whether opening and what came, less what went, is closing."""
        return self.difference == 0


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """Who pays for one plan now. `subscribers` pay, `ending` of them have cancelled, `trialing` don't pay yet;
    `mrr_cents` is what a month of them brings, at what was sold, coupons taken off."""

    key: str
    name: str
    subscribers: int
    ending: int
    trialing: int
    mrr_cents: float


@dataclass(frozen=True, slots=True)
class Movement:
    """How many came, stayed and went in the period. `at_start` paid when it began, `lost` of them ended in it; of
    `registered` accounts `paid` have paid since; of `trials` that ended `trials_paid` have."""

    at_start: int
    began: int
    lost: int
    registered: int
    paid: int
    trials: int
    trials_paid: int

    @property
    def churn(self) -> float | None:
        """The share of those at the start that was lost; None without any."""
        return self.lost / self.at_start if self.at_start else None

    @property
    def conversion(self) -> float | None:
        """The share of new accounts that have paid; None without any."""
        return self.paid / self.registered if self.registered else None

    @property
    def trial_conversion(self) -> float | None:
        """The share of trials that were paid for; None without any."""
        return self.trials_paid / self.trials if self.trials else None


@dataclass(frozen=True, slots=True)
class Active:
    """Accounts of one tier, by the plan that they have now, that asked for pictures or trainings in the period."""

    tier: Tier
    accounts: int


@dataclass(frozen=True, slots=True)
class DayFigures:
    """One day. `income_cents` was paid on it and `returned_cents` of that went back, whenever; `cost_cents` is what
    vendors took for what was delivered on it, as far as known."""

    day: date
    income_cents: int
    returned_cents: int
    cost_cents: float
    pictures: int
    trainings: int
    granted: int
    burnt: int
    registered: int

    @property
    def left_cents(self) -> float:
        """Income that stayed, less costs."""
        return self.income_cents - self.returned_cents - self.cost_cents


@dataclass(frozen=True, slots=True)
class WorkFigures:
    """What one model drew, or all trainings (`key` "training"), in the period. `by_plan` of `count` were paid out of a
    quota or a plan's included ones, the rest with `credits`. Of `unknown` nobody knows what the vendor took."""

    key: str
    name: str
    count: int
    by_plan: int
    credits: int
    cost_cents: float
    unknown: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All of it, of one moment."""

    start: datetime
    end: datetime
    plans: tuple[PlanFigures, ...]
    movement: Movement
    actives: tuple[Active, ...]
    statement: Statement
    days: tuple[DayFigures, ...]
    work: tuple[WorkFigures, ...]

    @property
    def mrr_cents(self) -> float:
        """What a month of all subscriptions brings."""
        return sum(plan.mrr_cents for plan in self.plans)


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One entry of the ledger, whosever, for the owner's file."""

    id: int
    at: datetime
    account_id: str
    kind: EntryKind
    source: GrantSource | None
    amount: int
    balance: int
    subject_kind: str
    subject_id: str
    made_by: str
    note: str
