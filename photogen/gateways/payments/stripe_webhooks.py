"""Whether an event that arrives really comes from Stripe, and what of it is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import stripe

from photogen.gateways.payments.stripe_events import kept
from photogen.gateways.payments.stripe_states import VENDOR
from photogen.gateways.webhooks import Forged, VerifiedEvent

_TOLERANCE = 300  # seconds that a signature may be old


class StripeWebhooks:
    """A WebhookVerifier. Only ids and kinds of an event are kept: what happened is asked of Stripe, not believed."""

    source = VENDOR

    def __init__(self, secret: Callable[[], str]) -> None:
        """`secret` gives the signing secret of now; "" while there is none."""
        self._secret = secret

    def verify(self, headers: Mapping[str, str], body: bytes) -> VerifiedEvent:
        """The event of a request. Raises Forged."""
        secret = self._secret()
        if not secret:
            raise Forged("no signing secret is known: set up the webhook first")
        try:
            text = body.decode()
            header = headers.get("stripe-signature", "")
            stripe.WebhookSignature.verify_header(text, header, secret, _TOLERANCE)
            payload = json.loads(text)
            return VerifiedEvent(self.source, str(payload["id"]), kept(payload))
        except (stripe.SignatureVerificationError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise Forged(f"{type(error).__name__}: {error}") from error
