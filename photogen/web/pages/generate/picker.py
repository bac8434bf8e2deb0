"""All models side by side: what each is, takes and needs."""

import reflex as rx

from photogen.web.pages.generate.shown import ModelCard, card
from photogen.web.pages.generate.state import Generate
from photogen.web.security.policy import allow

MANY = 8
"""Models from which on there is a search."""


class ModelPicker(rx.State):
    """The open dialog."""

    open: bool = False
    search: str = ""
    many: bool = False
    items: list[ModelCard] = []

    async def _read(self):
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
    async def show(self):
        """Opens it."""
        self.open, self.search = True, ""
        await self._read()

    @rx.event
    @allow("user")
    def close(self):
        """Closes it."""
        self.open, self.items = False, []

    @rx.event
    @allow("user")
    async def find(self, value: str):
        """Those with all of these words."""
        self.search = value[:100]
        await self._read()

    @rx.event
    @allow("user")
    def use(self, choice: str):
        """Chooses one."""
        return [ModelPicker.close, Generate.set_model(choice)]
