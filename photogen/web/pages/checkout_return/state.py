"""What became of a checkout, for who comes back from it."""

import reflex as rx

from photogen.domain.billing.views import PurchaseView
from photogen.errors import PhotogenError
from photogen.web import live, routes
from photogen.web.deps import call, services
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import plural, t


class Returned(rx.State):
    """One checkout in words. `state` is paying, waiting, paid, cancelled or failed."""

    ready: bool = False
    problem: str = ""
    code: str = ""
    state: str = ""
    title: str = ""
    words: str = ""
    action: str = ""
    href: str = ""

    @rx.event
    @allow("user")
    async def load(self) -> None:
        self.ready, self.state = False, ""
        await self._read()
        live.subscribe(self, "billing", Returned.refresh)

    @rx.event
    @allow("user")
    async def refresh(self) -> None:
        """The payment service has spoken, or it is time to ask it again."""
        if self.state not in {"paid", "failed"}:
            await self._read()

    async def _read(self) -> None:
        asked = self.router.url.query_parameters
        try:
            found = await call(services().billing.purchase, current().account_id, str(asked.get("purchase", "")))
            plan, trial = "", False
            if found.kind == "plan":
                paid = await call(services().billing.subscription, current().account_id)
                trial = paid is not None and paid.status == "trialing"
                plans = {p.key: p.name for p in await call(services().plans.plans)}
                plan = plans.get(found.plan_key, found.plan_key)
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self._say(found, plan, trial=trial, left=asked.get("cancelled") == "1")
        self.problem, self.code, self.ready = "", "", True

    def _say(self, found: PurchaseView, plan: str, *, trial: bool, left: bool) -> None:
        back = routes.PLANS if found.kind == "plan" else routes.PACKS
        self.words = found.words
        match found.status:
            case "complete" if found.kind == "plan":
                self._show("paid", t("{plan} is yours", plan=plan), t("Make pictures"), routes.GENERATE)
                self.words = (
                    t(
                        "Nothing was charged. What the plan gives is ready to use; its credits come with the first "
                        "payment."
                    )
                    if trial
                    else t("Paid, thank you. What the plan gives is ready to use; its credits come with the payment.")
                )
            case "complete":
                bought = plural(found.credits, "{n} credit is yours", "{n} credits are yours")
                self._show("paid", bought, t("Make pictures"), routes.GENERATE)
                self.words = t("Paid, thank you. They never lapse.")
            case "waiting":
                self._show("waiting", t("Your bank has been asked"), t("Go to billing"), routes.BILLING)
            case "open" if left:
                self._show("cancelled", t("You left the checkout"), t("Back to the offers"), back)
                self.words = t("Nothing was charged.")
            case "open":
                self._show("paying", t("Waiting for the payment"), t("Back to the offers"), back)
                self.words = t("This takes a few seconds. You may leave: what you pay for arrives in any case.")
            case _:
                self._show("failed", t("Nothing was bought"), t("Back to the offers"), back)

    def _show(self, state: str, title: str, action: str, href: str) -> None:
        self.state, self.title, self.action, self.href = state, title, action, href
