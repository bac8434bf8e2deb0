"""Whatever is asked, delivered, lost, switched, bought and cancelled in whatever order, on whatever day: quota and
ledger agree with a little model that keeps neither."""

from datetime import date, datetime, timedelta
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

from photogen.domain.generation.paying import Payment
from photogen.errors import InsufficientCredits, QuotaExhausted
from photogen.kit.ids import new_id
from photogen.models import Generation, PaidBy, PlanVersion, Shot
from tests.factories.studio import Studio

GRANTED = 30
LIMITS = {90: 3, 91: 8}
"""Versions of a plan, with their quota a day."""


class TwoWaysToPay(RuleBasedStateMachine):
    studio: Studio

    @initialize()
    def begin(self) -> None:
        self.account = self.studio.account(credits=GRANTED)
        self.payment = Payment(self.studio.credits, self.studio.quota)
        self.limit, self.overage = 0, False
        self.open: dict[str, tuple[Shot, date]] = {}
        self.closed: list[tuple[Shot, bool]] = []
        self.taken: dict[date, int] = {}
        self.used: dict[date, int] = {}
        self.left, self.spent = GRANTED, 0

    @property
    def today(self) -> date:
        return self.studio.clock.now.date()

    @rule(version=st.sampled_from([None, *LIMITS]))
    def change_plan(self, version: int | None) -> None:
        if version is None:
            self.studio.unsubscribe(self.account)
        else:
            self.studio.subscribe(self.account, version=version, days=10_000)
        self.limit = LIMITS.get(version or 0, 0)

    @rule(on=st.booleans())
    def switch(self, on: bool) -> None:
        self.studio.quota.set_overage(self.account, on=on)
        self.overage = on

    @rule(pictures=st.integers(1, 4), weight=st.integers(0, 2), price=st.integers(0, 3))
    def ask(self, pictures: int, weight: int, price: int) -> None:
        batch = Generation(id=new_id(), account_id=self.account, model_key="flux:schnell")
        shots = [self.shot(batch, weight, price) for _ in range(pictures)]
        room = self.limit - self.taken.get(self.today, 0)
        fit = 0
        while self.limit and fit < pictures and (fit + 1) * weight <= max(0, room):
            fit += 1
        cost = (pictures - fit) * price
        expected: Any = None
        if self.limit and fit < pictures and not self.overage:
            expected = QuotaExhausted
        elif cost > self.left:
            expected = InsufficientCredits
        try:
            with self.studio.uow() as uow:
                self.payment.hold(uow, self.account, [batch], shots, self.studio.clock())
            outcome = None
        except (QuotaExhausted, InsufficientCredits) as refused:
            outcome = type(refused)
        assert outcome is expected
        if outcome is not None:
            return
        assert [shot.paid_by for shot in shots] == [PaidBy.QUOTA] * fit + [PaidBy.CREDITS] * (pictures - fit)
        self.left -= cost
        if fit:
            self.taken[self.today] = self.taken.get(self.today, 0) + fit * weight
        self.open |= {shot.hold_key: (shot, self.today) for shot in shots}

    def shot(self, batch: Generation, weight: int, price: int) -> Shot:
        id_ = new_id()
        return Shot(id=id_, generation_id=batch.id, account_id=self.account, number=1, seed=1, hold_key=f"shot:{id_}",
                    quota_weight=weight, credits=price)  # fmt: skip

    @precondition(lambda self: self.open)
    @rule(data=st.data(), delivered=st.booleans())
    def close(self, data: st.DataObject, delivered: bool) -> None:
        shot, day = self.open.pop(data.draw(st.sampled_from(sorted(self.open))))
        self.settle(shot, delivered)
        self.closed.append((shot, delivered))
        if shot.paid_by is PaidBy.QUOTA and delivered:
            self.used[day] = self.used.get(day, 0) + shot.quota_weight
        elif shot.paid_by is PaidBy.QUOTA:
            self.taken[day] -= shot.quota_weight
        elif delivered:
            self.spent += shot.credits
        else:
            self.left += shot.credits

    @precondition(lambda self: self.closed)
    @rule(data=st.data())
    def close_again(self, data: st.DataObject) -> None:
        self.settle(*data.draw(st.sampled_from(self.closed)))

    def settle(self, shot: Shot, delivered: bool) -> None:
        with self.studio.uow() as uow:
            self.payment.close(uow, shot, delivered=delivered)

    @rule(hours=st.sampled_from([1, 14, 24]))
    def wait(self, hours: int) -> None:
        self.studio.clock.move(hours=hours)

    @rule()
    def midnight(self) -> None:
        now = self.studio.clock.now
        tomorrow = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), now.tzinfo)
        self.studio.clock.now = tomorrow - timedelta(microseconds=1) if now.microsecond == 0 else tomorrow

    @invariant()
    def both_agree_with_the_model(self) -> None:
        view = self.studio.quota.day(self.account)
        taken, used = self.taken.get(self.today, 0), self.used.get(self.today, 0)
        assert (view.limit, view.taken, view.used) == (self.limit, taken, used)
        assert view.left == max(0, self.limit - taken)
        assert sum(use.weight for use in view.by_model) == taken
        assert self.studio.quota.audit(self.account) == self.studio.credits.audit(self.account) == []
        balance = self.studio.credits.balance(self.account)
        assert balance.available == self.left >= 0
        assert balance.available + balance.held + self.spent == GRANTED


def test_neither_way_loses_or_makes_anything(module_database_url: str) -> None:
    class Machine(TwoWaysToPay):
        studio = Studio.on(module_database_url)

    with Machine.studio.session() as session:
        terms = session.get_one(PlanVersion, ("creator", 1)).model_dump()
        for number, limit in LIMITS.items():
            session.merge(PlanVersion(**terms | {"number": number, "daily_quota": limit}))
        session.commit()
    try:
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
            ),
        )
    finally:
        Machine.studio.close()
