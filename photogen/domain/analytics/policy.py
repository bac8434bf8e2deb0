"""What the figures mean. Pure."""

from photogen.models import Interval

CREDIT_CENTS = 10
"""What a credit is worth by the price list (product.md 7); packs and plans sell it for less."""


def monthly_cents(interval: Interval, price_cents: int, paid_cents: int | None) -> float:
    """What a subscription brings by the month: its price, or what its last full invoice came to where a coupon made
    that less."""
    amount = price_cents if paid_cents is None else min(price_cents, paid_cents)
    return amount / 12 if interval is Interval.YEAR else float(amount)
