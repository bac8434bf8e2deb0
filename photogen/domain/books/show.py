"""From rows to words: pure."""

from collections.abc import Iterator
from datetime import UTC, datetime

from photogen.domain.books.policy import payment_of
from photogen.domain.books.repository import Causes, Sums
from photogen.domain.books.views import Left, Line, OpenHold, Part
from photogen.models import (
    CreditEntry,
    CreditGrant,
    CreditHold,
    EntryKind,
    GrantSource,
    Payment,
    PurchaseKind,
    Training,
)

_RECEIVED = {
    GrantSource.WELCOME: "Welcome credits",
    GrantSource.PLAN: "Came with plans",
    GrantSource.PACK: "Bought",
    GrantSource.ADMIN: "Given by the operator",
    GrantSource.REFUND: "Returned",
}
UNACCOUNTED = "Not accounted for by any hold"
_REASONS = {
    "subscription_create": "first invoice",
    "subscription_cycle": "renewal",
    "subscription_update": "change of plan",
}


def parts(sums: Sums) -> Iterator[Part]:
    """What the balance is made of."""
    moved = dict(sums.moved)
    held = -sums.captured - sums.open
    for source, words in _RECEIVED.items():
        filled = moved.pop((EntryKind.GRANT, source, True), 0)
        if source is GrantSource.ADMIN:
            filled += sum(moved.pop((EntryKind.ADJUST, origin, True), 0) for origin in GrantSource)
        yield Part(words, filled)
    yield Part("Taken by the operator", sum(moved.pop((EntryKind.ADJUST, origin, False), 0) for origin in GrantSource))
    yield Part("Spent", -sums.captured)
    yield Part("Set aside for work under way", -sums.open)
    lost = {EntryKind.EXPIRE: "Lapsed", EntryKind.CLAWBACK: "Taken back with a payment"}
    for kind, words in lost.items():
        yield Part(words, sum(moved.pop((kind, origin, False), 0) for origin in GrantSource))
    # What holds took and gave back by the entries, against what the holds say of themselves.
    yield Part(UNACCOUNTED, sum(moved.values()) - held)


def line(entry: CreditEntry, balance: int, causes: Causes) -> Line:
    """An entry with its cause; `balance` is the sum up to it."""
    kind, subject = _about(entry, causes)
    return Line(
        id=entry.id or 0,
        at=entry.created_at,
        kind=entry.kind,
        amount=entry.amount,
        balance=balance,
        noted=entry.balance_after,
        why=_why(entry, causes),
        subject_kind=kind,
        subject_id=subject,
    )


def hold(row: CreditHold, causes: Causes) -> OpenHold:
    """An open hold with its cause."""
    return OpenHold(row.created_at, row.amount, _sentence(_work(row, causes)), row.kind, row.subject_id)


def left(row: CreditGrant, causes: Causes, now: datetime) -> Left:
    """What is left of a grant, and until when."""
    lapsed = row.expires_at is not None and row.expires_at <= now
    return Left(row.remaining, row.amount, _sentence(_source(row, causes)), row.expires_at, lapsed)


def _about(entry: CreditEntry, causes: Causes) -> tuple[str, str]:
    row = causes.holds.get(entry.hold_id or "")
    if row is not None:
        return row.kind, row.subject_id
    grant = causes.grants.get(entry.grant_id or "")
    paid = _payment(entry.key, causes) or (_payment(grant.key, causes) if grant else None)
    return ("payment", paid.id) if paid else ("", "")


def _why(entry: CreditEntry, causes: Causes) -> str:
    held, grant = causes.holds.get(entry.hold_id or ""), causes.grants.get(entry.grant_id or "")
    work = _work(held, causes) if held else "work that nothing is known of"
    origin = _source(grant, causes) if grant else "a grant that nothing is known of"
    lot = _lot(grant) if grant else origin
    match entry.kind:
        case EntryKind.GRANT:
            until = f"; lapses on {day(grant.expires_at)}" if grant and grant.expires_at else ""
            return _sentence(f"{origin}{until}")
        case EntryKind.HOLD:
            return f"Set aside for {work}, out of {lot}"
        case EntryKind.CAPTURE:
            return f"Spent {_credits(held.amount if held else 0)}: {work} was delivered"
        case EntryKind.RELEASE:
            return f"Returned: {work} {_fate(held, causes)}; back to {lot}"
        case EntryKind.EXPIRE:
            if entry.key.startswith("lapse:"):
                return f"Written off because the account was deleted: what was left of {origin}"
            return f"Lapsed on {day(grant.expires_at if grant else entry.created_at)}: what was left of {origin}"
        case EntryKind.ADJUST:
            verb = "Given" if entry.amount > 0 else "Taken"
            return f"{verb} by {entry.made_by or 'somebody'}: {entry.note or 'no reason is kept'}"
        case EntryKind.CLAWBACK:
            paid = _payment(entry.key, causes)
            return f"Taken back with {_paid(paid) if paid else 'a payment'} out of {origin}"


