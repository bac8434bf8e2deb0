"""Accounts at the payment service: made at the first purchase, deleted with the account."""

from __future__ import annotations

from dataclasses import dataclass

from photogen.db.locks import lock_account
from photogen.db.uow import UowFactory
from photogen.domain.billing import repository
from photogen.domain.billing.sync import Sync
from photogen.errors import NotFound
from photogen.gateways.base_payments import PaymentGateway
from photogen.kit.clock import Clock
from photogen.models import BillingCustomer


@dataclass(frozen=True)
class Customers:
    """Raises the gateway's errors."""

    uow: UowFactory
    clock: Clock
    gateway: PaymentGateway
    sync: Sync

    def id_of(self, account_id: str) -> str:
        """The account's id at the service; made there at its first purchase. Raises NotFound."""
        with self.uow() as uow:
            known = repository.customer(uow.session, account_id)
            account = repository.account(uow.session, account_id)
        if account is None or account.deleted_at is not None:
            raise _no_account()
        if known is not None:
            return known.customer_id
        customer_id = self.gateway.customer(account_id, account.email, account.name)
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
            raise _no_account()
        return known.customer_id

    def forget(self, account_id: str) -> None:
        """Ends the plan and deletes the customer. Again is fine, also after a death in the middle.

        What was bought, paid and given back stays written down here, without a name: the books are made of it, and a
        bank may dispute a payment months later. The service keeps the invoices themselves."""
        with self.uow() as uow:
            known = repository.customer(uow.session, account_id)
            checkouts = [row.session_id for row in repository.open_purchases(uow.session, account_id)]
            plans = repository.unended_subscriptions(uow.session, account_id)
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


def _no_account() -> NotFound:
    return NotFound("There is no such account.", code="account_not_found")
