"""A State to be attacked by the tests of the guard."""

from typing import Any

import reflex as rx

from photogen.web.security import allow
from photogen.web.session import current


class Target(rx.State):
    """One handler per level, and what must never be reached."""

    n: int = 0
    text: str = ""
    mine: str = ""
    opened: bool = False
    _secret: str = ""

    @rx.event
    @allow("public")
    def greet(self):
        self.n += 1

    @rx.event
    @allow("user")
    def keep(self, text: str, times: int = 1):
        self.text = text * times

    @rx.event
    @allow("user")
    def who(self):
        self.mine = current().account_id

    @rx.event
    @allow("admin")
    def rule(self):
        self.opened = True

    @rx.event
    @allow("moderator")
    def moderate(self):
        self.opened = True

    @rx.event
    @allow("user")
    def form(self, data: dict[str, Any]):
        self.text = str(data["name"])

    @rx.event
    @allow("public")
    def chain(self):
        return Target.rule

    @rx.event
    def forgotten(self):
        self.opened = True

    def undecorated(self):
        self.opened = True


def name_of(handler: str) -> str:
    """The full event name of a handler of `Target`, as a socket would send it."""
    return f"{Target.get_full_name()}.{handler}"
