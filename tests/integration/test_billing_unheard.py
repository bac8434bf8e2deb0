"""Events that the payment service could not send: they are read from its list, once, and end where sent ones end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from photogen.domain.billing.listening import Listening
from photogen.domain.billing.service import EVENTS
from photogen.domain.inbox.service import Event, InboxService
from photogen.errors import PhotogenError
from photogen.gateways.base import GatewayError
from tests.factories.shop import Till

HOOK = "https://studio.example.com/webhooks/stripe"


class Deaf:
    """A till to which no event is ever sent. `lists` is what the worker's schedule does now and then."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.applied: list[str] = []
        studio = till.studio
        self.inbox = InboxService(studio.uow, studio.clock, {"stripe": self._apply})
        self.listening = self._listening(self.inbox.receive)

    def _listening(self, receive: Callable[..., bool]) -> Listening:
        till, studio = self.till, self.till.studio
        return Listening(studio.uow, studio.clock, till.gateway, till.incidents, receive, EVENTS, HOOK)

    def _apply(self, event: Event) -> None:
        self.applied.append(event.event_id)
        self.till.billing.apply_event(event)

    def lists(self) -> int:
        new = self.listening.fetch()
        self.handle()
        return new

    def handle(self) -> None:
        for event_id in self.inbox.due(1000):
            assert self.inbox.handle(event_id)
        self.till.work()

    def sends(self) -> None:
        """What has happened is sent after all."""
        for event in self.till.sent():
            self.inbox.receive("stripe", event.event_id, event.kind, "", event.payload)
        self.handle()

    def incidents(self) -> list[str]:
        return [incident.kind for incident in self.till.incidents.open()]


@pytest.fixture
def deaf(till: Till) -> Deaf:
    return Deaf(till)


def test_a_plan_a_pack_a_renewal_a_refund_and_a_dispute_of_which_nothing_was_sent(deaf: Deaf) -> None:
    till = deaf.till
    ada = till.studio.account()
    till.plan(ada)
    till.pack(ada)
    assert deaf.lists() > 0
    assert (till.plan_of(ada), till.credits(ada)) == ("creator", 300)
    till.later(ada, 32)
    deaf.lists()
    assert till.credits(ada) == 300  # the month anew
    pack = next(row for row in till.billing.payments(ada) if row.kind == "pack")
    charge = till.shop.client.v1.charges.list(params={"customer": till.customer(ada)})
    paid = next(one for one in charge.data if one.amount == pack.cents)
    refund: Any = {"charge": paid.id}
    till.shop.client.v1.refunds.create(params=refund)
    deaf.lists()
    assert till.credits(ada) == 200
    assert {row.status for row in till.billing.payments(ada)} == {"paid", "refunded"}
    till.billing.cancel(ada)
    till.later(ada, 32)
    deaf.lists()
    assert (till.plan_of(ada), till.credits(ada)) == ("free", 0)


def test_each_event_is_handled_once_whether_listed_or_sent(deaf: Deaf) -> None:
    till = deaf.till
    ada = till.studio.account()
    till.pack(ada)
    assert deaf.lists() > 0
    assert deaf.lists() == 0
    deaf.sends()
    till.pack(ada)
    deaf.sends()
    assert deaf.lists() == 0
    assert len(deaf.applied) == len(set(deaf.applied))
    assert till.credits(ada) == 200


def test_the_operator_is_told_that_webhooks_do_not_arrive_and_when_they_do_again(deaf: Deaf) -> None:
    till = deaf.till
    ada = till.studio.account()
    deaf.lists()
    till.pack(ada)
    deaf.lists()
    assert deaf.incidents() == []  # it happened just now: it may be on its way
    till.pack(ada)
    till.studio.clock.now += timedelta(minutes=12)
    deaf.lists()
    assert deaf.incidents() == ["webhooks_missed"]
    till.studio.clock.now += timedelta(minutes=30)
    deaf.lists()
    assert deaf.incidents() == ["webhooks_missed"]  # nothing has happened since: nobody knows
    till.later(ada, 0.05)
    till.sent()
    till.pack(ada)
    deaf.sends()
    till.studio.clock.now += timedelta(minutes=12)
    assert deaf.lists() == 0
    assert deaf.incidents() == []


def test_a_listing_that_breaks_off_begins_anew_where_it_began(deaf: Deaf) -> None:
    till = deaf.till
    ada = till.studio.account()
    deaf.lists()
    till.pack(ada)
    till.studio.clock.now += timedelta(hours=5)
    received: list[str] = []

    def broken(source: str, event_id: str, *rest: Any) -> bool:
        if received:
            raise PhotogenError("The database went away.")
        received.append(event_id)
        return deaf.inbox.receive(source, event_id, *rest)

    with pytest.raises(PhotogenError):
        deaf._listening(broken).fetch()
    till.sandbox.fault("stripe", "events.list", "500", times=5)
    with pytest.raises(GatewayError):
        deaf.lists()
    till.sandbox.clear_faults()
    assert deaf.lists() > 0
    assert till.credits(ada) == 100


def test_a_list_of_many_pages_is_read_to_its_end(deaf: Deaf) -> None:
    till = deaf.till
    ada = till.studio.account()
    till.plan(ada)
    subscriptions = till.shop.client.v1.subscriptions
    mine = subscriptions.list(params={"customer": till.customer(ada)}).data[0].id
    for number in range(105):
        subscriptions.update(mine, params={"metadata": {"number": str(number)}})
    assert deaf.listening.fetch() > 105
    assert deaf.listening.fetch() == 0


def test_a_renewal_of_which_only_the_plan_was_heard_is_found_by_looking(till: Till) -> None:
    ada = till.studio.account()
    till.plan(ada)
    till.hear()
    till.later(ada, 32)
    till.hear([event for event in till.events() if event.kind.startswith("customer.subscription.")])
    till.studio.credits.expire_due()
    assert till.credits(ada) == 0
    till.studio.clock.now += timedelta(hours=13)
    till.look()
    assert till.credits(ada) == 200
    till.studio.clock.now += timedelta(hours=13)
    assert till.billing.due() == []  # paid is paid
