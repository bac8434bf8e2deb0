"""The SQL of prompts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import CursorResult, delete, text, tuple_
from sqlmodel import Session, col, select

from photogen.kit.ids import new_id
from photogen.models.prompt import Prompt

_NEW = """
    INSERT INTO prompt (id, account_id, text, digest, times, used_at) VALUES (:id, :account, :text, :digest, 1, :at)
    ON CONFLICT"""
_REMEMBER = text(f"{_NEW} (account_id, digest) DO UPDATE SET used_at = excluded.used_at, times = prompt.times + 1")
_RECALL = text(f"{_NEW} DO NOTHING")


def remember(session: Session, account_id: str, prompt: str, at: datetime) -> None:
    """The account has used this prompt at that moment."""
    session.connection().execute(_REMEMBER, _new(account_id, prompt, at))


def recall(session: Session, account_id: str, prompt: str, at: datetime) -> None:
    """Puts back one that was used at that moment, unless it is there."""
    session.connection().execute(_RECALL, _new(account_id, prompt, at))


def _new(account_id: str, prompt: str, at: datetime) -> dict[str, object]:
    digest = hashlib.sha256(prompt.encode()).hexdigest()
    return {"id": new_id(), "account": account_id, "text": prompt, "digest": digest, "at": at}


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
