"""Steps: they join the caller's unit of work, so that somebody is told exactly if what they are told of happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from photogen.db.uow import UnitOfWork
from photogen.domain.notices import policy, repository
from photogen.models.notice import NoticeKind

NEWS = "notices"
"""The noun under which changes are announced to open pages."""


def tell(
    uow: UnitOfWork, account_id: str, kind: NoticeKind, key: str, now: datetime, **data: str | float | bool | None
) -> bool:
    """Tells the account once per `key` (200 characters at most, unique in the house); False when it was told, or is
    being deleted. `data` are the facts that `words` makes sentences of; moments are ISO text. The mail leaves by
    itself: the schedule finds the row within a second of the commit."""
    return bool(tell_many(uow, kind, [(account_id, key, data)], now))


def tell_many(
    uow: UnitOfWork, kind: NoticeKind, facts: Sequence[tuple[str, str, dict[str, Any]]], now: datetime
) -> frozenset[str]:
    """As `tell`, each (account, key, data) in one statement; gives the accounts that were told now."""
    mailed, quiet = policy.is_mailed(kind), kind in policy.QUIET
    cut = [(account_id, key[:200], data) for account_id, key, data in facts]
    new = repository.add(uow.session, kind, cut, now, mailed=mailed, read=quiet)
    for account_id in new:
        uow.notify(account_id, NEWS, account_id)
    return new


def told(uow: UnitOfWork, keys: Sequence[str]) -> frozenset[str]:
    """Those of the keys under which somebody was told already: for reminders that look at many, again and again."""
    return repository.known(uow.session, keys)


def resolve(uow: UnitOfWork, account_id: str, kind: NoticeKind, now: datetime) -> None:
    """What the account's notices of this kind are about is over: no banner, and no mail that has not left yet."""
    if repository.resolve(uow.session, account_id, kind, now):
        uow.notify(account_id, NEWS, account_id)
