"""Addresses of our own that open one object for a while: HMAC-SHA256 over key, end, reference and file name."""

import hashlib
import hmac
import time
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from photogen.gateways.base import SignedObject

ROUTE = "/media/signed/"


class Signer:
    """Signs and checks with a key derived from the installation's secret, for this purpose alone."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"photogen.storage.signed-url", "sha256")

    def path(
        self, key: str, seconds: float = 0, *, until: int | None = None, reference: str = "", filename: str = ""
    ) -> str:
        """Path and query that open `key` for so many seconds, or until that second since 1970."""
        fields = {"exp": str(until if until is not None else int(time.time() + seconds))}
        if reference:
            fields["ref"] = reference
        if filename:
            fields["name"] = filename
        fields["sig"] = self._signature(key, fields)
        return f"{ROUTE}{quote(key)}?{urlencode(fields)}"

    def opened(self, key: str, query: Mapping[str, str]) -> SignedObject | None:
        """What the address opens; None when the signature is wrong or its time is over."""
        fields = {name: query[name] for name in ("exp", "ref", "name") if query.get(name)}
        given, end = query.get("sig", ""), fields.get("exp", "")
        good = hmac.compare_digest(self._signature(key, fields).encode(), given.encode("utf-8", "replace"))
        if not good or not end.isdigit() or int(end) < time.time():
            return None
        return SignedObject(key, fields.get("ref", ""), fields.get("name", ""), int(end) - int(time.time()))

    def _signature(self, key: str, fields: Mapping[str, str]) -> str:
        message = "\n".join([quote(key), *(f"{name}={quote(fields.get(name, ''))}" for name in ("exp", "ref", "name"))])
        return hmac.new(self._key, message.encode(), hashlib.sha256).hexdigest()
