"""The ledger in words, for the usage page and its file."""

import dataclasses
from collections.abc import Mapping, Sequence
from itertools import groupby

from photogen.domain.credits import EntryKind, EntryView, HoldState
from photogen.web import routes
from photogen.web.text import number, plural, t
from photogen.web.words import iso

TONES = {HoldState.OPEN: "accent", HoldState.RELEASED: "warn"}
STATES = {HoldState.OPEN: t("Set aside"), HoldState.RELEASED: t("Returned")}


@dataclasses.dataclass(frozen=True)
class Movement:
    """A movement of the balance, in words. `state` is empty where there is nothing to add."""

    id: int
    words: str
    state: str
    state_tone: str
    amount: str
    tone: str
    balance: str
    href: str
    at: str


def words(entry: EntryView, count: int = 1) -> str:
    """What an entry was; of `count` pictures where it stands for several."""
    training = entry.subject_kind == "training"
    match entry.kind:
        case EntryKind.HOLD:
            return t("Training") if training else plural(count, "{n} picture", "{n} pictures")
        case EntryKind.RELEASE:
            return (
                t("Returned from a training")
                if training
                else plural(count, "Returned from {n} picture", "Returned from {n} pictures")
            )
        case EntryKind.EXPIRE:
            return t("Lapsed")
        case EntryKind.CAPTURE:
            return t("Training delivered") if training else t("Picture delivered")
        case EntryKind.CLAWBACK:
            return t("Taken back: the payment was given back") if entry.amount < 0 else t("Credits received")
        case EntryKind.ADJUST:
            return entry.note or t("Adjusted by the operator")
        case _:
            return entry.note or t("Credits received")


def _together(entry: EntryView) -> object:
    """Pictures are asked for in one moment; what comes back comes within a minute or so."""
    if entry.subject_kind != "shot":
        return entry.id
    returned = entry.kind is EntryKind.RELEASE
    return (
        entry.kind,
        entry.settled,
        entry.created_at.replace(second=0, microsecond=0) if returned else entry.created_at,
    )


def _href(entries: Sequence[EntryView], pictures: Mapping[str, str]) -> str:
    """Where the work can be seen: the training, or the first picture that is still there."""
    if entries[0].subject_kind == "training":
        return routes.training(entries[0].subject_id)
    found = next((pictures[e.subject_id] for e in reversed(entries) if e.subject_id in pictures), "")
    return routes.picture(found) if found else ""


def movements(entries: Sequence[EntryView], pictures: Mapping[str, str] | None = None) -> list[Movement]:
    """Entries, newest first, in words: captures move nothing and are left out; pictures of one batch are one line.

    `pictures` are ids of images by the shot that drew them."""
    alike = groupby(
        (entry for entry in entries if entry.kind is not EntryKind.CAPTURE),
        _together,
    )
    lines = []
    for _, group in alike:
        together = list(group)
        entry, amount = together[0], sum(e.amount for e in together)
        settled = entry.settled if entry.kind is EntryKind.HOLD else None
        lines.append(
            Movement(
                id=entry.id,
                words=words(entry, len({e.subject_id for e in together})),
                state=STATES.get(settled, "") if settled else "",
                state_tone=TONES.get(settled, "") if settled else "",
                amount=f"{amount:+,}".replace("-", "\N{MINUS SIGN}"),
                tone="text-good" if amount > 0 else "text-text",
                balance=number(entry.balance_after),
                href=_href(together, pictures or {}),
                at=iso(entry.created_at),
            )
        )
    return lines
