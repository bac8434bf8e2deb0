"""Who may put something into the inbox."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any, cast

import pytest

from photogen.gateways.replicate_api import ReplicateApi
from photogen.gateways.webhooks import Forged, ReplicateWebhooks

SECRET = "whsec_" + base64.b64encode(b"k" * 24).decode()
OTHER = "whsec_" + base64.b64encode(b"o" * 24).decode()
BODY = json.dumps({"id": "abc", "status": "succeeded", "logs": "ü"}).encode()


class Api:
    """Gives the secret, and counts."""

    def __init__(self, key: object = SECRET) -> None:
        self.key = key
        self.asked = 0

    def get(self, path: str, **_: Any) -> object:
        self.asked += 1
        return {"key": self.key}


def verifier(secret: str | None = SECRET, api: Api | None = None) -> ReplicateWebhooks:
    return ReplicateWebhooks(cast(ReplicateApi, api or Api()), secret)


def headers(
    body: bytes = BODY, *, secret: str = SECRET, at: float | None = None, event: str = "msg_1"
) -> dict[str, str]:
    moment = str(int(time.time() if at is None else at))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{event}.{moment}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": event, "webhook-timestamp": moment, "webhook-signature": f"v1,AAAA {signature}"}


def test_a_signed_event_is_let_in() -> None:
    event = verifier().verify(headers(), BODY)
    assert (event.source, event.id, event.payload["status"]) == ("replicate", "msg_1", "succeeded")


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "msg_2"},
        {"webhook-id": ""},
        {"webhook-id": "x" * 201},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "nan"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,!!!"},
        {"webhook-signature": "v2,AAAA"},
    ],
)
def test_a_changed_header_is_not(changed: dict[str, str]) -> None:
    with pytest.raises(Forged):
        verifier().verify({**headers(), **changed}, BODY)


@pytest.mark.parametrize("age", [-400, 400])
def test_an_event_of_another_time_is_not(age: int) -> None:
    with pytest.raises(Forged):
        verifier().verify(headers(at=time.time() + age), BODY)


@pytest.mark.parametrize("body", [BODY + b" ", b"", b"\xff\xfe"])
def test_a_changed_body_is_not(body: bytes) -> None:
    with pytest.raises(Forged):
        verifier().verify(headers(), body)


@pytest.mark.parametrize("body", [b"[]", b"5", b"not json"])
def test_a_signed_body_that_is_no_object_is_not(body: bytes) -> None:
    with pytest.raises(Forged):
        verifier().verify(headers(body), body)


def test_the_secret_is_asked_for_once() -> None:
    api = Api()
    subject = verifier(None, api)
    assert api.asked == 0
    for _ in range(3):
        subject.verify(headers(), BODY)
    assert api.asked == 1


def test_a_new_secret_is_noticed_but_forgeries_do_not_make_us_ask_all_day() -> None:
    api = Api(OTHER)
    subject = verifier(None, api)
    subject.verify(headers(secret=OTHER), BODY)
    for _ in range(5):
        with pytest.raises(Forged):
            subject.verify(headers(), BODY)
    assert api.asked == 1
    subject._asked_at -= 61  # a minute later
    api.key = SECRET
    subject.verify(headers(), BODY)
    assert api.asked == 2


@pytest.mark.parametrize("key", [None, "", "whsec_", 5])
def test_a_secret_of_an_unknown_form_lets_nobody_in(key: object) -> None:
    from photogen.gateways.base import Retry

    with pytest.raises((Retry, Forged)):
        verifier(None, Api(key)).verify(headers(), BODY)


def test_forgeries_do_not_make_us_ask_all_day_either_while_the_secret_cannot_be_had() -> None:
    from photogen.gateways.base import Retry

    api = Api(None)
    subject = verifier(None, api)
    for _ in range(5):
        with pytest.raises(Retry):
            subject.verify(headers(), BODY)
    assert api.asked == 1
    subject._asked_at -= 6  # seconds later
    api.key = SECRET
    subject.verify(headers(), BODY)
    assert api.asked == 2
