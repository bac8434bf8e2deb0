"""Use cases of billing: the only door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from photogen.db.locks import lock_account
from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.billing import policy, repository, show
from photogen.domain.billing.commands import BuyPack, BuyPlan, ChangePlan, Refund
from photogen.domain.billing.config import BillingConfig
from photogen.domain.billing.offers import Offer, Offers
from photogen.domain.billing.refunds import REFUND, Refunds
from photogen.domain.billing.sync import Sync
from photogen.domain.billing.views import (
    CardView,
    ChangeQuote,
    PackView,
    PaymentView,
    PurchaseView,
    RefundView,
    SubscriptionView,
)
from photogen.domain.credits.service import CreditsService
from photogen.domain.inbox.service import Event
from photogen.domain.incidents.service import IncidentsService
from photogen.errors import Conflict, Invalid, NotFound, Unavailable
from photogen.gateways.base import Fix, GatewayError, Job
from photogen.gateways.base_payments import CheckoutOrder, CheckoutPage, PaymentGateway, SubscriptionState
from photogen.kit import log
from photogen.kit.clock import Clock
from photogen.kit.ids import is_id, new_id
from photogen.models import (
    BillingCustomer,
    GatewaySecret,
    Purchase,
    PurchaseKind,
    PurchaseStatus,
    Subscription,
)

CHECK_PURCHASE, CHECK_SUBSCRIPTION, GRANT_MONTH = "check_purchase", "check_subscription", "grant_month"
"""Functions of worker.jobs."""
RETURN = "/billing/return"
EVENTS = (
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.refunded",
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "customer.subscription.trial_will_end",
    "customer.subscription.updated",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_action_required",
    "invoice.payment_failed",
    "invoice.voided",
    "refund.created",
    "refund.failed",
    "refund.updated",
)
"""Events that are listened to; see `apply_event`."""
_MOST_LISTED = 100
_log = log.get("billing")
_Payments = list[PaymentView]
_Jobs = list[Job]


class BillingService:
    """For pages: packs, buy_plan, buy_pack, purchase, subscription, quote_change, change, cancel, resume, portal, card,
    payments, quote_refund, refund. For the worker: apply_event, check_purchase, check_subscription, grant_month,
    refund_payment, due. For the operator: set_up. Whatever belongs to somebody else is NotFound."""

    def __init__(
        self,
        uow: UowFactory,
        clock: Clock,
        credits: CreditsService,
        incidents: IncidentsService,
        gateway: PaymentGateway,
        config: BillingConfig | None = None,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._gateway = gateway
        self._config = config or BillingConfig()
        self._sync = Sync(uow, clock, credits, incidents, gateway, self._config)
        self._offers = Offers(uow, clock, gateway)
        self._refunds = Refunds(uow, clock, credits, incidents, gateway, self._sync, self._config)

    # --- buying -----------------------------------------------------------------------------------------------------

    def packs(self) -> list[PackView]:
        """Credits to buy once."""
        with self._uow() as uow:
            return [PackView(pack.key, pack.credits, pack.cents) for pack in repository.packs(uow.session)]

    def buy_plan(self, account_id: str, command: BuyPlan) -> str:
        """The address of a page to pay on. The same `request_key` gives the same checkout.

        Raises NotFound, Conflict (`already_subscribed`), Unavailable."""
        offer = self._offers.plan(command.plan, command.interval)
        with self._uow() as uow:
            if repository.live_subscription(uow.session, account_id, self._clock()) is not None:
                raise Conflict(
                    "You have a plan already. Change it on the billing page; nothing is paid twice.",
                    code="already_subscribed",
                )
            trial = 0 if repository.had_subscription(uow.session, account_id) else self._config.trial_days
        return self._checkout(account_id, offer, PurchaseKind.PLAN, command.request_key, trial)

    def buy_pack(self, account_id: str, command: BuyPack) -> str:
        """The address of a page to pay on. The same `request_key` gives the same checkout.

        Raises NotFound, Unavailable."""
        offer = self._offers.pack(command.pack)
        return self._checkout(account_id, offer, PurchaseKind.PACK, command.request_key, 0)

    def _checkout(self, account_id: str, offer: Offer, kind: PurchaseKind, request_key: str, trial: int) -> str:
        with _asking():
            price_id = self._offers.price(offer)
            customer_id = self._customer(account_id)
        key = f"{account_id}:{request_key}"
        now = self._clock()
        with self._uow() as uow:
            lock_account(uow.session, account_id)
            purchase = repository.purchase_by_request(uow.session, key)
            if purchase is None:
                purchase = Purchase(
                    id=new_id(), account_id=account_id, request_key=key, gateway=self._gateway.name, kind=kind,
                    plan_key=offer.plan_key, plan_version=offer.plan_version, interval=offer.interval,
                    pack_key=offer.pack_key, credits=offer.credits if kind is PurchaseKind.PACK else 0,
                    cents=offer.cents, price_id=price_id, created_at=now, check_at=now + self._config.poll,
                )  # fmt: skip
                uow.session.add(purchase)
            earlier = [
                other.session_id
                for other in repository.open_purchases(uow.session, account_id)
                if kind is PurchaseKind.PLAN and other.kind is kind and other.id != purchase.id and other.session_id
            ]
        if purchase.status is not PurchaseStatus.OPEN:
            raise Conflict("This checkout is over. Reload the page to begin again.", code="checkout_over")
        back = f"{self._config.address}{RETURN}?purchase={purchase.id}"
        order = CheckoutOrder(
            reference=purchase.id,
            customer_id=customer_id,
            price_id=purchase.price_id,
            recurring=kind is PurchaseKind.PLAN,
            success_url=back,
            cancel_url=f"{back}&cancelled=1",
            trial_days=trial,
        )
        with _asking():
            page = self._gateway.checkout(order)
            for session_id in earlier:  # of another tab: two open ones could both be paid
                self._gateway.expire(session_id)
        self._remember(purchase.id, page)
        return page.url

    def _remember(self, purchase_id: str, page: CheckoutPage) -> None:
        with self._uow() as uow:
            row = repository.purchase(uow.session, purchase_id, locked=True)
            if row is not None:
                row.session_id = page.id
                uow.session.add(row)

    def _customer(self, account_id: str) -> str:
        """The account's id at the service; made there at its first purchase."""
        with self._uow() as uow:
            known = repository.customer(uow.session, account_id)
            account = repository.account(uow.session, account_id)
        if known is not None:
            return known.customer_id
        if account is None:
            raise NotFound("There is no such account.", code="account_not_found")
        customer_id = self._gateway.customer(account_id, account.email, account.name)
        with self._uow() as uow:
            lock_account(uow.session, account_id)
            known = repository.customer(uow.session, account_id)
            if known is None:
                known = BillingCustomer(
                    account_id=account_id, gateway=self._gateway.name, customer_id=customer_id, created_at=self._clock()
                )
                uow.session.add(known)
        return known.customer_id

    def purchase(self, account_id: str, purchase_id: str) -> PurchaseView:
        """What became of a checkout; asks the service if nothing is known yet, so that the payer need not wait for a
        webhook. Raises NotFound."""
        row = self._own_purchase(account_id, purchase_id)
        if row.status in {PurchaseStatus.OPEN, PurchaseStatus.WAITING} and row.session_id:
            try:
                self._sync.session(row.session_id)
            except GatewayError as error:
                _log.warning("checkout not looked at", purchase=purchase_id, code=error.code)
            row = self._own_purchase(account_id, purchase_id)
        return show.purchase(row)

    def _own_purchase(self, account_id: str, purchase_id: str) -> Purchase:
        with self._uow() as uow:
            found = repository.own_purchase(uow.session, account_id, purchase_id) if is_id(purchase_id) else None
        if found is None:
            raise NotFound("This checkout does not exist.", code="purchase_not_found")
        return found

    # --- the plan ---------------------------------------------------------------------------------------------------

    def subscription(self, account_id: str) -> SubscriptionView | None:
        """The plan that is paid for; None without one."""
        with self._uow() as uow:
            row = repository.live_subscription(uow.session, account_id, self._clock())
            if row is None:
                return None
            sold = repository.prices(uow.session, [row.price_id, row.next_price_id])
            invoice = repository.open_invoice(uow.session, row.gateway_id)
        return show.subscription(row, sold, invoice)

    def quote_change(self, account_id: str, command: ChangePlan) -> ChangeQuote:
        """What a change of plan would mean. Raises NotFound, Conflict (`not_subscribed`, `same_plan`), Unavailable."""
        row, now, wanted = self._change(account_id, command)
        immediate = policy.is_upgrade(now, wanted)
        due = 0
        if immediate:
            with _asking():
                due = self._gateway.change_cost(self._state(row), self._price_of(command))
        return show.change(wanted, immediate=immediate, due=due, starts=self._clock() if immediate else row.period_end)

    def change(self, account_id: str, command: ChangePlan) -> SubscriptionView | None:
        """More at once, with proration; less from the next period on. The present plan again takes a planned change
        back. Raises what `quote_change` raises, and Invalid (`card_declined`): then nothing has changed."""
        row, now, wanted = self._change(account_id, command, same=True)
        with _asking():
            state, price_id = self._state(row), self._price_of(command)
            key = f"change:{account_id}:{command.request_key}"
            if policy.is_upgrade(now, wanted):
                changed = self._gateway.change_now(state, price_id, key)
            elif wanted.plan_key == now.plan_key and wanted.interval is now.interval:
                changed = self._gateway.change_later(state, state.price_id, key)
            else:
                changed = self._gateway.change_later(state, price_id, key)
            self._sync.subscription(changed.id)
        return self.subscription(account_id)

    def _change(
        self, account_id: str, command: ChangePlan, *, same: bool = False
    ) -> tuple[Subscription, policy.Sold, policy.Sold]:
        offer = self._offers.plan(command.plan, command.interval)
        with self._uow() as uow:
            row = self._live(uow, account_id)
            now = repository.prices(uow.session, [row.price_id]).get(row.price_id)
            terms = repository.version(uow.session, str(offer.plan_key), int(offer.plan_version or 1))
        if now is None or terms is None:
            raise Unavailable("Your plan can't be changed here. Tell whoever runs this studio.", code="unknown_price")
        wanted = policy.Sold(terms.plan_key, terms.number, command.interval, offer.cents, terms)
        if not same and wanted.plan_key == now.plan_key and wanted.interval is now.interval:
            raise Conflict("This is your plan already.", code="same_plan")
        return row, now, wanted

    def _price_of(self, command: ChangePlan) -> str:
        return self._offers.price(self._offers.plan(command.plan, command.interval))

    def _state(self, row: Subscription) -> SubscriptionState:
        return self._gateway.subscription(row.gateway_id)

    def _live(self, uow: UnitOfWork, account_id: str) -> Subscription:
        row = repository.live_subscription(uow.session, account_id, self._clock())
        if row is None:
            raise Conflict("You have no plan that is paid for. Choose one first.", code="not_subscribed")
        return row

    def cancel(self, account_id: str) -> SubscriptionView | None:
        """The plan ends with the paid period; from then on pictures are paid by credit. Again is fine.

        Raises Conflict (`not_subscribed`), Unavailable."""
        return self._end(account_id, wanted=True)

    def resume(self, account_id: str) -> SubscriptionView | None:
        """Takes a cancellation back, while the period lasts. Raises what `cancel` raises."""
        return self._end(account_id, wanted=False)

    def _end(self, account_id: str, *, wanted: bool) -> SubscriptionView | None:
        with self._uow() as uow:
            row = self._live(uow, account_id)
        with _asking():
            self._gateway.cancel_at_end(row.gateway_id, wanted)
            self._sync.subscription(row.gateway_id)
        return self.subscription(account_id)

    # --- card, invoices, refunds ------------------------------------------------------------------------------------

    def portal(self, account_id: str) -> str:
        """The address of the service's page for card and invoices. Raises Conflict (`never_paid`), Unavailable."""
        with self._uow() as uow:
            known = repository.customer(uow.session, account_id)
        if known is None:
            raise Conflict("There is nothing to manage yet: nothing has been bought.", code="never_paid")
        with _asking():
            self._gateway.ensure_portal()
            return self._gateway.portal(known.customer_id, f"{self._config.address}/billing")

    def card(self, account_id: str) -> CardView | None:
        """The card that is charged; None when there is none, or it can't be seen just now."""
        with self._uow() as uow:
            known = repository.customer(uow.session, account_id)
        if known is None:
            return None
        try:
            found = self._gateway.card(known.customer_id)
        except GatewayError as error:
            _log.warning("card not seen", code=error.code)
            return None
        if found is None:
            return None
        return CardView(found.brand, found.last4, f"{found.exp_month:02}/{found.exp_year % 100:02}")

    def payments(self, account_id: str, before: str | None = None, limit: int = 25) -> _Payments:
        """Invoices and packs, newest first; `before` is the id of the last one seen."""
        with self._uow() as uow:
            rows = repository.payments(uow.session, account_id, before, max(1, min(limit, _MOST_LISTED)))
            names = {plan.key: plan.name for plan in repository.plans(uow.session)}
        return [show.payment(row, names) for row in rows]

    def quote_refund(self, account_id: str, payment_id: str) -> RefundView:
        """What would be given back now. Raises NotFound."""
        return self._refunds.quote(account_id, payment_id)

    def refund(self, account_id: str, command: Refund) -> RefundView:
        """Has it given back. Raises NotFound, Conflict (`nothing_to_refund`)."""
        return self._refunds.refund(account_id, command.payment_id, command.reason)

    # --- the worker's side ------------------------------------------------------------------------------------------

    def apply_event(self, event: Event) -> None:
        """An event of the service: asks what is true now about its object. Of whatever version, age and order."""
        kind = str(event.payload.get("type") or "")
        about: Mapping[str, Any] = event.payload.get("object") or {}
        identity = str(about.get("id") or "")
        if not identity:
            return
        if kind.startswith("checkout.session."):
            self._sync.session(identity, failed=kind.endswith("async_payment_failed"))
        elif kind.startswith("customer.subscription."):
            self._sync.subscription(identity)
        elif kind.startswith("subscription_schedule.") and about.get("subscription"):
            self._sync.subscription(str(about["subscription"]))
        elif kind.startswith("invoice."):
            self._sync.invoice(identity)
        elif kind == "charge.refunded":
            self._sync.charge(identity)
        elif kind.startswith(("charge.dispute.", "refund.")) and about.get("charge"):
            self._sync.charge(str(about["charge"]))

    def check_purchase(self, purchase_id: str) -> None:
        """An open checkout of which nothing was heard."""
        with self._uow() as uow:
            row = repository.purchase(uow.session, purchase_id)
        if row is None or row.check_at is None:
            return
        if row.session_id:
            self._sync.session(row.session_id)
        with self._uow() as uow:
            row = repository.purchase(uow.session, purchase_id, locked=True)
            if row is None or row.status not in {PurchaseStatus.OPEN, PurchaseStatus.WAITING}:
                return
            wait = policy.check_again(self._clock() - row.created_at, self._config)
            if wait is None and row.status is PurchaseStatus.OPEN:
                row.status = PurchaseStatus.EXPIRED
            row.check_at = None if wait is None else self._clock() + wait
            uow.session.add(row)

    def check_subscription(self, gateway_id: str) -> None:
        """A subscription that should have moved on: with its newest invoice, whose word may have got lost."""
        self._sync.subscription(gateway_id)
        for invoice_id in self._gateway.invoices_of(gateway_id):
            self._sync.invoice(invoice_id)

    def grant_month(self, gateway_id: str) -> None:
        """The next month's credits of a yearly plan."""
        self._sync.month(gateway_id)

    def refund_payment(self, payment_id: str) -> None:
        """Carries a refund out."""
        self._refunds.carry_out(payment_id)

    def due(self, limit: int = 100) -> _Jobs:
        """Jobs for what should be looked at now."""
        now, config = self._clock(), self._config
        with self._uow() as uow:
            purchases = repository.due_purchases(uow.session, now, limit, config.poll)
            subscriptions = repository.due_subscriptions(uow.session, now, limit, config.recheck)
            grants = repository.due_grants(uow.session, now, limit)
            refunds = repository.due_refunds(uow.session, now, limit, config.poll)
        return [
            *(Job(CHECK_PURCHASE, (row,)) for row in purchases),
            *(Job(CHECK_SUBSCRIPTION, (row,)) for row in subscriptions),
            *(Job(GRANT_MONTH, (row,)) for row in grants),
            *(Job(REFUND, (row,)) for row in refunds),
        ]

    # --- for the operator -------------------------------------------------------------------------------------------

    def set_up(self) -> list[tuple[str, str]]:
        """Has products, prices, the portal and the webhook at the service, from the plan table; gives (name, id) of
        each price. Safe to repeat. Raises the gateway's errors."""
        made = self._offers.sync()
        url = self._config.webhook_url
        if url:
            with self._uow() as uow:
                known = repository.secret(uow.session, self._gateway.name)
            secret = self._gateway.ensure_webhook(url, EVENTS, renew=known is None or known.url != url)
            if secret:
                with self._uow() as uow:
                    uow.session.merge(
                        GatewaySecret(gateway=self._gateway.name, url=url, value=secret, created_at=self._clock())
                    )
        return made

    def set_up_by_itself(self) -> None:
        """The same where it costs nobody anything to do so unasked: at the sandbox. Raises the gateway's errors."""
        if self._config.set_up_by_itself:
            self.set_up()

    def signing_secret(self) -> str:
        """With what the service signs its events; "" while it has not been set up."""
        with self._uow() as uow:
            known = repository.secret(uow.session, self._gateway.name)
        return known.value if known else ""

    def forget(self, account_id: str) -> None:
        """Ends the plan and deletes the customer at the service: the account is going away. Again is fine."""
        with self._uow() as uow:
            known = repository.customer(uow.session, account_id)
        if known is not None:
            self._gateway.forget(known.customer_id)


@contextmanager
def _asking() -> Iterator[None]:
    """Turns what the service's gateway raises into what a person is told."""
    try:
        yield
    except GatewayError as error:
        if isinstance(error, Fix) and error.code == "card_declined":
            raise Invalid(error.public, field="card", code=error.code) from error
        _log.warning("payment service", code=error.code, words=error.words, request_id=error.request_id or None)
        raise Unavailable(error.public, code=error.code) from error
