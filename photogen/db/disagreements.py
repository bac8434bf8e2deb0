"""Statements that find rows which contradict each other, account by account.

Each check is one statement, so one snapshot: work going on meanwhile raises no false alarm. It looks at the accounts
between two ids, so that a large store is gone through in portions; only what it finds leaves the database.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

FIRST, LAST = "", "z" * 26
"""Between these are all accounts' ids."""


@dataclass(frozen=True, slots=True)
class Check:
    """`query` gives rows of the account, the subject and further values; it takes `:first` and `:last` (accounts' ids,
    both included) and may take `:now`. `sentence` has places for the values by number, the account's being {0}."""

    name: str
    sentence: str
    query: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One contradiction: which check found it, whose it is, what it is about, and a sentence."""

    check: str
    account_id: str
    subject: str
    words: str


def find(
    session: Session, checks: Iterable[Check], first: str, last: str, now: datetime, limit: int | None = None
) -> list[Disagreement]:
    """What the checks find among the accounts from `first` to `last`; of each check `limit` rows at most."""
    found: list[Disagreement] = []
    for check in checks:
        query = text(f"SELECT * FROM ({check.query}) AS found LIMIT :limit")  # noqa: S608  (our own words)
        rows = session.connection().execute(query, {"first": first, "last": last, "now": now, "limit": limit})
        found.extend(Disagreement(check.name, str(row[0]), str(row[1]), check.sentence.format(*row)) for row in rows)
    return found