def _work(row: CreditHold, causes: Causes) -> str:
    if row.kind == "training":
        training = causes.trainings.get(row.subject_id)
        again = int(row.key.rsplit(":", 1)[-1]) if row.key.count(":") > 1 else 1
        if training is None:
            return f"training {row.subject_id}, which is deleted"
        return f"training {training.name!r} of {training.steps:,} steps{f', attempt {again}' if again > 1 else ''}"
    picture = causes.pictures.get(row.subject_id)
    if picture is None:
        return f"{'picture' if row.kind == 'shot' else row.kind} {row.subject_id}, which is deleted"
    return f"picture {picture.number} of {picture.count} with {picture.model}"


def _fate(row: CreditHold | None, causes: Causes) -> str:
    if row is None:
        return "came to nothing"
    picture = causes.pictures.get(row.subject_id)
    training: Training | None = causes.trainings.get(row.subject_id)
    status, code = "", ""
    if picture is not None:
        status, code = picture.status, picture.code
    elif training is not None and row.key == training.hold_key:
        status, code = training.status.value, training.error_code
    if status == "cancelled":
        return "was cancelled"
    return f"failed ({code})" if code else "failed" if status == "failed" else "came to nothing"


def _lot(grant: CreditGrant) -> str:
    """A grant in few words, where its payment is told elsewhere."""
    since = day(grant.created_at)
    match grant.source:
        case GrantSource.WELCOME:
            return "the welcome credits"
        case GrantSource.PLAN:
            return f"the {grant.note or 'plan'} credits of {since}"
        case GrantSource.PACK:
            return f"the {_credits(grant.amount)} bought on {since}"
        case GrantSource.ADMIN:
            return f"the {_credits(grant.amount)} given on {since}"
        case GrantSource.REFUND:
            return f"the {_credits(grant.amount)} returned on {since}"


def _source(grant: CreditGrant, causes: Causes) -> str:
    paid, since = _payment(grant.key, causes), day(grant.created_at)
    match grant.source:
        case GrantSource.WELCOME:
            return f"the welcome credits of {since}"
        case GrantSource.PLAN:
            name = payment_of(grant.key)
            month = f", month {name.month}" if name and name.month else ""
            return f"the {grant.note or 'plan'}{month}, {_paid(paid) if paid else f'of {since} ({grant.key})'}"
        case GrantSource.PACK:
            return f"{_credits(grant.amount)} bought, {_paid(paid) if paid else f'of {since} ({grant.key})'}"
        case GrantSource.ADMIN:
            return f"{_credits(grant.amount)} that the operator gave on {since}"
        case GrantSource.REFUND:
            return f"{_credits(grant.amount)} returned on {since}: {grant.note}"


def _payment(key: str, causes: Causes) -> Payment | None:
    name = payment_of(key)
    return causes.payments.get(name.key) if name else None


def _paid(row: Payment) -> str:
    what = "the pack's payment" if row.kind is PurchaseKind.PACK else _REASONS.get(row.reason, "invoice")
    number = row.number or row.gateway_id
    back = f", {_dollars(row.refunded_cents)} of it given back" if row.refunded_cents else ""
    disputed = ", disputed" if row.disputed else ""
    return f"{what} {number} of {day(row.paid_at or row.created_at)} over {_dollars(row.cents)}{back}{disputed}"


def _sentence(words: str) -> str:
    return words.removeprefix("the ")[:1].upper() + words.removeprefix("the ")[1:]


def _credits(amount: int) -> str:
    return f"{amount:,} credit{'' if amount == 1 else 's'}"


def _dollars(cents: int) -> str:
    return f"${cents / 100:,.2f}"


def day(moment: datetime | None) -> str:
    """ "3 November 2026", by UTC."""
    if moment is None:
        return "an unknown day"
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc:%B %Y}"
