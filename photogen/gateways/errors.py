"""From a vendor's answer, or the lack of one, to the words of the house: Retry, Fix, Stop, Unknown, Missing.

`paid` marks a call that costs money once it is accepted. When the answer to such a call got lost, or came from a proxy
that can't know (500, 502, 504), nobody knows whether it was accepted: that is Unknown, and never a second try.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from photogen.gateways.base import Category, Fix, GatewayError, Missing, Retry, Stop, Unknown
from photogen.kit import log
from photogen.kit.text import t

_UNSAFE = re.compile(
    r"nsfw|flagged as|safety (?:checker|system|filter)|moderat|content (?:polic|filter)|inappropriate",
    re.IGNORECASE,
)
_RESETS_IN = re.compile(r"resets in ~?(\d+(?:\.\d+)?)\s*s", re.IGNORECASE)
_READ = 8000  # characters of an answer that are looked at: enough for a sentence, whatever is sent
_LONGEST_WAIT = 3600.0  # seconds; a vendor that asks for more is asked again after an hour

# Nothing left this machine, or not all of it: the vendor has no complete request.
_BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
    httpx.InvalidURL,
    httpx.LocalProtocolError,
)


def redacted(text: object) -> str:
    """`text` without keys, tokens and the queries of addresses (they hold signatures); at most 2,000 characters."""
    return log.without_secrets(str(text)[:_READ])[:2000]


def said(body: str) -> str:
    """The sentence in a vendor's error body: problem details, OpenAI's error object, FastAPI's detail, or the text."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return redacted(re.sub(r"<[^<>]+>|\s+", " ", body[:_READ]).strip()[:500])
    if isinstance(data, dict):
        error = data.get("error")
        if isinstance(error, dict):
            return redacted(error.get("message") or error)
        return redacted(data.get("detail") or error or data.get("title") or data)
    return redacted(data)


def is_unsafe(words: str) -> bool:
    """Whether a vendor's words say that its safety system refused."""
    return _UNSAFE.search(words) is not None


def wait_wanted(headers: Mapping[str, str], words: str = "") -> float | None:
    """How many seconds a vendor wants us to wait: `retry-after` (seconds or a date), `x-ratelimit-reset` (seconds), or
    Replicate's sentence. None when it does not say."""
    for name in ("retry-after", "x-ratelimit-reset"):
        value = (headers.get(name) or "").strip()
        if not value:
            continue
        try:
            seconds = float(value)
        except ValueError:
            try:
                seconds = (parsedate_to_datetime(value).astimezone(UTC) - datetime.now(UTC)).total_seconds()
            except (ValueError, OverflowError):
                continue
        if seconds == seconds:  # not NaN
            return min(max(seconds, 0.0), _LONGEST_WAIT)
    found = _RESETS_IN.search(words)
    return min(float(found.group(1)), _LONGEST_WAIT) if found else None


def request_id(headers: Mapping[str, str]) -> str:
    """The vendor's own id of the exchange, to be quoted to its support."""
    for name in ("x-request-id", "request-id", "x-amzn-trace-id", "cf-ray"):
        if value := headers.get(name):
            return value[:200]
    return ""


