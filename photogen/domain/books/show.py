"""From rows to words: pure."""

from collections.abc import Iterator
from datetime import datetime

from photogen.domain.books.policy import payment_of
from photogen.domain.books.repository import Causes, Sums
from photogen.domain.books.views import Left, Line, OpenHold, Part
from photogen.kit import text
from photogen.kit.text import dollars, number, plural, t
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
    GrantSource.WELCOME: t("Welcome credits"),
    GrantSource.PLAN: t("Came with plans"),
    GrantSource.PACK: t("Bought"),
    GrantSource.ADMIN: t("Given by the operator"),
    GrantSource.REFUND: t("Returned"),
}
UNACCOUNTED = t("Not accounted for by any hold")
_REASONS = {
    "subscription_create": t("first invoice"),
    "subscription_cycle": t("renewal"),
    "subscription_update": t("change of plan"),
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
    yield Part(
        t("Taken by the operator"), sum(moved.pop((EntryKind.ADJUST, origin, False), 0) for origin in GrantSource)
    )
    yield Part(t("Spent"), -sums.captured)
    yield Part(t("Set aside for work under way"), -sums.open)
    lost = {EntryKind.EXPIRE: t("Lapsed"), EntryKind.CLAWBACK: t("Taken back with a payment")}
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
    work = _work(held, causes) if held else t("work that nothing is known of")
    origin = _source(grant, causes) if grant else t("a grant that nothing is known of")
    lot = _lot(grant) if grant else origin
    match entry.kind:
        case EntryKind.GRANT:
            until = t("; lapses on {day}", day=day(grant.expires_at)) if grant and grant.expires_at else ""
            return _sentence(f"{origin}{until}")
        case EntryKind.HOLD:
            return t("Set aside for {work}, out of {lot}", work=work, lot=lot)
        case EntryKind.CAPTURE:
            return t("Spent {credits}: {work} was delivered", credits=_credits(held.amount if held else 0), work=work)
        case EntryKind.RELEASE:
            return t("Returned: {work} {fate}; back to {lot}", work=work, fate=_fate(held, causes), lot=lot)
        case EntryKind.EXPIRE:
            if entry.key.startswith("lapse:"):
                return t("Written off because the account was deleted: what was left of {lot}", lot=origin)
            on = day(grant.expires_at if grant else entry.created_at)
            return t("Lapsed on {day}: what was left of {lot}", day=on, lot=origin)
        case EntryKind.ADJUST:
            by, why = entry.made_by or t("somebody"), entry.note or t("no reason is kept")
            if entry.amount > 0:
                return t("Given by {who}: {why}", who=by, why=why)
            return t("Taken by {who}: {why}", who=by, why=why)
        case EntryKind.CLAWBACK:
            paid = _payment(entry.key, causes)
            with_it = _paid(paid) if paid else t("a payment")
            return t("Taken back with {payment} out of {lot}", payment=with_it, lot=origin)


def _work(row: CreditHold, causes: Causes) -> str:
    if row.kind == "training":
        training = causes.trainings.get(row.subject_id)
        again = int(row.key.rsplit(":", 1)[-1]) if row.key.count(":") > 1 else 1
        if training is None:
            return t("training {id}, which is deleted", id=row.subject_id)
        values = {"name": repr(training.name), "n": number(training.steps)}
        if again > 1:
            return t("training {name} of {n} steps, attempt {again}", again=again, **values)
        return t("training {name} of {n} steps", **values)
    picture = causes.pictures.get(row.subject_id)
    if picture is None:
        if row.kind != "shot":
            return t("{kind} {id}, which is deleted", kind=row.kind, id=row.subject_id)
        return t("picture {id}, which is deleted", id=row.subject_id)
    return t("picture {n} of {m} with {model}", n=picture.number, m=picture.count, model=picture.model)


def _fate(row: CreditHold | None, causes: Causes) -> str:
    if row is None:
        return t("came to nothing")
    picture = causes.pictures.get(row.subject_id)
    training: Training | None = causes.trainings.get(row.subject_id)
    status, code = "", ""
    if picture is not None:
        status, code = picture.status, picture.code
    elif training is not None and row.key == training.hold_key:
        status, code = training.status.value, training.error_code
    if status == "cancelled":
        return t("was cancelled")
    if code:
        return t("failed ({code})", code=code)
    return t("failed") if status == "failed" else t("came to nothing")


def _lot(grant: CreditGrant) -> str:
    """A grant in few words, where its payment is told elsewhere."""
    since = day(grant.created_at)
    match grant.source:
        case GrantSource.WELCOME:
            return t("the welcome credits")
        case GrantSource.PLAN:
            return t("the {plan} credits of {day}", plan=grant.note or t("plan"), day=since)
        case GrantSource.PACK:
            return t("the {credits} bought on {day}", credits=_credits(grant.amount), day=since)
        case GrantSource.ADMIN:
            return t("the {credits} given on {day}", credits=_credits(grant.amount), day=since)
        case GrantSource.REFUND:
            return t("the {credits} returned on {day}", credits=_credits(grant.amount), day=since)


def _source(grant: CreditGrant, causes: Causes) -> str:
    paid, since = _payment(grant.key, causes), day(grant.created_at)
    match grant.source:
        case GrantSource.WELCOME:
            return t("the welcome credits of {day}", day=since)
        case GrantSource.PLAN:
            name = payment_of(grant.key)
            plan, how = grant.note or t("plan"), _bought(paid, since, grant.key)
            if name and name.month:
                return t("the {plan}, month {n}, {paid}", plan=plan, n=name.month, paid=how)
            return t("the {plan}, {paid}", plan=plan, paid=how)
        case GrantSource.PACK:
            return t("{credits} bought, {paid}", credits=_credits(grant.amount), paid=_bought(paid, since, grant.key))
        case GrantSource.ADMIN:
            return t("{credits} that the operator gave on {day}", credits=_credits(grant.amount), day=since)
        case GrantSource.REFUND:
            return t("{credits} returned on {day}: {why}", credits=_credits(grant.amount), day=since, why=grant.note)


def _payment(key: str, causes: Causes) -> Payment | None:
    name = payment_of(key)
    return causes.payments.get(name.key) if name else None


def _bought(paid: Payment | None, since: str, key: str) -> str:
    return _paid(paid) if paid else t("of {day} ({key})", day=since, key=key)


def _paid(row: Payment) -> str:
    what = t("the pack's payment") if row.kind is PurchaseKind.PACK else _REASONS.get(row.reason, t("invoice"))
    told = t(
        "{what} {number} of {day} over {price}",
        what=what,
        number=row.number or row.gateway_id,
        day=day(row.paid_at or row.created_at),
        price=dollars(row.cents, 2),
    )
    if row.refunded_cents:
        told += t(", {price} of it given back", price=dollars(row.refunded_cents, 2))
    return told + t(", disputed") if row.disputed else told


def _sentence(words: str) -> str:
    return words.removeprefix("the ")[:1].upper() + words.removeprefix("the ")[1:]


def _credits(amount: int) -> str:
    return plural(amount, "{n} credit", "{n} credits")


def day(moment: datetime | None) -> str:
    """ "3 November 2026", by UTC."""
    return text.day(moment) or t("an unknown day")
