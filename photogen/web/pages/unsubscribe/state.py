"""Mails of a topic, switched off and on by whoever has one: the link is the proof, nobody has to log in."""

import reflex as rx

from photogen.domain.notices import Topic
from photogen.errors import PhotogenError
from photogen.web.deps import call, services
from photogen.web.security.policy import allow
from photogen.web.text import t

TOPICS = {Topic.CREDITS: t("Mails about credits"), Topic.TRAININGS: t("Mails about trainings")}
_LONGEST = 200


class Unsubscribe(rx.State):
    """What the link is about, and how it stands."""

    ready: bool = False
    problem: str = ""
    code: str = ""
    topic: str = ""
    wanted: bool = True
    _token: str = ""

    async def _read(self) -> None:
        try:
            choice = await call(services().notices.choice_of, self._token)
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self.topic, self.wanted = TOPICS[choice.topic], choice.wanted
        self.problem, self.code, self.ready = "", "", True

    async def _choose(self, *, wanted: bool) -> None:
        try:
            await call(services().notices.choose_by, self._token, wanted=wanted)
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        await self._read()

    @rx.event
    @allow("public")
    async def load(self) -> None:
        """Only looks: programs that try a mail's links out change nothing."""
        self._token = self.router.url.query_parameters.get("token", "")[:_LONGEST]
        await self._read()

    @rx.event
    @allow("public")
    async def stop(self) -> None:
        """No more of these."""
        await self._choose(wanted=False)

    @rx.event
    @allow("public")
    async def again(self) -> None:
        """They are wanted after all."""
        await self._choose(wanted=True)
