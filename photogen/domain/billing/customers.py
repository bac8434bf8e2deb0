"""Accounts at the payment service: made at the first purchase, deleted with the account.

A checkout is written down before its customer is made. So whoever was killed between the two left a trace: the next
purchase finds that customer, and so does the erasure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from photogen.db.locks import lock_account
from photogen.db.uow import UowFactory
from photogen.domain.billing import repository
from photogen.domain.billing.sync import Sync
from photogen.errors import NotFound
from photogen.gateways.base import Category, Retry
from photogen.gateways.base_payments import PaymentGateway
from photogen.kit.clock import Clock
from photogen.kit.text import t
from photogen.models import BillingCustomer

_UNDER_WAY = timedelta(minutes=5)
"""For which a checkout that was begun may still be about to make its customer: three tries of twenty seconds each, and
some."""


@dataclass(frozen=True)
class Customers:
    """Raises the gateway's errors."""

    uow: UowFactory
    clock: Clock
    gateway: PaymentGateway
    sync: Sync

    def id_of(self, account_id: str) -> str:
        """The account's id at the service; made there at its first purchase, which is written down already. Raises
        NotFound."""
        with self.uow() as uow:
            known = repository.customer(uow.session, account_id)
            account = repository.account(uow.session, account_id)
            tried = repository.tried_to_buy(uow.session, account_id)
        if account is None or account.deleted_at is not None:
            raise no_account()
        if known is not None:
            return known.customer_id
        made = self.gateway.customers_of(account_id, tried[0]) if tried else []
        customer_id = made[0] if made else self.gateway.customer(account_id, account.email, account.name)
        with self.uow() as uow:
            lock_account(uow.session, account_id)
            closed = repository.is_closed(uow.session, account_id)
            known = repository.customer(uow.session, account_id)
            if known is None and not closed:
                known = BillingCustomer(
                    account_id=account_id, gateway=self.gateway.name, customer_id=customer_id, created_at=self.clock()
                )
                uow.session.add(known)
        if known is None or closed:  # deleted in another tab meanwhile: nobody else knows of this customer
            self.gateway.forget(customer_id)
            raise no_account()
        return known.customer_id

    def forget(self, account_id: str) -> None:
        """Ends the plan and deletes the customer. Again is fine, also after a death in the middle.

        What was bought, paid and given back stays written down here, without a name: the books are made of it, and a
        bank may dispute a payment months later. The service keeps the invoices themselves."""
        with self.uow() as uow:
            known = repository.customer(uow.session, account_id)
            checkouts = [row.session_id for row in repository.open_purchases(uow.session, account_id)]
            plans = repository.unended_subscriptions(uow.session, account_id)
            tried = repository.tried_to_buy(uow.session, account_id)
        if known is None and tried is not None:
            self._forget_unrecorded(account_id, *tried)
        if known is None or known.forgotten_at is not None:
            return
        for session_id in checkouts:
            if session_id:
                self.gateway.expire(session_id)
        self.gateway.forget(known.customer_id)
        for gateway_id in plans:
            self.sync.subscription(gateway_id)
        with self.uow() as uow:
            lock_account(uow.session, account_id)
            row = repository.customer(uow.session, account_id)
            if row is not None:
                row.forgotten_at = self.clock()
                uow.session.add(row)
            repository.forget_pages(uow.session, account_id)

    def _forget_unrecorded(self, account_id: str, first: datetime, last: datetime) -> None:
        for customer_id in self.gateway.customers_of(account_id, first):
            self.gateway.forget(customer_id)
        if self.clock() - last < _UNDER_WAY:
            raise Retry(
                t("A purchase may still be under way."),
                vendor=self.gateway.name,
                code="purchase_under_way",
                category=Category.INTERNAL,
            )


def no_account() -> NotFound:
    """For an account that is gone, or going."""
    return NotFound(t("There is no such account."), code="account_not_found")
