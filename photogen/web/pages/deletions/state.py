"""A receipt, looked up by its number: public, for whoever has deleted an account has none to log in with."""

import dataclasses

import reflex as rx

from photogen.domain.receipts import ReceiptView
from photogen.errors import PhotogenError
from photogen.web.deps import call, services
from photogen.web.security.policy import allow
from photogen.web.text import t
from photogen.web.words import iso

PLACES = {
    "studio": t("in this studio"),
    "hub": t("here and at the model hub"),
    "trainer": t("here and at the trainer"),
    "payments": t("here and at the payment service"),
}


@dataclasses.dataclass(frozen=True)
class Line:
    """One thing that was to go. `gone_at` is "" while it is pending."""

    what: str
    place: str
    gone_at: str


@dataclasses.dataclass(frozen=True)
class Receipt:
    """A receipt in words. `finished_at` is "" while something is pending."""

    number: str
    name: str
    requested_at: str
    finished_at: str
    lines: list[Line]


def receipt(view: ReceiptView) -> Receipt:
    """A receipt, in words."""
    return Receipt(
        view.number,
        t(view.name),
        iso(view.requested_at),
        iso(view.finished_at),
        [Line(t(item.what), PLACES.get(item.place, item.place), iso(item.gone_at)) for item in view.items],
    )


NOTHING = Receipt("", "", "", "", [])


class Deletions(rx.State):
    """The receipt that was asked for."""

    number: str = ""
    problem: str = ""
    shown: Receipt = NOTHING

    @rx.event
    @allow("public")
    async def load(self) -> None:
        """The one that the address names."""
        asked = self.router.url.query_parameters.get("receipt", "")[:80]
        self.number, self.problem, self.shown = asked, "", NOTHING
        if asked:
            await self._look()

    @rx.event
    @allow("public")
    def set_number(self, value: str) -> None:
        """As typed."""
        self.number, self.problem = value[:80], ""

    @rx.event
    @allow("public")
    async def look(self, form_data: dict[str, object]) -> None:
        """Looks it up."""
        await self._look()

    async def _look(self) -> None:
        try:
            self.shown = receipt(await call(services().receipts.look, self.number))
        except PhotogenError as error:
            self.problem, self.shown = error.public, NOTHING
