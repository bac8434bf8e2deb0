"""What the usage page shows of the balance and of the last days: pure."""

import dataclasses
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from photogen.domain.credits import DayUse, GrantSource, GrantView
from photogen.domain.generation.views import ModelTotal
from photogen.web.text import number, plural, short_day, t
from photogen.web.words import day, iso

DAYS = 30


@dataclasses.dataclass(frozen=True)
class Lot:
    """Credits of one source that are left. `part` is percent of what they once were."""

    words: str
    left: str
    lapses: str
    lapses_at: str
    part: int


@dataclasses.dataclass(frozen=True)
class ModelRow:
    """One model in the last days. `part` is percent of the pictures of the one with the most."""

    name: str
    words: str
    part: int


@dataclasses.dataclass(frozen=True)
class Bar:
    """One day: heights in percent of the chart, and the day in words."""

    day: str
    pictures: float
    trainings: float
    words: str


@dataclasses.dataclass(frozen=True)
class Trend:
    """The last days. `most` is the chart's upper end in credits; `words` say all of it in a sentence."""

    bars: list[Bar] = dataclasses.field(default_factory=list)
    most: str = ""
    first: str = ""
    last: str = ""
    words: str = ""
    empty: bool = True


_SOURCES = {
    GrantSource.WELCOME: t("Welcome credits"),
    GrantSource.PLAN: t("From your plan"),
    GrantSource.PACK: t("Bought"),
    GrantSource.ADMIN: t("From the operator"),
    GrantSource.REFUND: t("Returned"),
}


def lot(view: GrantView) -> Lot:
    """A grant that is not spent yet."""
    left = t("{left} of {n}", left=number(view.remaining), n=number(view.amount))
    lapses = t("Lapse on {day}", day=day(view.expires_at)) if view.expires_at else t("Never lapse")
    words = _SOURCES.get(view.source, "") or view.note
    return Lot(words, left, lapses, iso(view.expires_at), round(100 * view.remaining / max(1, view.amount)))


def by_model(totals: Sequence[ModelTotal]) -> list[ModelRow]:
    """Pictures by model, with what they took."""
    most = max((total.pictures for total in totals), default=1)

    def words(total: ModelTotal) -> str:
        took = [
            plural(total.credits, "{n} credit", "{n} credits") if total.credits else "",
            t("{n} of the quota", n=number(total.quota)) if total.quota else "",
        ]
        pictures = plural(total.pictures, "{n} picture", "{n} pictures")
        return " \N{MIDDLE DOT} ".join([pictures, *(one for one in took if one)])

    return [ModelRow(total.name, words(total), round(100 * total.pictures / most)) for total in totals]


def trend(uses: Sequence[DayUse], today: date) -> Trend:
    """The last DAYS days, today included."""
    days: dict[date, dict[str, int]] = defaultdict(dict)
    for use in uses:
        kind = "training" if use.kind == "training" else "shot"
        days[use.day][kind] = days[use.day].get(kind, 0) + use.credits
    most = max((sum(kinds.values()) for kinds in days.values()), default=0)
    bars = []
    for back in range(DAYS - 1, -1, -1):
        on = today - timedelta(days=back)
        pictures, trainings = days[on].get("shot", 0), days[on].get("training", 0)
        said = t("{pictures} for pictures, {trainings} for trainings", pictures=pictures, trainings=trainings)
        scale = 100 / max(1, most)
        bars.append(Bar(on.isoformat(), pictures * scale, trainings * scale, f"{short_day(on)}: {said}"))
    total = sum(sum(kinds.values()) for kinds in days.values())
    sentence = plural(total, "{n} credit used in 30 days", "{n} credits used in 30 days")
    return Trend(bars, number(most), short_day(today - timedelta(days=DAYS - 1)), t("Today"), sentence, total == 0)
