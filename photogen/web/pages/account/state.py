"""One account's books: the balance explained, entry by entry."""

import dataclasses

import reflex as rx

from photogen.domain.books import Explanation, Left, Line, OpenHold
from photogen.domain.books.commands import Explain
from photogen.errors import NotFound, PhotogenError
from photogen.web import routes
from photogen.web.deps import call, services
from photogen.web.security.policy import allow
from photogen.web.text import number, plural, t
from photogen.web.words import day, iso


@dataclasses.dataclass(frozen=True)
class Summary:
    """The account and its balance, in words. `wrong` says in what the books contradict each other, "" where they
    agree."""

    name: str = ""
    about: str = ""
    available: str = ""
    held: str = ""
    balance: str = ""
    proof: str = ""
    wrong: str = ""


@dataclasses.dataclass(frozen=True)
class Amount:
    """A number of credits and what it is. `foot` is a further line, "" without one."""

    credits: str
    words: str
    foot: str = ""


@dataclasses.dataclass(frozen=True)
class Entry:
    """One line of the ledger, in words."""

    id: int
    at: str
    amount: str
    tone: str
    balance: str
    why: str
    about: str


def signed(amount: int) -> str:
    """ "+5" or "-5" with a true minus."""
    return f"{amount:+,}".replace("-", "\N{MINUS SIGN}")


def summary(view: Explanation) -> Summary:
    """The head of the page."""
    wrong = ""
    if not view.agrees:
        wrong = t("Entries, grants and holds of this account contradict each other. The nightly check says where.")
    return Summary(
        t("A deleted account") if view.closed else view.name,
        view.account_id
        if view.closed
        else t(
            "{email}, on the {plan} plan since {day}",
            email=view.email,
            plan=view.plan.capitalize(),
            day=day(view.since),
        ),
        number(view.available),
        plural(view.held, "{n} more is set aside", "{n} more are set aside")
        if view.held
        else t("Nothing is set aside."),
        number(view.balance),
        t(
            "{entries} entries say {n}, the grants {m}.",
            entries=number(view.entries),
            n=number(view.balance),
            m=number(view.remaining),
        ),
        wrong,
    )


def lot(item: Left) -> Amount:
    """What is left of a grant."""
    until = t("Lapses on {day}", day=day(item.lapses_at)) if item.lapses_at else t("Never lapses")
    return Amount(
        t("{left} of {n}", left=number(item.remaining), n=number(item.amount)),
        item.what,
        t("Has lapsed; written off at the next movement") if item.lapsed else until,
    )


def held(item: OpenHold) -> Amount:
    """What is set aside."""
    return Amount(number(item.amount), item.why, f"{item.subject_kind} {item.subject_id}")


def entry(item: Line) -> Entry:
    """A line of the ledger."""
    balance = number(item.balance)
    if item.noted != item.balance:
        balance = t("{n} (noted: {m})", n=balance, m=number(item.noted))
    return Entry(
        item.id,
        iso(item.at),
        signed(item.amount) if item.amount else "0",
        "text-good" if item.amount > 0 else "text-text",
        balance,
        item.why,
        f"{item.subject_kind} {item.subject_id}".strip(),
    )


class AccountPage(rx.State):
    """A page of the account's ledger. `_trail` holds the ids that end the pages before this one."""

    ready: bool = False
    missing: bool = False
    problem: str = ""
    code: str = ""
    summary: Summary = Summary()
    parts: list[Amount] = []
    lots: list[Amount] = []
    holds: list[Amount] = []
    entries: list[Entry] = []
    order: str = "newest"
    older: bool = False
    newer: bool = False
    _id: str = ""
    _trail: list[int] = []
    _next: int = 0

    async def _read(self) -> None:
        wanted = Explain.of(order=self.order, beyond=self._trail[-1] if self._trail else 0)
        try:
            view = await call(services().books.explain, self._id, wanted)
        except NotFound:
            self.missing = self.ready = True
            return
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self.summary = summary(view)
        self.parts = [Amount(signed(part.credits), t(part.words)) for part in view.parts]
        self.lots = [lot(item) for item in view.left[:100]]
        self.holds = [held(item) for item in view.holds]
        self.entries = [entry(line) for line in view.lines]
        self._next = view.beyond
        self.older, self.newer = view.beyond > 0, bool(self._trail)
        self.missing, self.problem, self.code, self.ready = False, "", "", True

    @rx.event
    @allow("admin")
    async def load(self) -> None:
        self._id, self._trail = routes.last_part(self.router.url.path), []
        await self._read()

    @rx.event
    @allow("admin")
    async def show_order(self, order: str) -> None:
        """The newest or the oldest first."""
        self.order, self._trail = Explain.of(order=order).order, []
        await self._read()

    @rx.event
    @allow("admin")
    async def show_older(self) -> None:
        """The next page."""
        if self.older:
            self._trail = [*self._trail, self._next]
            await self._read()

    @rx.event
    @allow("admin")
    async def show_newer(self) -> None:
        """The page before."""
        self._trail = self._trail[:-1]
        await self._read()
