"""Every place in photogen's gateways from which a request leaves, read from their source; and those that sent one."""

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import httpx
import httpx2
import pytest

import photogen.gateways

_ROOT = Path(photogen.gateways.__file__).parent
_NO_VENDORS = ("storage", "queue")  # rooms that speak to our own servers
_SENDERS = ("self._api", "self._client()", "self._downloads", "downloads", "self._exchange")
_SILENT = {"close"}


@dataclass(frozen=True, order=True)
class CallSite:
    """A call in the source: `file` relative to the gateways, its lines, and how it reads."""

    file: str
    first: int
    last: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.first}: {self.text}"


def call_sites() -> list[CallSite]:
    """All of them, whichever vendor they speak to."""
    found = []
    for path in sorted(_ROOT.rglob("*.py")):
        file = path.relative_to(_ROOT)
        if file.parts[0] in _NO_VENDORS:
            continue
        found += [
            CallSite(str(file), node.lineno, node.end_lineno or node.lineno, ast.unparse(node.func))
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call) and _sends(node.func)
        ]
    return sorted(found)


def _sends(function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute) or function.attr in _SILENT:
        return False
    text = ast.unparse(function)
    return text in _SENDERS or any(text.startswith(f"{sender}.") for sender in _SENDERS)


@contextmanager
def watched() -> Iterator[set[CallSite]]:
    """Fills the set with the call sites from which requests leave this thread."""
    sites = call_sites()
    sent: set[CallSite] = set()

    def note(frame: FrameType | None) -> None:
        while frame is not None:
            path = Path(frame.f_code.co_filename)
            if path.is_relative_to(_ROOT):
                file = str(path.relative_to(_ROOT))
                sent.update(site for site in sites if site.file == file and site.first <= frame.f_lineno <= site.last)
            frame = frame.f_back

    with pytest.MonkeyPatch.context() as patch:
        for transport in (httpx.HTTPTransport, httpx2.HTTPTransport):
            original = transport.handle_request

            def noting(self, request, original=original):  # type: ignore[no-untyped-def]
                note(sys._getframe(1))
                return original(self, request)

            patch.setattr(transport, "handle_request", noting)
        yield sent
