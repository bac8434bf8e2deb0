"""What plans decide. Pure."""

from collections.abc import Iterable
from datetime import datetime

from photogen.models import Plan, Tier

CREDITS_PER_THOUSAND_STEPS = 20


def training_price(steps: int) -> int:
    """Credits for a training of `steps`: begun thousands are rounded up (product.md 7)."""
    return CREDITS_PER_THOUSAND_STEPS * -(-steps // 1000)


def period_start(now: datetime, *, once: bool) -> datetime | None:
    """From when included trainings count: the first of the UTC month, or None, from the beginning, where they come
    once. The window follows from the date: nothing has to reset it."""
    return None if once else now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def opener(plans: Iterable[Plan], tier: Tier) -> Plan | None:
    """The cheapest plan that opens models of `tier`."""
    return min((plan for plan in plans if plan.tier.opens(tier)), key=lambda plan: plan.month_cents, default=None)
