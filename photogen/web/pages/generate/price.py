"""What the button says: the price of what stands in the form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photogen.domain.generation.commands import QuoteGeneration
from photogen.errors import Invalid, PhotogenError
from photogen.web.deps import call, services
from photogen.web.pages.generate.filling import shape
from photogen.web.pages.generate.shown import after, cost
from photogen.web.session import current
from photogen.web.text import plural, t

if TYPE_CHECKING:
    from photogen.web.pages.generate.state import Generate


_FIELDS = ("model", "aspect", "width", "height")
"""What a price depends on."""


async def quote(form: Generate) -> None:
    """Puts the price, and what is left then, onto the button."""
    if not form.model:
        return
    try:
        priced = await call(
            services().generation.quote,
            current().account_id,
            QuoteGeneration.of(
                model=form.model,
                count=form._pictures(),
                **({"aspect": form.input.aspect} if form._begins() else shape(form)),
            ),
        )
    except PhotogenError as error:
        at = error.field if isinstance(error, Invalid) and error.field in _FIELDS else "model"
        form.errors = {**form.errors, at: error.public}
        return
    form.errors = {k: v for k, v in form.errors.items() if k not in _FIELDS}
    noun = plural(form._pictures(), "Generate {n} picture", "Generate {n} pictures")
    form.button = t("{verb} for {price}", verb=noun, price=cost(priced))
    form.after = after(priced)
    if priced.refusal == "tier_required" and (found := form._chosen()) is not None:
        form.after = t("{name} comes with the {plan} plan.", name=found.name, plan=found.unlocked_by)
