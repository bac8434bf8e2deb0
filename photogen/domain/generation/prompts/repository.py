"""The SQL of prompts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import CursorResult, delete, tuple_
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlmodel import Session, col, select

from photogen.kit.ids import new_id
from photogen.models.prompt import Prompt


def remember(session: Session, account_id: str, text: str, at: datetime) -> None:
    """The account has used this prompt at that moment."""
    new = _new(account_id, text, at)
    session.execute(
        new.on_conflict_do_update(
            index_elements=["account_id", "digest"],
            set_={"used_at": new.excluded.used_at, "times": Prompt.times + 1},
        )
    )


def recall(session: Session, account_id: str, text: str, at: datetime) -> None:
    """Puts back one that was used at that moment, unless it is there."""
    session.execute(_new(account_id, text, at).on_conflict_do_nothing())


def _new(account_id: str, text: str, at: datetime) -> Insert:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return insert(Prompt).values(id=new_id(), account_id=account_id, text=text, digest=digest, times=1, used_at=at)


def page(
    session: Session, account_id: str, words: Sequence[str], before: tuple[datetime, str] | None, limit: int
) -> Sequence[Prompt]:
    """Newest first; those that contain all the words, in whatever case."""
    query = select(Prompt).where(Prompt.account_id == account_id)
    for word in words:
        query = query.where(col(Prompt.text).icontains(word, autoescape=True))
    if before is not None:
        query = query.where(tuple_(col(Prompt.used_at), col(Prompt.id)) < before)
    return session.exec(query.order_by(col(Prompt.used_at).desc(), col(Prompt.id).desc()).limit(limit)).all()


def get(session: Session, account_id: str, prompt_id: str) -> Prompt | None:
    """The account's prompt, locked."""
    return session.exec(
        select(Prompt).where(Prompt.id == prompt_id, Prompt.account_id == account_id).with_for_update()
    ).one_or_none()


def forget(session: Session, account_id: str) -> int:
    """Deletes all of the account's; how many those were."""
    gone = session.execute(delete(Prompt).where(col(Prompt.account_id) == account_id))
    return cast("CursorResult[object]", gone).rowcount
