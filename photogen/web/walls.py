"""The three refusals as dialogs, alike wherever the wall is met: not enough credits (402), a higher plan (403), the
day's quota (429). Each says what is missing and has its ways out.

`toast.error(problem)` opens the dialog where `problem` is one of them, so a handler needs nothing of its own; a socket
without pages reads the same numbers in `walls.wall`.
"""

import dataclasses
from datetime import datetime
from typing import Any

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.components.islands import Until
from photogen.web.deps import call, services
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import plural, t
from photogen.web.typed import Steps

STATUS = {"insufficient_credits": 402, "tier_required": 403, "quota_exhausted": 429}


@dataclasses.dataclass(frozen=True)
class Wall:
    """What stands in the way. `code` is "" where nothing does; amounts are credits or units of the quota."""

    code: str = ""
    status: int = 0
    sentence: str = ""
    needed: int = 0
    have: int = 0
    used: int = 0
    limit: int = 0
    credits: int = 0
    tier: str = ""
    plan: str = ""
    resets_at: str = ""
    clock: str = ""
    beyond: str = ""


def _whole(value: object) -> int:
    return max(0, min(value, 10**9)) if isinstance(value, int) else 0


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value)[:40])
    except ValueError:
        return None


def wall_of(code: str, sentence: str, details: dict[str, Any]) -> Wall:
    """From a refusal's code, sentence and details; anybody's socket may send these, so they are cut to size."""
    if code not in STATUS:
        return Wall()
    numbers = {name: _whole(details.get(name)) for name in ("needed", "have", "used", "limit", "credits")}
    at = _moment(details.get("resets_at"))
    beyond = ""
    if code == "quota_exhausted":
        cost = plural(numbers["credits"], "{n} credit", "{n} credits")
        beyond = t("Beyond the quota this would take {cost}; you have {have}.", cost=cost, have=numbers["have"])
    return Wall(
        code=code,
        status=STATUS[code],
        sentence=sentence[:500],
        tier=str(details.get("tier", ""))[:40],
        plan=str(details.get("plan", ""))[:40],
        resets_at=at.isoformat() if at else "",
        clock=f"{at:%H:%M} UTC" if at else "",
        beyond=beyond,
        **numbers,
    )


class Walls(rx.State):
    """The wall that this tab stands before."""

    wall: Wall = Wall()
    switched: bool = False
    switching: bool = False

    @rx.event
    @allow("user")
    def show(self, code: str, sentence: str, details: dict[str, Any] = {}) -> None:  # noqa: B006 - never changed
        """Opens the dialog of a refusal; other codes have none."""
        self.wall, self.switched = wall_of(code, sentence, details), False

    @rx.event
    @allow("user")
    def close(self) -> None:
        """Back to what one was at."""
        self.wall = Wall()

    @rx.event
    @allow("user")
    async def switch_on(self) -> Steps:
        """From now on credits pay for pictures beyond the day's quota."""
        self.switching = True
        yield None
        try:
            await call(services().quota.set_overage, current().account_id, on=True)
            self.switched = True
        finally:
            self.switching = False


def _way(text: Any, href: Any, kind: ui.Kind = "secondary") -> rx.Component:
    """A way out: the wall stays behind, instead of standing on the page that it leads to."""
    return ui.link_button(text, href=href, kind=kind, on_click=Walls.close)


def _credits() -> rx.Component:
    wall = Walls.wall
    return ui.dialog(
        t("Not enough credits"),
        rx.el.p(wall.sentence, class_name="text-sm text-soft"),
        rx.el.dl(
            _line(t("Needed"), wall.needed),
            _line(t("You have"), wall.have),
            class_name="flex flex-col gap-2 mt-4",
        ),
        _code(),
        open=wall.code == "insufficient_credits",
        on_close=Walls.close,
        footer=[
            _way(t("See plans"), routes.PRICING),
            _way(t("Buy credits"), routes.PACKS, kind="primary"),
        ],
    )


def _plan() -> rx.Component:
    wall = Walls.wall
    return ui.dialog(
        t("This needs another plan"),
        rx.el.p(wall.sentence, class_name="text-sm text-soft"),
        _code(),
        open=wall.code == "tier_required",
        on_close=Walls.close,
        footer=[
            ui.button(t("Choose another model"), on_click=Walls.close),
            _way(
                rx.cond(wall.plan != "", t("See the {plan} plan", plan=wall.plan), t("See plans")),
                rx.cond(wall.plan != "", routes.pricing(wall.plan), routes.PRICING),
                kind="primary",
            ),
        ],
    )


def _quota() -> rx.Component:
    wall = Walls.wall
    ways = rx.el.div(
        rx.el.p(wall.sentence, class_name="text-sm text-soft"),
        rx.el.dl(
            _line(t("Taken today"), rx.el.span(wall.used, " / ", wall.limit)),
            _line(t("The next day begins"), rx.el.span(wall.clock, " · ", Until.create(at=wall.resets_at))),
            class_name="flex flex-col gap-2 mt-4",
        ),
        rx.el.p(wall.beyond, class_name="text-sm text-muted num mt-4"),
        rx.cond(
            wall.credits > wall.have,
            ui.text_link(t("Buy credits"), href=routes.PACKS, class_name="text-sm", on_click=Walls.close),
        ),
    )
    done = ui.notice(
        t("From now on credits pay for pictures beyond the day's quota. Press the button again to go on."), tone="good"
    )
    return ui.dialog(
        t("Today's quota is used up"),
        rx.el.div(rx.cond(Walls.switched, done, ways), role="status"),
        rx.cond(Walls.switched, rx.fragment(), _code()),
        open=wall.code == "quota_exhausted",
        on_close=Walls.close,
        footer=[
            rx.cond(
                Walls.switched,
                ui.button(t("Go on"), kind="primary", on_click=Walls.close),
                rx.fragment(
                    _way(t("See plans"), routes.PRICING, kind="ghost"),
                    ui.button(t("Wait"), on_click=Walls.close),
                    ui.button(t("Let credits pay"), kind="primary", on_click=Walls.switch_on, busy=Walls.switching),
                ),
            ),
        ],
    )


def _line(label: str, value: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(label, class_name="text-muted"), rx.el.dd(value, class_name="num"), class_name="meter-row"
    )


def _code() -> rx.Component:
    return rx.el.p(rx.el.span(Walls.wall.code, class_name="code"), class_name="text-xs text-muted mt-4")


def dialogs() -> rx.Component:
    """One for each refusal; the frame puts them on every page behind the log-in."""
    return rx.fragment(_credits(), _plan(), _quota())
