"""A page of notices, newest first. What a person opens is seen: it counts as read, and keeps its mark until they leave.

What comes in meanwhile does not: a tab that has just been closed is still told of it, and nobody has seen it there.
"""

import dataclasses

import reflex as rx

from photogen.domain.notices import NoticeView
from photogen.errors import PhotogenError
from photogen.web import live
from photogen.web.deps import call, services
from photogen.web.notices import toast
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import t
from photogen.web.typed import Steps
from photogen.web.words import iso

PAGE = 20


@dataclasses.dataclass(frozen=True)
class Item:
    """A notice. `path` is the page that `action` leads to; `new` marks what one has not seen before this visit."""

    id: str
    title: str
    text: str
    action: str
    path: str
    tone: str
    at: str
    new: bool


def item(view: NoticeView, *, new: bool) -> Item:
    """A notice, in words."""
    said = view.words
    text = " ".join(said.lines)
    return Item(view.id, said.title, text, said.action, said.path, said.tone, iso(view.created_at), new)


class NoticeList(rx.State):
    """What the page of notices shows."""

    ready: bool = False
    problem: str = ""
    code: str = ""
    items: list[Item] = []
    older: bool = False
    newer: bool = False
    _trail: list[str] = []
    _fresh: list[str] = []

    async def _read(self, *, seen: bool = True) -> None:
        account, notices = current().account_id, services().notices
        before = self._trail[-1] if self._trail else None
        try:
            found = await call(notices.recent, account, before, PAGE + 1)
            shown = found[:PAGE]
            unread = [view.id for view in shown if view.unread]
            if unread and seen:
                await call(notices.read, account, unread)
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self._fresh = [*self._fresh, *unread][-5 * PAGE :] if seen else self._fresh
        self.items = [item(view, new=view.unread or view.id in self._fresh) for view in shown]
        self.older, self.newer = len(found) > PAGE, bool(self._trail)
        self.problem, self.code, self.ready = "", "", True

    @rx.event
    @allow("user")
    async def load(self) -> None:
        self._trail, self._fresh = [], []
        await self._read()
        live.subscribe(self, "notices", NoticeList.refresh)

    @rx.event
    @allow("user")
    async def refresh(self) -> None:
        """Something was told, or put away: reads the same page again."""
        await self._read(seen=False)

    @rx.event
    @allow("user")
    async def read_all(self) -> None:
        """What has come in meanwhile and what stands on further pages counts as seen, too."""
        await call(services().notices.read, current().account_id)
        self._fresh = []
        await self._read()

    @rx.event
    @allow("user")
    async def dismiss(self, notice_id: str) -> Steps:
        """Takes one off the list; it can be brought back."""
        await call(services().notices.dismiss, current().account_id, notice_id)
        await self._read()
        yield toast.undo(t("Taken off the list"), NoticeList.restore(notice_id))

    @rx.event
    @allow("user")
    async def restore(self, notice_id: str) -> None:
        """Brings one back."""
        await call(services().notices.restore, current().account_id, notice_id)
        await self._read()

    @rx.event
    @allow("user")
    async def show_older(self) -> None:
        """Further back."""
        if self.older and self.items:
            self._trail = [*self._trail, self.items[-1].id]
            await self._read()

    @rx.event
    @allow("user")
    async def show_newer(self) -> None:
        """Towards now."""
        self._trail = self._trail[:-1]
        await self._read()
