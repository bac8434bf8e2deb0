"""The ledger's rows."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from photogen.db.disagreements import Check
from photogen.db.locks import lock_account
from photogen.domain.credits.commands import HistoryQuery
from photogen.domain.credits.policy import Lot, has_lapsed
from photogen.domain.credits.views import Balance, DayUse, EntryView, GrantView
from photogen.models import CreditEntry, CreditGrant, CreditHold, EntryKind, GrantSource, HoldState


class Ledger:
    """One account's ledger, locked from here to the end of the transaction: nobody else moves its credits meanwhile.

    Opening it writes off what has lapsed by `now`, so that `balance` is what can be spent. `lapsed` has those grants'
    ids, `found` is the balance with them. Raises NotFound.
    """

    def __init__(self, session: Session, account_id: str, now: datetime) -> None:
        lock_account(session, account_id)
        self._session = session
        self._account_id = account_id
        self.now = now
        # Rows that this session read before it had the lock may be old: they are read again.
        live = session.exec(
            select(CreditGrant)
            .where(CreditGrant.account_id == account_id, CreditGrant.remaining > 0)
            .execution_options(populate_existing=True)
        ).all()
        self._grants = {grant.id: grant for grant in live}
        self.balance = self.found = sum(grant.remaining for grant in live)
        self.lapsed = [grant.id for grant in live if has_lapsed(grant.expires_at, now)]
        for grant_id in self.lapsed:
            remaining = self._grants[grant_id].remaining
            self.write(EntryKind.EXPIRE, -remaining, key=f"expire:{grant_id}", grant_id=grant_id)

    def lots(self) -> list[Lot]:
        """What is left, grant by grant."""
        return [Lot(g.id, g.remaining, g.expires_at, g.created_at) for g in self._grants.values() if g.remaining > 0]

    def expiry(self, grant_id: str) -> datetime | None:
        """When the grant's credits lapse."""
        return self._grant(grant_id).expires_at

    def grant(self, amount: int, source: GrantSource, key: str, expires_at: datetime | None, note: str) -> CreditGrant:
        """A new grant, still empty: its first entry fills it."""
        grant = CreditGrant(
            account_id=self._account_id, amount=amount, remaining=0, source=source, key=key, note=note,
            created_at=self.now, expires_at=expires_at,
        )  # fmt: skip
        self._session.add(grant)
        self._session.flush()
        self._grants[grant.id] = grant
        return grant

    def hold(self, kind: str, items: Sequence[tuple[str, str, int]]) -> list[CreditHold]:
        """New open holds, one per (key, subject id, amount); their entries take the credits."""
        holds = [
            CreditHold(
                account_id=self._account_id, key=key, kind=kind, subject_id=subject, amount=amount, created_at=self.now
            )
            for key, subject, amount in items
        ]  # fmt: skip
        self._session.add_all(holds)
        self._session.flush()
        return holds

    def close(self, hold: CreditHold, state: HoldState) -> None:
        """Marks the hold as captured or released; the entries are the caller's to write."""
        hold.state = state
        hold.closed_at = self.now
        self._session.add(hold)

    def write(
        self,
        kind: EntryKind,
        amount: int,
        *,
        key: str,
        grant_id: str | None = None,
        hold: CreditHold | None = None,
        note: str = "",
        made_by: str = "",
    ) -> None:
        """Adds one entry and moves its grant's remainder by the same amount."""
        if grant_id is not None:
            grant = self._grant(grant_id)
            grant.remaining += amount
            self._session.add(grant)
        self.balance += amount
        self._session.add(
            CreditEntry(
                account_id=self._account_id, kind=kind, amount=amount, balance_after=self.balance, grant_id=grant_id,
                hold_id=hold.id if hold else None, key=key, note=note, made_by=made_by, created_at=self.now,
            )
        )  # fmt: skip

    def _grant(self, grant_id: str) -> CreditGrant:
        if grant_id not in self._grants:
            self._grants[grant_id] = self._session.exec(
                select(CreditGrant).where(CreditGrant.id == grant_id).execution_options(populate_existing=True)
            ).one()
        return self._grants[grant_id]


