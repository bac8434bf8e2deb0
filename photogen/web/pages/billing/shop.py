"""Choosing a plan or credits, wherever they are offered: to the checkout, or to a change of plan that is quoted first.

The address of a checkout is made on the click and goes straight to the browser; no State keeps it."""

import dataclasses

import reflex as rx

from photogen.domain.billing.commands import BuyPack, BuyPlan, ChangePlan
from photogen.domain.billing.views import ChangeQuote
from photogen.errors import PhotogenError
from photogen.kit.ids import new_id
from photogen.web.deps import call, services
from photogen.web.notices import toast
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import t
from photogen.web.typed import Steps
from photogen.web.words import day, dollars


@dataclasses.dataclass(frozen=True)
class Change:
    """A change of plan, quoted, in words. `key` is empty while none is asked about."""

    key: str = ""
    interval: str = ""
    title: str = ""
    now: str = ""
    then: str = ""
    action: str = ""


def rhythm(interval: str) -> str:
    """ "a month" or "a year"."""
    return t("a year") if interval == "year" else t("a month")


def change(quote: ChangeQuote) -> Change:
    """What a change would mean, in sentences."""
    price = t("{price} {rhythm}", price=dollars(quote.then_cents), rhythm=rhythm(quote.interval))
    if quote.immediate:
        due = max(0, quote.due_cents)
        now = t(
            "It begins at once. What is left of the present period is set against it, so {due} is charged now.",
            due=dollars(due),
        )
        then = t("The further credits come with the payment. From the next period on it is {price}.", price=price)
        if quote.resumes:
            then = t("Your cancellation is taken back.") + " " + then
        if quote.drops:
            then = t("The change to {plan} that was planned is dropped.", plan=quote.drops) + " " + then
        action = t("Change now and pay {due}", due=dollars(due)) if due else t("Change now")
    else:
        now = t(
            "Nothing is charged now. You keep the present plan until {day}, for it is paid until then.",
            day=day(quote.starts_at),
        )
        then = t("From that day on it is {price}. Until then you can take the change back.", price=price)
        action = t("Change on {day}", day=day(quote.starts_at))
    return Change(quote.plan_key, quote.interval, t("Change to {plan}", plan=quote.plan_name), now, then, action)


class Shop(rx.State):
    """What is being bought in this tab. `busy` names the button that was pressed."""

    busy: str = ""
    change: Change = Change()
    changing: bool = False
    _visit: str = ""

    def _request(self, *about: str) -> str:
        """The same click twice is one purchase; after the page was loaded again it is another."""
        self._visit = self._visit or new_id()[-12:]
        return "-".join((self._visit, *about))

    @rx.event
    @allow("public")
    def load(self) -> None:
        """A page with offers was opened."""
        self._visit, self.busy, self.change, self.changing = "", "", Change(), False

    @rx.event
    @allow("user")
    async def choose(self, plan: str, interval: str) -> Steps:
        """To the checkout; for who has a plan, to the quote of a change."""
        account, billing = current().account_id, services().billing
        self.busy = f"{plan}-{interval}"
        yield None
        try:
            request = self._request(plan, interval)
            if await call(billing.subscription, account) is None:
                command = BuyPlan.of(plan=plan, interval=interval, request_key=request)
                yield rx.redirect(await call(billing.buy_plan, account, command))
            else:
                asked = ChangePlan.of(plan=plan, interval=interval, request_key=request)
                self.change = change(await call(billing.quote_change, account, asked))
        except PhotogenError as error:
            yield toast.error(error)
        self.busy = ""

    @rx.event
    @allow("user")
    async def buy(self, pack: str) -> Steps:
        """To the checkout for a pack."""
        self.busy = pack
        yield None
        try:
            command = BuyPack.of(pack=pack, request_key=self._request(pack))
            yield rx.redirect(await call(services().billing.buy_pack, current().account_id, command))
        except PhotogenError as error:
            yield toast.error(error)
        self.busy = ""

    @rx.event
    @allow("user")
    def leave(self) -> None:
        """Closes the quote."""
        self.change = Change()

    @rx.event
    @allow("user")
    async def confirm(self) -> Steps:
        """Makes the change that was quoted."""
        asked = self.change
        if not asked.key:
            return
        self.changing = True
        yield None
        try:
            command = ChangePlan.of(
                plan=asked.key, interval=asked.interval, request_key=self._request(asked.key, asked.interval)
            )
            await call(services().billing.change, current().account_id, command)
        except PhotogenError as error:
            yield toast.error(error)
        else:
            yield toast.good(t("Your plan is changed."))
        # The payment service gives the first answer again to a key that it knows.
        self._visit, self.change, self.changing = "", Change(), False
