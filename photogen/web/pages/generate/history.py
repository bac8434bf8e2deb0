"""My earlier prompts: a dialog to search, use and forget them."""

import dataclasses

import reflex as rx

from photogen.domain.generation.prompts.commands import ForgetPrompt, PromptQuery, RecallPrompt
from photogen.domain.generation.prompts.views import PromptView
from photogen.errors import PhotogenError
from photogen.web.deps import call, services
from photogen.web.notices import toast
from photogen.web.pages.generate.state import Generate
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import number, plural, t
from photogen.web.typed import Step, Steps
from photogen.web.words import iso

MOST = 300
"""Prompts in the dialog at a time; what is older is found by searching."""


@dataclasses.dataclass(frozen=True)
class Line:
    """An earlier prompt."""

    id: str
    text: str
    used_at: str
    times: str


def line(view: PromptView) -> Line:
    return Line(view.id, view.text, iso(view.used_at), t("{n} times", n=number(view.times)) if view.times > 1 else "")


class PromptHistory(rx.State):
    """The open dialog."""

    open: bool = False
    search: str = ""
    items: list[Line] = []
    cursor: str = ""
    ready: bool = False
    asking: bool = False
    """Whether all of them are about to be forgotten."""
    gone: str = ""
    """The one that was forgotten last."""
    _gone: PromptView | None = None

    async def _read(self, *, more: bool = False) -> None:
        query = PromptQuery.of(search=self.search, before=self.cursor if more else None)
        page = await call(services().prompts.history, current().account_id, query)
        found = [line(view) for view in page.items]
        self.items = [*self.items, *found] if more else found
        self.cursor = page.next_cursor or "" if len(self.items) < MOST else ""
        self.ready = True

    @rx.event
    @allow("user")
    async def show(self) -> None:
        """Opens it, from the beginning."""
        self.open, self.search, self.asking, self.gone, self._gone = True, "", False, "", None
        await self._read()

    @rx.event
    @allow("user")
    def close(self) -> None:
        """Closes it; nothing of it stays."""
        self.open, self.asking, self.items, self.cursor, self.ready = False, False, [], "", False
        self.gone, self._gone = "", None

    @rx.event
    @allow("user")
    async def find(self, value: str) -> None:
        """Those with all of these words."""
        self.search = value[:200]
        await self._read()

    @rx.event
    @allow("user")
    async def more(self) -> None:
        """The next page."""
        if self.cursor:
            await self._read(more=True)

    @rx.event
    @allow("user")
    def use(self, text: str) -> Step:
        """Puts one into the form."""
        return [PromptHistory.close, Generate.set_prompt(text)]

    @rx.event
    @allow("user")
    async def forget(self, prompt_id: str) -> Steps:
        """Forgets one; it can be taken back."""
        try:
            command = ForgetPrompt.of(prompt_id=prompt_id)
            self._gone = await call(services().prompts.forget, current().account_id, command)
            self.gone = self._gone.text
        except PhotogenError as error:
            yield toast.error(error)
        await self._read()

    @rx.event
    @allow("user")
    async def recall(self) -> None:
        """Takes the last forgetting back."""
        if self._gone is not None:
            command = RecallPrompt.of(text=self._gone.text, used_at=self._gone.used_at)
            await call(services().prompts.recall, current().account_id, command)
        self._gone, self.gone = None, ""
        await self._read()

    @rx.event
    @allow("user")
    def ask(self, value: bool) -> None:
        """Asks before all are forgotten."""
        self.asking = value

    @rx.event
    @allow("user")
    async def forget_all(self) -> Steps:
        """Forgets all of them."""
        gone = await call(services().prompts.forget_all, current().account_id)
        self.asking, self.open, self.items, self.cursor = False, False, [], ""
        yield toast.good(plural(gone, "{n} prompt forgotten", "{n} prompts forgotten"))
