"""Profile and sessions. The password is changed by a native form (api/session.py): it never passes through a State."""

import dataclasses

import reflex as rx

from photogen.domain.notices import Topic
from photogen.errors import Invalid, PhotogenError
from photogen.web import routes
from photogen.web.deps import call, services
from photogen.web.me import Me
from photogen.web.notices import toast
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import t
from photogen.web.typed import Steps
from photogen.web.words import iso


@dataclasses.dataclass(frozen=True)
class SessionShown:
    """A log-in of this account. `id` is a digest that lets nobody in."""

    id: str
    device: str
    ip: str
    here: bool
    seen_at: str


@dataclasses.dataclass(frozen=True)
class ReceiptShown:
    """A deletion of this account's: a model."""

    number: str
    name: str
    at: str
    done: bool


def device(user_agent: str) -> str:
    """ "Firefox on Linux" from a User-Agent, as far as it tells."""
    browsers = (
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    )
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    )
    browser = next((name for mark, name in browsers if mark in user_agent), "")
    system = next((name for mark, name in systems if mark in user_agent), "")
    if browser and system:
        return t("{browser} on {system}", browser=browser, system=system)
    return browser or system or t("Unknown device")


class SettingsPage(rx.State):
    """What the settings page shows of the account."""

    ready: bool = False
    problem: str = ""
    code: str = ""
    name: str = ""
    name_error: str = ""
    email: str = ""
    since: str = ""
    sessions: list[SessionShown] = []
    receipts: list[ReceiptShown] = []
    mail_trainings: bool = True
    mail_credits: bool = True
    deleting: bool = False

    @rx.event
    @allow("user")
    async def load(self) -> None:
        who = current()
        self.deleting = routes.DELETE_ASKED in self.router.url.query_parameters
        try:
            profile = await call(services().accounts.profile, who.account_id)
            sessions = await call(services().accounts.sessions, who.account_id)
            receipts = await call(services().receipts.of_account, who.account_id)
            await self._read_mails()
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self.name, self.email, self.since, self.name_error = profile.name, profile.email, iso(profile.created_at), ""
        self.sessions = [
            SessionShown(s.id, device(s.user_agent), s.ip, s.id == who.session_id, iso(s.last_seen_at))
            for s in sessions
        ][:30]
        self.receipts = [
            ReceiptShown(r.number, t(r.name), iso(r.requested_at), r.finished_at is not None) for r in receipts
        ]
        self.problem, self.code, self.ready = "", "", True

    @rx.event
    @allow("user")
    def set_name(self, value: str) -> None:
        """The name as typed."""
        self.name, self.name_error = value, ""

    @rx.event
    @allow("user")
    async def save_name(self, form_data: dict[str, object]) -> Steps:
        """Keeps the name."""
        try:
            await call(services().accounts.rename, current().account_id, self.name)
        except Invalid as error:
            self.name_error = error.public
            return
        yield toast.good(t("Name saved"))
        yield Me.load

    async def _read_mails(self) -> None:
        choices = await call(services().notices.choices, current().account_id)
        wanted = {choice.topic: choice.wanted for choice in choices}
        self.mail_trainings, self.mail_credits = wanted[Topic.TRAININGS], wanted[Topic.CREDITS]

    @rx.event
    @allow("user")
    async def set_mail(self, topic: str, wanted: bool) -> Steps:
        """Mails of a topic are wanted, or not."""
        try:
            await call(services().notices.choose, current().account_id, topic, wanted=wanted)
        except PhotogenError as error:
            yield toast.error(error)
        await self._read_mails()

    @rx.event
    @allow("user")
    def ask_to_delete(self) -> None:
        """Opens the dialog."""
        self.deleting = True

    @rx.event
    @allow("user")
    def keep(self) -> None:
        """Closes it."""
        self.deleting = False

    @rx.event
    @allow("user")
    async def end_session(self, session_id: str) -> Steps:
        """Logs another device out."""
        try:
            await call(services().accounts.end_session, current().account_id, session_id)
        except PhotogenError as error:
            yield toast.error(error)
        else:
            yield toast.good(t("That device is logged out"))
        yield SettingsPage.load
