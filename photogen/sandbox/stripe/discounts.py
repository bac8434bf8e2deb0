"""Discounts: a coupon as a customer has it."""

from photogen.sandbox.store import Record
from photogen.sandbox.stripe.account import Account, new_id, nulls
from photogen.sandbox.stripe.lifecycle import DAY


def new_discount(
    account: Account, customer: Record | None, coupon: Record, at: int, subscription: str | None = None,
    code: Record | None = None,
) -> Record:  # fmt: skip
    """The coupon, taken now; it and its promotion code are counted."""
    months = coupon["duration_in_months"] if coupon["duration"] == "repeating" else None
    record: Record = {
        **nulls("checkout_session customer_account invoice invoice_item promotion_code subscription_item"),
        "id": new_id("discount"),
        "object": "discount",
        "customer": customer["id"] if customer else None,
        "end": at + months * 30 * DAY if months else None,
        "source": {"coupon": coupon["id"], "type": "coupon"},
        "start": at,
        "subscription": subscription,
    }
    coupon["times_redeemed"] += 1
    account.keep(coupon)
    if code is not None:
        record["promotion_code"] = code["id"]
        code["times_redeemed"] += 1
        account.keep(code)
    return account.keep(record)
