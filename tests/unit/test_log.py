"""What libraries say about single requests stays out of the log: addresses carry signatures."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import httpx2
import pytest

from photogen.kit import log


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """The log of this test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    out = io.StringIO()
    log.configure(json=False, level="INFO", stream=out)
    yield out
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_request_of_a_vendors_library_is_not_logged(stream: io.StringIO) -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200))
    with httpx2.Client(transport=transport) as client:
        client.put("https://hub.test/lfs/1?X-Amz-Signature=SECRET")
    logging.getLogger("ours").info("heard")
    assert stream.getvalue() == "INFO:ours:heard\n"
