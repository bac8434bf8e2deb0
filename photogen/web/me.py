"""Who is logged in and what they have, for the frame around every page. Thin: a name, a role, a balance."""

import reflex as rx

from photogen.web import deps, live
from photogen.web.deps import call
from photogen.web.security.policy import allow
from photogen.web.session import current, maybe


class Me(rx.State):
    """The account of this tab's log-in; empty until the page has been told."""

    account_id: str = ""
    name: str = ""
    email: str = ""
    initial: str = ""
    role: str = ""
    credits: int = 0
    ready: bool = False

    @rx.event
    @allow("user")
    async def load(self):
        who = current()
        self.account_id, self.name, self.email, self.role = who.account_id, who.name, who.email, str(who.role)
        self.initial = who.name[:1]
        self.credits = (await call(deps.services().credits.balance, who.account_id)).available
        self.ready = True
        live.subscribe(self, "credits", Me.refresh)

    @rx.event
    @allow("user")
    async def refresh(self):
        """The balance again, after something was charged or given back."""
        self.credits = (await call(deps.services().credits.balance, current().account_id)).available


class Visitor(rx.State):
    """Who looks at a public page: all it knows is whether to offer the log-in or the studio."""

    known: bool = False

    @rx.event
    @allow("public")
    def load(self):
        self.known = maybe() is not None

    @rx.event
    @allow("public")
    def enter(self):
        """On the log-in and register pages: who is logged in goes on to the dashboard."""
        if maybe() is not None:
            return rx.redirect("/dashboard", replace=True)
        return None
