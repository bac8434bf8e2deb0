"""The rows of many accounts' credits, in a few statements for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from photogen.domain.credits.policy import Gift, Lot, has_lapsed
from photogen.kit.ids import new_id
from photogen.models import CreditGrant, GrantSource

_LIVE_OF = text("""
    SELECT account_id, id, remaining, expires_at, created_at FROM credit_grant
    WHERE account_id = ANY(:ids) AND remaining > 0 ORDER BY account_id, id""")
_LAPSE = text("""
    WITH lapsed AS (
        SELECT * FROM unnest(CAST(:accounts AS text[]), CAST(:grants AS text[]), CAST(:amounts AS int[]),
                             CAST(:balances AS int[]))
            WITH ORDINALITY AS lapsed (account_id, grant_id, amount, balance, place)
    ), moved AS (
        UPDATE credit_grant SET remaining = remaining - lapsed.amount FROM lapsed WHERE id = lapsed.grant_id
    )
    INSERT INTO credit_entry (account_id, kind, amount, balance_after, grant_id, key, note, made_by, created_at)
    SELECT account_id, 'expire', -amount, balance, grant_id, 'expire:' || grant_id, '', '', :now
    FROM lapsed ORDER BY place""")
_GIVE = text("""
    WITH new AS (
        SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:accounts AS text[]), CAST(:amounts AS int[]),
                             CAST(:keys AS text[]), CAST(:notes AS text[]), CAST(:expiries AS timestamptz[]))
            WITH ORDINALITY AS new (id, account_id, amount, key, note, expires_at, place)
    ), had AS (
        SELECT account_id, sum(remaining) AS balance FROM credit_grant
        WHERE account_id = ANY(:accounts) AND remaining > 0 GROUP BY account_id
    ), granted AS (
        INSERT INTO credit_grant (id, account_id, amount, remaining, source, key, note, created_at, expires_at)
        SELECT id, account_id, amount, amount, :source, key, note, :now, expires_at FROM new
    )
    INSERT INTO credit_entry (account_id, kind, amount, balance_after, grant_id, key, note, made_by, created_at)
    SELECT account_id, 'grant', amount,
           coalesce(balance, 0) + sum(amount) OVER (PARTITION BY account_id ORDER BY place), id, 'grant:' || key, note,
           '', :now
    FROM new LEFT JOIN had USING (account_id) ORDER BY place""")


@dataclass(frozen=True, slots=True)
class Lapsed:
    """What of an account has lapsed: so many grants; its balance with them (`found`) and without."""

    account_id: str
    grants: int
    found: int
    balance: int


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


def lapse(session: Session, account_ids: Sequence[str], now: datetime) -> list[Lapsed]:
    """Writes off what has lapsed of accounts that are locked, an entry for each grant, all in one statement."""
    lots: dict[str, list[Lot]] = {}
    for account_id, *columns in session.connection().execute(_LIVE_OF, {"ids": list(account_ids)}):
        lots.setdefault(account_id, []).append(Lot(*columns))
    done, entries = [], []
    for account_id, theirs in lots.items():
        found = balance = sum(lot.remaining for lot in theirs)
        gone = [lot for lot in theirs if has_lapsed(lot.expires_at, now)]
        for lot in gone:
            balance -= lot.remaining
            entries.append((account_id, lot.grant_id, lot.remaining, balance))
        if gone:
            done.append(Lapsed(account_id, len(gone), found, balance))
    if entries:
        names = ("accounts", "grants", "amounts", "balances")
        lists = (list(column) for column in zip(*entries, strict=True))
        session.connection().execute(_LAPSE, {"now": now} | dict(zip(names, lists, strict=True)))
    return done


def granted(session: Session, keys: Sequence[str]) -> dict[str, tuple[str, int]]:
    """(account, credits) of the grants made under these keys."""
    query = select(CreditGrant.key, CreditGrant.account_id, CreditGrant.amount)
    return {key: (who, amount) for key, who, amount in session.exec(query.where(col(CreditGrant.key).in_(keys)))}


def give(session: Session, source: GrantSource, gifts: Sequence[Gift], now: datetime) -> None:
    """A new grant for each, with the entry that fills it. The accounts are locked, and nothing of them has lapsed that
    was not written off."""
    session.connection().execute(
        _GIVE,
        {
            "source": source.value, "now": now, "ids": [new_id() for _ in gifts],
            "accounts": [gift.account_id for gift in gifts], "amounts": [gift.amount for gift in gifts],
            "keys": [gift.key for gift in gifts], "notes": [gift.note for gift in gifts],
            "expiries": [gift.expires_at for gift in gifts],
        },
    )  # fmt: skip
