"""Stripe's API as of 2026-10-28.endive, as far as photogen uses it, with a checkout and a portal page of its own.

Objects and their shapes follow docs.stripe.com/api; what becomes of a payment follows the test cards of
docs.stripe.com/testing. No money moves."""

from photogen.sandbox.context import Sandbox
from photogen.sandbox.stripe import (
    catalogue,
    checkout,
    checkout_page,
    clocks,
    control,
    customers,
    invoices,
    payments,
    portal,
    schedules,
    subscriptions,
)

# Exact addresses (/v1/invoices/create_preview) have to come before templates (/v1/invoices/{id}).
routes = [
    *subscriptions.routes,
    *schedules.routes,
    *customers.routes,
    *catalogue.routes,
    *checkout.routes,
    *checkout_page.routes,
    *portal.routes,
    *payments.routes,
    *invoices.routes,
    *clocks.routes,
]
control_routes = control.routes


def resume(sandbox: Sandbox) -> None:
    """Lets time pass, also that which passed while the sandbox was stopped."""
    sandbox.spawn("stripe time", clocks.keep_time(sandbox))
