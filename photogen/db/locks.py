"""The one lock under which money and limits of an account are decided."""

from sqlalchemy import text
from sqlmodel import Session

from photogen.errors import NotFound

_LOCK = text("SELECT id FROM account WHERE id = :id FOR NO KEY UPDATE")


def lock_account(session: Session, account_id: str) -> None:
    """Locks the account's row until the transaction ends; everything else about the account may still be read and
    inserted by others. Raises NotFound.

    FOR NO KEY UPDATE, not FOR UPDATE: rows that refer to the account take FOR KEY SHARE on it, and the stronger lock
    would stand against that; taken after such an insert, it deadlocks (rule 5 of the house).
    """
    session.flush()  # the account itself may be new
    if session.connection().execute(_LOCK, {"id": account_id}).first() is None:
        raise NotFound("There is no such account.", code="account_not_found")
