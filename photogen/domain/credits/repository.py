"""The ledger's rows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, func, insert, or_, text, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, SQLModel, col, select

from photogen.db.locks import lock_account
from photogen.domain.credits.commands import HistoryQuery
from photogen.domain.credits.policy import Lot, burn, has_lapsed
from photogen.domain.credits.views import Balance, DayUse, EntryView, GrantView
from photogen.kit.ids import new_id
from photogen.models import CreditEntry, CreditGrant, CreditHold, EntryKind, GrantSource, HoldState

_GRANT, _HOLD, _ENTRY = (SQLModel.metadata.tables[name] for name in ("credit_grant", "credit_hold", "credit_entry"))
_OPEN = text("""
    SELECT id AS key, '' AS account_id, '' AS subject_id, remaining AS amount, expires_at, created_at, true AS is_lot
    FROM credit_grant WHERE account_id = :account AND remaining > 0
    UNION ALL SELECT key, account_id, subject_id, amount, NULL, created_at, false
    FROM credit_hold WHERE key = ANY(CAST(:keys AS text[]))""")
"""What an account can burn, and the holds under these keys, whoever's they are."""
_LIVE = select_columns(_GRANT.c.id, _GRANT.c.remaining, _GRANT.c.expires_at, _GRANT.c.created_at).where(
    _GRANT.c.account_id == bindparam("account"), _GRANT.c.remaining > 0
)
_MOVE = (
    update(_GRANT).where(_GRANT.c.id == bindparam("grant")).values(remaining=_GRANT.c.remaining + bindparam("moved"))
)
_GIVE = text("""
    WITH granted AS (
        INSERT INTO credit_grant (id, account_id, amount, remaining, source, key, note, created_at, expires_at)
        VALUES (:id, :account, :amount, :amount, :source, :key, :note, :now, :expires)
    )
    INSERT INTO credit_entry (account_id, kind, amount, balance_after, grant_id, key, note, made_by, created_at)
    VALUES (:account, :kind, :amount, :balance, :id, :entry, :note, :by, :now)""")
_TAKE = text("""
    WITH holds AS (
        INSERT INTO credit_hold (id, account_id, key, kind, subject_id, amount, state, created_at)
        SELECT id, :account, key, :kind, subject, amount, 'open', :now
        FROM unnest(CAST(:hold_ids AS text[]), CAST(:keys AS text[]), CAST(:subjects AS text[]),
                    CAST(:amounts AS int[])) AS new (id, key, subject, amount)
    ), grants AS (
        UPDATE credit_grant SET remaining = remaining - moved.amount
        FROM unnest(CAST(:grant_ids AS text[]), CAST(:moved AS int[])) AS moved (id, amount)
        WHERE credit_grant.id = moved.id
    )
    INSERT INTO credit_entry
        (account_id, kind, amount, balance_after, grant_id, hold_id, key, note, made_by, created_at)
    SELECT :account, 'hold', -amount, balance, grant_id, hold_id, hold_key || ':' || grant_id, '', '', :now
    FROM unnest(CAST(:entry_holds AS text[]), CAST(:entry_keys AS text[]), CAST(:entry_grants AS text[]),
                CAST(:entry_amounts AS int[]), CAST(:balances AS int[]))
        WITH ORDINALITY AS entry (hold_id, hold_key, grant_id, amount, balance, place)
    ORDER BY place""")
"""Holds, what they take of which grants, and an entry for each part, in one round trip: the account is locked
meanwhile, and its next click waits for each of them."""


