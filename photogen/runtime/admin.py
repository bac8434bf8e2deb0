"""What only the owner of the machine may do, on the command line: the first administrator, credits by hand, the end of
a share link."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from photogen.bootstrap import Services, build
from photogen.domain.accounts.commands import Register
from photogen.domain.audit import Operator
from photogen.kit.ids import new_id
from photogen.runtime.instance import Instance
from photogen.runtime.up import data_folder, settings_from_environment

_NOWHERE = "http://127.0.0.1:9"
"""For what a command needs to be named but never calls. Port 9 discards (RFC 863)."""


def create(database_url: str, *, email: str, name: str, password: str) -> str:
    """Makes the account in the database at `database_url`; gives a sentence that says so. Raises Invalid."""
    command = Register.of(name=name, email=email, password=password)
    with services_on(database_url) as services:
        services.accounts.create_admin(command)
    return f"{email} can now log in and administer this installation."


def give_credits(database_url: str, *, email: str, amount: int, reason: str) -> str:
    """Gives (+) or takes (-) credits by hand; gives a sentence with the new balance.

    Raises Invalid, NotFound, Conflict (`not_enough_to_take`)."""
    with services_on(database_url) as services:
        account = services.accounts.find(email)
        services.credits.adjust(account.account_id, amount, reason, by="command line", key=new_id())
        balance = services.credits.balance(account.account_id).available
    return f"{account.email} has {balance} credits now."


def withdraw_link(database_url: str, address: str) -> str:
    """Ends a share link at once. Raises NotFound, Conflict."""
    with services_on(database_url) as services:
        services.shares.withdraw(address, Operator(None, "command line"))
    return "This link opens nothing any more. Its owner sees that it was withdrawn."


@contextmanager
def services_on(database_url: str) -> Iterator[Services]:
    """The services on the database at `database_url`, for one command; the schedule finds what it leaves to do."""
    os.environ["DATABASE_URL"] = database_url
    os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:9")
    os.environ.setdefault("PHOTOGEN_SANDBOX_URL", _NOWHERE)
    if not os.environ.get("SECRET_KEY"):
        os.environ["SECRET_KEY"] = Instance(data_folder()).secret_key()
    services = build(settings_from_environment())
    try:
        yield services
    finally:
        services.close()
