"""What the likeness lab shows, in words."""

import dataclasses

from photogen.domain.lab.views import LabCell, LabOffer, LabRunView
from photogen.web.pages.generate.shown import after, cost
from photogen.web.text import plural, t
from photogen.web.words import iso


@dataclasses.dataclass(frozen=True)
class PromptShown:
    """A prompt that can be taken into the run."""

    key: str
    text: str
    taken: bool


@dataclasses.dataclass(frozen=True)
class Offer:
    """The run that can be started."""

    version: str = ""
    prompts: list[PromptShown] = dataclasses.field(default_factory=list)
    button: str = ""
    after: str = ""
    affordable: bool = True
    none: bool = False


@dataclasses.dataclass(frozen=True)
class CellShown:
    """One picture of the grid."""

    id: str
    status: str
    src: str
    src2x: str
    blurred: str
    label: str
    error: str
    voted: bool
    kept: bool


@dataclasses.dataclass(frozen=True)
class RowShown:
    """A prompt with its pictures."""

    text: str
    cells: list[CellShown]


@dataclasses.dataclass(frozen=True)
class Column:
    """A strength: its heading, its votes, whether it is the usual one of its version."""

    scale: float
    title: str
    votes: str
    usual: bool
    leads: bool


@dataclasses.dataclass(frozen=True)
class RunShown:
    """A run. `verdict` says what the votes mean; `use` is the strength that they speak for, `use_text` the button."""

    id: str = ""
    title: str = ""
    created_at: str = ""
    line: str = ""
    running: bool = False
    percent: int = 0
    failed: int = 0
    columns: list[Column] = dataclasses.field(default_factory=list)
    rows: list[RowShown] = dataclasses.field(default_factory=list)
    verdict: str = ""
    use: float = -1
    use_text: str = ""


def strength(scale: float) -> str:
    """The heading of a column."""
    return t("Without the model") if scale == 0 else f"{scale:g}"


def offer_of(view: LabOffer, taken: list[str]) -> Offer:
    count = len(taken) * len(view.scales)
    quote = view.tariff.quote(count)
    tail = t("What fails comes back.") if quote.affordable else t("Take fewer prompts.")
    return Offer(
        version=t("Version {n}", n=view.version_number),
        prompts=[PromptShown(p.key, p.text, p.key in taken) for p in view.prompts],
        button=t(
            "{verb} for {price}",
            verb=plural(count, "Draw {n} picture", "Draw {n} pictures"),
            price=cost(quote),
        ),
        after=f"{after(quote)} {tail}",
        affordable=quote.affordable,
        none=count == 0,
    )


def _cell(view: LabCell) -> CellShown:
    return CellShown(
        id=view.generation_id,
        status=view.status,
        src=view.thumb_url,
        src2x=f"/media/images/{view.image_id}/1024" if view.image_id else "",
        blurred=view.thumbhash,
        label=strength(view.scale),
        error=f"{view.error} ({view.error_code})" if view.error_code else t("Cancelled"),
        voted=view.voted,
        kept=view.kept,
    )


def _verdict(view: LabRunView) -> tuple[str, float]:
    said = view.verdict
    if not said.total:
        return t("Tap every picture in which it looks right. The strength with most votes wins."), -1
    if said.best == 0:
        return t("Pictures without the model won: it adds no likeness. More photos or more steps may help."), -1
    if said.best is not None:
        return (
            t("Strength {scale} leads with {n} of {m} votes.", scale=f"{said.best:g}", n=said.votes, m=said.total),
            said.best,
        )
    level = [strength(scale) for scale in said.level]
    return t("{first} and {last} are level. Tap once more.", first=", ".join(level[:-1]), last=level[-1]), -1


def run_of(view: LabRunView) -> RunShown:
    verdict, best = _verdict(view)
    money = [
        t("{n} of the day's quota", n=view.quota) if view.quota else "",
        plural(view.spent, "{n} credit spent", "{n} credits spent") if view.spent else "",
        t("{n} set aside", n=view.held) if view.held else "",
        t("{n} came back", n=view.returned) if view.returned else "",
    ]
    over = view.done + view.failed
    usual = best > 0 and best == view.default_scale
    return RunShown(
        id=view.id,
        title=t("Version {n}", n=view.version_number),
        created_at=iso(view.created_at),
        line=" · ".join([t("{n} of {m} drawn", n=view.done, m=view.total), *(part for part in money if part)]),
        running=view.running,
        percent=round(100 * over / view.total) if view.total else 0,
        failed=0 if view.running else view.failed,
        columns=[
            Column(
                scale=scale,
                title=strength(scale),
                votes=plural(votes, "{n} vote", "{n} votes") if votes else "",
                usual=scale == view.default_scale,
                leads=scale == best,
            )
            for scale, votes in zip(view.scales, view.votes, strict=True)
        ],
        rows=[RowShown(row.text, [_cell(cell) for cell in row.cells]) for row in view.rows],
        verdict=t("{scale} is what the votes say, and it is the usual strength already.", scale=f"{best:g}")
        if usual
        else verdict,
        use=-1 if usual else best,
        use_text=t("Use {scale} as the default", scale=f"{best:g}") if best > 0 else "",
    )
