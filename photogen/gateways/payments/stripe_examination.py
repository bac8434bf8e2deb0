"""What the doctor looks at of Stripe: only reads, so that nothing is made and nothing is paid."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import stripe

from photogen.gateways.examination import Finding, failed, good, warning
from photogen.gateways.payments.stripe_calls import called, plain

_NEEDED: dict[str, Callable[[Any], Any]] = {
    "customers": lambda v1: v1.customers,
    "products": lambda v1: v1.products,
    "prices": lambda v1: v1.prices,
    "checkout sessions": lambda v1: v1.checkout.sessions,
    "subscriptions": lambda v1: v1.subscriptions,
    "invoices": lambda v1: v1.invoices,
    "charges": lambda v1: v1.charges,
    "refunds": lambda v1: v1.refunds,
    "webhook endpoints": lambda v1: v1.webhook_endpoints,
    "customer portal": lambda v1: v1.billing_portal.configurations,
}
"""What a restricted key has to be let to, as Stripe's dashboard names it."""
_KEYS = "dashboard.stripe.com/apikeys"


def examine(v1: Any, *, restricted: bool) -> Iterator[Finding]:
    """Whose account it is and whether it takes money; what a restricted key may read; whether there is a portal.

    Whether such a key may also write is not seen before something is sold: Stripe tells nobody what a key may do."""
    if restricted:
        yield from _rights(v1)
    else:
        with called("account.retrieve"):
            account = plain(v1.accounts.retrieve_current())
        name = (account.get("business_profile") or {}).get("name") or account.get("id")
        yield good("account", f"the account {name}")
        if account.get("charges_enabled"):
            yield good("charges", "takes payments")
        else:
            yield failed(
                "charges",
                "the account can't take payments yet",
                "Answer what Stripe still wants to know: dashboard.stripe.com/account",
            )
    with called("billing_portal.configurations"):
        if v1.billing_portal.configurations.list(params={"limit": 1}).data:
            yield good("portal", "has a portal for cards and invoices")
        else:
            yield warning(
                "portal",
                "has no portal for cards and invoices yet: it is made when somebody first asks for it",
                "Make it now: python -m photogen stripe sync",
            )


def _rights(v1: Any) -> Iterator[Finding]:
    refused = []
    for name, resource in _NEEDED.items():
        with called(f"{name}: list"):
            try:
                resource(v1).list(params={"limit": 1})
            except stripe.PermissionError:
                refused.append(name)
    if refused:
        yield failed(
            "rights",
            f"the restricted key may not see: {', '.join(refused)}",
            f"Let it write to them at {_KEYS}, or set STRIPE_SECRET_KEY to a secret key.",
        )
    else:
        yield good("rights", "the restricted key may see what is needed; let it write there, too")
