"""What all vendors' clients share: one per process, bounded waiting, bounded downloads, true content types."""

import functools
import os
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

import httpx

from photogen.gateways.base import Picture
from photogen.gateways.errors import from_status, from_transport, missing, said, unreadable

Client = TypeVar("Client")

CONNECT_SECONDS = 5.0
_LARGEST_ERROR = 64 * 1024
_LARGEST_PICTURE = 64 * 1024 * 1024
_USER_AGENT = "photogen"  # Together's CDN answers 403 to an empty one


class PerProcess(Generic[Client]):
    """A client made at its first use, anew after a fork: a child must not speak on its parent's connections."""

    def __init__(self, make: Callable[[], Client], end: Callable[[Client], object]) -> None:
        """`end` closes a client."""
        self._make = make
        self._end = end
        self._lock = threading.Lock()
        self._made: tuple[int, Client] | None = None

    def __call__(self) -> Client:
        """The client of this process."""
        made = self._made
        if made is None or made[0] != os.getpid():
            with self._lock:
                made = self._made
                if made is None or made[0] != os.getpid():
                    made = self._made = (os.getpid(), self._make())
        return made[1]

    def close(self) -> None:
        """Closes the client of this process, if there is one; the next use makes another."""
        with self._lock:
            made, self._made = self._made, None
        if made is not None and made[0] == os.getpid():
            self._end(made[1])


@functools.lru_cache(maxsize=1)
def tls() -> ssl.SSLContext:
    """The certificates that are trusted: read once (some 20 ms), shared by all clients, good across a fork."""
    return ssl.create_default_context()


def waiting(read: float, *, write: float = 30.0) -> httpx.Timeout:
    """How long a call may wait: 5 s for a connection, `read` and `write` seconds between two pieces of data."""
    return httpx.Timeout(read, connect=CONNECT_SECONDS, write=write, pool=CONNECT_SECONDS)


def error_body(response: httpx.Response) -> str:
    """The beginning of a streamed error answer, as text; closes the answer."""
    taken = bytearray()
    try:
        for chunk in response.iter_bytes():
            taken += chunk
            if len(taken) >= _LARGEST_ERROR:
                break
    except httpx.HTTPError:
        pass  # the status says enough
    finally:
        response.close()
    return bytes(taken[:_LARGEST_ERROR]).decode("utf-8", "replace")


class Downloads:
    """Fetches what a vendor made from where it lies: no key is sent, sizes and time are bounded."""

    def __init__(self, vendor: str, *, plain_origin: str = "") -> None:
        """`plain_origin` (scheme://host:port) may be fetched from without TLS: the sandbox."""
        self._vendor = vendor
        self._plain_origin = plain_origin
        self._client = PerProcess(
            lambda: httpx.Client(
                verify=tls(),
                headers={"user-agent": _USER_AGENT},
                follow_redirects=True,
                max_redirects=3,
                event_hooks={"request": [self._refuse_plain]},
            ),
            httpx.Client.close,
        )

    def close(self) -> None:
        """Closes the connections of this process."""
        self._client.close()

    def _refuse_plain(self, request: httpx.Request) -> None:
        origin = f"{request.url.scheme}://{request.url.netloc.decode()}"
        if request.url.scheme != "https" and origin != self._plain_origin:
            raise httpx.UnsupportedProtocol(f"an address without TLS: {origin}", request=request)

    @contextmanager
    def open(self, url: str, *, largest: int, seconds: float) -> Iterator[Iterator[bytes]]:
        """The chunks of the file at `url`; more than `largest` bytes or `seconds` in all end it.

        Raises Missing (403, 404 and 410: vendors' copies expire), Retry.
        """
        deadline = time.monotonic() + seconds
        try:
            with self._client().stream("GET", url, timeout=waiting(30)) as response:
                if response.status_code in (403, 404, 410):
                    raise missing(self._vendor, said(error_body(response)))
                if response.status_code >= 300:
                    status = response.status_code
                    raise from_status(self._vendor, status, error_body(response), response.headers)
                yield self._bounded(response, largest, deadline)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise from_transport(self._vendor, error) from error

    def picture(self, url: str) -> Picture:
        """The picture at `url`. Raises Missing, Retry (also when it isn't a picture)."""
        with self.open(url, largest=_LARGEST_PICTURE, seconds=120) as chunks:
            data = b"".join(chunks)
        content_type = picture_type(data)
        if content_type is None:
            raise unreadable(self._vendor, f"not a picture: {data[:40]!r}")
        return Picture(data, content_type)

    def _bounded(self, response: httpx.Response, largest: int, deadline: float) -> Iterator[bytes]:
        taken = 0
        for chunk in response.iter_bytes(256 * 1024):
            taken += len(chunk)
            if taken > largest:
                raise unreadable(self._vendor, f"a file of more than {largest} bytes")
            if time.monotonic() > deadline:
                raise from_transport(self._vendor, httpx.ReadTimeout("the download took too long"))
            yield chunk


def picture_type(data: bytes) -> str | None:
    """The content type of a picture by its first bytes, whatever a header said; None when it is none of ours."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return None
