"""The figures in words, and as heights of bars: pure."""

import dataclasses
from collections.abc import Callable, Sequence
from datetime import timedelta

from photogen.domain.analytics import DayFigures, Figures, PlanFigures, Statement, WorkFigures
from photogen.web.text import dollars, number, percent, plural, short_day, t
from photogen.web.words import tier

FLOWS = {
    "welcome": t("Welcome credits"),
    "plan": t("With plans"),
    "pack": t("Sold in packs"),
    "admin": t("Given by hand"),
    "refund": t("Returned after disputes and refused refunds"),
    "burnt": t("Burnt: delivered work"),
    "expired": t("Lapsed"),
    "clawed": t("Taken back with payments"),
    "taken": t("Taken by hand"),
}
_DASH = "\N{EN DASH}"


@dataclasses.dataclass(frozen=True)
class Figure:
    """A number with its name and a line below."""

    label: str
    value: str
    foot: str


@dataclasses.dataclass(frozen=True)
class Row:
    """A line of a table: its head, and its cells in order. `strong`: a sum."""

    head: str
    cells: list[str]
    strong: bool = False


@dataclasses.dataclass(frozen=True)
class Bar:
    """A day: two heights in percent of the chart, and the day in words."""

    day: str
    first: float
    second: float
    words: str


@dataclasses.dataclass(frozen=True)
class Chart:
    """Two rows of bars by day. `words` say all of it in a sentence, `most` is the upper end."""

    bars: list[Bar] = dataclasses.field(default_factory=list)
    most: str = ""
    begins: str = ""
    ends: str = ""
    words: str = ""


@dataclasses.dataclass(frozen=True)
class Board:
    """All that the page shows. `wrong` says by how much the statement does not add up, "" where it does."""

    figures: list[Figure] = dataclasses.field(default_factory=list)
    money: Chart = Chart()
    credits: Chart = Chart()
    plans: list[Row] = dataclasses.field(default_factory=list)
    statement: list[Row] = dataclasses.field(default_factory=list)
    wrong: str = ""
    actives: list[Row] = dataclasses.field(default_factory=list)
    work: list[Row] = dataclasses.field(default_factory=list)
    days: list[Row] = dataclasses.field(default_factory=list)
    note: str = ""


def board(view: Figures) -> Board:
    """The whole page."""
    unknown = sum(work.unknown for work in view.work)
    return Board(
        figures=_figures(view),
        money=chart(
            view,
            [(day.income_cents - day.returned_cents, day.cost_cents) for day in view.days],
            dollars,
            t("{first} came in, vendors took {second}"),
        ),
        credits=chart(
            view,
            [(day.granted, day.burnt) for day in view.days],
            number,
            t("{first} credits granted, {second} burnt"),
        ),
        plans=_plans(view.plans),
        statement=statement(view.statement),
        wrong=""
        if view.statement.adds_up
        else t(
            "This does not add up: {n} credits too many at the end. Run python -m photogen check-books.",
            n=f"{view.statement.difference:+,}",
        ),
        actives=[Row(tier(one.tier.value), [number(one.accounts)]) for one in view.actives],
        work=[_work(one) for one in view.work],
        days=[_day(one) for one in reversed(view.days)],
        note=plural(
            unknown,
            "What the vendor took is not known of {n} piece of work; it is missing in the costs.",
            "What vendors took is not known of {n} pieces of work; it is missing in the costs.",
        )
        if unknown
        else "",
    )