def from_status(
    vendor: str,
    status: int,
    body: str,
    headers: Mapping[str, str] | None = None,
    *,
    paid: bool = False,
    names_model: bool = False,
) -> GatewayError:
    """The error for an HTTP status of 400 or more. `names_model`: a 404 means that the model is gone."""
    headers = headers or {}
    words = said(body)
    rest: dict[str, Any] = {"vendor": vendor, "words": words, "request_id": request_id(headers)}
    if status in (401, 403):
        if is_unsafe(words):
            return unsafe(vendor, words, request_id=rest["request_id"])
        return Stop(
            t("This studio's account with the service was refused. The operator has to renew the key."),
            code="vendor_credentials",
            category=Category.AUTHENTICATION,
            **rest,
        )
    if status == 402:
        return Stop(
            t("This studio's account with the service has run out of money. The operator has to fill it up."),
            code="vendor_money",
            category=Category.PROVIDER,
            **rest,
        )
    if status in (404, 410):
        if names_model:
            return Stop(
                t("The service no longer offers this model. Choose another one; the operator has to replace it."),
                code="model_retired",
                category=Category.PROVIDER,
                **rest,
            )
        return missing(vendor, words, request_id=rest["request_id"])
    if status in (408, 409, 423, 425, 429, 503):
        busy = status in (425, 429)
        return Retry(
            (
                t("The service is busy. This is tried again by itself; there is nothing to do.")
                if busy
                else t("The service does not take requests right now. This is tried again by itself.")
            ),
            after=wait_wanted(headers, words),
            code="rate_limited" if busy else "vendor_unavailable",
            category=Category.RATE_LIMIT if busy else Category.PROVIDER,
            **rest,
        )
    if status >= 500:
        return unknown(vendor, words, request_id=rest["request_id"]) if paid else _trouble(rest)
    if is_unsafe(words):
        return unsafe(vendor, words, request_id=rest["request_id"])
    if status == 413:
        return Fix(
            t("The service finds the upload too large. Use fewer or smaller photos."),
            code="too_large",
            category=Category.FILE,
            **rest,
        )
    return Fix(
        t(
            "The service refused these settings. Change them and try again; if they are the usual ones, tell the "
            "operator."
        ),
        code="input_refused",
        category=Category.VALIDATION,
        **rest,
    )


def from_transport(vendor: str, error: Exception, *, paid: bool = False) -> GatewayError:
    """The error for an exchange that did not end in an answer (httpx.TransportError and its like)."""
    words = redacted(f"{type(error).__name__}: {error}")
    if paid and not isinstance(error, _BEFORE_SENDING):
        return unknown(vendor, words, category=Category.TIMEOUT if isinstance(error, httpx.TimeoutException) else None)
    if isinstance(error, httpx.TimeoutException):
        return Retry(
            t("The service took too long to answer. This is tried again by itself."),
            vendor=vendor,
            code="vendor_timeout",
            category=Category.TIMEOUT,
            words=words,
        )
    return Retry(
        t("The service could not be reached. This is tried again by itself."),
        vendor=vendor,
        code="vendor_unreachable",
        category=Category.NETWORK,
        words=words,
    )


def unreadable(vendor: str, words: str, *, paid: bool = False, request_id: str = "") -> GatewayError:
    """The error for an answer of status 2xx that is not what the vendor's contract says (a maintenance page, say)."""
    if paid:
        return unknown(vendor, words, request_id=request_id)
    return _trouble({"vendor": vendor, "words": redacted(words), "request_id": request_id})


def unknown(vendor: str, words: str, *, request_id: str = "", category: Category | None = None) -> Unknown:
    """The error for a paid request whose fate nobody knows."""
    return Unknown(
        t("The service did not say whether it took the request. So that nothing is paid twice, it is not repeated."),
        vendor=vendor,
        code="outcome_unknown",
        category=category or Category.PROVIDER,
        words=redacted(words),
        request_id=request_id,
    )


def unsafe(vendor: str, words: str, *, request_id: str = "") -> Fix:
    """The error for a refusal by the vendor's safety system."""
    return Fix(
        t("The service's safety system refused this. Change the prompt, or the photos, and try again."),
        vendor=vendor,
        code="moderation",
        category=Category.MODERATION,
        words=redacted(words),
        request_id=request_id,
    )


def missing(vendor: str, words: str, *, request_id: str = "") -> Missing:
    """The error for something that the vendor does not have, or no longer."""
    return Missing(
        t("The service no longer has this. Start it again if you still want it."),
        vendor=vendor,
        code="vendor_missing",
        category=Category.PROVIDER,
        words=redacted(words),
        request_id=request_id,
    )


def _trouble(rest: dict[str, Any]) -> Retry:
    return Retry(
        t("The service has trouble of its own. This is tried again by itself."),
        code="vendor_trouble",
        category=Category.PROVIDER,
        **rest,
    )
