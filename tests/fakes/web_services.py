"""The services that pages need to tell who is who, in memory: for tests of the web's own doors."""

import hashlib
from types import SimpleNamespace

from photogen.domain.accounts import Identity, NewSession
from photogen.domain.accounts.commands import ChangePassword, LogIn, Register
from photogen.domain.credits.views import Balance
from photogen.errors import Invalid, Unauthenticated
from photogen.kit.ids import new_id
from photogen.models import Role


def digest(token: str) -> str:
    """What a session is called by."""
    return hashlib.sha256(token.encode()).hexdigest()


class FakeAccounts:
    """Accounts with the interface of AccountsService. `log_ins` counts the tries."""

    def __init__(self) -> None:
        self.people: dict[str, tuple[Identity, str]] = {}
        self.open: dict[str, Identity] = {}
        self.log_ins = 0

    def add(self, email: str, password: str = "correct horse", role: Role = Role.CREATOR, name: str = "Ada") -> str:
        """Makes an account, logs it in and gives the token."""
        self.people[email] = (Identity(new_id(), "", name, email, role), password)
        return self._begin(email).token

    def _begin(self, email: str) -> NewSession:
        who, token = self.people[email][0], new_id()
        identity = Identity(who.account_id, digest(token), who.name, who.email, who.role)
        self.open[digest(token)] = identity
        return NewSession(token, identity)

    def register(self, command: Register, *, ip: str = "", user_agent: str = "", replaces: str = "") -> NewSession:
        if command.email in self.people:
            raise Invalid("There is an account with this email already.", field="email", code="email_taken")
        self.add(command.email, command.password.get_secret_value(), name=command.name)
        self.log_out(replaces)
        return self._begin(command.email)

    def log_in(self, command: LogIn, *, ip: str = "", user_agent: str = "", replaces: str = "") -> NewSession:
        self.log_ins += 1
        known = self.people.get(command.email)
        if known is None or known[1] != command.password.get_secret_value():
            raise Unauthenticated("Email or password is wrong", code="wrong_credentials")
        self.log_out(replaces)
        return self._begin(command.email)

    def log_out(self, token: str) -> None:
        self.open.pop(digest(token), None)

    def identify(self, token: str) -> Identity | None:
        return self.open.get(digest(token))

    def change_password(self, account_id: str, session_id: str, command: ChangePassword) -> None:
        email, (who, password) = next((e, p) for e, p in self.people.items() if p[0].account_id == account_id)
        if password != command.current.get_secret_value():
            raise Invalid("This is not your current password.", field="current", code="wrong_password")
        self.people[email] = (who, command.new.get_secret_value())


class FakeCredits:
    """Everybody has five credits."""

    def balance(self, account_id: str) -> Balance:
        return Balance(available=5, held=0, granted_total=5)


def web_services(**others: object) -> SimpleNamespace:
    """Stands for `bootstrap.Services` as far as the web's own doors need it."""
    return SimpleNamespace(accounts=FakeAccounts(), credits=FakeCredits(), checks={}, notes={}, **others)
