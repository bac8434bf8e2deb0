"""Log-ins, registrations, uploads and visits to share links, counted per address or per account.

In Redis, so that all web processes count together; in this process's memory while Redis doesn't answer: never
uncounted, never a closed door.
"""

from __future__ import annotations

import functools
import hashlib
import time

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from photogen.errors import RateLimited
from photogen.kit import log
from photogen.web import deps
from photogen.web.text import t

_log = log.get("throttle")
_ADDRESS_FACTOR = 3
_PICTURES_FACTOR = 30
"""A page of a share link shows a hundred pictures, most of them only when one scrolls there."""


@functools.cache
def _items(rate: str, factor: int) -> tuple[RateLimitItem, ...]:
    return tuple(type(item)(item.amount * factor, item.multiples) for item in parse_many(rate))


class Throttle:
    """Moving windows: a limit of ten a minute holds in every minute, not in every minute of the clock."""

    def __init__(self, redis_url: str | None = None) -> None:
        self._redis_url = redis_url
        self._memory = MovingWindowRateLimiter(MemoryStorage())
        self._shared: MovingWindowRateLimiter | None = None

    def _limiter(self) -> MovingWindowRateLimiter:
        if self._shared is None:
            url = self._redis_url or deps.settings().redis_url.get_secret_value()
            if url.startswith("unix://"):  # limits has a name of its own for what redis-py calls unix
                url = f"redis+{url}"
            self._shared = MovingWindowRateLimiter(storage_from_string(url, socket_connect_timeout=1, socket_timeout=1))
        return self._shared

    def _refused_until(self, items: tuple[RateLimitItem, ...], kind: str, who: str) -> float | None:
        """Counts one; the moment (epoch seconds) from which it is allowed again when it is over, else None."""
        try:
            limiter = self._limiter()
            return self._hit(limiter, items, kind, who)
        except (RedisError, OSError) as error:
            _log.warning("counting in memory", error=type(error).__name__)
            return self._hit(self._memory, items, kind, who)

    @staticmethod
    def _hit(limiter: MovingWindowRateLimiter, items: tuple[RateLimitItem, ...], kind: str, who: str) -> float | None:
        key = hashlib.sha256(who.encode()).hexdigest()[:32]
        for item in items:
            if not limiter.hit(item, "photogen", kind, key):
                return limiter.get_window_stats(item, "photogen", kind, key).reset_time
        return None

    async def _take(self, rate: str, factor: int, kind: str, who: str) -> None:
        until = await deps.call(self._refused_until, _items(rate, factor), kind, who)
        if until is not None:
            seconds = max(1, round(until - time.time()))
            minutes = -(-seconds // 60)
            wait = (
                t("Try again in {n} seconds.", n=seconds) if seconds < 90 else t("Try again in {n} minutes.", n=minutes)
            )
            raise RateLimited(t("{n} {wait}", n=t("Too many attempts."), wait=wait), retry_after=seconds)

    async def log_in(self, address: str, email: str) -> None:
        """Counts a log-in, right or wrong. Raises RateLimited."""
        rate = deps.settings().login_rate
        await self._take(rate, _ADDRESS_FACTOR, "login-address", address)
        await self._take(rate, 1, "login-account", email.strip().lower())

    async def register(self, address: str) -> None:
        """Counts a registration. Raises RateLimited."""
        await self._take(deps.settings().registration_rate, 1, "register", address)

    async def upload(self, account_id: str) -> None:
        """Counts an uploaded photo. Raises RateLimited."""
        await self._take("200/minute;1000/hour", 1, "upload", account_id)

    async def share(self, address: str) -> None:
        """Counts a page of a share link, whether there is one or not. Raises RateLimited."""
        await self._take(deps.settings().share_rate, 1, "share", address)

    async def share_picture(self, address: str) -> None:
        """Counts a picture of a share link. Raises RateLimited."""
        await self._take(deps.settings().share_rate, _PICTURES_FACTOR, "share-picture", address)

    async def share_archive(self, address: str) -> None:
        """Counts a ZIP of all that a share link gives away. Raises RateLimited."""
        await self._take("5/minute;20/hour", 1, "share-archive", address)

    async def share_download(self, address: str) -> None:
        """Counts an original that a share link gives away: it is made anew each time. Raises RateLimited."""
        await self._take("30/minute;300/hour", 1, "share-download", address)


throttle = Throttle()
"""The one of this process."""
