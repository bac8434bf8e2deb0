"""The public address: does it lead here, as vendors and people come?"""

import ipaddress
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx

from photogen.bootstrap import Services, reachable_at
from photogen.gateways.examination import Finding, failed, good, warning
from photogen.gateways.http import tls
from photogen.gateways.storage.trial import fetched, through_cdn
from photogen.runtime.checkup.parts import Part
from photogen.settings import Settings

_SECONDS = 4.0
_CDN = "Let the CDN at CDN_URL fetch from PUBLIC_URL, with path and query as they are."
_PROXY = "Let the proxy at PUBLIC_URL pass everything on to 127.0.0.1:PORT of this machine."


def parts(settings: Settings, services: Services) -> list[Part]:
    """One part."""
    mend = "Look at the name, the certificate and the proxy of PUBLIC_URL."
    return [Part("address", "Public address", lambda: _look(settings, services), "PUBLIC_URL", mend)]


def _look(settings: Settings, services: Services) -> Iterator[Finding]:
    address = settings.address
    if settings.replicate_token is None:
        yield good("vendors", "the sandbox reaches this machine by itself")
    elif reachable_at(settings) is None:
        yield warning(
            "vendors",
            f"vendors can't reach {address}: no webhooks come, and "
            + (
                "they fetch from the bucket only"
                if settings.s3_bucket
                else "people's own models can't be drawn with, as nobody can fetch the weights"
            ),
            "Set PUBLIC_URL to an https address with a name that is known everywhere"
            + ("." if settings.s3_bucket else ", or S3_BUCKET to a bucket."),
        )
    else:
        yield from _named(urlsplit(address).hostname or "")
    here = False
    for finding in leads_here(address, settings.installation, running=_listens(settings.port)):
        here = here or finding.check == "here"
        yield finding
    if here and not settings.s3_bucket:  # as vendors fetch it; a bucket's addresses are tried with the bucket
        yield from fetched(services.outside.storage, mend=_PROXY)
    if here and settings.cdn_url:
        yield from through_cdn(services.outside.storage, services.delivery, mend=_CDN)


def _named(host: str) -> Iterator[Finding]:
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except OSError:
        yield failed("resolves", f"the name {host} is not known", "Make a DNS record for it.")
        return
    private = [ip for ip in found if not ipaddress.ip_address(str(ip).partition("%")[0]).is_global]
    if private:
        yield warning(
            "resolves",
            f"from here {host} is {private[0]}, which only this network reaches",
            "If the rest of the world is told another address, this is fine; if not, vendors can't come.",
        )
    else:
        yield good("resolves", f"{host} is known")


def leads_here(address: str, installation: str, *, running: bool) -> Iterator[Finding]:
    """Asks for `/healthz` as a vendor would: without following anything."""
    try:
        with httpx.Client(verify=tls(), timeout=_SECONDS, follow_redirects=False) as client:
            answer = client.get(f"{address}/healthz")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        if not running:
            yield good("leads_here", f"{address}, photogen is not running now")
        elif isinstance(error, httpx.ConnectError) and "CERTIFICATE" in str(error).upper():
            yield failed("certificate", f"{address} has no certificate that others trust", "Renew its certificate.")
        else:
            yield failed("leads_here", f"{address} does not answer ({type(error).__name__})", _PROXY)
        return
    if answer.is_redirect:
        yield failed(
            "redirect",
            f"{address} sends on to {_origin(answer.headers.get('location', ''))}: vendors' webhooks don't follow",
            "Set PUBLIC_URL to the address at the end of the redirection.",
        )
    elif _installation(answer) == installation:
        yield good("here", f"{address} leads here")
    elif _installation(answer):
        yield failed("leads_here", f"{address} leads to another photogen", _PROXY)
    elif not running:
        yield warning("leads_here", f"{address} answers, but not as photogen, which is not running now", _PROXY)
    else:
        yield failed("leads_here", f"{address} answers with status {answer.status_code}, but not as photogen", _PROXY)


def _installation(answer: httpx.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        return ""
    return str(body.get("installation") or "") if isinstance(body, dict) else ""


def _origin(location: str) -> str:
    parts = urlsplit(location)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else "another path"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