class Ledger:
    """One account's ledger, locked from here to the end of the transaction: nobody else moves its credits meanwhile.

    Opening it writes off what has lapsed by `now`, so that `balance` is what can be spent. `lapsed` has those grants'
    ids, `found` is the balance with them; `claims` has (account, subject, amount) of the holds that stand under `keys`.
    Raises NotFound.
    """

    def __init__(self, session: Session, account_id: str, now: datetime, keys: Sequence[str] = ()) -> None:
        lock_account(session, account_id)
        self._rows = session.connection()
        self._session = session
        self._account_id = account_id
        self.now = now
        # Not in the statement that locks: what that reads besides the account is as old as its wait for the lock.
        rows = self._rows.execute(_OPEN, {"account": account_id, "keys": list(keys)}).all()
        self._lots = {row[0]: Lot(row[0], row[3], row[4], row[5]) for row in rows if row[6]}
        self.claims = {row[0]: (row[1], row[2], row[3]) for row in rows if not row[6]}
        self.balance = self.found = sum(lot.remaining for lot in self._lots.values())
        self.lapsed = [lot.grant_id for lot in self._lots.values() if has_lapsed(lot.expires_at, now)]
        for grant_id in self.lapsed:
            remaining = self._lots[grant_id].remaining
            self.write(EntryKind.EXPIRE, -remaining, key=f"expire:{grant_id}", grant_id=grant_id)

    def lots(self) -> list[Lot]:
        """What is left, grant by grant."""
        return [lot for lot in self._lots.values() if lot.remaining > 0]

    def expiry(self, grant_id: str) -> datetime | None:
        """When the grant's credits lapse."""
        return self._lot(grant_id).expires_at

    def grant(
        self, amount: int, source: GrantSource, key: str, expires_at: datetime | None, note: str, made_by: str = ""
    ) -> None:
        """A new grant with the entry that fills it: an adjustment where an operator made it."""
        id_ = new_id()
        self._lots[id_] = Lot(id_, amount, expires_at, self.now)
        self.balance += amount
        self._rows.execute(
            _GIVE,
            {
                "id": id_, "account": self._account_id, "amount": amount, "source": source.value, "key": key,
                "note": note, "now": self.now, "expires": expires_at, "balance": self.balance, "by": made_by,
                "kind": EntryKind.ADJUST.value if made_by else EntryKind.GRANT.value,
                "entry": f"{key}:{id_}" if made_by else f"grant:{key}",
            },
        )  # fmt: skip

    def hold(self, kind: str, items: Sequence[tuple[str, str, int]]) -> None:
        """New open holds, one per (key, subject id, amount), with the entries that take their credits, earliest expiry
        first. The caller has seen that the balance is enough."""
        moved: Counter[str] = Counter()
        ids, entries = [new_id() for _ in items], []
        for id_, (key, _, amount) in zip(ids, items, strict=True):
            for part in burn(self.lots(), amount, self.now):
                self._shift(part.grant_id, -part.amount)
                moved[part.grant_id] += part.amount
                entries.append((id_, key, part.grant_id, part.amount, self.balance))
        columns = [list(column) for column in zip(*entries, strict=True)] or [[], [], [], [], []]
        values = dict(
            zip(("entry_holds", "entry_keys", "entry_grants", "entry_amounts", "balances"), columns, strict=True)
        )
        keys, subjects, amounts = (list(column) for column in zip(*items, strict=True))
        self._rows.execute(
            _TAKE,
            {
                "account": self._account_id, "kind": kind, "now": self.now, "hold_ids": ids, "keys": keys,
                "subjects": subjects, "amounts": amounts, "grant_ids": list(moved), "moved": list(moved.values()),
            }
            | values,
        )  # fmt: skip

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
            self._shift(grant_id, amount)
            self._rows.execute(_MOVE, {"grant": grant_id, "moved": amount})
        entry = CreditEntry(
            account_id=self._account_id, kind=kind, amount=amount, balance_after=self.balance, grant_id=grant_id,
            hold_id=hold.id if hold else None, key=key, note=note, made_by=made_by, created_at=self.now,
        )  # fmt: skip
        self._rows.execute(insert(_ENTRY), entry.model_dump(exclude={"id"}))

    def _shift(self, grant_id: str, amount: int) -> None:
        lot = self._lot(grant_id)
        self._lots[grant_id] = replace(lot, remaining=lot.remaining + amount)
        self.balance += amount

    def _lot(self, grant_id: str) -> Lot:
        if grant_id not in self._lots:
            query = select_columns(_GRANT.c.id, _GRANT.c.remaining, _GRANT.c.expires_at, _GRANT.c.created_at)
            self._lots[grant_id] = Lot(*self._rows.execute(query.where(_GRANT.c.id == grant_id)).one())
        return self._lots[grant_id]


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
    key = _GRANT.c.key
    rows = session.connection().execute(
        _LIVE.where(or_(key.in_(sources), *(func.starts_with(key, f"{source}:") for source in sources))),
        {"account": account_id},
    )
    return [Lot(*row) for row in rows]


_BALANCE = text("""
    SELECT coalesce(sum(remaining) FILTER (WHERE expires_at IS NULL OR expires_at > :now), 0),
        (SELECT coalesce(sum(amount), 0) FROM credit_hold WHERE account_id = :account AND state = 'open'),
        coalesce(sum(amount), 0)
    FROM credit_grant WHERE account_id = :account""")


def balance(session: Session, account_id: str, now: datetime) -> Balance:
    """What the account has; lapsed credits don't count, whether or not they were written off yet."""
    session.flush()
    return Balance(*session.connection().execute(_BALANCE, {"account": account_id, "now": now}).one())


def newest_grants(session: Session, account_ids: Sequence[str]) -> dict[str, str]:
    """Ids of the newest grant of each account that ever had one."""
    query = select(CreditGrant.account_id, func.max(CreditGrant.id)).group_by(col(CreditGrant.account_id))
    return dict(session.exec(query.where(col(CreditGrant.account_id).in_(account_ids))).all())


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
