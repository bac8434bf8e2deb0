"""How pictures are paid, in words, with the switch that lets credits pay beyond the day's quota; and the day itself.

The usage and the billing page show it alike: each loads `Paying`, and the day's meter is the frame's own (`Me`)."""

import dataclasses
from collections.abc import Sequence

import reflex as rx

from photogen.domain.billing.views import SubscriptionView
from photogen.domain.quota import ModelUse, QuotaView
from photogen.errors import PhotogenError
from photogen.web import components as ui
from photogen.web import live, routes
from photogen.web.components.islands import Until
from photogen.web.deps import call, services
from photogen.web.me import Me
from photogen.web.notices import toast
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import number, plural, t
from photogen.web.typed import Shown, Steps, digits, length
from photogen.web.words import day


@dataclasses.dataclass(frozen=True)
class Way:
    """A way of paying in words; `then` is what it becomes at the end of what is paid, "" where it goes on."""

    title: str = ""
    words: str = ""
    then: str = ""


@dataclasses.dataclass(frozen=True)
class Share:
    """What the pictures of one model took of the day. `part` is percent of all that was taken."""

    name: str
    words: str
    part: int


def way_of(today: QuotaView, plan: SubscriptionView | None) -> Way:
    """How pictures are paid now, and from the period's end on."""
    if not today.limit:
        words = t("Each picture costs its model's credits. A plan includes a number of pictures every day.")
        return Way(t("Pay as you go"), words)
    words = t(
        "{n} a day come with your plan. Credits pay for trainings beyond the included ones.", n=number(today.limit)
    )
    then = ""
    if plan is not None and plan.status == "past_due":
        then = t(
            "If the payment is not made by {day}, it becomes pay as you go: each picture then costs credits.",
            day=day(plan.entitled_until),
        )
    elif plan is not None and plan.cancel_at_period_end:
        then = t("On {day} it becomes pay as you go: each picture then costs credits.", day=day(plan.entitled_until))
    elif plan is not None and plan.next_plan_key not in {"", plan.plan_key}:
        then = t("On {day} the day's quota becomes that of {plan}.", day=day(plan.period_end), plan=plan.next_plan_name)
    return Way(t("Subscription"), words, then)


def shares(uses: Sequence[ModelUse]) -> list[Share]:
    """The day by model, the largest first."""
    total = sum(use.weight for use in uses)
    rows = sorted(uses, key=lambda use: (-use.weight, use.name))
    return [
        Share(
            use.name,
            t("{n} for {pictures}", n=number(use.weight), pictures=plural(use.pictures, "{n} picture", "{n} pictures")),
            round(100 * use.weight / max(1, total)),
        )
        for use in rows
    ]


class Paying(rx.State):
    """How this account pays for pictures."""

    way: Way = Way()
    shares: list[Share] = []
    overage: bool = False

    @rx.event
    @allow("user")
    async def load(self) -> None:
        """A page that shows it was opened."""
        await self._read()
        live.subscribe(self, "quota", Paying.refresh)
        live.subscribe(self, "billing", Paying.refresh)

    async def _read(self) -> None:
        account = current().account_id
        today = await call(services().quota.day, account)
        self.way = way_of(today, await call(services().billing.subscription, account))
        self.shares, self.overage = shares(today.by_model), today.overage

    @rx.event
    @allow("user")
    async def refresh(self) -> None:
        """A picture was asked for, or the plan has moved."""
        await self._read()

    @rx.event
    @allow("user")
    async def set_overage(self, on: bool) -> Steps:
        """From the next click on credits pay beyond the quota, or don't."""
        try:
            await call(services().quota.set_overage, current().account_id, on=on is True)
        except PhotogenError as error:
            yield toast.error(error)
        await self._read()


def overage_switch() -> rx.Component:
    """Labelled, with what follows from it; where there is a quota."""
    return rx.cond(
        Me.quota.limit > 0,
        ui.switch(
            t("Let credits pay beyond the day's quota"),
            id="overage",
            checked=Paying.overage,
            on_change=Paying.set_overage,
            help=rx.cond(
                Paying.overage,
                t("Once today's quota is used up, each further picture costs credits, without a question."),
                t("Once today's quota is used up, pictures wait for the next day, and no credits are spent on them."),
            ),
        ),
    )


def way_box() -> rx.Component:
    """The way of paying, what it becomes, and the switch."""
    way = Paying.way
    return ui.card(
        rx.el.p(t("How pictures are paid"), class_name="text-sm text-muted"),
        rx.el.p(way.title, class_name="text-lg font-semibold mt-1"),
        rx.el.p(way.words, class_name="text-sm text-muted mt-1 num"),
        rx.cond(way.then != "", rx.el.p(way.then, class_name="text-sm text-warn mt-2 num")),
        rx.cond(
            Me.quota.limit > 0,
            rx.el.div(overage_switch(), class_name="mt-5"),
            rx.el.p(ui.text_link(t("See plans"), href=routes.PRICING), class_name="text-sm mt-2"),
        ),
    )


def _share(item: Shown[Share]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(item.name), rx.el.span(item.words, class_name="num"), class_name="flex justify-between gap-4"
        ),
        rx.el.div(
            rx.el.span(style={"width": digits(item.part) + "%"}),
            class_name="bar mt-2",
            custom_attrs={"aria-hidden": "true"},
        ),
        class_name="text-sm",
    )


def today_box() -> rx.Component:
    """Today's quota, where there is one: how much of it is taken, until when, by which models."""
    day_of = rx.fragment(
        ui.meter(t("Today's quota"), Me.quota.text, percent=Me.quota.percent, tone=Me.quota.tone),
        rx.el.p(
            rx.cond(Me.quota.warning != "", rx.el.span(Me.quota.warning, " ", class_name="text-warn")),
            t("Begins anew in"),
            " ",
            Until.create(at=Me.quota.resets_at),
            class_name="text-sm text-muted mt-2 num",
        ),
        rx.cond(
            length(Paying.shares) > 0,
            rx.el.ul(
                rx.foreach(Paying.shares, _share),
                class_name="flex flex-col gap-4 mt-5",
                custom_attrs={"aria-label": t("Today by model")},
            ),
            rx.el.p(t("No picture has been asked for today."), class_name="text-sm text-soft mt-5"),
        ),
    )
    return rx.cond(Me.quota.limit > 0, ui.card(rx.el.h2(t("Today"), class_name="text-base mb-4"), day_of))
