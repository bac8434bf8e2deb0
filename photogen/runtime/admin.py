"""The first administrator, made where only the owner of the machine can be: on the command line."""

import os

from photogen.bootstrap import build
from photogen.domain.accounts.commands import Register
from photogen.runtime.instance import Instance
from photogen.runtime.up import data_folder, settings_from_environment

_NOWHERE = "http://127.0.0.1:9"
"""For what a command needs to be named but never calls. Port 9 discards (RFC 863)."""


def create(database_url: str, *, email: str, name: str, password: str) -> str:
    """Makes the account in the database at `database_url`; gives a sentence that says so. Raises Invalid."""
    os.environ["DATABASE_URL"] = database_url
    os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:9")
    os.environ.setdefault("PHOTOGEN_SANDBOX_URL", _NOWHERE)
    if not os.environ.get("SECRET_KEY"):
        os.environ["SECRET_KEY"] = Instance(data_folder()).secret_key()
    services = build(settings_from_environment())
    services.accounts.create_admin(Register(name=name, email=email, password=password))
    return f"{email} can now log in and administer this installation."