def grant_by_key(session: Session, key: str) -> CreditGrant | None:
    """The grant made under this key, whoever's it is."""
    return session.exec(select(CreditGrant).where(CreditGrant.key == key)).first()


def holds_by_key(session: Session, keys: Sequence[str]) -> dict[str, CreditHold]:
    """The holds made under these keys, whoever's they are, as they are now."""
    found = session.exec(
        select(CreditHold).where(col(CreditHold.key).in_(keys)).execution_options(populate_existing=True)
    )
    return {hold.key: hold for hold in found}


def account_of_hold(session: Session, key: str) -> str | None:
    """Whose hold it is; that never changes, so it may be asked before locking."""
    return session.exec(select(CreditHold.account_id).where(CreditHold.key == key)).first()


def taken_by(session: Session, hold: CreditHold) -> list[tuple[str, int]]:
    """(grant id, credits) that the hold took, in the order in which it took them."""
    rows = session.exec(
        select(CreditEntry.grant_id, CreditEntry.amount)
        .where(CreditEntry.hold_id == hold.id, CreditEntry.kind == EntryKind.HOLD)
        .order_by(col(CreditEntry.id))
    )
    return [(grant_id, -amount) for grant_id, amount in rows if grant_id is not None]


def adjusted_by(session: Session, prefix: str) -> tuple[str, int] | None:
    """(account id, credits in sum) of the adjustment whose entries' keys begin with `prefix`, if it was made."""
    row = session.exec(
        select(func.min(CreditEntry.account_id), func.sum(CreditEntry.amount)).where(
            func.starts_with(CreditEntry.key, prefix)
        )
    ).one()
    return None if row[0] is None else (row[0], int(row[1]))


def clawed_by(session: Session, prefix: str) -> int | None:
    """Credits that the claw-back with this prefix took, if it took any."""
    total = session.exec(select(func.sum(CreditEntry.amount)).where(func.starts_with(CreditEntry.key, prefix))).one()
    return None if total is None else -int(total)


def lots_of(session: Session, account_id: str, sources: Sequence[str]) -> list[Lot]:
    """What is left of the grants whose keys are one of `sources` or begin with it and a colon."""
    rows = session.exec(
        select(CreditGrant).where(
            CreditGrant.account_id == account_id,
            CreditGrant.remaining > 0,
            or_(
                col(CreditGrant.key).in_(sources),
                *(func.starts_with(CreditGrant.key, f"{source}:") for source in sources),
            ),
        )
    ).all()
    return [Lot(row.id, row.remaining, row.expires_at, row.created_at) for row in rows]


def balance(session: Session, account_id: str, now: datetime) -> Balance:
    """What the account has; lapsed credits don't count, whether or not they were written off yet."""
    expires_at = col(CreditGrant.expires_at)
    alive = or_(expires_at.is_(None), expires_at > now)
    available, granted = session.exec(
        select(func.sum(CreditGrant.remaining).filter(alive), func.sum(CreditGrant.amount)).where(
            CreditGrant.account_id == account_id
        )
    ).one()
    held = session.exec(
        select(func.sum(CreditHold.amount)).where(
            CreditHold.account_id == account_id, CreditHold.state == HoldState.OPEN
        )
    ).one()
    return Balance(available or 0, held or 0, granted or 0)


def newest_grant(session: Session, account_id: str) -> str:
    """Id of the account's newest grant; "" where it never had any."""
    return session.exec(select(func.max(CreditGrant.id)).where(CreditGrant.account_id == account_id)).one() or ""


def lapsing(session: Session, now: datetime, until: datetime, least: int) -> list[tuple[str, datetime, int]]:
    """(account, moment, credits): what lapses between now and then, at least so many at one moment."""
    credits = func.sum(CreditGrant.remaining)
    rows = session.exec(
        select(CreditGrant.account_id, CreditGrant.expires_at, credits)
        .where(CreditGrant.remaining > 0, col(CreditGrant.expires_at) > now, col(CreditGrant.expires_at) <= until)
        .group_by(col(CreditGrant.account_id), col(CreditGrant.expires_at))
        .having(credits >= least)
    )
    return [(account, at, int(amount)) for account, at, amount in rows if at is not None]


