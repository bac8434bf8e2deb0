"""What the doctor finds at a storage, an address and a clock, each of them in the wrong."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from photogen.gateways.examination import Verdict
from photogen.gateways.storage.delivery import SignedDelivery
from photogen.gateways.storage.signing import Signer
from photogen.gateways.storage.trial import fetched, through_cdn, tried
from photogen.runtime.checkup.address import leads_here
from photogen.runtime.checkup.vendors import clock
from tests.fakes.sandbox import free_port
from tests.fakes.storage import MemoryStorage


def found(findings: Any) -> dict[str, Verdict]:
    return {finding.check: finding.verdict for finding in findings}


@contextmanager
def answering(status: int, headers: Mapping[str, str], body: bytes) -> Iterator[str]:
    """A server that says the same to everybody."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(status)
            for name, value in {"content-length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("status", "body", "verdicts"),
    [
        (200, b"0123456789", {"signed_address": Verdict.OK, "private": Verdict.FAILED}),
        (403, b"no", {"signed_address": Verdict.FAILED, "private": Verdict.OK}),
    ],
)
def test_a_bucket_that_is_public_or_whose_addresses_don_t_open(
    status: int, body: bytes, verdicts: dict[str, Verdict], monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = MemoryStorage()
    with answering(status, {}, body) as url:
        monkeypatch.setattr(storage, "signed_url", lambda key, ttl, **_: f"{url}/{key}?X-Amz-Signature=1")
        assert found(fetched(storage, mend="Mend.")) == verdicts
    assert storage.objects == {}


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [(200, b"0123456789", Verdict.OK), (200, b"another picture", Verdict.FAILED), (403, b"", Verdict.FAILED)],
)
def test_a_cdn_that_gives_our_pictures_or_does_not(status: int, body: bytes, verdict: Verdict) -> None:
    storage = MemoryStorage()
    with answering(status, {}, body) as url:
        delivery = SignedDelivery(storage, Signer("s" * 32), cdn=url, bucket=False)
        assert found(through_cdn(storage, delivery, mend="Mend.")) == {"cdn": verdict}
    assert found(through_cdn(storage, delivery, mend="Mend.")) == {"cdn": Verdict.FAILED}  # nobody there any more
    assert storage.objects == {}


def test_a_storage_that_keeps_what_is_deleted_or_cuts_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    storage = MemoryStorage()
    monkeypatch.setattr(storage, "stream", lambda key, start=0, end=None: iter([b"0123456789"]))
    monkeypatch.setattr(storage, "delete", lambda key: None)
    seen = found(tried(storage, mend="Mend."))
    assert (seen["range"], seen["delete"], seen["write"]) == (Verdict.FAILED, Verdict.FAILED, Verdict.OK)


@pytest.mark.parametrize(
    ("answer", "running", "check", "verdict"),
    [
        ((200, {}, b'{"status": "ok", "installation": "ours"}'), True, "here", Verdict.OK),
        ((200, {}, b'{"status": "ok", "installation": "theirs"}'), True, "leads_here", Verdict.FAILED),
        ((200, {}, b"<html>welcome to nginx</html>"), True, "leads_here", Verdict.FAILED),
        ((502, {}, b"bad gateway"), False, "leads_here", Verdict.WARNING),
        ((301, {"location": "https://www.photos.example/healthz"}, b""), True, "redirect", Verdict.FAILED),
    ],
)
def test_where_the_public_address_leads(answer: Any, running: bool, check: str, verdict: Verdict) -> None:
    with answering(*answer) as url:
        (finding,) = leads_here(url, "ours", running=running)
    assert (finding.check, finding.verdict) == (check, verdict)
    assert verdict is Verdict.OK or finding.mend


@pytest.mark.parametrize(("running", "verdict"), [(True, Verdict.FAILED), (False, Verdict.OK)])
def test_an_address_where_nobody_answers(running: bool, verdict: Verdict) -> None:
    (finding,) = leads_here(f"http://127.0.0.1:{free_port()}", "ours", running=running)
    assert finding.verdict is verdict


@pytest.mark.parametrize(
    ("seconds", "verdict"), [(0, Verdict.OK), (120, Verdict.WARNING), (-600, Verdict.FAILED), (600, Verdict.FAILED)]
)
def test_our_clock_against_a_vendor_s(seconds: int, verdict: Verdict) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    with answering(404, {"date": date}, b"") as url:
        (finding,) = clock(["http://127.0.0.1:9", url])
    assert finding.verdict is verdict
    assert httpx.URL(url).host in finding.words
