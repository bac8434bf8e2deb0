"""All models side by side: what each is, takes and needs."""

import reflex as rx

from photogen.web.pages.generate.shown import ModelCard, card
from photogen.web.pages.generate.state import Generate
from photogen.web.security.policy import allow
from photogen.web.typed import Step

MANY = 8
"""Models from which on there is a search."""


class ModelPicker(rx.State):
    """The open dialog."""

    open: bool = False
    search: str = ""
    many: bool = False
    items: list[ModelCard] = []

    async def _read(self) -> None:
        form = await self.get_state(Generate)
        options = form._options
        both = (*options.my_models, *options.base_models) if options is not None else ()
        words = self.search.casefold().split()
        self.many = len(both) >= MANY
        self.items = [
            card(model)
            for model in both
            if all(word in f"{model.name} {model.description} {model.trigger_word}".casefold() for word in words)
        ]

    @rx.event
    @allow("user")
    async def show(self) -> None:
        """Opens it."""
        self.open, self.search = True, ""
        await self._read()

    @rx.event
    @allow("user")
    def close(self) -> None:
        """Closes it."""
        self.open, self.items = False, []

    @rx.event
    @allow("user")
    async def find(self, value: str) -> None:
        """Those with all of these words."""
        self.search = value[:100]
        await self._read()

    @rx.event
    @allow("user")
    def use(self, choice: str) -> Step:
        """Chooses one."""
        return [ModelPicker.close, Generate.set_model(choice)]
