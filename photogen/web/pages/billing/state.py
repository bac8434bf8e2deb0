"""The plan, the balance, and what was paid."""

from collections.abc import Callable
from typing import ParamSpec

import reflex as rx

from photogen.domain.billing.commands import ChangePlan
from photogen.domain.billing.commands import Refund as AskRefund
from photogen.errors import PhotogenError
from photogen.kit.clock import utc_now
from photogen.kit.ids import new_id
from photogen.web import live
from photogen.web.deps import call, services
from photogen.web.notices import toast
from photogen.web.pages.billing.shown import Line, Plan, Refund, card, line, no_plan, plan, refund
from photogen.web.pages.pricing.packs import Pack, pack
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import t
from photogen.web.typed import Steps

P = ParamSpec("P")

PAGE = 12
"""Payments on the page; a year by the month."""


class Billing(rx.State):
    """What the billing page shows."""

    ready: bool = False
    problem: str = ""
    code: str = ""
    credits: int = 0
    plan: Plan = Plan()
    card: str = ""
    packs: list[Pack] = []
    payments: list[Line] = []
    older: bool = False
    newer: bool = False
    refund: Refund = Refund()
    ending: bool = False
    busy: str = ""
    _trail: list[str] = []

    async def _read(self) -> None:
        account, billing = current().account_id, services().billing
        before = self._trail[-1] if self._trail else None
        try:
            self.credits = (await call(services().credits.balance, account)).available
            paid = await call(billing.subscription, account)
            if paid is None:
                rights = await call(services().plans.entitlements, account)
                self.plan = no_plan(rights.plan_key, rights.name)
            else:
                self.plan = plan(paid, utc_now())
            self.packs = [pack(view) for view in await call(billing.packs)]
            found = await call(billing.payments, account, before, PAGE + 1)
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self.payments = [line(view) for view in found[:PAGE]]
        self.older, self.newer = len(found) > PAGE, bool(self._trail)
        self.problem, self.code, self.ready = "", "", True

    @rx.event
    @allow("user")
    async def load(self) -> Steps:
        self._trail, self.refund, self.ending, self.busy = [], Refund(), False, ""
        await self._read()
        live.subscribe(self, "billing", Billing.refresh)
        live.subscribe(self, "credits", Billing.refresh)
        yield None
        self.card = card(await call(services().billing.card, current().account_id))

    @rx.event
    @allow("user")
    async def refresh(self) -> None:
        """Something was paid, changed or spent: reads the same page again."""
        await self._read()

    @rx.event
    @allow("user")
    async def portal(self) -> Steps:
        """To the payment service's page for card and invoices."""
        self.busy = "portal"
        yield None
        try:
            yield rx.redirect(await call(services().billing.portal, current().account_id))
        except PhotogenError as error:
            yield toast.error(error)
        self.busy = ""

    # --- the plan ends, or doesn't ------------------------------------------------------------------------------------

    @rx.event
    @allow("user")
    def ask_end(self) -> None:
        """Asks before the plan is cancelled."""
        self.ending = True

    @rx.event
    @allow("user")
    def keep(self) -> None:
        """Closes the question."""
        self.ending = False

    @rx.event
    @allow("user")
    async def end(self) -> Steps:
        """Cancels the plan for the end of what is paid."""
        async for said in self._do("end", t("Plan cancelled."), services().billing.cancel, current().account_id):
            yield said
        self.ending = False

    @rx.event
    @allow("user")
    async def resume(self) -> Steps:
        """Takes the cancellation back."""
        done = t("Your plan goes on.")
        async for said in self._do("resume", done, services().billing.resume, current().account_id):
            yield said

    @rx.event
    @allow("user")
    async def take_back(self) -> Steps:
        """Takes a planned change back: the present plan is asked for again."""
        command = ChangePlan.of(plan=self.plan.key, interval=self.plan.interval or "month", request_key=new_id())
        done = t("The planned change is taken back.")
        change = services().billing.change
        async for said in self._do("take_back", done, change, current().account_id, command):
            yield said

    async def _do(self, name: str, done: str, what: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Steps:
        """Calls `what`; says `done` or why not, and reads the page again."""
        self.busy = name
        yield None
        try:
            await call(what, *args, **kwargs)
        except PhotogenError as error:
            yield toast.error(error)
        else:
            yield toast.good(done)
        await self._read()
        self.busy = ""

    # --- what was paid ------------------------------------------------------------------------------------------------

    @rx.event
    @allow("user")
    async def ask_refund(self, payment_id: str) -> None:
        """Quotes what would be given back of a payment."""
        self.refund = refund(await call(services().billing.quote_refund, current().account_id, payment_id))

    @rx.event
    @allow("user")
    def leave_refund(self) -> None:
        """Closes the quote."""
        self.refund = Refund()

    @rx.event
    @allow("user")
    async def confirm_refund(self) -> Steps:
        """Has what was quoted given back."""
        command = AskRefund.of(payment_id=self.refund.id, reason="unwanted")
        done = t("On its way. Your bank shows it within ten days.")
        async for said in self._do("refund", done, services().billing.refund, current().account_id, command):
            yield said
        self.refund = Refund()

    @rx.event
    @allow("user")
    async def show_older(self) -> None:
        """Further back."""
        if self.older and self.payments:
            self._trail = [*self._trail, self.payments[-1].id]
            await self._read()

    @rx.event
    @allow("user")
    async def show_newer(self) -> None:
        """Towards now."""
        self._trail = self._trail[:-1]
        await self._read()
