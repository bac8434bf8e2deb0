"""What is true at the payment service, written down here. Every function asks first and then writes, may be called by a
webhook, the schedule, a page or a restart, in any order and any number of times, and ends in the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from photogen.db.locks import lock_account
from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.billing import policy, repository, telling
from photogen.domain.billing.config import BillingConfig
from photogen.domain.billing.granting import Granting, grant_key, grant_keys
from photogen.domain.billing.offers import repository as offered
from photogen.domain.credits.service import CreditsService
from photogen.domain.incidents.service import IncidentsService
from photogen.gateways.base import Job, Missing
from photogen.gateways.base_payments import ChargeState, InvoiceState, PaymentGateway, SessionState, SubscriptionState
from photogen.kit import log
from photogen.kit.clock import Clock
from photogen.kit.text import t
from photogen.models import (
    GrantSource,
    Interval,
    Payment,
    PaymentRefund,
    PaymentStatus,
    Purchase,
    PurchaseKind,
    PurchaseStatus,
    Subscription,
    SubscriptionStatus,
)

CHECK_SUBSCRIPTION = "check_subscription"
"""A function of worker.jobs."""
_log = log.get("billing")
_PAYMENT_STATUS = {"paid": PaymentStatus.PAID, "open": PaymentStatus.OPEN, "draft": None}


@dataclass(frozen=True)
class Sync:
    """One method per object of the service. Raises the gateway's Retry and Stop; what is gone is no error."""

    uow: UowFactory
    clock: Clock
    credits: CreditsService
    granting: Granting
    incidents: IncidentsService
    gateway: PaymentGateway
    config: BillingConfig

    # --- subscriptions ---

    def subscription(self, gateway_id: str) -> None:
        """Its state, plan and end."""
        asked = self.clock()
        try:
            state = self.gateway.subscription(gateway_id)
        except Missing:
            self._gone(gateway_id, asked)
            return
        with self.uow() as uow:
            account_id = repository.account_of(uow.session, state.customer_id)
            if account_id is None:
                _log.info("subscription of nobody here", subscription=gateway_id)
                return
            lock_account(uow.session, account_id)
            self._write_subscription(uow, account_id, state, asked)

    def _write_subscription(self, uow: UnitOfWork, account_id: str, state: SubscriptionState, asked: datetime) -> None:
        sold = offered.prices(uow.session, [state.price_id]).get(state.price_id)
        if sold is None:
            if state.reference:
                words = t(
                    "Subscription {id} has the price {price_id}, which is none of our plans'.",
                    id=state.id,
                    price_id=state.price_id,
                )
                self.incidents.report(uow, "unknown_price", state.id, words, account_id=account_id)
            return
        row = repository.subscription(uow.session, state.id, locked=True)
        if row is not None and row.synced_at > asked:
            return  # somebody asked later than we did, and has written already
        if row is None:
            row = Subscription(
                account_id=account_id, gateway=self.gateway.name, gateway_id=state.id,
                status=SubscriptionStatus.INCOMPLETE, plan_key=sold.plan_key, plan_version=sold.version,
                interval=sold.interval, price_id=state.price_id, created_at=state.created_at,
            )  # fmt: skip
        before, status = row.status, policy.status_of(state.status)
        if status is not SubscriptionStatus.PAST_DUE:
            row.past_due_since = None
        elif row.past_due_since is None:
            row.past_due_since = state.period_start
        row.status, row.synced_at = status, asked
        row.plan_key, row.plan_version, row.interval = sold.plan_key, sold.version, sold.interval
        row.price_id, row.next_price_id = state.price_id, state.next_price_id
        row.period_start, row.period_end = state.period_start, state.period_end
        row.trial_end, row.ended_at = state.trial_end, state.ended_at
        row.cancel_at_period_end = state.cancel_at_period_end
        row.entitled_until = policy.entitled_until(state, row.past_due_since, self.config)
        over = status in policy.OVER or state.ended_at is not None
        paid = repository.is_paid(uow.session, row)
        row.check_at = None if over else policy.look_at(row, asked, self.config, paid=paid)
        if over or sold.interval is Interval.MONTH:
            row.grant_at = None
        uow.session.add(row)
        if status in policy.LIVE:
            self._look_for_two(uow, row, new=before not in policy.LIVE)
        telling.moved(uow, row, before, sold.terms.name, self.clock())
        uow.notify(account_id, "billing", row.id)

    def _look_for_two(self, uow: UnitOfWork, row: Subscription, *, new: bool) -> None:
        """Has a second plan, paid in another tab, ended (`Doubles`); of two for another reason the operator is told."""
        uow.session.flush()
        first, *others = repository.live_subscriptions(uow.session, row.account_id, self.clock()) or [row]
        for second in others:
            if policy.bought_twice(first, second):
                second.check_at = row.synced_at + self.config.poll
                uow.session.add(second)
                if new:
                    uow.after_commit(Job(CHECK_SUBSCRIPTION, (second.gateway_id,)))
                continue
            words = t(
                "Account {account_id} pays for two plans at once: {gateway_id} and {gateway_id2}. End and refund one.",
                account_id=row.account_id,
                gateway_id=first.gateway_id,
                gateway_id2=second.gateway_id,
            )
            self.incidents.report(uow, "two_subscriptions", row.account_id, words, account_id=row.account_id)

    def _gone(self, gateway_id: str, asked: datetime) -> None:
        with self.uow() as uow:
            row = repository.subscription(uow.session, gateway_id, locked=True)
            if row is None or row.status in policy.OVER:
                return
            before, terms = row.status, offered.version(uow.session, row.plan_key, row.plan_version)
            row.status, row.ended_at, row.synced_at = SubscriptionStatus.CANCELED, asked, asked
            row.entitled_until = min(row.entitled_until, asked)
            row.check_at = row.grant_at = None
            uow.session.add(row)
            telling.moved(uow, row, before, terms.name if terms else row.plan_key, asked)
            uow.notify(row.account_id, "billing", row.id)

    # --- invoices ---

    def invoice(self, gateway_id: str) -> None:
        """What it asks for, whether it was paid, and the credits that it gives."""
        try:
            state = self.gateway.invoice(gateway_id)
        except Missing:
            return
        if not state.subscription_id:
            self._pack_of(state.reference)
            return
        self.subscription(state.subscription_id)
        with self.uow() as uow:
            account_id = repository.account_of(uow.session, state.customer_id)
            if account_id is None or _PAYMENT_STATUS.get(state.status, PaymentStatus.VOID) is None:
                return
            lock_account(uow.session, account_id)
            self._write_invoice(uow, account_id, state)

    def _pack_of(self, reference: str) -> None:
        """An invoice without a subscription is a pack's: its checkout says what was bought."""
        with self.uow() as uow:
            purchase = repository.purchase(uow.session, reference) if reference else None
        if purchase is not None and purchase.session_id:
            self.session(purchase.session_id)

    def _write_invoice(self, uow: UnitOfWork, account_id: str, state: InvoiceState) -> None:
        prices = offered.prices(uow.session, {line.price_id for line in state.lines})
        row = repository.payment(uow.session, state.id, locked=True)
        if row is None:
            row = Payment(
                account_id=account_id, gateway=self.gateway.name, gateway_id=state.id, kind=PurchaseKind.PLAN,
                status=PaymentStatus.OPEN, created_at=state.created_at,
            )  # fmt: skip
        row.subscription_id, row.reason, row.number = state.subscription_id, state.reason, state.number[:80]
        row.purchase_id = state.reference or None
        row.page_url, row.pdf_url = self._pages(uow, account_id, state)
        row.next_attempt_at = state.next_attempt_at
        row.intent_id = state.intent_id or row.intent_id
        new = next((prices[line.price_id] for line in reversed(state.lines) if line.price_id in prices), None)
        if new is not None:
            row.plan_key, row.plan_version, row.interval = new.plan_key, new.version, new.interval
        last = state.lines[-1] if state.lines else None
        row.period_start, row.period_end = (last.start, last.end) if last else (None, None)
        if row.status is not PaymentStatus.PAID:  # paid is paid, whatever an older answer says
            row.status = _PAYMENT_STATUS.get(state.status) or PaymentStatus.VOID
            row.cents = state.paid_cents if row.status is PaymentStatus.PAID else state.due_cents
            row.paid_at = state.paid_at
        uow.session.add(row)
        if row.status is PaymentStatus.PAID and row.granted_at is None:
            trial = bool(last and new and not last.cents and new.cents)
            self.granting.paid(uow, row, state, prices, trial=trial)
            if new is not None:
                telling.paid(uow, row, new, self.clock(), trial=trial)
        uow.notify(account_id, "billing", row.id)

    @staticmethod
    def _pages(uow: UnitOfWork, account_id: str, state: InvoiceState | None) -> tuple[str, str]:
        """Where the invoice is shown, and its file: they name the payer, so nothing for an account that is gone."""
        if state is None or repository.is_closed(uow.session, account_id):
            return "", ""
        return state.page_url[:500], state.pdf_url[:500]

    # --- checkouts ---

    def session(self, session_id: str, *, failed: bool = False) -> None:
        """What became of a checkout; a pack that is paid is granted. `failed`: the bank refused a debit."""
        try:
            state = self.gateway.session(session_id)
        except Missing:
            return
        if state.subscription_id:
            self.subscription(state.subscription_id)
        if state.subscription_id and state.invoice_id:
            self.invoice(state.invoice_id)
        invoice = self.gateway.invoice(state.invoice_id) if state.invoice_id and not state.subscription_id else None
        with self.uow() as uow:
            account_id = repository.account_of(uow.session, state.customer_id)
            purchase = repository.purchase(uow.session, state.reference) if state.reference else None
            if account_id is None or purchase is None or purchase.account_id != account_id:
                _log.info("checkout of nobody here", session=session_id)
                return
            lock_account(uow.session, account_id)
            purchase = repository.purchase(uow.session, state.reference, locked=True)
            if purchase is not None:
                self._write_purchase(uow, purchase, state, invoice, failed=failed)

    def _write_purchase(
        self, uow: UnitOfWork, purchase: Purchase, state: SessionState, invoice: InvoiceState | None, *, failed: bool
    ) -> None:
        now = self.clock()
        if purchase.status is PurchaseStatus.COMPLETE:
            return
        if state.status == "expired":
            purchase.status, purchase.check_at = PurchaseStatus.EXPIRED, None
        elif state.status == "complete" and state.paid:
            purchase.status, purchase.check_at = PurchaseStatus.COMPLETE, None
            purchase.completed_at = now
            if purchase.kind is PurchaseKind.PACK:
                self._write_pack(uow, purchase, state, invoice)
        elif state.status == "complete" and failed:
            purchase.status, purchase.check_at = PurchaseStatus.FAILED, None
        elif state.status == "complete" and purchase.status is not PurchaseStatus.FAILED:
            purchase.status = PurchaseStatus.WAITING  # an answer to an earlier question: refused is refused
        purchase.session_id = purchase.session_id or state.id
        uow.session.add(purchase)
        uow.notify(purchase.account_id, "billing", purchase.id)

    def _write_pack(
        self, uow: UnitOfWork, purchase: Purchase, state: SessionState, invoice: InvoiceState | None
    ) -> None:
        now = self.clock()
        row = repository.payment(uow.session, state.id, locked=True)
        if row is not None:
            return
        paid = (invoice.paid_at if invoice else None) or now  # not when it was heard of: refunds count from here
        row = Payment(
            account_id=purchase.account_id, gateway=purchase.gateway, gateway_id=state.id, purchase_id=purchase.id,
            kind=PurchaseKind.PACK, status=PaymentStatus.PAID, cents=state.total_cents, credits=purchase.credits,
            intent_id=state.intent_id or (invoice.intent_id if invoice else ""), created_at=paid, paid_at=paid,
            granted_at=now, number=invoice.number if invoice else "",
        )  # fmt: skip
        row.page_url, row.pdf_url = self._pages(uow, purchase.account_id, invoice)
        key = grant_key(row.gateway, row.gateway_id)
        uow.session.add(row)
        words = t("{credits} credits bought", credits=purchase.credits)
        self.credits.grant(uow, purchase.account_id, purchase.credits, GrantSource.PACK, key, None, words)
        telling.bought(uow, row, now)

    # --- money that went back ---

    def charge(self, charge_id: str) -> None:
        """What of it went back, and the credits with it."""
        asked = self.clock()
        try:
            state = self.gateway.charge(charge_id)
        except Missing:
            return
        self._returned(state, asked)

    def payment(self, intent_id: str) -> None:
        """The same by the payment's own id."""
        asked = self.clock()
        state = self.gateway.charge_of(intent_id) if intent_id else None
        if state is not None:
            self._returned(state, asked)

    def _returned(self, state: ChargeState, asked: datetime) -> None:
        if not (state.refunded_cents or state.disputed or self._known(state.intent_id)):
            return
        if not self._known(state.intent_id):
            # The refund's event has overtaken the payment's: that is written down first.
            invoice = self.gateway.invoice_of(state.intent_id)
            session = None if invoice else self.gateway.session_of(state.intent_id)
            if invoice is not None:
                self.invoice(invoice.id)
            elif session is not None:
                self.session(session.id)
        with self.uow() as uow:
            found = repository.payment_by_intent(uow.session, state.intent_id)
            if found is None:
                _log.info("charge of nobody here", charge=state.id)
                return
            lock_account(uow.session, found.account_id)
            row = repository.payment(uow.session, found.gateway_id, locked=True)
            if row is not None:
                self._take_back(uow, row, state, asked)

    def _known(self, intent_id: str) -> bool:
        with self.uow() as uow:
            return bool(intent_id) and repository.payment_by_intent(uow.session, intent_id) is not None

    def _take_back(self, uow: UnitOfWork, row: Payment, state: ChargeState, asked: datetime) -> None:
        won, opened = row.disputed and not state.disputed, state.disputed and not row.disputed
        before, had = row.refunded_cents, row.clawed
        row.refunded_cents = max(row.refunded_cents, min(state.refunded_cents, row.cents))
        if row.charge_asked_at is None or row.charge_asked_at <= asked:
            row.disputed, row.charge_asked_at = state.disputed, asked
        if row.refunded_cents >= row.refund_cents:
            row.check_at = None
        target = policy.lost_credits(row.credits, row.cents, row.refunded_cents, disputed=row.disputed)
        due = target - row.clawed - row.shortfall
        key = f"{row.id}:{row.moves + 1}"
        if due > 0:
            why = t("The payment is disputed at the bank") if opened else t("A payment went back")
            taken = self.credits.claw_back(uow, row.account_id, grant_keys(row), due, key, why)
            row.clawed, row.shortfall, row.moves = row.clawed + taken, row.shortfall + due - taken, row.moves + 1
        elif due < 0 and won:
            forgiven = min(row.shortfall, -due)
            row.shortfall -= forgiven
            words = t("The dispute was decided for this studio: credits returned")
            self.give_back(uow, row, min(row.clawed, -due - forgiven), words)
        went_back = row.refunded_cents - before
        if went_back:
            uow.session.add(PaymentRefund(payment_id=row.id, cents=went_back, created_at=self.clock()))
        telling.returned(uow, row, went_back, self.clock())
        if opened and row.disputed:
            telling.disputed(uow, row, row.clawed - had, self.clock())
        if won and not row.disputed:
            telling.won(uow, row, had - row.clawed, self.clock())
        uow.session.add(row)
        uow.notify(row.account_id, "billing", row.id)

    def give_back(self, uow: UnitOfWork, row: Payment, credits: int, words: str) -> None:
        """Step: returns so many of the credits that were taken of a payment, which the caller has locked; none after
        its period, with which they have lapsed. They are the payment's again: what goes back of it later takes them
        first."""
        if credits <= 0 or (row.period_end is not None and row.period_end <= self.clock()):
            return
        row.clawed, row.moves = row.clawed - credits, row.moves + 1
        key = f"{grant_keys(row)[1]}:{row.moves}"
        self.credits.grant(uow, row.account_id, credits, GrantSource.REFUND, key, row.period_end, words)
