"""The doctor and the real web server: the public address leads to it, and what is signed opens."""

import httpx

from photogen.gateways.examination import Verdict
from photogen.runtime.checkup import address
from photogen.settings import Settings
from tests.fakes.web_server import WebServer


def test_the_public_address_leads_to_this_very_installation_and_hands_out_what_is_signed(web: WebServer) -> None:
    httpx.get(f"{web.url}/readyz", timeout=60, trust_env=False)  # its first answer loads all that it needs for any
    settings = Settings(port=web.port, public_url=web.url, secret_key=web.environment["SECRET_KEY"])  # type: ignore[arg-type]
    (part,) = address.parts(settings, web.services)
    found = {finding.check: finding.verdict for finding in part.look()}
    assert found == dict.fromkeys(("vendors", "here", "signed_address", "private"), Verdict.OK)
    assert list(web.services.storage.keys("check/")) == []


def test_it_is_told_from_another_installation(web: WebServer) -> None:
    (finding,) = address.leads_here(web.url, "another", running=True)
    assert (finding.check, finding.verdict) == ("leads_here", Verdict.FAILED)