def accounts_with_lapsed(session: Session, now: datetime, after: str, limit: int) -> list[str]:
    """Ids, in order and beyond `after`, of accounts that have lapsed credits not yet written off."""
    return list(
        session.exec(
            select(CreditGrant.account_id)
            .where(CreditGrant.remaining > 0, col(CreditGrant.expires_at) <= now, CreditGrant.account_id > after)
            .distinct()
            .order_by(col(CreditGrant.account_id))
            .limit(limit)
        )
    )


def grants(session: Session, account_id: str, now: datetime) -> list[GrantView]:
    """What can be spent now, in the order in which it is spent."""
    rows = session.exec(
        select(CreditGrant)
        .where(
            CreditGrant.account_id == account_id,
            CreditGrant.remaining > 0,
            or_(col(CreditGrant.expires_at).is_(None), col(CreditGrant.expires_at) > now),
        )
        .order_by(col(CreditGrant.expires_at).asc().nulls_last(), col(CreditGrant.created_at), CreditGrant.id)
    )
    return [GrantView(g.source, g.note, g.amount, g.remaining, g.expires_at, g.created_at) for g in rows]


def use_by_day(session: Session, account_id: str, since: datetime) -> list[DayUse]:
    """What was set aside since then and not given back, by the UTC day of the click and by kind."""
    day = func.date(func.timezone("UTC", CreditHold.created_at))
    rows = session.exec(
        select(day, CreditHold.kind, func.sum(CreditHold.amount))
        .where(
            CreditHold.account_id == account_id,
            CreditHold.created_at >= since,
            CreditHold.state != HoldState.RELEASED,
        )
        .group_by(day, CreditHold.kind)
        .order_by(day, CreditHold.kind)
    )
    return [DayUse(on, kind, int(amount)) for on, kind, amount in rows]


def _fitting(only: HistoryQuery) -> list[ColumnElement[bool]]:
    """Conditions on entries joined with their holds."""
    kind, amount = col(CreditEntry.kind), col(CreditEntry.amount)
    adjusted = kind == EntryKind.ADJUST
    groups: dict[str, ColumnElement[bool]] = {
        "pictures": col(CreditHold.kind) == "shot",
        "trainings": col(CreditHold.kind) == "training",
        "received": or_(kind == EntryKind.GRANT, and_(adjusted, amount > 0)),
        "lost": or_(kind.in_([EntryKind.EXPIRE, EntryKind.CLAWBACK]), and_(adjusted, amount < 0)),
    }
    found = [groups[only.group]] if only.group in groups else []
    span = only.span()
    if span is not None:
        found += [col(CreditEntry.created_at) >= span[0], col(CreditEntry.created_at) < span[1]]
    return found


