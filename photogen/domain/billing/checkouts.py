"""Checkouts: a purchase is written down, the payer sent to the service's page, and what became of it looked up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from photogen.db.locks import lock_account
from photogen.db.uow import UowFactory
from photogen.domain.billing import policy, repository, show
from photogen.domain.billing.config import BillingConfig
from photogen.domain.billing.customers import Customers, no_account
from photogen.domain.billing.offers import Offer, Offers
from photogen.domain.billing.sync import Sync
from photogen.domain.billing.views import PurchaseView
from photogen.errors import Conflict, Invalid, NotFound, Unavailable
from photogen.gateways.base import Fix, GatewayError
from photogen.gateways.base_payments import CheckoutOrder, CheckoutPage, PaymentGateway
from photogen.kit import log
from photogen.kit.clock import Clock
from photogen.kit.ids import is_id, new_id
from photogen.kit.text import t
from photogen.models import Purchase, PurchaseKind, PurchaseStatus

RETURN = "/billing/return"
_log = log.get("billing")


@dataclass(frozen=True)
class Checkouts:
    """For pages: close_others, begin, look. For the worker: check."""

    uow: UowFactory
    clock: Clock
    gateway: PaymentGateway
    customers: Customers
    offers: Offers
    sync: Sync
    config: BillingConfig

    def close_others(self, account_id: str, request_key: str) -> None:
        """Ends the checkouts of plans that are open here but for this request's, and looks what became of them: one
        may have been paid and the word of it be late, and a plan must not be paid twice. Raises Unavailable."""
        key = f"{account_id}:{request_key}"
        with self.uow() as uow:
            sessions = [
                row.session_id
                for row in repository.open_purchases(uow.session, account_id)
                if row.kind is PurchaseKind.PLAN and row.session_id and row.request_key != key
            ]
        with asking():
            for session_id in sessions:
                self.gateway.expire(session_id)
                self.sync.session(session_id)

    def begin(self, account_id: str, offer: Offer, kind: PurchaseKind, request_key: str, trial: int) -> str:
        """The address of a page to pay on. The same `request_key` gives the same checkout."""
        with asking():
            price_id = self.offers.price(offer)
        key = f"{account_id}:{request_key}"
        now = self.clock()
        with self.uow() as uow:
            lock_account(uow.session, account_id)
            if repository.is_closed(uow.session, account_id):
                raise no_account()
            purchase = repository.purchase_by_request(uow.session, key)
            if purchase is None:
                purchase = Purchase(
                    id=new_id(), account_id=account_id, request_key=key, gateway=self.gateway.name, kind=kind,
                    plan_key=offer.plan_key, plan_version=offer.plan_version, interval=offer.interval,
                    pack_key=offer.pack_key, credits=offer.credits if kind is PurchaseKind.PACK else 0,
                    cents=offer.cents, price_id=price_id, created_at=now, check_at=now + self.config.poll,
                )  # fmt: skip
                uow.session.add(purchase)
            earlier = [
                other.session_id
                for other in repository.open_purchases(uow.session, account_id)
                if kind is PurchaseKind.PLAN and other.kind is kind and other.id != purchase.id and other.session_id
            ]
        if purchase.status is not PurchaseStatus.OPEN:
            raise Conflict(t("This checkout is over. Reload the page to begin again."), code="checkout_over")
        with asking():
            customer_id = self.customers.id_of(account_id)
        back = f"{self.config.address}{RETURN}?purchase={purchase.id}"
        order = CheckoutOrder(
            reference=purchase.id,
            customer_id=customer_id,
            price_id=purchase.price_id,
            recurring=kind is PurchaseKind.PLAN,
            success_url=back,
            cancel_url=f"{back}&cancelled=1",
            trial_days=trial,
        )
        with asking():
            page = self.gateway.checkout(order)
            for session_id in earlier:  # of another tab: two open ones could both be paid
                self.gateway.expire(session_id)
        self._remember(purchase.id, page)
        return page.url

    def _remember(self, purchase_id: str, page: CheckoutPage) -> None:
        with self.uow() as uow:
            row = repository.purchase(uow.session, purchase_id, locked=True)
            if row is not None:
                row.session_id = page.id
                uow.session.add(row)

    def look(self, account_id: str, purchase_id: str) -> PurchaseView:
        """What became of a checkout; asks the service if nothing is known yet, so that the payer need not wait for a
        webhook. Raises NotFound."""
        row = self._own_purchase(account_id, purchase_id)
        if row.status in {PurchaseStatus.OPEN, PurchaseStatus.WAITING} and row.session_id:
            try:
                self.sync.session(row.session_id)
            except GatewayError as error:
                _log.warning("checkout not looked at", purchase=purchase_id, code=error.code)
            row = self._own_purchase(account_id, purchase_id)
        return show.purchase(row)

    def _own_purchase(self, account_id: str, purchase_id: str) -> Purchase:
        with self.uow() as uow:
            found = repository.own_purchase(uow.session, account_id, purchase_id) if is_id(purchase_id) else None
        if found is None:
            raise NotFound(t("This checkout does not exist."), code="purchase_not_found")
        return found

    def check(self, purchase_id: str) -> None:
        """An open checkout of which nothing was heard."""
        with self.uow() as uow:
            row = repository.purchase(uow.session, purchase_id)
        if row is None or row.check_at is None:
            return
        if row.session_id:
            self.sync.session(row.session_id)
        with self.uow() as uow:
            row = repository.purchase(uow.session, purchase_id, locked=True)
            if row is None or row.status not in {PurchaseStatus.OPEN, PurchaseStatus.WAITING}:
                return
            waiting = row.status is PurchaseStatus.WAITING
            wait = policy.check_again(self.clock() - row.created_at, self.config, waiting=waiting)
            if wait is None:
                row.status = PurchaseStatus.FAILED if waiting else PurchaseStatus.EXPIRED
            row.check_at = None if wait is None else self.clock() + wait
            uow.session.add(row)


@contextmanager
def asking() -> Iterator[None]:
    """Turns what the service's gateway raises into what a person is told."""
    try:
        yield
    except GatewayError as error:
        if isinstance(error, Fix) and error.code == "card_declined":
            raise Invalid(error.public, field="card", code=error.code) from error
        _log.warning("payment service", code=error.code, words=error.words, request_id=error.request_id or None)
        raise Unavailable(error.public, code=error.code) from error
