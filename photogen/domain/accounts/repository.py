"""Rows of accounts and their sessions."""

from collections.abc import Sequence
from datetime import datetime

from psycopg.errors import UniqueViolation
from sqlalchemy import delete, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from photogen.domain.accounts.views import Identity
from photogen.errors import Invalid, NotFound
from photogen.kit.text import t
from photogen.models import Account, LoginSession, Role


def add_account(session: Session, name: str, email: str, password_hash: str, role: Role, now: datetime) -> Account:
    """Inserts. Raises Invalid (`email_taken`) when the address has an account, also one made at this very moment: the
    constraint decides, and the transaction is lost."""
    account = Account(name=name, email=email, password_hash=password_hash, role=role, created_at=now)
    session.add(account)
    try:
        session.flush()
    except IntegrityError as error:
        if isinstance(error.orig, UniqueViolation) and error.orig.diag.constraint_name == "uq_account_email":
            raise Invalid(
                t("There is an account with this email address already. Log in, or use another address."),
                field="email",
                code="email_taken",
            ) from None
        raise
    return account


def by_email(session: Session, email: str) -> Account | None:
    """The account of that address (in lower case)."""
    return session.exec(select(Account).where(Account.email == email)).first()


def by_id(session: Session, account_id: str) -> Account:
    """Raises NotFound."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound(t("There is no such account."), code="account_not_found")
    return account


def lock(session: Session, account_id: str) -> Account:
    """The account, locked, unless it is being deleted: nothing of a person is written back into its row. Raises
    NotFound."""
    account = session.exec(
        select(Account)
        .where(Account.id == account_id, col(Account.deleted_at).is_(None))
        .with_for_update(key_share=True)
    ).first()
    if account is None:
        raise NotFound(t("There is no such account."), code="account_not_found")
    return account


def lock_if_unchanged(session: Session, account_id: str, password_hash: str) -> Account | None:
    """The account, locked, if its password is still the one that was verified."""
    return session.exec(
        select(Account)
        .where(Account.id == account_id, Account.password_hash == password_hash)
        .with_for_update(key_share=True)
    ).first()


def add_session(session: Session, row: LoginSession) -> None:
    """Inserts."""
    session.add(row)
    session.flush()


_SESSION = text("""
    SELECT account.id, account.name, account.email, account.role, login_session.last_seen_at
    FROM account JOIN login_session ON login_session.account_id = account.id
    WHERE login_session.id = :session AND login_session.expires_at > :now AND account.suspended_at IS NULL""")


def find_session(session: Session, session_id: str, now: datetime) -> tuple[Identity, datetime] | None:
    """Who is logged in, and the last use, of a session that is neither over nor a suspended account's."""
    # No statement that is put together anew, and no rows of the ORM: this is asked before every event.
    row = session.connection().execute(_SESSION, {"session": session_id, "now": now}).first()
    if row is None:
        return None
    account_id, name, email, role, last_seen_at = row
    return Identity(account_id, session_id, name, email, Role(role)), last_seen_at


def slide(session: Session, session_id: str, now: datetime, expires_at: datetime) -> None:
    """Notes a use of the session."""
    session.execute(
        update(LoginSession).where(col(LoginSession.id) == session_id).values(last_seen_at=now, expires_at=expires_at)
    )


def sessions(session: Session, account_id: str, now: datetime) -> Sequence[LoginSession]:
    """Those that are not over, the last used first."""
    return session.exec(
        select(LoginSession)
        .where(LoginSession.account_id == account_id, LoginSession.expires_at > now)
        .order_by(col(LoginSession.last_seen_at).desc(), LoginSession.id)
    ).all()


def end_session(session: Session, session_id: str, account_id: str | None = None) -> bool:
    """Ends one, if it is that account's. False when there was none."""
    statement = delete(LoginSession).where(col(LoginSession.id) == session_id)
    if account_id is not None:
        statement = statement.where(col(LoginSession.account_id) == account_id)
    return session.execute(statement.returning(col(LoginSession.id))).first() is not None


def end_other_sessions(session: Session, account_id: str, session_id: str) -> None:
    """Ends all of the account's but this one."""
    session.execute(
        delete(LoginSession).where(col(LoginSession.account_id) == account_id, col(LoginSession.id) != session_id)
    )


def end_all_sessions(session: Session, account_id: str) -> None:
    """Logs the account out everywhere."""
    session.execute(delete(LoginSession).where(col(LoginSession.account_id) == account_id))


def sweep_sessions(session: Session, account_id: str, now: datetime) -> None:
    """Forgets the account's sessions that are over."""
    session.execute(
        delete(LoginSession).where(col(LoginSession.account_id) == account_id, col(LoginSession.expires_at) <= now)
    )
