"""Whether an event that arrives really comes from the vendor it names."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook, WebhookVerificationError

from photogen.gateways.base import GatewayError
from photogen.gateways.errors import unreadable
from photogen.gateways.examination import Finding, failed, good
from photogen.gateways.replicate_api import VENDOR, ReplicateApi

_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
_AFTER_TROUBLE = 5.0  # seconds in which nobody asks again after the vendor didn't give it, for the same reason
_ASK_AGAIN = 60.0  # seconds between two looks for a changed secret, so that forgeries can't make us ask all day


class Forged(Exception):
    """The event's signature is missing, wrong, or more than five minutes from our clock."""


@dataclass(frozen=True)
class VerifiedEvent:
    """`id` is the sender's own id of the delivery, the same for each repeat of it."""

    source: str
    id: str
    payload: Mapping[str, Any]


class WebhookVerifier(Protocol):
    """One sender's way to sign."""

    source: str

    def verify(self, headers: Mapping[str, str], body: bytes) -> VerifiedEvent:
        """The event of a request. Raises Forged, and GatewayErrors when the secret can't be had."""


class ReplicateWebhooks:
    """A WebhookVerifier. The secret comes from the settings, or from the API; then a changed one is noticed."""

    source = VENDOR

    def __init__(self, api: ReplicateApi, secret: str | None = None) -> None:
        self._api = api
        self._fixed = secret is not None
        self._webhook = Webhook(secret) if secret else None
        self._asked_at = float("-inf")
        self._trouble: GatewayError | None = None
        self._lock = threading.Lock()

    def verify(self, headers: Mapping[str, str], body: bytes) -> VerifiedEvent:
        """The event of a request. Signature scheme: standardwebhooks.com, as replicate.com/docs/webhooks says."""
        event_id = headers.get("webhook-id", "")
        if not event_id or len(event_id) > 200:
            raise Forged("no webhook-id")
        webhook = self._webhook
        if webhook is not None:
            try:
                return self._verified(webhook, event_id, headers, body)
            except Forged:
                if self._fixed:
                    raise
        renewed = self._renewed(webhook)
        if renewed is None:
            raise Forged("wrong signature")
        return self._verified(renewed, event_id, headers, body)

    def examine(self) -> Iterator[Finding]:
        """Whether the secret with which we verify is the one with which the vendor signs."""
        theirs = self._asked()
        if not self._fixed:
            yield good("webhook_secret", "the secret of its webhooks can be read")
        elif self._webhook is not None and self._webhook.sign("id", _MOMENT, "") == theirs.sign("id", _MOMENT, ""):
            yield good("webhook_secret", "REPLICATE_WEBHOOK_SECRET is the account's")
        else:
            yield failed(
                "webhook_secret",
                "REPLICATE_WEBHOOK_SECRET is not the account's, so that every webhook is refused",
                "Take it out: photogen then asks Replicate for it. Or set the one shown at replicate.com/account.",
            )

    def _verified(self, webhook: Webhook, event_id: str, headers: Mapping[str, str], body: bytes) -> VerifiedEvent:
        try:
            webhook.verify(body, dict(headers), json_parse=False)
            payload = json.loads(body)
        except (
            WebhookVerificationError,
            ValueError,  # a signature that isn't base64, a body not UTF-8
            RecursionError,  # a body of a hundred thousand brackets
        ) as error:
            raise Forged(f"{type(error).__name__}: {error}") from error
        if not isinstance(payload, dict):
            raise Forged("the body is not an object")
        return VerifiedEvent(self.source, event_id, payload)

    def _renewed(self, failed: Webhook | None) -> Webhook | None:
        """The secret of now, when it may differ from `failed`; None when it was asked for a moment ago."""
        known = self._trouble
        if not self._lock.acquire(blocking=known is None) and known is not None:
            raise known.with_traceback(None)  # somebody asks right now; a crowd that waited would hold up every page
        try:
            if self._webhook is not failed:
                return self._webhook
            since = time.monotonic() - self._asked_at
            if failed is not None and since < _ASK_AGAIN:
                return None
            if self._trouble is not None and since < _AFTER_TROUBLE:
                raise self._trouble.with_traceback(None)
            self._webhook = self._asked()
            self._trouble = None
            return self._webhook
        except GatewayError as error:
            self._trouble = error
            raise
        finally:
            self._lock.release()

    def _asked(self) -> Webhook:
        self._asked_at = time.monotonic()
        try:
            data = self._api.get("/v1/webhooks/default/secret", seconds=10)
        finally:
            self._asked_at = time.monotonic()
        key = data.get("key") if isinstance(data, dict) else None
        try:
            return Webhook(str(key or ""))
        except (EmptyWebhookSecretError, ValueError) as error:
            raise unreadable(VENDOR, "a webhook secret of an unknown form") from error
