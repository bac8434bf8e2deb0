"""Accounts and sessions. Hashing takes a tenth of a second and happens outside of transactions."""

from datetime import datetime
from typing import Protocol

from pydantic import SecretStr

from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.accounts import policy, repository
from photogen.domain.accounts.commands import ChangePassword, LogIn, Register, Rename, refuse_email_as_password
from photogen.domain.accounts.secrets import Passwords, digest, new_token
from photogen.domain.accounts.views import Identity, NewSession, ProfileView, SessionView
from photogen.errors import Conflict, Invalid, NotFound, Rejected, Unauthenticated
from photogen.kit.clock import Clock
from photogen.kit.commands import printable
from photogen.kit.text import t
from photogen.models import Account, GrantSource, LoginSession, Role

_LONGEST_TOKEN = 128
_NO_HASH = ""
"""No password has it."""


class _Credits(Protocol):
    def grant(
        self,
        uow: UnitOfWork,
        account_id: str,
        amount: int,
        source: GrantSource,
        key: str,
        expires_at: datetime | None = None,
        note: str = "",
    ) -> None: ...


class _Plans(Protocol):
    def credits_once(self, uow: UnitOfWork, plan_key: str) -> int: ...


class AccountsService:
    """Register, log in and out, and say who is behind a token. `session_days` is how long an unused session lives."""

    def __init__(
        self,
        uow: UowFactory,
        clock: Clock,
        credits: _Credits,
        plans: _Plans,
        session_days: int,
        passwords: Passwords | None = None,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._credits = credits
        self._plans = plans
        self._session_days = session_days
        self._passwords = passwords or Passwords()

    # --- coming and going -------------------------------------------------------------------------------------------

    def register(self, command: Register, *, ip: str = "", user_agent: str = "", replaces: str = "") -> NewSession:
        """Makes the account with its plan's welcome credits, and logs it in. `replaces` is the token that the browser
        had before: that session ends. Raises Invalid (`email_taken`)."""
        password_hash = self._passwords.hash(command.password)
        with self._uow() as uow:
            account = self._insert(uow, command, password_hash, Role.CREATOR)
            return self._begin(uow, account, ip, user_agent, replaces)

    def create_admin(self, command: Register) -> str:
        """Makes an account that may do everything; gives its id. Raises Invalid (`email_taken`)."""
        password_hash = self._passwords.hash(command.password)
        with self._uow() as uow:
            return self._insert(uow, command, password_hash, Role.ADMIN).id

    def log_in(self, command: LogIn, *, ip: str = "", user_agent: str = "", replaces: str = "") -> NewSession:
        """A new session with a new token, always. `replaces` as in `register`.

        Raises Unauthenticated (`wrong_credentials`), the same and as late for an address without account, and Rejected
        (`account_suspended`) to who knows the password."""
        with self._uow() as uow:
            found = repository.by_email(uow.session, command.email.lower())
        known = found.password_hash if found else None
        right = self._passwords.verify(command.password, known)
        if found is None or known is None or not right:
            raise _wrong_credentials()
        if found.suspended_at is not None:
            raise Rejected(
                t("This account is suspended. Write to the people who run this studio."), code="account_suspended"
            )
        renewed = self._passwords.hash(command.password) if self._passwords.outdated(known) else known
        with self._uow() as uow:
            # The password may have been changed since it was verified: then this log-in is too late.
            account = repository.lock_if_unchanged(uow.session, found.id, known)
            if account is None:
                raise _wrong_credentials()
            account.password_hash = renewed
            repository.sweep_sessions(uow.session, account.id, self._clock())
            return self._begin(uow, account, ip, user_agent, replaces)

    def log_out(self, token: str) -> None:
        """Ends the session; a token that opens none is fine."""
        with self._uow() as uow:
            repository.end_session(uow.session, digest(token))

    def identify(self, token: str) -> Identity | None:
        """Who is logged in with this token; None when nobody is. One query, and one write a minute at most."""
        if not 0 < len(token) <= _LONGEST_TOKEN:
            return None
        now, session_id = self._clock(), digest(token)
        with self._uow() as uow:
            found = repository.find_session(uow.session, session_id, now)
            if found is None:
                return None
            identity, last_seen_at = found
            if policy.should_slide(last_seen_at, now):
                repository.slide(uow.session, session_id, now, policy.expiry(now, self._session_days))
        return identity

    def session_alive(self, session_id: str) -> bool:
        """Whether the session still stands: not ended, not over, its account not suspended."""
        with self._uow() as uow:
            return repository.find_session(uow.session, session_id, self._clock()) is not None

    # --- one's own account ------------------------------------------------------------------------------------------

    def profile(self, account_id: str) -> ProfileView:
        """Raises NotFound."""
        with self._uow() as uow:
            return _profile(repository.by_id(uow.session, account_id))

    def find(self, email: str) -> ProfileView:
        """The account with this email address, for the operator. Raises NotFound."""
        with self._uow() as uow:
            account = repository.by_email(uow.session, email.strip().lower())
            if account is None:
                raise NotFound(t("No account has this email address."))
            return _profile(account)

    def rename(self, account_id: str, name: str) -> None:
        """Raises Invalid, NotFound."""
        command = Rename.of(name=name)
        with self._uow() as uow:
            repository.lock(uow.session, account_id).name = command.name

    def change_password(self, account_id: str, session_id: str, command: ChangePassword) -> None:
        """Changes it and ends every other session of the account.

        Raises Invalid (`wrong_password`, `same_password`, `password_is_email`), Conflict (`password_changed`: it was
        changed elsewhere at the same moment), NotFound."""
        with self._uow() as uow:
            found = repository.by_id(uow.session, account_id)
        refuse_email_as_password(command.new, found.email, field="new")
        if not self._passwords.verify(command.current, found.password_hash):
            raise Invalid(t("This is not your current password."), field="current", code="wrong_password")
        if command.new == command.current:
            raise Invalid(t("The new password is the same as the old one."), field="new", code="same_password")
        renewed = self._passwords.hash(command.new)
        with self._uow() as uow:
            account = repository.lock_if_unchanged(uow.session, account_id, found.password_hash)
            if account is None:
                raise Conflict(
                    t("The password was changed elsewhere at this moment. Log in with the new one."),
                    code="password_changed",
                )
            account.password_hash = renewed
            repository.end_other_sessions(uow.session, account_id, session_id)

    def verify_password(self, account_id: str, password: SecretStr) -> None:
        """Before what can't be undone. Raises Invalid (`wrong_password`), NotFound."""
        with self._uow() as uow:
            known = repository.by_id(uow.session, account_id).password_hash
        if not self._passwords.verify(password, known):
            raise Invalid(t("This is not your password."), field="password", code="wrong_password")

    def sessions(self, account_id: str) -> list[SessionView]:
        """Where the account is logged in, the last used first."""
        with self._uow() as uow:
            rows = repository.sessions(uow.session, account_id, self._clock())
        return [
            SessionView(row.id, row.created_at, row.last_seen_at, row.expires_at, row.ip, row.user_agent)
            for row in rows
        ]

    def end_session(self, account_id: str, session_id: str) -> None:
        """Logs out elsewhere. Raises NotFound, also for somebody else's session."""
        with self._uow() as uow:
            if not repository.end_session(uow.session, session_id, account_id):
                raise NotFound(t("This session has ended already."), code="session_not_found")

    # --- steps ------------------------------------------------------------------------------------------------------

    def close(self, uow: UnitOfWork, account_id: str) -> None:
        """Step: from here on the row names nobody and lets nobody in; every log-in has ended. Raises NotFound."""
        account = repository.by_id(uow.session, account_id)
        account.email, account.name = f"{account_id}@deleted.invalid", ""
        account.password_hash = _NO_HASH
        account.role = Role.CREATOR
        repository.end_all_sessions(uow.session, account_id)

    # --- within ------------------------------------------------------------------------------------------------------

    def _insert(self, uow: UnitOfWork, command: Register, password_hash: str, role: Role) -> Account:
        account = repository.add_account(uow.session, command.name, command.email, password_hash, role, self._clock())
        welcome = self._plans.credits_once(uow, account.plan_key)
        self._credits.grant(
            uow, account.id, welcome, GrantSource.WELCOME, f"welcome:{account.id}", note=t("Welcome to photogen")
        )
        return account

    def _begin(self, uow: UnitOfWork, account: Account, ip: str, user_agent: str, replaces: str) -> NewSession:
        if replaces:
            repository.end_session(uow.session, digest(replaces))
        now, token = self._clock(), new_token()
        row = LoginSession(
            id=digest(token),
            account_id=account.id,
            created_at=now,
            last_seen_at=now,
            expires_at=policy.expiry(now, self._session_days),
            ip=printable(ip, 64),
            user_agent=printable(user_agent, 300),
        )
        repository.add_session(uow.session, row)
        return NewSession(token, _identity(account, row.id))


def _profile(account: Account) -> ProfileView:
    return ProfileView(account.id, account.name, account.email, account.role, account.plan_key, account.created_at)


def _identity(account: Account, session_id: str) -> Identity:
    return Identity(account.id, session_id, account.name, account.email, account.role)


def _wrong_credentials() -> Unauthenticated:
    return Unauthenticated(t("Email or password is wrong"), code="wrong_credentials")
