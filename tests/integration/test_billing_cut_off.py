"""A change of plan that is killed at any of its calls at the payment service ends in what the creator chose, or in what
was before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from photogen.domain.billing.commands import ChangePlan
from photogen.gateways.payments import stripe as module
from photogen.kit.ids import new_id
from tests.factories.shop import Till


class Killed(BaseException):
    """The process ends here."""


class Knife:
    """Kills when the `at`th call from now was answered, which is also before the next one."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self._real = module.called

    @contextmanager
    def drawn(self, at: int) -> Iterator[None]:
        calls = 0

        @contextmanager
        def called(what: str) -> Iterator[None]:
            nonlocal calls
            calls += 1
            with self._real(what):
                yield
            if calls == at:
                raise Killed(what)

        with self._patch.context() as patch:
            patch.setattr(module, "called", called)
            yield


@pytest.fixture
def knife(till: Till, monkeypatch: pytest.MonkeyPatch) -> Knife:
    till.billing.set_up()  # so that each round makes the same calls
    return Knife(monkeypatch)


def _planned(till: Till) -> str:
    """Somebody who pays for Pro and has chosen Creator from the next month on."""
    ada = till.studio.account()
    till.plan(ada, "pro")
    till.hear()
    till.change(ada, "creator")
    till.hear()
    return ada


def _paying(till: Till) -> str:
    ada = till.studio.account()
    till.plan(ada, "pro")
    till.hear()
    return ada


def _cut(till: Till, knife: Knife, change: Callable[[str], object], ada: str, at: int) -> bool:
    """Whether `change` was killed."""
    try:
        with knife.drawn(at):
            change(ada)
    except Killed:
        return True
    return False


def _later(till: Till, ada: str) -> tuple[str, str, bool]:
    """What stands a little later, as the service has it: plan, next plan, whether it ends."""
    till.studio.queue.waiting.clear()
    till.studio.clock.now += timedelta(minutes=5)
    till.look()
    view = till.billing.subscription(ada)
    assert view is not None
    assert till.incidents.open() == []
    till.studio.clock.now += timedelta(minutes=5)
    till.look()
    assert till.billing.subscription(ada) == view
    return f"{view.plan_key} {view.interval}", view.next_plan_key, view.cancel_at_period_end


def test_an_upgrade_replaces_what_was_planned_or_leaves_it(till: Till, knife: Knife) -> None:
    ends = set()
    for at in range(1, 20):
        ada = _planned(till)
        killed = _cut(till, knife, lambda who: till.change(who, "pro", "year"), ada, at)
        ends.add(_later(till, ada))
        if not killed:
            break
    assert ends == {("pro month", "creator", False), ("pro year", "", False)}


def test_less_is_planned_or_nothing_has_changed(till: Till, knife: Knife) -> None:
    ends = []
    for at in range(1, 20):
        ada = _paying(till)
        killed = _cut(till, knife, lambda who: till.change(who, "creator"), ada, at)
        ends.append(_later(till, ada))
        if not killed:
            break
    # Only the first call, which asks how things are, leaves nothing to be carried out.
    assert ends == [("pro month", "", False)] + [("pro month", "creator", False)] * (len(ends) - 1)


def test_a_cancellation_replaces_what_was_planned_or_leaves_it(till: Till, knife: Knife) -> None:
    ends = set()
    for at in range(1, 20):
        ada = _planned(till)
        killed = _cut(till, knife, till.billing.cancel, ada, at)
        ends.add(_later(till, ada))
        if not killed:
            break
    assert ends == {("pro month", "creator", False), ("pro month", "", True)}


def test_who_upgrades_is_told_that_what_was_planned_is_dropped(till: Till) -> None:
    ada = _planned(till)
    command = ChangePlan.of(plan="pro", interval="year", request_key=new_id())
    assert till.billing.quote_change(ada, command).drops == "Creator"
    till.change(ada, "pro")
    assert till.billing.quote_change(ada, command).drops == ""


def test_a_refused_upgrade_whose_plan_can_not_be_planned_anew_at_once_is_planned_later(till: Till) -> None:
    ada = _planned(till)
    till.bad_card(ada)
    till.sandbox.fault("stripe", "subscription_schedules.create", "500", times=4)
    with pytest.raises(Exception, match="payment service"):
        till.change(ada, "pro", "year")
    till.sandbox.clear_faults()
    assert _later(till, ada) == ("pro month", "creator", False)
