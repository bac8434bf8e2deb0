"""Events that never arrived: the payment service's own list has them, for a month, whatever became of the webhook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from photogen.db.uow import UowFactory
from photogen.domain.billing import repository
from photogen.domain.incidents.service import IncidentsService
from photogen.gateways.base_payments import PaymentGateway
from photogen.kit import log
from photogen.kit.clock import Clock
from photogen.kit.text import number, t

Receive = Callable[[str, str, str, str, Mapping[str, Any]], bool]
"""`InboxService.receive`: source, event's id, kind, subject, payload; False for one that came before."""
_OVERLAP = timedelta(minutes=15)
"""Read again each time: clocks differ, and what is listed may be behind what has happened."""
_ON_ITS_WAY = timedelta(minutes=10)
"""Younger events may yet be sent: that they are not here is nobody's fault."""
_FIRST = timedelta(days=3)
"""How far the first listing goes back: for so long the service repeats what it could not deliver."""
_LISTED = timedelta(days=30)
"""How long the service lists an event."""
_INCIDENT = "webhooks_missed"
_log = log.get("billing")


@dataclass(frozen=True)
class Listening:
    """For the worker: fetch."""

    uow: UowFactory
    clock: Clock
    gateway: PaymentGateway
    incidents: IncidentsService
    receive: Receive
    kinds: Sequence[str]
    webhook_url: str

    def fetch(self) -> int:
        """Puts into the inbox what has happened since the last time and is not in it; how many events that were. Cut
        off anywhere, the next one begins where this one did. Raises the gateway's errors."""
        asked = self.clock()
        with self.uow() as uow:
            known = repository.listed_at(uow.session, self.gateway.name)
        since = max((known or asked - _FIRST) - _OVERLAP, asked - _LISTED)
        new, missed, delivered = 0, 0, 0
        for event in self.gateway.events(since, self.kinds):
            kind, about = str(event.payload.get("type") or ""), event.payload.get("object") or {}
            fresh = self.receive(self.gateway.name, event.id, kind[:80], str(about.get("id") or "")[:80], event.payload)
            new += fresh
            if event.created_at <= asked - _ON_ITS_WAY:
                missed += fresh
                delivered += not fresh and (known is None or event.created_at > known)
        with self.uow() as uow:
            repository.set_listed_at(uow.session, self.gateway.name, asked)
        if self.webhook_url:
            self._tell(missed, delivered, since)
        return new

    def _tell(self, missed: int, delivered: int, since: datetime) -> None:
        with self.uow() as uow:
            if missed:
                _log.warning("events were not sent to us", events=missed)
                words = t(
                    "{n} events of the payment service did not arrive at {address} and were read from its list "
                    "instead: nothing is lost, but what was paid shows minutes late. Run `photogen doctor`.",
                    n=number(missed),
                    address=self.webhook_url,
                )
                self.incidents.report(uow, _INCIDENT, self.gateway.name, words, since=since.isoformat())
            elif delivered:
                self.incidents.resolve(uow, _INCIDENT, self.gateway.name)
