"""Webhooks made of anything: kept, refused or put off, and never an error of ours. Signed nonsense goes in and out of
the inbox as well."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from photogen.domain.inbox.policy import storable
from photogen.gateways.replicate_api import ReplicateApi
from photogen.gateways.webhooks import ReplicateWebhooks
from photogen.web import deps
from photogen.web.api import webhooks
from tests.factories.oddities import oddities, twisted
from tests.fakes.web_services import web_services

_KEY = b"k" * 24
_EVENT: dict[str, Any] = {
    "id": "p1",
    "status": "succeeded",
    "logs": "a line",
    "output": ["https://x/p.png"],
    "input": {},
}
_ANSWERS = {200, 401, 413, 503}
_many = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
_header = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=300)


class Inbox:
    """Keeps what PostgreSQL would."""

    def is_about_us(self, kind: str, subject: str) -> bool:
        return True

    def receive(self, source: str, event_id: str, kind: str, subject: str, payload: dict[str, Any]) -> bool:
        text = json.dumps(storable(payload))
        assert "\\u0000" not in text
        text.encode()
        return True


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    api = ReplicateApi("token", "http://127.0.0.1:1")
    secret = "whsec_" + base64.b64encode(_KEY).decode()
    deps.use(web_services(inbox=Inbox(), webhooks=ReplicateWebhooks(api, secret)))  # type: ignore[arg-type]
    with TestClient(Starlette(routes=webhooks.ROUTES)) as client:
        yield client
    deps.use(None)
    api.close()


def signed(body: bytes, event: str = "msg_1") -> dict[str, str]:
    moment = str(int(time.time()))
    digest = hmac.new(_KEY, f"{event}.{moment}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": event, "webhook-timestamp": moment, "webhook-signature": signature}


@_many
@given(twisted(_EVENT) | oddities(), st.sampled_from(("training", "shot", "other")), _header)
def test_signed_nonsense(client: TestClient, payload: Any, kind: str, subject: str) -> None:
    body = json.dumps(payload).encode()
    answer = client.post("/webhooks/replicate", params={kind: subject}, content=body, headers=signed(body))
    assert answer.status_code in _ANSWERS


@_many
@given(st.binary(max_size=2000))
def test_signed_bytes(client: TestClient, body: bytes) -> None:
    assert client.post("/webhooks/replicate?shot=x", content=body, headers=signed(body)).status_code in _ANSWERS


@_many
@given(
    st.dictionaries(
        st.sampled_from(("webhook-id", "webhook-timestamp", "webhook-signature", "content-type", "content-encoding")),
        _header | st.sampled_from(("nan", "-1", "9" * 400, "1e999", "v1,", "v1,AAAA v1,%%%", "v9,x", "gzip")),
    ),
    st.binary(max_size=200),
)
def test_any_headers(client: TestClient, headers: dict[str, str], body: bytes) -> None:
    good = signed(body)
    assert client.post("/webhooks/replicate", content=body, headers={**good, **headers}).status_code in _ANSWERS


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 50_000, b'{"a": ' + b"9" * 5000 + b"}", b'{"a": NaN}'])
def test_signed_depths(client: TestClient, body: bytes) -> None:
    assert client.post("/webhooks/replicate?shot=x", content=body, headers=signed(body)).status_code in _ANSWERS
