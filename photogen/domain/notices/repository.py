"""The notices' rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from photogen.domain.notices.policy import BANNERS
from photogen.kit.ids import new_id
from photogen.models import Account
from photogen.models.notice import MailChoice, Notice, NoticeKind, Topic


def _changed(result: object) -> int:
    return cast("CursorResult[object]", result).rowcount


_ADD = text("""
    INSERT INTO notice (id, account_id, kind, key, data, created_at, read_at, mail_due_at, mail_attempts, mail_unsure,
        mail_error)
    SELECT new.id, account.id, :kind, new.key, CAST(new.data AS jsonb), :now, :read_at, :mail_due_at, 0, 0, ''
    FROM unnest(CAST(:ids AS text[]), CAST(:accounts AS text[]), CAST(:keys AS text[]), CAST(:data AS text[]))
            AS new (id, account_id, key, data)
        JOIN account ON account.id = new.account_id AND account.deleted_at IS NULL
    ORDER BY new.key
    ON CONFLICT (key) DO NOTHING RETURNING account_id""")
"""In the order of the keys: two that tell of the same wait for each other in one direction only."""


def add(
    session: Session,
    kind: NoticeKind,
    facts: Sequence[tuple[str, str, Mapping[str, Any]]],
    now: datetime,
    *,
    mailed: bool,
    read: bool,
) -> frozenset[str]:
    """Inserts a notice for each (account, key, data) and gives the accounts of the new ones: not those whose key is
    known, nor who are deleted or being so."""
    session.flush()  # the account itself may be new
    values = {
        "kind": kind.value, "now": now, "read_at": now if read else None, "mail_due_at": now if mailed else None,
        "ids": [new_id() for _ in facts], "accounts": [fact[0] for fact in facts], "keys": [fact[1] for fact in facts],
        "data": [json.dumps(fact[2]) for fact in facts],
    }  # fmt: skip
    return frozenset(session.connection().execute(_ADD, values).scalars())


def known(session: Session, keys: Sequence[str]) -> frozenset[str]:
    """Those of the keys that there are."""
    return frozenset(session.scalars(select(col(Notice.key)).where(col(Notice.key).in_(keys))))


def resolve(session: Session, account_id: str, kind: NoticeKind, now: datetime) -> bool:
    """Marks those of a kind as over; False where there were none."""
    ended = (
        update(Notice)
        .where(col(Notice.account_id) == account_id, col(Notice.kind) == kind, col(Notice.resolved_at).is_(None))
        .values(resolved_at=now, mail_due_at=None)
    )
    return _changed(session.execute(ended)) > 0


# --- for pages ------------------------------------------------------------------------------------------------------


def recent(session: Session, account_id: str, before: str | None, limit: int) -> Sequence[Notice]:
    """Newest first, without those put away; those older than the notice `before`."""
    query = select(Notice).where(col(Notice.account_id) == account_id, col(Notice.dismissed_at).is_(None))
    if before is not None:
        query = query.where(col(Notice.id) < before)
    return session.scalars(query.order_by(col(Notice.id).desc()).limit(limit)).all()


def unread(session: Session, account_id: str, most: int) -> int:
    """How many have not been seen; counts no further than `most`."""
    found = (
        select(col(Notice.id))
        .where(col(Notice.account_id) == account_id, col(Notice.read_at).is_(None), col(Notice.dismissed_at).is_(None))
        .limit(most)
        .subquery()
    )
    return session.scalars(select(func.count()).select_from(found)).one()


def banner(session: Session, account_id: str) -> Notice | None:
    """The newest of those that stand on every page until they are over."""
    return session.scalars(
        select(Notice)
        .where(col(Notice.account_id) == account_id, col(Notice.kind).in_(BANNERS), col(Notice.resolved_at).is_(None))
        .order_by(col(Notice.id).desc())
        .limit(1)
    ).first()


def read(session: Session, account_id: str, ids: Sequence[str] | None, now: datetime) -> int:
    """Marks these (None: all) as seen, as far as they are the account's; how many that changed."""
    seen = update(Notice).where(col(Notice.account_id) == account_id, col(Notice.read_at).is_(None))
    if ids is not None:
        seen = seen.where(col(Notice.id).in_(ids))
    return _changed(session.execute(seen.values(read_at=now)))


def put_away(session: Session, account_id: str, notice_id: str, now: datetime | None) -> bool:
    """Takes one off the list, or (None) puts it back; False where it isn't the account's."""
    moved = update(Notice).where(col(Notice.account_id) == account_id, col(Notice.id) == notice_id)
    return _changed(session.execute(moved.values(dismissed_at=now))) > 0


# --- mails ----------------------------------------------------------------------------------------------------------


def address_of(session: Session, account_id: str) -> str | None:
    """Where the account's mails go; None for one that is gone or shut out."""
    return session.scalars(
        select(col(Account.email)).where(
            col(Account.id) == account_id, col(Account.deleted_at).is_(None), col(Account.suspended_at).is_(None)
        )
    ).first()


def choices(session: Session, account_id: str) -> dict[Topic, bool]:
    """What the account has chosen; without an entry it has not."""
    return {
        row.topic: row.wanted
        for row in session.scalars(select(MailChoice).where(col(MailChoice.account_id) == account_id))
    }


def choose(session: Session, account_id: str, topic: Topic, now: datetime, *, wanted: bool) -> bool:
    """Keeps a choice; False where the account is deleted or being so."""
    columns = MailChoice.__table__.c  # type: ignore[attr-defined]
    row = {"account_id": account_id, "topic": topic, "wanted": wanted, "changed_at": now}
    values = select(*(literal(value, columns[name].type) for name, value in row.items())).where(
        col(Account.id) == account_id, col(Account.deleted_at).is_(None)
    )
    kept = (
        insert(MailChoice)
        .from_select(list(row), values)
        .on_conflict_do_update(index_elements=["account_id", "topic"], set_={"wanted": wanted, "changed_at": now})
    )
    return session.execute(kept.returning(col(MailChoice.account_id))).first() is not None


def locked(session: Session, notice_id: str, *, wait: bool) -> Notice | None:
    """The row, locked until the unit of work ends; None when there is none or, unless `wait`, it is locked."""
    query = select(Notice).where(col(Notice.id) == notice_id).with_for_update(skip_locked=not wait)
    return session.scalars(query.execution_options(populate_existing=True)).first()


def due(session: Session, now: datetime, limit: int) -> Sequence[str]:
    """Ids of what is to be mailed, the longest waiting first."""
    return session.scalars(
        select(col(Notice.id)).where(col(Notice.mail_due_at) <= now).order_by(col(Notice.mail_due_at)).limit(limit)
    ).all()


def postpone(session: Session, until: datetime) -> None:
    """Whatever is due before then is due then. Rows that somebody has locked are left alone."""
    waiting = select(col(Notice.id)).where(col(Notice.mail_due_at) < until).with_for_update(skip_locked=True)
    session.execute(update(Notice).where(col(Notice.id).in_(waiting)).values(mail_due_at=until))


def waiting(session: Session) -> tuple[int, datetime | None]:
    """How many are to be mailed, and since when the oldest of them."""
    count, oldest = session.execute(
        select(func.count(), func.min(col(Notice.created_at))).where(col(Notice.mail_due_at).is_not(None))
    ).one()
    return int(count), oldest


def delete_old(session: Session, before: datetime, limit: int) -> int:
    """Deletes so many from before then; how many there were."""
    old = select(col(Notice.id)).where(col(Notice.created_at) < before).order_by(col(Notice.created_at)).limit(limit)
    return _changed(session.execute(delete(Notice).where(col(Notice.id).in_(old))))
