"""The one lock under which money and limits of an account are decided."""

from sqlmodel import Session, select

from photogen.errors import NotFound
from photogen.models import Account


def lock_account(session: Session, account_id: str) -> None:
    """Locks the account's row until the transaction ends; everything else about the account may still be read and
    inserted by others. Raises NotFound.

    FOR NO KEY UPDATE, not FOR UPDATE: rows that refer to the account take FOR KEY SHARE on it, and the stronger lock
    would stand against that; taken after such an insert, it deadlocks (rule 5 of the house).
    """
    found = session.exec(select(Account.id).where(Account.id == account_id).with_for_update(key_share=True)).first()
    if found is None:
        raise NotFound("There is no such account.", code="account_not_found")
