"""Steps: they join the caller's unit of work, so that somebody is told exactly if what they are told of happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

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
    mailed, quiet = policy.is_mailed(kind), kind in policy.QUIET
    new = repository.add(uow.session, account_id, kind, key[:200], data, now, mailed=mailed, read=quiet)
    if new:
        uow.notify(account_id, NEWS, account_id)
    return new


def told(uow: UnitOfWork, keys: Sequence[str]) -> frozenset[str]:
    """Those of the keys under which somebody was told already: for reminders that look at many, again and again."""
    return repository.known(uow.session, keys)


def resolve(uow: UnitOfWork, account_id: str, kind: NoticeKind, now: datetime) -> None:
    """What the account's notices of this kind are about is over: no banner, and no mail that has not left yet."""
    if repository.resolve(uow.session, account_id, kind, now):
        uow.notify(account_id, NEWS, account_id)
