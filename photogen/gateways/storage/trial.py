"""Trying a storage out: what the product does with it, done once with an object of a few bytes."""

from collections.abc import Iterator
from datetime import timedelta

import httpx

from photogen.gateways.base import GatewayError, Missing, Storage
from photogen.gateways.base_delivery import Delivery
from photogen.gateways.examination import Finding, failed, good, warning
from photogen.gateways.http import tls
from photogen.kit.ids import new_id

_BYTES = b"0123456789"
_SECONDS = 4.0


def tried(storage: Storage, *, mend: str) -> Iterator[Finding]:
    """Writes, reads, reads a part, lists, deletes. Raises what the storage raises."""
    key = f"check/{new_id()}.txt"
    try:
        yield from _tried(storage, key, mend)
    finally:
        storage.delete(key)
    try:
        storage.stat(key)
    except Missing:
        yield good("delete", "deletes")
        return
    yield failed("delete", "what is deleted stays", mend)


def _tried(storage: Storage, key: str, mend: str) -> Iterator[Finding]:
    storage.put(key, _BYTES, "text/plain")
    yield good("write", "writes")
    if storage.read(key) != _BYTES:
        yield failed("read", "does not give back what was stored", mend)
        return
    yield good("read", "reads")
    if b"".join(storage.stream(key, 3, 7)) == _BYTES[3:7]:
        yield good("range", "reads parts")
    else:
        yield failed("range", "gives the wrong bytes for a part of an object", mend)
    try:
        listed = key in storage.keys("check/")
    except GatewayError as error:
        yield failed("list", f"may not be listed ({error.code})", mend)
        return
    if listed:
        yield good("list", "lists")
    else:
        yield warning("list", "an object is not listed as soon as it is stored", mend)


def fetched(storage: Storage, *, mend: str) -> Iterator[Finding]:
    """Fetches an object over HTTP as a vendor does, with the signature and without it."""
    key = f"check/{new_id()}.txt"
    storage.put(key, _BYTES, "text/plain")
    try:
        address = storage.signed_url(key, timedelta(minutes=1), reference="check")
        if address is None:
            return
        try:
            with httpx.Client(verify=tls(), timeout=_SECONDS, follow_redirects=False) as client:
                signed, bare = client.get(address), client.get(address.partition("?")[0])
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            yield failed("signed_address", f"its signed addresses can't be fetched ({type(error).__name__})", mend)
            return
        if signed.status_code == 200 and signed.content == _BYTES:
            yield good("signed_address", "signed addresses open")
        else:
            yield failed("signed_address", f"a signed address answers with status {signed.status_code}", mend)
        if bare.status_code == 200 and bare.content == _BYTES:
            yield failed(
                "private",
                "its objects are public: anybody can fetch photos and weights without a signature",
                "Take public access away at the bucket's provider. Photogen needs signed addresses only.",
            )
        else:
            yield good("private", "private")
    finally:
        storage.delete(key)


def through_cdn(storage: Storage, delivery: Delivery, *, mend: str) -> Iterator[Finding]:
    """Fetches an object by way of the CDN, as a browser does."""
    key = f"check/{new_id()}.txt"
    storage.put(key, _BYTES, "text/plain")
    try:
        there = delivery.elsewhere(key)
        if there is None:
            return
        with httpx.Client(verify=tls(), timeout=_SECONDS, follow_redirects=False) as client:
            answer = client.get(there.address)
        if answer.status_code == 200 and answer.content == _BYTES:
            yield good("cdn", f"{delivery.origins[0]} gives our pictures")
        else:
            yield failed("cdn", f"{delivery.origins[0]} answers for a picture with status {answer.status_code}", mend)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        yield failed("cdn", f"{delivery.origins[0]} does not answer ({type(error).__name__})", mend)
    finally:
        storage.delete(key)
