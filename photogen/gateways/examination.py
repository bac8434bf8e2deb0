"""What an examination of a part finds. A gateway that has an `examine` brings its own; the doctor only shows them."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable


class Verdict(StrEnum):
    """How a thing is: fine, fine but worth knowing, or in the way of work."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `check` is a stable word in snake case, `words` say how it is, `mend` what to do
    about it ("" when there is nothing to do)."""

    check: str
    words: str
    verdict: Verdict = Verdict.OK
    mend: str = ""


@runtime_checkable
class Examinable(Protocol):
    """A gateway that can be examined by harmless calls: nothing is paid for, nothing stays behind."""

    def examine(self) -> Iterator[Finding]:
        """What was found, as it is found. Raises the gateway's errors; what was found before counts."""


def good(check: str, words: str) -> Finding:
    """All is well."""
    return Finding(check, words)


def warning(check: str, words: str, mend: str) -> Finding:
    """Works, but."""
    return Finding(check, words, Verdict.WARNING, mend)


def failed(check: str, words: str, mend: str) -> Finding:
    """Does not work."""
    return Finding(check, words, Verdict.FAILED, mend)
