"""What the books are explained from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ScalarSelect, and_, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from photogen.domain.books.commands import Explain, FindAccounts
from photogen.domain.books.policy import payment_of
from photogen.errors import NotFound
from photogen.kit.text import t
from photogen.models import (
    Account,
    CreditEntry,
    CreditGrant,
    CreditHold,
    EntryKind,
    Generation,
    GrantSource,
    HoldState,
    Payment,
    Shot,
    Subscription,
    SubscriptionStatus,
    Training,
)

_GIVING = (SubscriptionStatus.TRIALING, SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE)

HOLDS_SHOWN = 200


def account(session: Session, account_id: str) -> Account:
    """Whosever, also one that is closed. Raises NotFound."""
    found = session.get(Account, account_id)
    if found is None:
        raise NotFound(t("There is no such account."), code="account_not_found")
    return found


def _plan(now: datetime) -> ScalarSelect[str]:
    """The plan that somebody pays for, as a column beside the account's."""
    return (
        select(Subscription.plan_key)
        .where(
            Subscription.account_id == Account.id,
            col(Subscription.entitled_until) > now,
            col(Subscription.status).in_(_GIVING),
        )
        .order_by(col(Subscription.entitled_until).desc())
        .limit(1)
        .scalar_subquery()
    )


def plan_of(session: Session, account_id: str, now: datetime) -> str:
    """The key of the account's plan: the one that it pays for, else its own."""
    found = session.exec(select(func.coalesce(_plan(now), Account.plan_key)).where(Account.id == account_id)).one()
    return str(found)


def accounts(session: Session, wanted: FindAccounts, now: datetime) -> Sequence[tuple[Account, int, str]]:
    """One more than wanted, where there are more, each with the credits that it can spend and its plan's key."""
    alive = or_(col(CreditGrant.expires_at).is_(None), col(CreditGrant.expires_at) > now)
    available = (
        select(func.coalesce(func.sum(CreditGrant.remaining), 0))
        .where(CreditGrant.account_id == Account.id, CreditGrant.remaining > 0, alive)
        .scalar_subquery()
    )
    plan = func.coalesce(_plan(now), Account.plan_key)
    query = select(Account, available, plan).order_by(col(Account.id).desc()).limit(wanted.limit + 1)
    if wanted.words:
        query = query.where(
            or_(
                col(Account.email).icontains(wanted.words, autoescape=True),
                col(Account.name).icontains(wanted.words, autoescape=True),
                col(Account.id) == wanted.words.lower(),
            )
        )
    if wanted.beyond:
        query = query.where(col(Account.id) < wanted.beyond)
    return session.exec(query).all()


@dataclass(frozen=True, slots=True)
class Sums:
    """An account's ledger in sum. `moved` has credits by kind of entry and source of the grant; `captured` and `open`
    are those of holds."""

    balance: int
    entries: int
    remaining: int
    lapsed: int
    captured: int
    open: int
    moved: Mapping[tuple[EntryKind, GrantSource | None, bool], int]


def sums(session: Session, account_id: str, now: datetime) -> Sums:
    """Read with three statements of one transaction, which sees one moment (see `BooksService`)."""
    upward = col(CreditEntry.amount) > 0
    rows = session.execute(
        select_columns(
            col(CreditEntry.kind), col(CreditGrant.source), upward, func.sum(col(CreditEntry.amount)), func.count()
        )
        .join(CreditGrant, isouter=True, onclause=col(CreditGrant.id) == col(CreditEntry.grant_id))
        .where(col(CreditEntry.account_id) == account_id)
        .group_by(col(CreditEntry.kind), col(CreditGrant.source), upward)
    ).all()
    lapsed = and_(col(CreditGrant.expires_at).is_not(None), col(CreditGrant.expires_at) <= now)
    remaining, gone = session.exec(
        select(func.sum(CreditGrant.remaining), func.sum(CreditGrant.remaining).filter(lapsed)).where(
            CreditGrant.account_id == account_id
        )
    ).one()
    by_state = dict(
        session.exec(
            select(CreditHold.state, func.sum(CreditHold.amount))
            .where(CreditHold.account_id == account_id)
            .group_by(col(CreditHold.state))
        ).all()
    )
    return Sums(
        balance=sum(int(amount) for *_, amount, _ in rows),
        entries=sum(count for *_, count in rows),
        remaining=int(remaining or 0),
        lapsed=int(gone or 0),
        captured=int(by_state.get(HoldState.CAPTURED, 0)),
        open=int(by_state.get(HoldState.OPEN, 0)),
        moved={(kind, source, up): int(amount) for kind, source, up, amount, _ in rows},
    )