def _figures(view: Figures) -> list[Figure]:
    paying, trying = sum(p.subscribers for p in view.plans), sum(p.trialing for p in view.plans)
    ending = sum(p.ending for p in view.plans)
    income = sum(day.income_cents - day.returned_cents for day in view.days)
    cost = sum(day.cost_cents for day in view.days)
    moved = view.movement
    also = [
        plural(trying, "{n} on trial", "{n} on trial") if trying else "",
        plural(ending, "{n} has cancelled", "{n} have cancelled") if ending else "",
    ]
    return [
        Figure(t("Recurring by the month"), money(view.mrr_cents), t("now, at what was sold")),
        Figure(t("Subscribers"), number(paying), ", ".join(filter(None, also)) or t("now")),
        Figure(
            t("Churn"),
            of_all(moved.churn),
            t(
                "{lost} of {n} left, {new} began",
                lost=number(moved.lost),
                n=number(moved.at_start),
                new=number(moved.began),
            ),
        ),
        Figure(
            t("New accounts that paid"),
            of_all(moved.conversion),
            t("{paid} of {n}", paid=number(moved.paid), n=number(moved.registered))
            + (
                t("; trials {paid} of {n}", paid=number(moved.trials_paid), n=number(moved.trials))
                if moved.trials
                else ""
            ),
        ),
        Figure(t("Income"), money(income), t("refunds taken off")),
        Figure(
            t("Vendors' costs"),
            money(cost),
            t("{share} of the income", share=of_all(cost / income if income > 0 else None)),
        ),
        Figure(
            t("Active accounts"), number(sum(a.accounts for a in view.actives)), t("asked for pictures or trainings")
        ),
        Figure(t("Credits outstanding"), number(view.statement.closing), t("at the end of the period")),
    ]


def _plans(plans: Sequence[PlanFigures]) -> list[Row]:
    rows = [
        Row(plan.name, [number(plan.subscribers), number(plan.ending), number(plan.trialing), money(plan.mrr_cents)])
        for plan in plans
    ]
    whole = [sum(getattr(plan, name) for plan in plans) for name in ("subscribers", "ending", "trialing")]
    total = money(sum(plan.mrr_cents for plan in plans))
    return [*rows, Row(t("All plans"), [*(number(n) for n in whole), total], strong=True)]


def statement(view: Statement) -> list[Row]:
    """Opening, what came, what went, closing."""
    return [
        Row(t("At the beginning"), [number(view.opening)], strong=True),
        *(Row(FLOWS[flow.reason], [signed(flow.credits)]) for flow in view.came),
        *(Row(FLOWS[flow.reason], [signed(-flow.credits)]) for flow in view.went),
        Row(t("At the end"), [number(view.closing)], strong=True),
    ]


def _work(one: WorkFigures) -> Row:
    name = t("Trainings") if one.key == "training" else one.name
    known = one.count - one.unknown
    each = money(one.cost_cents / known, fine=True) if known > 0 else _DASH
    return Row(
        name,
        [
            number(one.count),
            number(one.by_plan),
            number(one.credits),
            money(one.credits * 10),
            money(one.cost_cents) if known > 0 else _DASH,
            each,
        ],
    )


def _day(one: DayFigures) -> Row:
    return Row(
        short_day(one.day),
        [
            money(one.income_cents), money(one.returned_cents) if one.returned_cents else _DASH, money(one.cost_cents),
            number(one.pictures), number(one.trainings), number(one.granted), number(one.burnt), number(one.registered),
        ],
    )  # fmt: skip


def chart(view: Figures, values: Sequence[tuple[float, float]], say: Callable[[float], str], sentence: str) -> Chart:
    """Bars for `values` day by day; `say` puts an amount into words, `sentence` two of them."""
    most = max((max(pair) for pair in values), default=0)
    scale = 100 / most if most > 0 else 0
    bars = [
        Bar(
            on.isoformat(),
            max(0, first) * scale,
            max(0, second) * scale,
            f"{short_day(on)}: {sentence.format(first=say(first), second=say(second))}",
        )
        for on, (first, second) in zip((day.day for day in view.days), values, strict=True)
    ]
    both = [sum(pair[n] for pair in values) for n in (0, 1)]
    whole = sentence.format(first=say(both[0]), second=say(both[1]))
    last = view.end.date() - timedelta(days=1)
    return Chart(bars, say(most) if most > 0 else "", short_day(view.start.date()), short_day(last), whole)


def money(cents: float, *, fine: bool = False) -> str:
    """ "$1,234.50"; `fine` with four places, for what one picture takes."""
    return dollars(cents, 4 if fine else 2)


def of_all(share: float | None) -> str:
    """ "12.5 %"; a dash where there is nothing to take a share of."""
    return _DASH if share is None else percent(share, 1)


def signed(amount: int) -> str:
    """ "+5" or "-5" with a true minus; "0"."""
    return f"{'+' if amount > 0 else '-'}{number(abs(amount))}".replace("-", "\N{MINUS SIGN}") if amount else "0"
