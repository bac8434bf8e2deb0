"""The two doors for machines: webhooks that come in, signed addresses that are fetched. Real verifier, real storage."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from photogen.db.uow import UnitOfWork
from photogen.domain.inbox import InboxService
from photogen.gateways.replicate_api import ReplicateApi
from photogen.gateways.storage.local import LocalStorage
from photogen.gateways.storage.signing import Signer
from photogen.gateways.webhooks import ReplicateWebhooks
from photogen.kit.ids import new_id
from photogen.web.api import media, webhooks
from tests.fakes.clock import FakeClock

SECRET = "whsec_" + base64.b64encode(b"k" * 24).decode()


class Inbox:
    """Keeps what it is given, once per id."""

    def __init__(self) -> None:
        self.events: dict[str, tuple[str, str, Mapping[str, Any]]] = {}
        self.strangers: set[str] = set()

    def is_about_us(self, kind: str, subject: str) -> bool:
        return bool(kind) and subject not in self.strangers

    def receive(self, source: str, event_id: str, kind: str, subject: str, payload: Mapping[str, Any]) -> bool:
        new = event_id not in self.events
        self.events.setdefault(event_id, (kind, subject, payload))
        return new


@pytest.fixture
def wired(services: SimpleNamespace, tmp_path: Path) -> SimpleNamespace:
    services.inbox = Inbox()
    services.webhooks = ReplicateWebhooks(cast(ReplicateApi, None), SECRET)
    services.storage = LocalStorage(tmp_path, Signer("s" * 32), address="http://testserver")
    return services


@pytest.fixture
def client(wired: SimpleNamespace) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[*webhooks.ROUTES, *media.ROUTES])) as opened:
        yield opened


def send(
    client: TestClient, query: str = "", *, body: bytes = b'{"id": "abc"}', event: str = "msg_1", **headers: str
) -> Any:
    moment = str(int(time.time()))
    digest = hmac.new(b"k" * 24, f"{event}.{moment}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    signed_headers = {"webhook-id": event, "webhook-timestamp": moment, "webhook-signature": signature}
    return client.post(f"/webhooks/replicate{query}", content=body, headers={**signed_headers, **headers})


@pytest.mark.parametrize("kind", ["training", "shot"])
def test_an_event_is_kept_with_the_row_it_is_about(client: TestClient, wired: SimpleNamespace, kind: str) -> None:
    subject = new_id()
    answer = send(client, f"?{kind}={subject}")
    assert (answer.status_code, answer.json()) == (200, {"status": "received"})
    assert wired.inbox.events["msg_1"] == (kind, subject, {"id": "abc"})


def test_the_same_event_again_is_fine(client: TestClient, wired: SimpleNamespace) -> None:
    send(client, f"?shot={new_id()}")
    answer = send(client, f"?shot={new_id()}")
    assert (answer.status_code, answer.json()) == (200, {"status": "known"})
    assert len(wired.inbox.events) == 1


@pytest.mark.parametrize("query", ["", "?shot=", "?shot=../../etc", "?other=x", "?shot=%00"])
def test_an_address_that_names_no_row_is_answered_and_not_kept(
    client: TestClient, wired: SimpleNamespace, query: str
) -> None:
    answer = send(client, query)
    assert (answer.status_code, answer.json()) == (200, {"status": "ignored"})
    assert wired.inbox.events == {}


def test_an_event_about_nobody_of_ours_does_not_fill_the_inbox(client: TestClient, wired: SimpleNamespace) -> None:
    stranger = new_id()
    wired.inbox.strangers.add(stranger)
    answer = send(client, f"?training={stranger}")
    assert (answer.status_code, answer.json()) == (200, {"status": "ignored"})
    assert wired.inbox.events == {}


def test_neither_the_log_nor_what_went_in_and_out_is_kept(client: TestClient, wired: SimpleNamespace) -> None:
    body = json.dumps({"id": "t9", "status": "succeeded", "logs": "x" * 9, "input": {"a": 1}, "output": {"b": 2}})
    send(client, f"?training={new_id()}", body=body.encode())
    assert wired.inbox.events["msg_1"][2] == {"id": "t9", "status": "succeeded"}


def test_a_forgery_is_refused_and_nothing_kept(client: TestClient, wired: SimpleNamespace) -> None:
    assert send(client, **{"webhook-signature": "v1,AAAA"}).status_code == 401
    assert send(client, **{"webhook-id": "msg_2"}).status_code == 401
    assert client.post("/webhooks/replicate", content=b"{}").status_code == 401
    assert wired.inbox.events == {}


def test_a_body_without_end_is_cut(client: TestClient, wired: SimpleNamespace) -> None:
    assert send(client, body=json.dumps({"logs": "x" * webhooks.BODY_MOST}).encode()).status_code == 413
    assert wired.inbox.events == {}


def test_while_the_database_is_away_replicate_is_told_to_come_again(
    client: TestClient, wired: SimpleNamespace, nowhere: Callable[[], UnitOfWork]
) -> None:
    wired.inbox = InboxService(nowhere, FakeClock(), {}, {"shot": bool})
    answer = send(client, f"?shot={new_id()}")
    assert (answer.status_code, answer.json()) == (503, {"error": {"code": "not_kept"}})
    assert answer.headers["retry-after"] == "30"


def address(services: SimpleNamespace, key: str = "d/photos.zip", **more: Any) -> str:
    url: str = services.storage.signed_url(key, timedelta(minutes=5), reference="abc", **more)
    return url.removeprefix("http://testserver")


def test_a_signed_address_gives_the_bytes_to_anybody(client: TestClient, wired: SimpleNamespace) -> None:
    wired.storage.put("d/photos.zip", b"0123456789", "application/zip")
    answer = client.get(address(wired, filename="Föhn.zip"))
    assert (answer.status_code, answer.content) == (200, b"0123456789")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-length"] == "10"
    assert answer.headers["content-disposition"].endswith("filename*=UTF-8''F%C3%B6hn.zip")


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [("bytes=2-4", 206, b"234"), ("bytes=7-", 206, b"789"), ("bytes=7-99", 206, b"789"), ("bytes=10-", 416, b""),
     ("bytes=0-1,3-4", 200, b"0123456789"), ("lines=1-2", 200, b"0123456789")],
)  # fmt: skip
def test_a_part_may_be_fetched(
    client: TestClient, wired: SimpleNamespace, asked: str, status: int, content: bytes
) -> None:
    wired.storage.put("d/photos.zip", b"0123456789", "application/zip")
    answer = client.get(address(wired), headers={"range": asked})
    assert (answer.status_code, answer.content) == (status, content)


def test_a_changed_or_unsigned_address_looks_like_nothing(client: TestClient, wired: SimpleNamespace) -> None:
    wired.storage.put("d/photos.zip", b"0123456789", "application/zip")
    good = address(wired)
    for bad in (
        good.replace("photos.zip", "other.zip"),
        good[:-1] + "x",
        "/media/signed/d/photos.zip",
        good + "&exp=9",
    ):
        assert client.get(bad).status_code == 404
    assert client.get("/media/signed/../../etc/passwd?sig=x&exp=1").status_code == 404
    assert client.get("/media/signed/%2e%2e/%2e%2e/etc/passwd?sig=x&exp=1").status_code == 404


def test_an_object_that_is_gone_looks_like_nothing(client: TestClient, wired: SimpleNamespace) -> None:
    assert client.get(address(wired)).status_code == 404
