"""Use cases of billing: the only door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from photogen.db.uow import UowFactory
from photogen.domain.billing import repository, show
from photogen.domain.billing.changes import Changes
from photogen.domain.billing.checkouts import Checkouts, asking
from photogen.domain.billing.commands import BuyPack, BuyPlan, ChangePlan, Refund
from photogen.domain.billing.config import BillingConfig
from photogen.domain.billing.customers import Customers
from photogen.domain.billing.doubles import Doubles
from photogen.domain.billing.granting import Granting
from photogen.domain.billing.offers import Offers
from photogen.domain.billing.offers import repository as offered
from photogen.domain.billing.refunds import REFUND, Refunds
from photogen.domain.billing.reminders import Reminders
from photogen.domain.billing.sync import CHECK_SUBSCRIPTION, Sync
from photogen.domain.billing.views import (
    CardView,
    ChangeQuote,
    OfferView,
    PackView,
    PaymentView,
    PurchaseView,
    RefundView,
    ShopView,
    SubscriptionView,
)
from photogen.domain.credits.service import CreditsService
from photogen.domain.inbox.service import Event
from photogen.domain.incidents.service import IncidentsService
from photogen.errors import Conflict
from photogen.gateways.base import GatewayError, Job
from photogen.gateways.base_payments import PaymentGateway
from photogen.kit import log
from photogen.kit.clock import Clock
from photogen.kit.text import t
from photogen.models import GatewaySecret, Payment, Purchase, PurchaseKind, Subscription

CHECK_PURCHASE, GRANT_MONTHS = "check_purchase", "grant_months"
"""Functions of worker.jobs."""
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
    payments, quote_refund, refund. For the worker: apply_event, check_purchase, check_subscription, grant_months,
    refund_payment, remind, due. For the operator: set_up, set_up_now, not_at_the_service, shop. For the erasure:
    forget. Whatever belongs to somebody else is NotFound."""

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
        self._incidents = incidents
        self._gateway = gateway
        self._config = config or BillingConfig()
        self._granting = Granting(uow, clock, credits)
        self._sync = Sync(uow, clock, credits, self._granting, incidents, gateway, self._config)
        self._customers = Customers(uow, clock, gateway, self._sync)
        self._offers = Offers(uow, clock, gateway)
        self._checkouts = Checkouts(uow, clock, gateway, self._customers, self._offers, self._sync, self._config)
        self._refunds = Refunds(uow, clock, credits, incidents, gateway, self._sync, self._config)
        self._changes = Changes(uow, clock, gateway, self._offers, self._sync)
        self._doubles = Doubles(uow, clock, gateway, self._sync, self._refunds)
        self._reminders = Reminders(uow, clock, self._config)

    # --- buying -----------------------------------------------------------------------------------------------------

    def packs(self) -> list[PackView]:
        """Credits to buy once."""
        with self._uow() as uow:
            return [PackView(pack.key, pack.credits, pack.cents) for pack in offered.packs(uow.session)]

    def buy_plan(self, account_id: str, command: BuyPlan) -> str:
        """The address of a page to pay on. The same `request_key` gives the same checkout.

        Raises NotFound, Conflict (`already_subscribed`), Unavailable."""
        offer = self._offers.plan(command.plan, command.interval)
        self._checkouts.close_others(account_id, command.request_key)
        self._changes.let_go(account_id)
        with self._uow() as uow:
            trial = 0 if repository.had_subscription(uow.session, account_id) else self._config.trial_days
        return self._checkouts.begin(account_id, offer, PurchaseKind.PLAN, command.request_key, trial)

    def buy_pack(self, account_id: str, command: BuyPack) -> str:
        """The address of a page to pay on. The same `request_key` gives the same checkout.

        Raises NotFound, Unavailable."""
        offer = self._offers.pack(command.pack)
        return self._checkouts.begin(account_id, offer, PurchaseKind.PACK, command.request_key, 0)

    def purchase(self, account_id: str, purchase_id: str) -> PurchaseView:
        """What became of a checkout; asks the service if nothing is known yet, so that the payer need not wait for a
        webhook. Raises NotFound."""
        return self._checkouts.look(account_id, purchase_id)

    # --- the plan ---------------------------------------------------------------------------------------------------

    def subscription(self, account_id: str) -> SubscriptionView | None:
        """The plan that is paid for; None without one."""
        return self._changes.subscription(account_id)

    def quote_change(self, account_id: str, command: ChangePlan) -> ChangeQuote:
        """What a change of plan would mean. Raises NotFound, Conflict (`not_subscribed`, `same_plan`, `plan_ends`),
        Unavailable."""
        return self._changes.quote(account_id, command)

    def change(self, account_id: str, command: ChangePlan) -> SubscriptionView | None:
        """More at once, with proration, which also takes a cancellation back; less from the next period on. The present
        plan again takes a planned change back. Raises what `quote_change` raises, and Invalid (`card_declined`): then
        nothing has changed."""
        return self._changes.change(account_id, command)

    def cancel(self, account_id: str) -> SubscriptionView | None:
        """The plan ends with the paid period; from then on pictures are paid by credit. Again is fine.

        Raises Conflict (`not_subscribed`), Unavailable."""
        return self._changes.end(account_id, wanted=True)

    def resume(self, account_id: str) -> SubscriptionView | None:
        """Takes a cancellation back, while the period lasts. Raises what `cancel` raises."""
        return self._changes.end(account_id, wanted=False)

    # --- card, invoices, refunds ------------------------------------------------------------------------------------

    def portal(self, account_id: str) -> str:
        """The address of the service's page for card and invoices. Raises Conflict (`never_paid`), Unavailable."""
        with self._uow() as uow:
            known = repository.customer(uow.session, account_id)
        if known is None:
            raise Conflict(t("There is nothing to manage yet: nothing has been bought."), code="never_paid")
        with asking():
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
            names = {plan.key: plan.name for plan in offered.plans(uow.session)}
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
        self._checkouts.check(purchase_id)

    def check_subscription(self, gateway_id: str) -> None:
        """A subscription that should have moved on: with its newest invoices, whose word may have got lost. The
        second of two that were paid in two tabs is ended, and its money given back."""
        self._sync.subscription(gateway_id)
        for invoice_id in self._gateway.invoices_of(gateway_id):
            self._sync.invoice(invoice_id)
        self._changes.settle(gateway_id)
        self._doubles.settle(gateway_id)

    def grant_months(self) -> int:
        """The next month's credits of yearly plans, wherever they are due; gives how many months began."""
        return self._granting.months()

    def refund_payment(self, payment_id: str) -> None:
        """Carries a refund out."""
        self._refunds.carry_out(payment_id)

    def remind(self) -> None:
        """Tells payers of what will be charged soon. Again is fine."""
        self._reminders.remind()

    def due(self, limit: int = 100) -> _Jobs:
        """Jobs for what should be looked at now."""
        now, config = self._clock(), self._config
        with self._uow() as uow:
            purchases = [row.id for row in repository.due(uow.session, Purchase, now, limit, config.poll)]
            late = repository.due(uow.session, Subscription, now, limit, config.recheck)
            subscriptions = [row.gateway_id for row in late]
            months = repository.accounts_with_months(uow.session, now)
            refunds = [row.id for row in repository.due(uow.session, Payment, now, limit, config.poll)]
        return [
            *(Job(CHECK_PURCHASE, (row,)) for row in purchases),
            *(Job(CHECK_SUBSCRIPTION, (row,)) for row in subscriptions),
            *([Job(GRANT_MONTHS)] if months else ()),
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

    def not_at_the_service(self) -> list[str]:
        """Names of what is on offer and has no price at the service yet: it gets one when somebody buys it, or by
        `set_up`."""
        return self._offers.missing()

    def set_up_now(self) -> None:
        """Worker: the same for an administrator who asked for it on a page. What stands in its way is an incident."""
        subject = self._gateway.name
        try:
            self.set_up()
        except GatewayError as error:
            with self._uow() as uow:
                message = t("Prices could not be made at the payment service: {why} Try it again.", why=error.public)
                self._incidents.report(uow, "shop_not_synced", subject, message, code=error.code)
            return
        with self._uow() as uow:
            self._incidents.resolve(uow, "shop_not_synced", subject)

    def shop(self) -> ShopView:
        """What `set_up` is to bring about at the service, for whoever compares."""
        url = self._config.webhook_url
        with self._uow() as uow:
            known = repository.secret(uow.session, self._gateway.name)
        return ShopView(
            offers=tuple(OfferView(o.name, o.lookup_key, o.cents, self._offers.known(o)) for o in self._offers.all()),
            webhook_url=url,
            events=frozenset(EVENTS),
            signed=known is not None and known.url == url,
        )

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
        """Ends the plan and deletes the customer at the service: the account is going away. Again is fine, also after
        a death in the middle. Raises the gateway's errors."""
        self._customers.forget(account_id)
