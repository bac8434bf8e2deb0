"""The shop: does the payment service know what we sell, and where to tell us of it?"""

from collections.abc import Iterator

from photogen.bootstrap import Services
from photogen.domain.billing.views import OfferView, ShopView
from photogen.errors import DatabaseAway
from photogen.gateways.base_payments import PaymentGateway
from photogen.gateways.examination import Examinable, Finding, failed, good, warning
from photogen.runtime.checkup.parts import Part
from photogen.runtime.checkup.vendors import sandbox_answers
from photogen.settings import Settings

_SYNC = "Run: python -m photogen stripe sync"
_TEST_KEYS = ("sk_test_", "rk_test_")


def parts(settings: Settings, services: Services) -> list[Part]:
    """One part."""
    key, gateway = settings.stripe_key, services.outside.payments
    if key is None and not settings.sandbox_url:
        return [Part("stripe", "Stripe", _closed)]
    if key is None:
        mend = "The sandbox stands in for it: look at its log in the data folder's `logs`."
        return [Part("stripe", "Stripe", lambda: _sandbox(settings, gateway), "sandbox", mend)]

    def look() -> Iterator[Finding]:
        if isinstance(gateway, Examinable):
            yield from gateway.examine()
        if settings.environment == "production" and key.get_secret_value().startswith(_TEST_KEYS):
            yield warning(
                "mode", "the key is one for tests: nobody really pays", "Set STRIPE_SECRET_KEY to a live key."
            )
        try:
            wanted = services.billing.shop()
        except DatabaseAway:  # the database has a part of its own; the key can be tried without it
            yield good("prices", "what is sold was not compared, as the database does not answer")
            return
        yield from compared(wanted, gateway, secret_given=settings.stripe_webhook_secret is not None)

    mend = "Look whether this machine reaches Stripe (firewall, proxy, DNS), and at status.stripe.com."
    renew = "Make a key at dashboard.stripe.com/apikeys and set STRIPE_SECRET_KEY."
    return [Part("stripe", "Stripe", look, "STRIPE_SECRET_KEY", mend, renew)]


def _closed() -> Iterator[Finding]:
    yield good("configured", "nothing is sold, as STRIPE_SECRET_KEY is not set")


def _sandbox(settings: Settings, gateway: PaymentGateway) -> Iterator[Finding]:
    if not sandbox_answers(settings.sandbox_url):
        yield good("reachable", "the sandbox stands in, not running now")
        return
    if isinstance(gateway, Examinable):  # its portal is made by the worker at its start
        yield from (finding for finding in gateway.examine() if finding.check != "portal")
    yield good("prices", "prices, portal and webhook are made there by themselves")


def compared(wanted: ShopView, gateway: PaymentGateway, *, secret_given: bool) -> Iterator[Finding]:
    """What the service has, against what it should have. `secret_given`: STRIPE_WEBHOOK_SECRET is set. Raises the
    gateway's errors."""
    yield from _prices(wanted.offers, gateway)
    if not wanted.webhook_url:
        yield warning(
            "webhook",
            "can't tell us of payments: it is asked instead, a little later",
            "Set PUBLIC_URL to an https address that is known everywhere, then run: python -m photogen stripe sync",
        )
        return
    endpoint = gateway.endpoint(wanted.webhook_url)
    if endpoint is None:
        yield failed("webhook", f"knows of no webhook at {wanted.webhook_url}", _SYNC)
    elif not endpoint.enabled:
        yield failed("webhook", f"has switched off the webhook at {wanted.webhook_url}", _SYNC)
    elif not (secret_given or wanted.signed):
        yield failed("webhook", "its events can't be verified: the secret of the webhook is not known", _SYNC)
    elif missing := wanted.events - endpoint.events - ({*wanted.events} if "*" in endpoint.events else set()):
        yield warning("webhook", f"does not tell of {', '.join(sorted(missing))}", _SYNC)
    elif not endpoint.current:
        yield warning(
            "webhook",
            "tells of payments in the words of another version of its interface",
            f"Delete the webhook at dashboard.stripe.com/webhooks. {_SYNC}",
        )
    else:
        yield good("webhook", f"tells {wanted.webhook_url}")


def _prices(offers: tuple[OfferView, ...], gateway: PaymentGateway) -> Iterator[Finding]:
    there = gateway.prices_of([offer.lookup_key for offer in offers])
    astray, unmade = [], []
    for offer in offers:
        found = there.get(offer.lookup_key)
        if offer.price_id and (found is None or (found.id, found.cents) != (offer.price_id, offer.cents)):
            astray.append(offer.name)
        elif found is None or found.cents != offer.cents:
            unmade.append(offer.name)
    if astray:
        yield failed("prices", f"can't sell {', '.join(astray)}: the prices that we know are not in use there", _SYNC)
    if unmade:
        yield warning(
            "prices", f"has no price yet for {', '.join(unmade)}: it is made at the first sale", f"Now: {_SYNC[5:]}"
        )
    if not astray and not unmade:
        yield good("prices", f"has the {len(offers)} prices of the plan table")
