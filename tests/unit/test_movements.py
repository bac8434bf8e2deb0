"""The ledger as the usage page tells it: what a person asked for, once, and what became of it."""

from datetime import UTC, datetime, timedelta

from photogen.domain.credits.views import EntryView
from photogen.models import EntryKind, HoldState
from photogen.web.movements import movements

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _entry(
    number: int,
    kind: EntryKind,
    amount: int,
    *,
    subject: str = "",
    of: str = "shot",
    settled: HoldState | None = None,
    at: datetime = NOON,
    note: str = "",
) -> EntryView:
    return EntryView(number, kind, amount, 100 - number, note, of if subject else "", subject, "", at, settled)


def test_the_pictures_of_a_batch_are_one_line_and_captures_none() -> None:
    lines = movements(
        [
            _entry(5, EntryKind.CAPTURE, 0, subject="b", settled=HoldState.CAPTURED),
            _entry(4, EntryKind.CAPTURE, 0, subject="a", settled=HoldState.CAPTURED),
            _entry(3, EntryKind.HOLD, -1, subject="b", settled=HoldState.CAPTURED),
            _entry(2, EntryKind.HOLD, -1, subject="a", settled=HoldState.CAPTURED),
            _entry(1, EntryKind.GRANT, 5, note="Welcome"),
        ]
    )
    assert [(line.words, line.amount, line.state) for line in lines] == [
        ("2 pictures", "\N{MINUS SIGN}2", ""),
        ("Welcome", "+5", ""),
    ]
    assert lines[0].balance == "97"  # after the newest of them


def test_a_picture_paid_from_two_grants_is_one_picture() -> None:
    lines = movements(
        [
            _entry(2, EntryKind.HOLD, -1, subject="a", settled=HoldState.OPEN),
            _entry(1, EntryKind.HOLD, -2, subject="a", settled=HoldState.OPEN),
        ]
    )
    assert [(line.words, line.amount, line.state) for line in lines] == [("1 picture", "\N{MINUS SIGN}3", "Set aside")]


def test_two_batches_stay_two_lines() -> None:
    lines = movements(
        [
            _entry(2, EntryKind.HOLD, -1, subject="b", settled=HoldState.CAPTURED, at=NOON + timedelta(seconds=1)),
            _entry(1, EntryKind.HOLD, -1, subject="a", settled=HoldState.CAPTURED),
        ]
    )
    assert [line.words for line in lines] == ["1 picture", "1 picture"]


def test_what_comes_back_is_said_and_a_training_leads_to_its_page() -> None:
    lines = movements(
        [
            _entry(4, EntryKind.RELEASE, 1, subject="b", settled=HoldState.RELEASED, at=NOON + timedelta(seconds=2)),
            _entry(3, EntryKind.RELEASE, 1, subject="a", settled=HoldState.RELEASED, at=NOON + timedelta(seconds=1)),
            _entry(2, EntryKind.RELEASE, 20, subject="t", of="training", settled=HoldState.RELEASED),
            _entry(1, EntryKind.HOLD, -20, subject="t", of="training", settled=HoldState.RELEASED),
        ]
    )
    assert [(line.words, line.amount, line.state, line.href) for line in lines] == [
        ("Returned from 2 pictures", "+2", "", ""),
        ("Returned from a training", "+20", "", "/trainings/t"),
        ("Training", "\N{MINUS SIGN}20", "Returned", "/trainings/t"),
    ]
