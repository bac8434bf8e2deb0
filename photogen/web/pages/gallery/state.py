"""The gallery's State: only that something changed. The list is the island's."""

import reflex as rx

from photogen.web import live
from photogen.web.security.policy import allow


class Gallery(rx.State):
    """`version` grows when a picture came, went or moved."""

    version: int = 0

    @rx.event
    @allow("user")
    def load(self) -> None:
        live.subscribe(self, "gallery", Gallery.refresh)

    @rx.event
    @allow("user")
    def refresh(self) -> None:
        """Lets the island look for what is new."""
        self.version += 1
