"""The one lock under which money and limits of an account are decided."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlmodel import Session

from photogen.errors import NotFound
from photogen.kit.text import t

_LOCK = text("SELECT id FROM account WHERE id = :id FOR NO KEY UPDATE")
_LOCK_FREE = text("SELECT id FROM account WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED")


def lock_account(session: Session, account_id: str) -> None:
    """Locks the account's row until the transaction ends; everything else about the account may still be read and
    inserted by others. Raises NotFound.

    FOR NO KEY UPDATE, not FOR UPDATE: rows that refer to the account take FOR KEY SHARE on it, and the stronger lock
    would stand against that; taken after such an insert, it deadlocks (rule 5 of the house).
    """
    session.flush()  # the account itself may be new
    if session.connection().execute(_LOCK, {"id": account_id}).first() is None:
        raise NotFound(t("There is no such account."), code="account_not_found")


def lock_free(session: Session, account_ids: Sequence[str]) -> list[str]:
    """Locks those of the accounts that nobody else has locked, and gives them. It waits for none: whoever holds a
    hundred locks makes a hundred wait."""
    return list(session.connection().execute(_LOCK_FREE, {"ids": list(account_ids)}).scalars())
