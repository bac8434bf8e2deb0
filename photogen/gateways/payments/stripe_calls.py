"""What calls of Stripe's client share: keys, plain answers, and errors in the words of the house."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import stripe

from photogen.gateways.base import Category, Fix, GatewayError, Missing, Retry, Stop
from photogen.gateways.errors import redacted, unreadable
from photogen.gateways.payments.stripe_states import VENDOR
from photogen.kit.guard import outside_call
from photogen.kit.text import t


def once(key: str) -> Any:
    """Options of a call that is done once, however often it is asked for."""
    return {"idempotency_key": key[:255]}


def plain(found: Any) -> dict[str, Any]:
    """A StripeObject as a dict all the way down: since version 15 of the client it is none itself."""
    plain: dict[str, Any] = json.loads(str(found))
    return plain


@contextmanager
def called(what: str) -> Iterator[None]:
    """Around a call: refuses one inside a transaction, and turns the client's errors into those of the house."""
    outside_call(f"stripe {what}")
    try:
        yield
    except stripe.StripeError as error:
        raise failure(error) from error
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        # The client reads answers without asking whether they are what they should be.
        raise unreadable(VENDOR, f"{what}: {type(error).__name__}") from error


def failure(error: stripe.StripeError) -> GatewayError:
    """The error of the house for one of the client's."""
    words = redacted(error.user_message or str(error))
    rest: dict[str, Any] = {"vendor": VENDOR, "words": words, "request_id": error.request_id or ""}
    if isinstance(error, stripe.CardError):
        return Fix(
            t("The card was refused: {why} Nothing was changed.", why=redacted(error.user_message))
            if error.user_message
            else t("Your bank declined the card. Nothing was changed."),
            code="card_declined",
            category=Category.VALIDATION,
            **rest,
        )
    if error.http_status == 404 or error.code == "resource_missing":
        return Missing(
            t("The payment service no longer has this."), code="vendor_missing", category=Category.PROVIDER, **rest
        )
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return Stop(
            t(
                "Payments are not available: the payment service refused this studio's key. The operator has to "
                "renew it."
            ),
            code="vendor_credentials",
            category=Category.AUTHENTICATION,
            **rest,
        )
    if isinstance(error, stripe.InvalidRequestError | stripe.IdempotencyError) and error.http_status != 409:
        return Fix(
            t(
                "The payment service refused this. Reload the page and try again; if it is refused again, tell whoever "
                "runs this studio."
            ),
            code="payment_refused",
            category=Category.VALIDATION,
            **rest,
        )
    network = isinstance(error, stripe.APIConnectionError)
    return Retry(
        t(
            "The payment service does not answer just now. Nothing was charged that you did not see; try again in a "
            "minute."
        ),
        code="vendor_unreachable" if network else "vendor_trouble",
        category=Category.NETWORK if network else Category.PROVIDER,
        **rest,
    )
