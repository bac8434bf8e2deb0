"""The link that ends mails of a topic, for whoever has the mail: HMAC-SHA256 over account and topic. It does not end:
a mail is found again after years, and all it can do is to switch mails off and on."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import quote

from photogen.kit.ids import is_id
from photogen.models.notice import Topic

_SIGNATURE = 40


class Links:
    """`key` is derived from the installation's secret, for this purpose alone."""

    def __init__(self, address: str, key: bytes) -> None:
        self._address = address
        self._key = key

    def ending(self, account_id: str, topic: Topic) -> str:
        """The address that ends mails of this topic to this account."""
        return f"{self._address}/mail/unsubscribe?token={quote(self.token(account_id, topic))}"

    def token(self, account_id: str, topic: Topic) -> str:
        """What the link carries."""
        return f"{account_id}.{topic.value}.{self._signature(account_id, topic.value)}"

    def read(self, token: str) -> tuple[str, Topic] | None:
        """Account and topic; None for what we have not signed."""
        account_id, _, rest = token.partition(".")
        topic, _, given = rest.partition(".")
        good = hmac.compare_digest(self._signature(account_id, topic).encode(), given.encode("utf-8", "replace"))
        if not (good and is_id(account_id)):
            return None
        return account_id, Topic(topic)

    def _signature(self, account_id: str, topic: str) -> str:
        message = f"{account_id}.{topic}".encode("utf-8", "replace")
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()[:_SIGNATURE]
