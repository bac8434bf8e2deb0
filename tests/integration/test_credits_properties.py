"""Whatever is done in whatever order, the ledger agrees with a little model of it that keeps no ledger at all."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from photogen.errors import Conflict, InsufficientCredits
from photogen.models import EntryKind, GrantSource
from tests.factories.studio import Studio

_runs = count(1)
KEYS = st.integers(0, 7)


class Lots:
    """What the ledger should come to: what is left of each grant, and who took what."""

    def __init__(self) -> None:
        self.left: dict[str, int] = {}
        self.born: dict[str, tuple[datetime, int]] = {}
        self.expiry: dict[str, datetime | None] = {}
        self.amounts: dict[str, int] = {}
        self.taken: dict[str, dict[str, int]] = {}
        self.closed: dict[str, str] = {}
        self.spent = 0
        self.lost = 0

    def dead(self, grant: str, now: datetime) -> bool:
        expiry = self.expiry[grant]
        return expiry is not None and expiry <= now

    def lapse(self, now: datetime) -> int:
        gone = [grant for grant, left in self.left.items() if left and self.dead(grant, now)]
        for grant in gone:
            self.lost += self.left[grant]
            self.left[grant] = 0
        return len(gone)

    def available(self, now: datetime) -> int:
        return sum(left for grant, left in self.left.items() if not self.dead(grant, now))

    def take(self, hold: str, amount: int, now: datetime) -> None:
        self.taken[hold] = {}
        alive = [grant for grant in self.left if not self.dead(grant, now)]
        for grant in sorted(alive, key=lambda g: (self.expiry[g] is None, self.expiry[g] or now, self.born[g])):
            part = min(amount, self.left[grant])
            if part:
                self.taken[hold][grant] = part
                self.left[grant] -= part
                amount -= part

    @property
    def held(self) -> int:
        return sum(sum(parts.values()) for hold, parts in self.taken.items() if hold not in self.closed)


class LedgerMachine(RuleBasedStateMachine):
    """Keys are few, so that repeats and contradictions are common."""

    studio: Studio

    @initialize()
    def begin(self) -> None:
        self.run = next(_runs)
        self.model = Lots()
        self.account = self.studio.account()
        self.sequence = count()

    @property
    def now(self) -> datetime:
        return self.studio.clock.now

    def key(self, name: str, number: int) -> str:
        return f"{self.run}:{name}{number}"

    @rule(number=KEYS, amount=st.integers(1, 20), days=st.none() | st.integers(1, 5))
    def grant(self, number: int, amount: int, days: int | None) -> None:
        key, model = self.key("g", number), self.model
        expires_at = None if days is None else self.now + timedelta(days=days)
        self.studio.clock.move(microseconds=1)  # of two grants one is older
        reused = key in model.amounts and model.amounts[key] != amount
        outcome = self.outcome("grant", self.account, amount, GrantSource.PLAN, key, expires_at)
        assert outcome is (Conflict if reused else None)
        if outcome is not None:
            return
        model.lapse(self.now)
        if key not in model.amounts:
            model.amounts[key] = model.left[key] = amount
            model.expiry[key] = expires_at
            model.born[key] = (self.now, next(self.sequence))

    @rule(number=KEYS, amount=st.integers(0, 12))
    def hold(self, number: int, amount: int) -> None:
        key, model = self.key("h", number), self.model
        known = sum(model.taken[key].values()) if key in model.taken else None
        expected: type[Exception] | None = None
        if known is not None:
            expected = Conflict if known != amount else None
        elif amount > model.available(self.now):
            expected = InsufficientCredits
        assert self.outcome("hold", self.account, amount, key, "shot", "subject") is expected
        if expected is None:
            model.lapse(self.now)
            if known is None:
                model.take(key, amount, self.now)

    @precondition(lambda self: self.model.taken)
    @rule(data=st.data(), how=st.sampled_from(["capture", "release"]))
    def close(self, data: st.DataObject, how: str) -> None:
        model = self.model
        key = data.draw(st.sampled_from(sorted(model.taken)))
        before = model.closed.get(key)
        outcome = self.outcome(how, key)
        assert outcome is (Conflict if before not in {None, how} else None)
        if outcome is not None:
            return
        model.lapse(self.now)
        if before is None:
            model.closed[key] = how
            for grant, amount in model.taken[key].items():
                if how == "capture":
                    model.spent += amount
                else:
                    model.left[grant] += amount
            model.lapse(self.now)

    @rule(hours=st.integers(1, 72))
    def wait(self, hours: int) -> None:
        self.studio.clock.move(hours=hours)

    @rule()
    def expire(self) -> None:
        self.studio.credits.expire_due()
        self.model.lapse(self.now)

    @invariant()
    def the_ledger_agrees_with_the_model(self) -> None:
        model, ledger = self.model, self.studio.credits
        assert ledger.audit(self.account) == []
        balance = ledger.balance(self.account)
        assert (balance.available, balance.held) == (model.available(self.now), model.held)
        assert balance.available >= 0
        granted = sum(model.amounts.values())
        entries = ledger.history(self.account, limit=200)
        assert balance.granted_total == granted == sum(e.amount for e in entries if e.kind is EntryKind.GRANT)
        assert sum(e.amount for e in entries) == sum(model.left.values())
        assert granted == sum(model.left.values()) + model.held + model.spent + model.lost
        assert -sum(e.amount for e in entries if e.kind is EntryKind.EXPIRE) == model.lost

    def outcome(self, step: str, *arguments: Any) -> type[Exception] | None:
        try:
            with self.studio.uow() as uow:
                getattr(self.studio.credits, step)(uow, *arguments)
        except (Conflict, InsufficientCredits) as refused:
            return type(refused)
        return None


def test_nothing_is_lost_and_nothing_is_made(module_database_url: str) -> None:
    class Machine(LedgerMachine):
        studio = Studio.on(module_database_url)

    try:
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=30, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
            ),
        )
    finally:
        Machine.studio.close()