def entries(session: Session, account_id: str, wanted: Explain) -> tuple[Sequence[CreditEntry], int]:
    """One more than wanted, where there are more; and the sum of all entries older than those."""
    query = select(CreditEntry).where(CreditEntry.account_id == account_id)
    at = col(CreditEntry.id)
    if wanted.order == "oldest":
        query = query.where(at > wanted.beyond).order_by(at)
    else:
        query = (query.where(at < wanted.beyond) if wanted.beyond else query).order_by(at.desc())
    rows = session.exec(query.limit(wanted.limit + 1)).all()
    if not rows:
        return rows, 0
    before = session.exec(
        select(func.sum(CreditEntry.amount)).where(
            CreditEntry.account_id == account_id, at < min(row.id or 0 for row in rows)
        )
    ).one()
    return rows, int(before or 0)


def open_holds(session: Session, account_id: str) -> Sequence[CreditHold]:
    """The newest first."""
    return session.exec(
        select(CreditHold)
        .where(CreditHold.account_id == account_id, CreditHold.state == HoldState.OPEN)
        .order_by(col(CreditHold.created_at).desc(), col(CreditHold.id).desc())
        .limit(HOLDS_SHOWN)
    ).all()


def live_grants(session: Session, account_id: str) -> Sequence[CreditGrant]:
    """Of which something is left, in the order in which it is spent."""
    return session.exec(
        select(CreditGrant)
        .where(CreditGrant.account_id == account_id, CreditGrant.remaining > 0)
        .order_by(col(CreditGrant.expires_at).asc().nulls_last(), col(CreditGrant.created_at), CreditGrant.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Picture:
    """What of a shot is told."""

    number: int
    count: int
    model: str
    status: str
    code: str


@dataclass(frozen=True, slots=True)
class Causes:
    """The rows that entries and holds came of, by id; payments also by `gateway:gateway_id`."""

    holds: Mapping[str, CreditHold] = field(default_factory=dict)
    grants: Mapping[str, CreditGrant] = field(default_factory=dict)
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    trainings: Mapping[str, Training] = field(default_factory=dict)
    payments: Mapping[str, Payment] = field(default_factory=dict)


def causes(
    session: Session, rows: Iterable[CreditEntry], holds: Iterable[CreditHold], grants: Iterable[CreditGrant]
) -> Causes:
    """Those of these entries, and of these holds and grants."""
    rows = list(rows)
    known_holds = {hold.id: hold for hold in holds}
    known_grants = {grant.id: grant for grant in grants}
    wanted = {row.hold_id for row in rows if row.hold_id} - known_holds.keys()
    for hold in session.exec(select(CreditHold).where(col(CreditHold.id).in_(wanted))):
        known_holds[hold.id] = hold
    wanted = {row.grant_id for row in rows if row.grant_id} - known_grants.keys()
    for grant in session.exec(select(CreditGrant).where(col(CreditGrant.id).in_(wanted))):
        known_grants[grant.id] = grant
    subjects = {hold.subject_id for hold in known_holds.values()}
    shots = session.execute(
        select_columns(
            col(Shot.id), col(Shot.number), col(Generation.count), col(Generation.model_name), col(Shot.status),
            col(Shot.error_code),
        )
        .join(Generation, col(Generation.id) == col(Shot.generation_id))
        .where(col(Shot.id).in_(subjects))
    ).all()  # fmt: skip
    trainings = session.exec(select(Training).where(col(Training.id).in_(subjects))).all()
    return Causes(
        known_holds,
        known_grants,
        {id_: Picture(number, count, model, status.value, code) for id_, number, count, model, status, code in shots},
        {row.id: row for row in trainings},
        _payments(session, rows, known_grants.values()),
    )


def _payments(session: Session, rows: Iterable[CreditEntry], grants: Iterable[CreditGrant]) -> dict[str, Payment]:
    named = {payment_of(row.key) for row in rows} | {payment_of(grant.key) for grant in grants}
    ids = {name.id for name in named if name and name.id}
    outside = {name.gateway_id for name in named if name and name.gateway_id}
    if not ids and not outside:
        return {}
    found = session.exec(
        select(Payment).where(or_(col(Payment.id).in_(ids), col(Payment.gateway_id).in_(outside)))
    ).all()
    return {row.id: row for row in found} | {f"{row.gateway}:{row.gateway_id}": row for row in found}
