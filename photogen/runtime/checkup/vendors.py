"""The vendors: is there a key, is it good, may it do what we need, do they still offer what our models want."""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from photogen.bootstrap import Services
from photogen.errors import DatabaseAway
from photogen.gateways.base import ImageVendor
from photogen.gateways.examination import Examinable, Finding, failed, good, warning
from photogen.gateways.http import tls
from photogen.gateways.hub import huggingface
from photogen.gateways.images.spec import specs
from photogen.runtime.checkup.parts import Part
from photogen.settings import Settings

_CLOCK_WARNS, _CLOCK_FAILS = 60.0, 270.0
"""Seconds between our clock and a vendor's. Signatures are good for 300."""
_SECONDS = 4.0
_NTP = "Let this machine follow a time server (NTP)."


def parts(settings: Settings, services: Services) -> list[Part]:
    """A part for each vendor with a key, or with the sandbox in its place; and the clock."""
    outside = services.outside
    known = {name: (spec.label, spec.variable, spec.keys) for name, spec in specs().items()}
    known[huggingface.VENDOR] = (
        "Hugging Face",
        "HF_TOKEN",
        'Make a token of the kind "write" at huggingface.co/settings/tokens',
    )
    given = {name: settings.vendor_key(variable) for name, (_, variable, _) in known.items()}

    def part(key: str, looks: Mapping[str, object]) -> Part:
        title, variable, advice = known[key]
        sandbox = given[key] is None
        mend = (
            "The sandbox stands in for it: look at its log in the data folder's `logs`."
            if sandbox
            else f"Look whether this machine reaches {title} (firewall, proxy, DNS), and at {title}'s status page."
        )

        def look() -> Iterator[Finding]:
            if sandbox and not sandbox_answers(settings.sandbox_url):
                yield good("reachable", "the sandbox stands in, not running now")
                return
            for name, gateway in looks.items():
                if isinstance(gateway, Examinable):
                    yield from gateway.examine()
                if name == "pictures":
                    yield from _pictures(services, key, gateway)  # type: ignore[arg-type]

        renew = "" if sandbox else f"{advice} and set {variable}."
        return Part(key, title, look, "sandbox" if sandbox else variable, mend, renew)

    drawing = {name: {"pictures": vendor} for name, vendor in outside.image_vendors.items()}
    found = [
        part("replicate", {"trainer": outside.trainer, "webhooks": outside.webhooks, **drawing.pop("replicate", {})})
    ]
    found += [part(name, looks) for name, looks in drawing.items()]
    found.append(part(huggingface.VENDOR, {"hub": outside.hub}))
    addresses = {name: spec.address for name, spec in specs().items()} | {huggingface.VENDOR: huggingface.ADDRESS}
    asked = [addresses[name] for name, key in given.items() if key is not None]
    if asked:
        found.append(Part("clock", "Clock", lambda: clock(asked), mend=_NTP))
    return found


def _pictures(services: Services, name: str, vendor: ImageVendor) -> Iterator[Finding]:
    """Whether the vendor still serves the models of our routes."""
    try:
        wanted = services.vendors.models_at(name)
    except DatabaseAway:  # the database has a part of its own; the key can be tried without it
        vendor.available_models(frozenset())
        yield good("models", "answers; its models were not compared, as the database does not answer")
        return
    gone = sorted(wanted - vendor.available_models(wanted))
    if gone:
        yield warning(
            "models",
            f"no longer serves {', '.join(gone)}: pictures take another way where there is one",
            "Take the route out (image_route.enabled), or give it the successor's name.",
        )
    else:
        yield good("models", f"serves the {len(wanted)} models that photogen draws with there")


def clock(addresses: list[str]) -> Iterator[Finding]:
    """Our clock against the first vendor's that says the time."""
    for address in addresses:
        began = time.monotonic()
        try:
            with httpx.Client(verify=tls(), timeout=_SECONDS) as client:
                said = parsedate_to_datetime(client.head(address).headers["date"])
        except (httpx.HTTPError, KeyError, ValueError):
            continue
        travel = time.monotonic() - began
        skew = abs((datetime.now(UTC) - said.astimezone(UTC)).total_seconds()) - travel
        words = f"{max(skew, 0.0):.0f} s from that of {httpx.URL(address).host}"
        if skew > _CLOCK_FAILS:
            yield failed("skew", f"{words}: signed webhooks are refused", _NTP)
        elif skew > _CLOCK_WARNS:
            yield warning("skew", f"{words}; beyond 300 s signed webhooks are refused", _NTP)
        else:
            yield good("skew", words)
        return
    yield warning("skew", "no vendor told the time", "Look whether this machine reaches the vendors at all.")


def sandbox_answers(address: str) -> bool:
    """Whether the sandbox runs."""
    try:
        return httpx.get(f"{address}/healthz", timeout=_SECONDS, trust_env=False).is_success
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
