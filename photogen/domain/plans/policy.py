"""What plans decide. Pure."""

from collections.abc import Iterable
from datetime import datetime

from photogen.errors import Conflict
from photogen.kit.text import t
from photogen.models import CreditUnit, Plan, Tier

CREDITS_PER_THOUSAND_STEPS = 20


def training_price(steps: int) -> int:
    """Credits for a training of `steps`: begun thousands are rounded up (product.md 7)."""
    return CREDITS_PER_THOUSAND_STEPS * -(-steps // 1000)


MEGAPIXEL = 1024 * 1024
"""Pixels of a megapixel: a picture of 1024 x 1024 is exactly one."""


def picture_price(credits: int, unit: CreditUnit, width: int, height: int) -> int:
    """Credits for one picture of so many pixels, by a model that takes `credits` per `unit`: whole ones, and at least
    one where the model is not free. The page, the API and the worker all ask here.

    Raises Conflict (`unit_not_suitable`) for a price by the second: pictures have no length."""
    if unit is CreditUnit.SECOND:
        raise Conflict(
            t(
                "This model is priced by the second, and a picture has none. Choose another model, and tell whoever "
                "runs this studio."
            ),
            code="unit_not_suitable",
        )
    if unit is CreditUnit.PICTURE or not credits:
        return credits
    return max(1, (2 * credits * width * height + MEGAPIXEL) // (2 * MEGAPIXEL))


def trainings_since(now: datetime, paid_since: datetime | None, *, once: bool) -> datetime | None:
    """From when included trainings count: the first of the UTC month, but not before the plan was bought, for what came
    with another one was not this one's; None, from the beginning, where they come once. The window follows from the
    date: nothing has to reset it."""
    if once:
        return None
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return month if paid_since is None else max(month, paid_since)


def opener(plans: Iterable[Plan], tier: Tier) -> Plan | None:
    """The cheapest plan that opens models of `tier`."""
    return min((plan for plan in plans if plan.tier.opens(tier)), key=lambda plan: plan.month_cents, default=None)
