"""What a part is, and how all are looked at: at once, each for a while, none in the way of another."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from photogen.errors import PhotogenError
from photogen.gateways.base import Category, GatewayError
from photogen.gateways.errors import redacted
from photogen.gateways.examination import Finding, Verdict, failed

PATIENCE = 12.0
"""Seconds that one part may take."""
_LONGEST = 300
_RANK = {Verdict.OK: 0, Verdict.WARNING: 1, Verdict.FAILED: 2}


@dataclass(frozen=True)
class Part:
    """Something to be looked at. `source` says where it is configured: a variable's name, `embedded`, `sandbox` or ""
    where there is nothing to configure; `mend` what to do when it does not answer, `renew` when it refuses our key."""

    key: str
    title: str
    look: Callable[[], Iterator[Finding]]
    source: str = ""
    mend: str = ""
    renew: str = ""


@dataclass(frozen=True)
class Looked:
    """What was found of one part."""

    part: Part
    findings: Sequence[Finding]
    seconds: float

    @property
    def verdict(self) -> Verdict:
        """The worst of the findings."""
        return max((finding.verdict for finding in self.findings), key=_RANK.__getitem__, default=Verdict.OK)


@dataclass
class _Look:
    part: Part
    findings: list[Finding] = field(default_factory=list)
    seconds: float = 0.0
    over: bool = False

    def run(self) -> None:
        began = time.monotonic()
        try:
            for finding in self.part.look():
                self.findings.append(finding)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what was found of this part
            self.findings.append(trouble(error, self.part))
        self.seconds = time.monotonic() - began
        self.over = True


def trouble(error: Exception, part: Part) -> Finding:
    """The finding for an error that ended a look."""
    if isinstance(error, GatewayError):
        refused = error.category is Category.AUTHENTICATION
        said = f": {error.words}" if error.words else ""
        return failed(
            "allowed" if refused else "reachable",
            f"{_plain(error)}{said} ({error.code})",
            part.renew or part.mend if refused else part.mend,
        )
    if isinstance(error, PhotogenError):
        return failed("reachable", str(error), part.mend)
    said = " ".join(str(error).split())[:_LONGEST]
    return failed("reachable", f"does not answer: {said or type(error).__name__}", part.mend)


def _plain(error: GatewayError) -> str:
    """For an operator, where the error's own sentence is for a creator."""
    return {
        "vendor_credentials": "the key is refused",
        "vendor_money": "the account has run out of money",
        "vendor_timeout": "took too long to answer",
        "vendor_unreachable": "can't be reached",
        "vendor_trouble": "has trouble of its own, or is not what it should be",
        "vendor_missing": "does not have what is needed",
        "rate_limited": "asks us to slow down",
        "storage_refused": "refuses the key, or there is no such bucket",
        "storage_failed": "does not answer as it should",
    }.get(error.code, error.public.rstrip("."))


def look_at(parts: Iterable[Part], *, patience: float = PATIENCE, secrets: Iterable[str] = ()) -> list[Looked]:
    """All parts at once; whatever they say, `secrets` are struck out of it. A part that takes too long is said to, with
    what was found of it until then; its thread is left behind, and ends with the process."""
    looks = [_Look(part) for part in parts]
    threads = [threading.Thread(target=look.run, name=look.part.key, daemon=True) for look in looks]
    deadline = time.monotonic() + patience
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    found = []
    for look in looks:
        findings = list(look.findings)
        if not look.over:
            findings.append(failed("reachable", f"did not come to an end within {patience:g} s", look.part.mend))
        clean = tuple(Finding(f.check, _struck(f.words, secrets), f.verdict, f.mend) for f in findings)
        found.append(Looked(look.part, clean, look.seconds if look.over else patience))
    return found


def _struck(words: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        words = words.replace(secret, "***")
    return redacted(words)
