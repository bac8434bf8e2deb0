"""Pictures from a CDN in front of this installation, and originals from the bucket itself.

The CDN fetches from `/media/signed/` what it is asked for and keeps it until the address ends. So an address has to
stay the same for a day: then browsers and CDN have the picture already. It lives from one day to two.

The bucket gives an original against a signature of seconds, which spares us the bytes. Thumbnails don't go that way:
they are as small as a redirect is slow, and from us a browser keeps them for a year.
"""

import time
import zlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cached_property
from urllib.parse import urlsplit

from photogen.gateways.base import Storage
from photogen.gateways.base_delivery import CDN, Elsewhere
from photogen.gateways.storage.signing import Signer

BUCKET_SECONDS = 120
_DAY = 86400
_REMEMBERED = 3600


class SignedDelivery:
    """A Delivery. `cdn` is its base address, "" for none; `bucket` says that originals come from the bucket."""

    def __init__(
        self, storage: Storage, signer: Signer, *, cdn: str, bucket: bool, clock: Callable[[], float] = time.time
    ) -> None:
        self._storage = storage
        self._signer = signer
        self._cdn = cdn
        self._bucket = bucket
        self._clock = clock

    @cached_property
    def origins(self) -> Sequence[str]:
        """Where pictures may come from besides ourselves."""
        found = [self._cdn] if self._cdn else []
        if self._bucket_origin:
            found.append(self._bucket_origin)
        return tuple(_origin(address) for address in found)

    @cached_property
    def _bucket_origin(self) -> str:
        address = self._storage.signed_url("origin", timedelta(seconds=1)) if self._bucket else None
        return _origin(address) if address else ""

    def elsewhere(self, key: str, *, filename: str = "", large: bool = False) -> Elsewhere | None:
        """Where to fetch it; None: from us."""
        if self._cdn:
            now = self._clock()
            shift = zlib.crc32(key.encode()) % _DAY  # else every address of an installation would end at midnight
            until = (int(now + shift) // _DAY + 2) * _DAY - shift
            path = self._signer.path(key, until=until, reference=CDN, filename=filename)
            return Elsewhere(self._cdn + path, _REMEMBERED)
        if self._bucket and large:
            address = self._storage.signed_url(key, timedelta(seconds=BUCKET_SECONDS), filename=filename)
            # What the bucket did not take yet has an address of ours.
            if address is not None and _origin(address) == self._bucket_origin:
                return Elsewhere(address, BUCKET_SECONDS // 2)
        return None


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
