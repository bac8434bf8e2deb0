"""Reads the files that inputs point at: data addresses, files of the account, anything on HTTP."""

import base64
import binascii
from urllib.parse import unquote_to_bytes, urlsplit

import httpx

from photogen.sandbox.context import Sandbox
from photogen.sandbox.replicate.files import file_blob


class NotFetched(Exception):
    """The file is not to be had; the message is what the vendor's log says."""


async def fetch(sandbox: Sandbox, address: str, *, token: str | None = None) -> bytes:
    """The bytes behind `address`; `token` goes along as bearer. Raises NotFetched."""
    if address.startswith("data:"):
        return _data(address)
    parts = urlsplit(address)
    prefix = "/replicate/v1/files/"
    if address.startswith(sandbox.base_url + prefix):
        blob = file_blob(sandbox, parts.path.removeprefix(prefix))
        if blob is None:
            raise NotFetched(f"404 Client Error: Not Found for url: {parts.path}")
        return sandbox.store.blob_path(blob).read_bytes()
    headers = {"user-agent": "cog/0.10.0"} | ({"authorization": f"Bearer {token}"} if token else {})
    try:
        answer = await sandbox.http.get(address, headers=headers, follow_redirects=True)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotFetched(f"{type(error).__name__} for url: {parts.scheme}://{parts.netloc}{parts.path}") from error
    if not answer.is_success:
        reason = f"{answer.status_code} {answer.reason_phrase}"
        raise NotFetched(f"{reason} for url: {parts.scheme}://{parts.netloc}{parts.path}")
    return answer.content


def _data(address: str) -> bytes:
    head, _, body = address.partition(",")
    try:
        return base64.b64decode(body, validate=True) if head.endswith(";base64") else unquote_to_bytes(body)
    except binascii.Error as error:
        raise NotFetched("the data address is not valid base64") from error
