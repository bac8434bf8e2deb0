"""The choice of a picture to begin with: one of the newest."""

import dataclasses

import reflex as rx

from photogen.web.deps import call, services
from photogen.web.pages.generate.state import Generate
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.typed import Step

MOST = 60
"""Pictures to choose from; any other has "use as input" in the gallery."""


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A picture that could be begun with."""

    id: str
    alt: str
    src: str
    preview: str


class InputPicture(rx.State):
    """The open dialog."""

    open: bool = False
    ready: bool = False
    items: list[Candidate] = []

    @rx.event
    @allow("user")
    async def show(self) -> None:
        """Opens it."""
        self.open = True
        found = await call(services().gallery.recent, current().account_id, MOST)
        self.items = [Candidate(one.id, one.prompt, f"/media/images/{one.id}/512", one.thumbhash) for one in found]
        self.ready = True

    @rx.event
    @allow("user")
    def close(self) -> None:
        """Closes it."""
        self.open, self.ready, self.items = False, False, []

    @rx.event
    @allow("user")
    def use(self, image_id: str) -> Step:
        """Begins with one."""
        return [InputPicture.close, Generate.begin_with(image_id)]