def history(
    session: Session, account_id: str, before: int | None, limit: int, only: HistoryQuery | None = None
) -> list[EntryView]:
    """Newest first; entries below the id `before` that fit `only`."""
    query = (
        select(CreditEntry, CreditHold.kind, CreditHold.subject_id, CreditHold.state)
        .join(CreditHold, isouter=True, onclause=col(CreditHold.id) == CreditEntry.hold_id)
        .where(CreditEntry.account_id == account_id, *(_fitting(only) if only else ()))
        .order_by(col(CreditEntry.id).desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(col(CreditEntry.id) < before)
    return [
        EntryView(
            entry.id or 0, entry.kind, entry.amount, entry.balance_after, entry.note, kind or "", subject or "",
            entry.made_by, entry.created_at, HoldState(state) if state else None,
        )
        for entry, kind, subject, state in session.exec(query)
    ]  # fmt: skip


CHECKS = (
    Check(
        "account_sum",
        "account {0}: its entries give {2}, its grants {3}",
        """
        SELECT account_id, account_id, coalesce(e.total, 0), coalesce(g.total, 0)
        FROM (SELECT account_id, sum(amount) AS total FROM credit_entry
              WHERE account_id BETWEEN :first AND :last GROUP BY 1) AS e
        FULL JOIN (SELECT account_id, sum(remaining) AS total FROM credit_grant
                   WHERE account_id BETWEEN :first AND :last GROUP BY 1) AS g USING (account_id)
        WHERE coalesce(e.total, 0) <> coalesce(g.total, 0)""",
    ),
    Check(
        "grant_remaining",
        "grant {1}: what remains is {2}, its entries give {3}",
        """
        SELECT g.account_id, g.key, g.remaining, coalesce(sum(e.amount), 0)
        FROM credit_grant g LEFT JOIN credit_entry e ON e.grant_id = g.id
        WHERE g.account_id BETWEEN :first AND :last
        GROUP BY g.id HAVING g.remaining <> coalesce(sum(e.amount), 0)""",
    ),
    Check(
        "grant_filled",
        "grant {1}: it is of {2}, but was filled with {3}",
        """
        SELECT account_id, key, amount, filled FROM (
            SELECT g.account_id, g.key, g.amount, coalesce(sum(e.amount), 0) AS filled
            FROM credit_grant g LEFT JOIN credit_entry e
                ON e.grant_id = g.id AND (e.kind = 'grant' OR e.kind = 'adjust' AND e.amount > 0)
            WHERE g.account_id BETWEEN :first AND :last GROUP BY g.id) AS sums
        WHERE amount <> filled""",
    ),
    Check(
        "hold_entries",
        "hold {1} is {2} over {3}: taken {4}, returned {5}, captures {6}",
        """
        SELECT account_id, key, state, amount, taken, returned, captures FROM (
            SELECT h.account_id, h.key, h.state, h.amount,
                   coalesce(-sum(e.amount) FILTER (WHERE e.kind = 'hold'), 0) AS taken,
                   coalesce(sum(e.amount) FILTER (WHERE e.kind = 'release'), 0) AS returned,
                   count(e.id) FILTER (WHERE e.kind = 'capture') AS captures
            FROM credit_hold h LEFT JOIN credit_entry e ON e.hold_id = h.id
            WHERE h.account_id BETWEEN :first AND :last GROUP BY h.id) AS sums
        WHERE taken <> amount OR returned <> CASE state WHEN 'released' THEN amount ELSE 0 END
            OR captures <> CASE state WHEN 'captured' THEN 1 ELSE 0 END""",
    ),
    Check(
        "hold_returned",
        "hold {2}: grant {3} gave {4} and got {5} back",
        """
        SELECT h.account_id, h.key || ':' || e.grant_id, h.key, e.grant_id,
               coalesce(-sum(e.amount) FILTER (WHERE e.kind = 'hold'), 0),
               coalesce(sum(e.amount) FILTER (WHERE e.kind = 'release'), 0)
        FROM credit_hold h JOIN credit_entry e ON e.hold_id = h.id AND e.kind IN ('hold', 'release')
        WHERE h.state = 'released' AND h.account_id BETWEEN :first AND :last
        GROUP BY h.account_id, h.key, e.grant_id HAVING sum(e.amount) <> 0""",
    ),
    Check(
        "entry_owner",
        "account {0}, entry {1}: it moves a grant or a hold of another account",
        """
        SELECT e.account_id, e.id
        FROM credit_entry e LEFT JOIN credit_grant g ON g.id = e.grant_id LEFT JOIN credit_hold h ON h.id = e.hold_id
        WHERE e.account_id BETWEEN :first AND :last
            AND (g.account_id <> e.account_id OR h.account_id <> e.account_id)""",
    ),
    Check(
        "entry_balance",
        "account {0}, entry {1}: the balance after it is {2}, the sum up to it {3}",
        """
        SELECT account_id, id, balance_after, running FROM (
            SELECT account_id, id, balance_after, sum(amount) OVER (PARTITION BY account_id ORDER BY id) AS running
            FROM credit_entry WHERE account_id BETWEEN :first AND :last) AS sums
        WHERE balance_after <> running OR running < 0""",
    ),
)
"""In what grants, holds and entries can contradict each other."""
