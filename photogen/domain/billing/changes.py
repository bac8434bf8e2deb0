"""The plan that is paid for: another one, its end, and the end taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.billing import policy, repository, show
from photogen.domain.billing.checkouts import asking
from photogen.domain.billing.commands import ChangePlan
from photogen.domain.billing.offers import Offers
from photogen.domain.billing.offers import repository as offered
from photogen.domain.billing.sync import Sync
from photogen.domain.billing.views import ChangeQuote, SubscriptionView
from photogen.errors import Conflict, Unavailable
from photogen.gateways.base import Fix, GatewayError, Missing
from photogen.gateways.base_payments import PaymentGateway, SubscriptionState
from photogen.kit.clock import Clock
from photogen.kit.text import day, t
from photogen.models import Subscription


@dataclass(frozen=True)
class Changes:
    """For pages: subscription, quote, change, end, let_go. For the worker: settle."""

    uow: UowFactory
    clock: Clock
    gateway: PaymentGateway
    offers: Offers
    sync: Sync

    def subscription(self, account_id: str) -> SubscriptionView | None:
        """The plan that is paid for; None without one."""
        with self.uow() as uow:
            row = repository.live_subscription(uow.session, account_id, self.clock())
            if row is None:
                return None
            sold = offered.prices(uow.session, [row.price_id, row.next_price_id])
            invoice = repository.open_invoice(uow.session, row.gateway_id)
        return show.subscription(row, sold, invoice)

    def quote(self, account_id: str, command: ChangePlan) -> ChangeQuote:
        """What a change of plan would mean. Raises NotFound, Conflict (`not_subscribed`, `same_plan`, `plan_ends`),
        Unavailable."""
        row, now, wanted = self._wanted(account_id, command)
        immediate = policy.is_upgrade(now, wanted)
        _keep_first(row, now, wanted, ends=row.cancel_at_period_end)
        due = 0
        if immediate:
            with self._about(row):
                due = self.gateway.change_cost(self.gateway.subscription(row.gateway_id), self._price(command))
        starts = self.clock() if immediate else row.period_end
        with self.uow() as uow:
            planned = offered.prices(uow.session, [row.next_price_id]).get(row.next_price_id)
        return show.change(
            wanted, immediate=immediate, due=due, starts=starts, resumes=row.cancel_at_period_end,
            drops=planned.terms.name if planned else "",
        )  # fmt: skip

    def change(self, account_id: str, command: ChangePlan) -> SubscriptionView | None:
        """More at once, with proration, which also takes a cancellation back; less from the next period on. The present
        plan again takes a planned change back. Raises what `quote` raises, and Invalid (`card_declined`): then nothing
        has changed."""
        row, now, wanted = self._wanted(account_id, command, same=True)
        key = f"change:{account_id}:{command.request_key}"
        with self._about(row):
            state, price_id = self.gateway.subscription(row.gateway_id), self._price(command)
            _keep_first(row, now, wanted, ends=state.cancel_at_period_end)
            if policy.is_upgrade(now, wanted):
                with self._wishing(state, state.next_price_id):
                    self.gateway.change_now(state, price_id, key)
            elif wanted.plan_key == now.plan_key and wanted.interval is now.interval:
                self.gateway.change_later(state, state.price_id, key)
            else:
                with self._wishing(state, price_id):
                    self.gateway.change_later(state, price_id, key)
            self.sync.subscription(state.id)
        return self.subscription(account_id)

    def end(self, account_id: str, *, wanted: bool) -> SubscriptionView | None:
        """With the paid period, or no longer. Raises Conflict (`not_subscribed`), Unavailable."""
        with self.uow() as uow:
            row = self._live(uow, account_id)
        with self._about(row):
            state = self.gateway.subscription(row.gateway_id)
            with self._wishing(state, state.next_price_id):
                self.gateway.cancel_at_end(row.gateway_id, wanted)
            self.sync.subscription(row.gateway_id)
        return self.subscription(account_id)

    def let_go(self, account_id: str) -> None:
        """Before a plan is bought, so that none is paid beside it: asks about those that are not over as far as was
        heard (a renewal may have been, while this installation was away), and ends one that stayed unpaid beyond the
        grace: its next try would be charged. Raises Conflict (`already_subscribed`), Unavailable."""
        with self.uow() as uow:
            known = repository.unended_subscriptions(uow.session, account_id)
        with asking():
            for gateway_id in known:
                self.sync.subscription(gateway_id)
        with self.uow() as uow:
            if repository.live_subscription(uow.session, account_id, self.clock()) is not None:
                raise Conflict(
                    t("You have a plan already. Change it on the billing page; nothing is paid twice."),
                    code="already_subscribed",
                )
            unpaid = repository.unended_subscriptions(uow.session, account_id, policy.UNPAID)
        with asking():
            for gateway_id in unpaid:
                self.gateway.cancel_now(gateway_id)
                self.sync.subscription(gateway_id)

    def settle(self, gateway_id: str) -> None:
        """Worker: carries out what a change that was cut off has left undone. A change that went through has put
        another price in the place of the one for which it was wished, or an end to the plan: then nothing is left."""
        with self.uow() as uow:
            row = repository.subscription(uow.session, gateway_id)
        if row is None or not row.wish_price_id:
            return
        state = self.gateway.subscription(gateway_id)
        if (
            policy.status_of(state.status) in policy.LIVE
            and state.price_id == row.wish_from_id
            and state.next_price_id != row.wish_price_id
            and not state.cancel_at_period_end
        ):
            self.gateway.change_later(state, row.wish_price_id, f"settle:{row.id}:{self.clock().timestamp():.0f}")
            self.sync.subscription(gateway_id)
        self._wish(gateway_id, "", "")

    @contextmanager
    def _wishing(self, state: SubscriptionState, price_id: str) -> Iterator[None]:
        """Around calls of which one takes back what is planned before another plans anew: killed in between, the price
        that is to follow is planned by `settle`. Refused, it is what was planned before that counts."""
        self._wish(state.id, price_id, state.price_id)
        try:
            yield
        except GatewayError:
            self._wish(state.id, state.next_price_id, state.price_id)
            raise
        self._wish(state.id, "", "")

    def _wish(self, gateway_id: str, price_id: str, only_from: str) -> None:
        with self.uow() as uow:
            row = repository.subscription(uow.session, gateway_id, locked=True)
            if row is None or (not price_id and not row.wish_price_id):
                return
            row.wish_price_id, row.wish_from_id = price_id, only_from if price_id else ""
            if price_id:
                row.check_at = policy.settle_at(row.check_at, self.clock())
            uow.session.add(row)

    def _wanted(
        self, account_id: str, command: ChangePlan, *, same: bool = False
    ) -> tuple[Subscription, policy.Sold, policy.Sold]:
        offer = self.offers.plan(command.plan, command.interval)
        with self.uow() as uow:
            row = self._live(uow, account_id)
            now = offered.prices(uow.session, [row.price_id]).get(row.price_id)
            terms = offered.version(uow.session, str(offer.plan_key), int(offer.plan_version or 1))
        if now is None or terms is None:
            raise Unavailable(
                t("Your plan can't be changed here. Tell whoever runs this studio."), code="unknown_price"
            )
        wanted = policy.Sold(terms.plan_key, terms.number, command.interval, offer.cents, terms)
        if not same and wanted.plan_key == now.plan_key and wanted.interval is now.interval:
            raise Conflict(t("This is your plan already."), code="same_plan")
        return row, now, wanted

    def _price(self, command: ChangePlan) -> str:
        return self.offers.price(self.offers.plan(command.plan, command.interval))

    def _live(self, uow: UnitOfWork, account_id: str) -> Subscription:
        row = repository.live_subscription(uow.session, account_id, self.clock())
        if row is None:
            raise Conflict(t("You have no plan that is paid for. Choose one first."), code="not_subscribed")
        return row

    @contextmanager
    def _about(self, row: Subscription) -> Iterator[None]:
        """Around calls about a plan. One that has ended at the service, while the word of it is late, is refused there:
        that is `not_subscribed`, as if it had been heard."""
        with asking():
            try:
                yield
            except (Fix, Missing) as error:
                if error.code != "card_declined":
                    self.sync.subscription(row.gateway_id)
                    with self.uow() as uow:
                        self._live(uow, row.account_id)
                raise


def _keep_first(row: Subscription, now: policy.Sold, wanted: policy.Sold, *, ends: bool) -> None:
    """A plan that was cancelled has no next period in which less could begin."""
    if ends and not policy.is_upgrade(now, wanted):
        raise Conflict(
            t(
                "Your plan ends on {n}, so nothing can begin after it. Keep the plan first, on the billing "
                "page; then change it.",
                n=day(row.period_end),
            ),
            code="plan_ends",
        )
