"""Accounts, found by address or name."""

import dataclasses

import reflex as rx

from photogen.domain.books import AccountLine
from photogen.domain.books.commands import FindAccounts
from photogen.errors import Invalid, PhotogenError
from photogen.web import routes
from photogen.web.deps import call, services
from photogen.web.security.policy import allow
from photogen.web.text import number, t
from photogen.web.words import iso


@dataclasses.dataclass(frozen=True)
class AccountShown:
    """An account in words."""

    id: str
    href: str
    name: str
    email: str
    plan: str
    role: str
    credits: str
    since: str


def shown(line: AccountLine) -> AccountShown:
    """A line of the list."""
    return AccountShown(
        line.id,
        routes.account(line.id),
        t("A deleted account") if line.closed else line.name,
        line.id if line.closed else line.email,
        "" if line.closed else line.plan.capitalize(),
        "" if line.role == "creator" else line.role.capitalize(),
        number(line.available),
        iso(line.since),
    )


class Accounts(rx.State):
    """A page of accounts. `_trail` holds the ids that end the pages before this one."""

    ready: bool = False
    problem: str = ""
    code: str = ""
    words: str = ""
    refused: str = ""
    accounts: list[AccountShown] = []
    older: bool = False
    newer: bool = False
    _trail: list[str] = []

    async def _read(self) -> None:
        try:
            wanted = FindAccounts.of(words=self.words, beyond=self._trail[-1] if self._trail else "")
            found, self.older = await call(services().books.accounts, wanted)
        except Invalid as error:
            self.refused, self.accounts, self.older, self.newer = error.public, [], False, False
            self.ready = True
            return
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self.accounts = [shown(line) for line in found]
        self.newer = bool(self._trail)
        self.problem, self.code, self.refused, self.ready = "", "", "", True

    @rx.event
    @allow("admin")
    async def load(self) -> None:
        self._trail = []
        await self._read()

    @rx.event
    @allow("admin")
    async def search(self, value: str) -> None:
        """As it is typed."""
        self.words, self._trail = value, []
        await self._read()

    @rx.event
    @allow("admin")
    async def show_older(self) -> None:
        """Further back."""
        if self.older and self.accounts:
            self._trail = [*self._trail, self.accounts[-1].id]
            await self._read()

    @rx.event
    @allow("admin")
    async def show_newer(self) -> None:
        """Towards now."""
        self._trail = self._trail[:-1]
        await self._read()
